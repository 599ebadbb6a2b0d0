"""What a change of version would do to every open case: read from the log, written nowhere."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from psycopg.rows import tuple_row

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.case.state import fold
from domain.log.datastore import patiently
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder
from domain.migration.events import Route
from domain.migration.ways import Asked, Ways
from domain.publishing.registry import PublishedRegistry
from protocols.engine.events import CaseOpened
from protocols.migration.placement import Question, Reason, Verdict
from protocols.migration.sentences import NO_COMBINATION
from protocols.registry import Registry
from protocols.territory import Territory, load_territory

_BATCH = 5_000
WORTH_SHARING = 1_000_000
"""Below so many events in the log a second process costs more than it brings."""

_FIRST, _MIDDLE, _LAST = UUID(int=0), UUID(int=1 << 127), UUID(int=(1 << 128) - 1)
# Hosts and persons have streams of their own: only cases begin with what a case begins with.
_READ = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE (originator_id, originator_version) > (%b, %b) AND originator_id <= %b
      AND notification_id <= %b AND (topic LIKE 'case.%%' OR topic LIKE 'fact.%%')
    ORDER BY originator_id, originator_version LIMIT %b
"""
_MOVED = "case.migrated"

Progress = Callable[[int], None]


class CaseVerdict(msgspec.Struct, frozen=True):
    """`version`: of the case, as it was judged; `why`: ids of what stands in the way; `notes`: of
    what the move changes besides; `from_version`, `to_version`: the combinations, '' where there is
    none for it."""

    case: UUID
    version: int
    verdict: Verdict
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    from_version: str = ""
    to_version: str = ""


class Ahead(msgspec.Struct, frozen=True):
    """How many cases would go one way, by verdict."""

    from_version: str
    to_version: str
    counts: dict[str, int]


class Survey(msgspec.Struct, frozen=True):
    """`questions`, `reasons`, `notes`: each once, in words, by their ids; `ways`: those that
    cases go, by their two versions."""

    cases: list[CaseVerdict]
    questions: dict[str, Question]
    reasons: dict[str, Reason]
    notes: dict[str, Reason]
    ways: dict[tuple[str, str], Route]

    def counts(self) -> dict[str, int]:
        return dict(Counter(case.verdict for case in self.cases))

    def why(self) -> dict[str, int]:
        """What stands in the way → in how many cases; the most frequent first."""
        return dict(Counter(reason for case in self.cases for reason in case.why).most_common())

    def ahead(self) -> list[Ahead]:
        """By the two versions."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for case in self.cases:
            way = (case.from_version, case.to_version)
            found.setdefault(way, Counter())[case.verdict] += 1
        return [Ahead(*way, dict(found[way])) for way in sorted(found)]

    def moving(self) -> tuple[tuple[str, ...], tuple[Route, ...]]:
        """The cases (hex) that move, way by way, and the ways with the number of their cases."""
        cases: list[str] = []
        routes = []
        for way in sorted(self.ways):
            here = [
                case.case.hex
                for case in self.cases
                if case.verdict == "moves" and (case.from_version, case.to_version) == way
            ]
            if here:
                cases += here
                routes.append(msgspec.structs.replace(self.ways[way], cases=len(here)))
        return tuple(cases), tuple(routes)

    def recognised(self) -> dict[str, str]:
        """Old names → new ones, where that was not stated."""
        found = {}
        for route in self.ways.values():
            m = route.mapping
            named = {**m.events, **m.outcomes, **m.steps}
            found.update({name: named.get(name, "") for name in m.proposed})
        return found

    def digest(self) -> str:
        """Of every verdict, and of the texts that the cases would follow."""
        lines = sorted(
            f"{c.case.hex} {c.verdict} {c.from_version} {c.to_version} {' '.join(c.why)}"
            for c in self.cases
        )
        lines += sorted(" ".join(route.digests) for route in self.ways.values())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def survey(
    recorder: CaseLogRecorder,
    registry: Registry,
    territory: Territory,
    asked: Asked,
    now: datetime,
    progress: Progress | None = None,
) -> Survey:
    """Every open case that follows the old version and is to follow another, in this process.
    Raises UnknownProtocol, LogUnavailable."""
    until = recorder.last_position()
    part = _part(recorder, registry, territory, asked, now, (_FIRST, _LAST, until), progress)
    return _joined([part])


def survey_shared(database_url: str, pack: Path, asked: Asked, now: datetime) -> Survey:
    """The same by two processes. Raises as `survey`."""
    with CaseLogRecorder.connect(database_url, pool_size=1, max_size=2) as recorder:
        until = recorder.last_position()
    halves = [(_FIRST, _MIDDLE, until), (_MIDDLE, _LAST, until)]
    # Spawned: a forked child would inherit connections and threads.
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        waiting = [pool.submit(_alone, database_url, pack, asked, now, half) for half in halves]
        return _joined([future.result() for future in waiting])


def _alone(
    database_url: str, pack: Path, asked: Asked, now: datetime, span: tuple[UUID, UUID, int]
) -> Survey:
    with CaseLogRecorder.connect(database_url, pool_size=1, max_size=2) as recorder:
        registry = PublishedRegistry(Registry.load(pack), recorder)
        registry.refresh()
        return _part(recorder, registry, load_territory(pack), asked, now, span, None)


def _joined(parts: list[Survey]) -> Survey:
    cases = sorted((case for part in parts for case in part.cases), key=lambda c: c.case)
    whole = Survey(cases, {}, {}, {}, {})
    for part in parts:
        whole.questions.update(part.questions)
        whole.reasons.update(part.reasons)
        whole.notes.update(part.notes)
        whole.ways.update(part.ways)
    return whole


def _part(
    recorder: CaseLogRecorder,
    registry: Registry,
    territory: Territory,
    asked: Asked,
    now: datetime,
    span: tuple[UUID, UUID, int],
    progress: Progress | None,
) -> Survey:
    ways = Ways(registry, territory, asked)
    found = Survey([], {}, {}, {}, {})
    for case, group in groupby(_entries(recorder, span), lambda entry: entry.originator_id):
        _judge(found, ways, registry, asked, case, list(group), now)
        if progress is not None:
            progress(len(found.cases))
    return found


def _judge(
    found: Survey,
    ways: Ways,
    registry: Registry,
    asked: Asked,
    case: UUID,
    entries: list[Entry],
    now: datetime,
) -> None:
    first = _MAPPER.read(entries[0]).body
    if not isinstance(first, CaseOpened) or first.protocol != asked.protocol:
        return
    if not asked.concerns(first.version) and not any(e.topic == _MOVED for e in entries):
        return
    state = fold(case, map(_MAPPER.read, entries), registry)
    opened = state.opened
    if opened is None or not asked.concerns(opened.version) or state.ended:
        return
    way = (opened.version, ways.target(state.attributes))
    if way[0] == way[1]:
        return
    if not way[1]:
        found.reasons[NO_COMBINATION.id] = NO_COMBINATION
        why = (NO_COMBINATION.id,)
        found.cases.append(CaseVerdict(case, state.version, "must_not", why, (), *way))
        return
    placer, found.ways[way] = ways.between(*way)
    placement = placer.place(state, now)
    found.questions.update({question.id: question for question in placement.questions})
    found.reasons.update({reason.id: reason for reason in placement.reasons})
    found.notes.update({note.id: note for note in placement.notes})
    notes = tuple(note.id for note in placement.notes)
    found.cases.append(
        CaseVerdict(case, state.version, placement.verdict, placement.why, notes, *way)
    )


_MAPPER = CaseLogMapper()


def _entries(recorder: CaseLogRecorder, span: tuple[UUID, UUID, int]) -> Iterator[Entry]:
    """Events of cases after one id and up to another, each case's in order."""
    after, until, end = span
    # A version beyond all others: of the first id itself, nothing is wanted.
    at: tuple[UUID, int] = (after, 2**62)
    while True:

        def attempt(connection: Any, _: int, at: tuple[UUID, int] = at) -> list[Any]:
            with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
                return cursor.execute(_READ, (*at, until, end, _BATCH), prepare=True).fetchall()

        rows = patiently(recorder.datastore, attempt)
        yield from map(Entry._make, rows)
        if len(rows) < _BATCH:
            return
        at = (rows[-1][1], rows[-1][2])
