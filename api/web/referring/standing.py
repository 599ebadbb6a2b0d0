"""How far a referral has come, in the words of whoever sent it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg.rows import tuple_row

from api.http.case_view import CaseDetail
from api.web.desk import Desk
from api.web.people import place_of
from api.web.words import referring as words
from domain.log.datastore import patiently
from domain.log.recorded import Entry
from domain.log.topics import topic_of
from domain.service import CaseService
from protocols import facts
from protocols.language.document import Protocol
from protocols.territory import Territory, scope_kind, scope_place
from protocols.text import Text

_QUERY = """
    SELECT DISTINCT ON (originator_id)
        notification_id, originator_id, originator_version, topic, state
    FROM stored_events WHERE originator_id = ANY(%b) AND topic = %b
    ORDER BY originator_id, originator_version DESC
"""


class Standing(msgspec.Struct, frozen=True):
    """`kind`: of the badge; `more`: what it means, with what to do."""

    kind: str
    title: Text
    more: Text


class Place(msgspec.Struct, frozen=True):
    """Where a case is. `stage`: its name in the protocol; `ended`: why, empty where it goes on."""

    stage: str
    stage_title: Text
    ended: str
    paused: bool


def standing(protocol: Protocol, place: Place, *, incomplete: bool, asked: bool) -> Standing:
    """`incomplete`: it was registered so; `asked`: a question to the referring service waits."""
    if place.ended:
        return Standing(
            "secondary",
            words.ENDED,
            _filled(words.ENDED_HELP, reason=reason(protocol, place.ended)),
        )
    first = next(iter(protocol.stages), "")
    if incomplete and place.stage in ("", first):
        return Standing("warning", words.MORE_ASKED, words.MORE_ASKED_HELP)
    if asked:
        return Standing("warning", words.ASKED, words.ASKED_HELP)
    if place.paused:
        return Standing("secondary", words.STOPPED, words.STOPPED_HELP)
    return Standing("info", place.stage_title, _filled(words.GOING_HELP, stage=place.stage_title))


def reason(protocol: Protocol, ended: str) -> Text:
    """The end that a case has come to, by the title of an outcome or event that leads to it."""
    for step in protocol.steps.values():
        for outcome in step.outcomes.values():
            if outcome is not None and outcome.ends == ended and outcome.title is not None:
                return outcome.title
    for event in protocol.events.values():
        if event.ends == ended:
            return event.title
    plain = ended.replace("_", " ")
    return Text(plain, plain)


def place_in_words(territory: Territory, scope: str) -> Text:
    """Where something is being done; a comune as the public body that it is."""
    found = place_of(territory, scope)
    # Of a sealed case the scope says that it is a comune, and not which.
    named = scope_kind(scope) == "comune" and scope_place(scope)
    return _filled(words.AT_COMUNE, name=found) if named else found


def who_of(detail: CaseDetail) -> str:
    """The person's name, where the reader may know it, else the pseudonym."""
    known = detail.person.particulars
    names = [known.get(name) for name in ("last_name", "first_name")]
    return " ".join(name for name in names if isinstance(name, str)) or detail.person.pseudonym


def comune_of(desk: Desk, detail: CaseDetail) -> str:
    """Empty where it may not be known."""
    found = detail.comune if isinstance(detail.comune, str) else ""
    known = desk.door.service.territory.comuni.get(found)
    return known.name if known else ""


def registered_incomplete(service: CaseService, cases: Collection[UUID]) -> set[UUID]:
    """Those whose referral was registered as incomplete; one question to the log.
    Raises LogUnavailable."""
    if not cases:
        return set()
    topic = topic_of(facts.ReferralRegistered)

    def attempt(connection: Any, _: int) -> Sequence[tuple[Any, ...]]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_QUERY, (list(cases), topic)).fetchall()

    rows = patiently(service.recorder.datastore, attempt)
    events = [service.mapper.read(Entry._make(row)) for row in rows]
    return {event.originator_id for event in events if not event.body.complete}


def _filled(text: Text, **values: Text) -> Text:
    """The text with others in it, in each language."""
    return Text(
        *(
            text.in_(language).format(
                **{name: value.in_(language) for name, value in values.items()}
            )
            for language in ("it", "en")
        )
    )
