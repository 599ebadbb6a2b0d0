"""Whether a person's stream is what its rules allow, and whether persons and cases agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.case.events import PersonReplaced
from domain.conformance import Finding
from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from domain.person import events as p
from domain.person.state import PersonState, evolve
from domain.proof.reading import LEAST
from protocols.engine.events import CaseOpened
from protocols.text import Text

_Rule = Callable[[PersonState, Any, Recorded], bool]


def _merges(state: PersonState, body: p.PersonsMerged, event: Recorded) -> bool:
    by = state.proposed.get(UUID(body.merged))
    two = by == body.proposed_by != event.actor if body.proposed_by else True
    return two and state.kept_by is None and state.restriction is None


def _parts(state: PersonState, body: p.PersonsParted, event: Recorded) -> bool:
    along = state.merged.get(UUID(body.merged))
    return along is not None and tuple(map(str, along)) == body.along


_ALLOWED: dict[type[Any], _Rule] = {
    p.PersonNamed: lambda s, b, e: s.kept_by is None,
    p.PersonCorrected: lambda s, b, e: s.kept_by is None and not s.anonymous,
    p.MergeProposed: lambda s, b, e: UUID(b.merged) not in s.proposed and b.by == e.actor,
    p.MergeDeclined: lambda s, b, e: UUID(b.merged) in s.proposed,
    p.PersonsMerged: _merges,
    p.PersonsParted: _parts,
    p.MergedInto: lambda s, b, e: s.kept_by != UUID(b.kept) != s.id,
    p.PartedFrom: lambda s, b, e: s.kept_by == UUID(b.of),
    p.ProcessingRestricted: lambda s, b, e: s.restriction is None,
    p.RestrictionEased: lambda s, b, e: s.restriction is not None and e.at < b.until,
    p.RestrictionLifted: lambda s, b, e: s.restriction is not None,
}


def check_person(person: UUID, history: Sequence[Recorded]) -> Iterator[Finding]:
    """`history`: all events of the person, in order, from its registration."""
    state = PersonState(person, 0)
    for event in history:
        body = event.body
        rule = _ALLOWED.get(type(body))
        first = isinstance(body, p.PersonRegistered)
        if (
            first != (event.originator_version == 1)
            or state.erased
            or (rule is not None and not rule(state, body, event))
        ):
            topic = topic_of(type(body))
            yield Finding(
                person,
                event.position,
                "person_rule",
                Text(f"Qui {topic} non era possibile.", f"{topic} was not possible here."),
            )
        state = replace(evolve(state, body), version=event.originator_version)


# ── what no stream can tell alone ────────────────────────────────────────────────────────────

_JOINING = (p.PersonsMerged, p.PersonsParted, p.MergedInto, p.PartedFrom, PersonReplaced)
_READ = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE topic = ANY(%b) ORDER BY notification_id
"""
_OPENED = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b::uuid[]) AND originator_version = 1
"""
_STILL_FOUND = """
    SELECT DISTINCT e.originator_id FROM stored_events e
    JOIN claims c ON c.originator_id = e.originator_id
    WHERE e.topic = 'person.person-erased'
"""


def person_flaws(recorder: CaseLogRecorder) -> Iterator[Finding]:
    """Whether who was merged, who stands for them, and their cases say the same; and whether
    somebody who was erased can still be found. Raises LogUnavailable."""
    topics = [topic_of(body) for body in _JOINING]
    # Ids as they are written: whoever altered one may have left no id at all.
    kept: dict[str, str] = {}
    stands: dict[str, str] = {}
    about: dict[str, str] = {}
    for event in _readable(recorder, _READ, topics):
        body, of = event.body, str(event.originator_id)
        if isinstance(body, p.MergedInto):
            kept[of] = body.kept
        elif isinstance(body, p.PartedFrom):
            kept.pop(of, None)
            if body.kept:
                kept[of] = body.kept
        elif isinstance(body, p.PersonsMerged):
            stands |= dict.fromkeys((body.merged, *body.along), of)
        elif isinstance(body, p.PersonsParted):
            stands.pop(body.merged, None)
            stands |= dict.fromkeys(body.along, body.merged)
        else:
            about[of] = body.person
    for person, other in sorted(kept.items() ^ stands.items()):
        yield Finding(_id(person) or _id(other) or LEAST, 0, "merge_one_sided", _ONE_SIDED)
    for event in _readable(recorder, _OPENED, list(about)) if about else ():
        if isinstance(event.body, CaseOpened):
            opened = event.body.person
            if about[str(event.originator_id)] != kept.get(opened, opened):
                yield Finding(event.originator_id, 0, "case_of_another", _OF_ANOTHER)
    for (person,) in recorder.rows(_STILL_FOUND):
        yield Finding(person, 0, "erased_found", _FOUND)


def _readable(recorder: CaseLogRecorder, query: str, of: list[str]) -> Iterator[Recorded]:
    """What cannot be read is told where the log is checked."""
    mapper = CaseLogMapper()
    for row in recorder.rows(query, (of,)):
        with suppress(UnreadableEvent):
            yield mapper.read(Entry._make(row))


def _id(written: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(written)
    return None


_ONE_SIDED = Text(
    "Chi è stato unito e chi è rimasto non dicono la stessa cosa.",
    "Who was merged and who was kept do not say the same.",
)
_OF_ANOTHER = Text(
    "Il caso è di una persona diversa da quella che le unioni dicono.",
    "The case is about another person than the merges say.",
)
_FOUND = Text(
    "Una persona cancellata si può ancora trovare: ripetere `cantiere person erase --approve`.",
    "An erased person can still be found: repeat `cantiere person erase --approve`.",
)
