"""The whole log, checked: nothing lost, nothing unreadable, every case as its protocol says.

Events are read originator by originator, so that memory holds one case at a time. Of a large log a
second process takes stretches from the front, this one from the back, until they meet.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from psycopg.rows import tuple_row

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.conformance import Finding, check_case
from domain.host.events import HostRegistered
from domain.host.state import fold as fold_host
from domain.log.datastore import patiently
from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.migration.conformance import check_migration
from domain.migration.events import Planned
from domain.person.events import PersonRegistered
from domain.publishing.conformance import check_publishing
from domain.publishing.events import Drafted, Installed
from domain.publishing.registry import PublishedRegistry
from domain.reads.conformance import check_reads
from domain.reads.events import ReadsRecorded
from protocols.engine.events import CaseOpened
from protocols.registry import Registry
from protocols.territory import Territory, default_pack, load_territory
from protocols.text import Text

_BATCH = 5_000
# Below so many events a second process costs more than it brings.
_WORTH_SHARING = 60_000
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)
# Sixteen stretches of originators: (after, until).
_STRETCHES = list(pairwise([*(UUID(int=n << 124) for n in range(16)), _LAST]))

_COUNT = """
    SELECT count(*), coalesce(min(notification_id), 1), coalesce(max(notification_id), 0),
        (SELECT coalesce(max(last_position), 0) FROM commands WHERE first_position IS NOT NULL)
    FROM stored_events WHERE notification_id <= %b
"""
_READ = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE (originator_id, originator_version) > (%b, %b) AND originator_id <= %b
      AND notification_id <= %b
    ORDER BY originator_id, originator_version LIMIT %b
"""


class LogVerified(msgspec.Struct, frozen=True):
    """`findings` is empty when the log is as it should be. `commands` that were done again."""

    events: int
    cases: int
    commands: int
    findings: list[Finding]


class _Part(msgspec.Struct):
    events: int = 0
    cases: int = 0
    commands: int = 0
    findings: list[Finding] = []
    # case → (host, kind) it holds; host → the (case, kind) it counts as taken
    held: dict[str, tuple[str, str]] = {}
    taken: dict[str, list[tuple[str, str]]] = {}


def verify_log(
    database_url: str,
    pack: Path | None = None,
    *,
    processes: int | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> LogVerified:
    """Check the log up to its end now. `processes`: 1 or 2; by default as the log's size asks.
    `meanwhile` is called once, while the second process has begun, if there is one.

    Raises LogUnavailable, DocumentError, PackRefused, and what `meanwhile` raises.
    """
    pack = pack or default_pack()
    with CaseLogRecorder.connect(database_url, pool_size=1, max_size=2) as recorder:
        until = recorder.last_position()
        whole = list(_whole(recorder, until))
        shared = processes == 2 if processes else until > _WORTH_SHARING
        if shared:
            parts = _shared(recorder, database_url, pack, until, meanwhile)
        else:
            if meanwhile is not None:
                meanwhile()
            parts = [_Checker(recorder, pack).part(_FIRST, _LAST, until)]
    findings = [*whole, *(finding for part in parts for finding in part.findings)]
    held = {case: place for part in parts for case, place in part.held.items()}
    taken = {host: places for part in parts for host, places in part.taken.items()}
    findings.extend(_places(held, taken))
    return LogVerified(
        sum(part.events for part in parts),
        sum(part.cases for part in parts),
        sum(part.commands for part in parts),
        sorted(findings, key=lambda finding: finding.position),
    )


def _shared(
    recorder: CaseLogRecorder,
    database_url: str,
    pack: Path,
    until: int,
    meanwhile: Callable[[], object] | None,
) -> list[_Part]:
    # Spawned: a forked child would inherit connections and threads.
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (database_url, pack)) as pool:
        waiting = [pool.submit(_part_there, *stretch, until) for stretch in _STRETCHES]
        try:
            checker = _Checker(recorder, pack)
            if meanwhile is not None:
                meanwhile()
            mine = []
            for future, stretch in zip(reversed(waiting), reversed(_STRETCHES), strict=True):
                if not future.cancel():
                    break
                mine.append(checker.part(*stretch, until))
            return [*mine, *(future.result() for future in waiting if not future.cancelled())]
        finally:
            pool.shutdown(cancel_futures=True)


def _whole(recorder: CaseLogRecorder, until: int) -> Iterator[Finding]:
    """Whether positions run from 1 without a gap, as far as commands have been acknowledged."""

    def attempt(connection: Any, _: int) -> tuple[int, int, int, int]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_COUNT, (until,)).fetchone()

    count, first, last, acknowledged = patiently(recorder.datastore, attempt)
    if first != 1 or last != count:
        yield Finding(
            _FIRST,
            0,
            "gap",
            Text(
                f"Le posizioni vanno da {first} a {last}, ma gli eventi sono {count}.",
                f"Positions go from {first} to {last}, but there are {count} events.",
            ),
        )
    # More may have been acknowledged while this was asked; that is in the log by now.
    if acknowledged > last and acknowledged > recorder.last_position():
        yield Finding(
            _FIRST,
            last,
            "tail",
            Text(
                f"Sono stati confermati comandi fino all'evento {acknowledged}, ma il registro "
                f"finisce al {last}.",
                f"Commands were acknowledged up to event {acknowledged}, but the log ends at "
                f"{last}.",
            ),
        )


class _Checker:
    """What one process checks with, prepared once."""

    def __init__(self, recorder: CaseLogRecorder, pack: Path) -> None:
        self._recorder = recorder
        self._registry = PublishedRegistry(Registry.load(pack), recorder)
        self._registry.refresh()
        self._territory = load_territory(pack)

    def part(self, after: UUID, until: UUID, end: int) -> _Part:
        """The originators after one id and up to another, as far as the position `end`."""
        part = _Part()
        entries = _entries(self._recorder, after, until, end)
        for originator, group in groupby(entries, lambda entry: entry.originator_id):
            _check(part, originator, list(group), self._registry, self._territory)
        return part


_checker: _Checker | None = None


def _begin(database_url: str, pack: Path) -> None:
    """In the second process, before its first stretch."""
    global _checker
    # Connected until the process ends.
    recorder = CaseLogRecorder.connect(database_url, pool_size=1, max_size=2)
    _checker = _Checker(recorder, pack)
    # What has been prepared stays: the collector need not look at it again.
    gc.freeze()


def _part_there(after: UUID, until: UUID, end: int) -> _Part:
    assert _checker is not None
    return _checker.part(after, until, end)


def _entries(recorder: CaseLogRecorder, after: UUID, until: UUID, end: int) -> Iterator[Entry]:
    """Events of the originators after one id and up to another, each originator's in order."""
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


_MAPPER = CaseLogMapper()


def _check(
    part: _Part, originator: UUID, entries: list[Entry], registry: Registry, territory: Territory
) -> None:
    part.events += len(entries)
    part.findings.extend(_order(entries))
    try:
        history: list[Recorded] = [_MAPPER.read(entry) for entry in entries]
    except UnreadableEvent as error:
        part.findings.append(Finding(originator, error.position, "unreadable", error.message))
        return
    first = history[0].body
    if isinstance(first, HostRegistered):
        host = fold_host(originator, history)
        assert host is not None
        part.taken[str(originator)] = list(host.taken)
    elif isinstance(first, (Installed, Drafted)):
        part.findings.extend(check_publishing(originator, history, registry))
    elif isinstance(first, Planned):
        part.findings.extend(check_migration(originator, history))
    elif isinstance(first, ReadsRecorded):
        part.findings.extend(check_reads(originator, history))
    elif not isinstance(first, PersonRegistered):
        part.cases += isinstance(first, CaseOpened)
        checked = check_case(originator, history, registry, territory)
        part.commands += checked.commands
        part.findings.extend(checked.findings)
        if checked.place is not None:
            part.held[str(originator)] = checked.place


def _order(entries: list[Entry]) -> Iterator[Finding]:
    position = 0
    for version, entry in enumerate(entries, start=1):
        if entry.originator_version != version or entry.position <= position:
            yield Finding(
                entry.originator_id,
                entry.position,
                "order",
                Text(
                    f"Dopo la versione {version - 1} viene la {entry.originator_version}.",
                    f"After version {version - 1} comes {entry.originator_version}.",
                ),
            )
            return
        position = entry.position


def _places(
    held: dict[str, tuple[str, str]], taken: dict[str, list[tuple[str, str]]]
) -> Iterator[Finding]:
    """Cases and hosts must agree on who holds which place."""
    by_host = {(host, case, kind) for host, places in taken.items() for case, kind in places}
    by_case = {(host, case, kind) for case, (host, kind) in held.items()}
    for host, case, _ in sorted(by_host - by_case):
        yield Finding(
            UUID(host),
            0,
            "place_not_held",
            Text(
                f"Il soggetto ospitante conta un posto per il caso {case}, che non lo occupa.",
                f"The host counts a place for case {case}, which does not hold it.",
            ),
        )
    for host, case, _ in sorted(by_case - by_host):
        yield Finding(
            UUID(case),
            0,
            "place_not_taken",
            Text(
                f"Il caso occupa un posto presso {host}, che non lo conta.",
                f"The case holds a place at {host}, which does not count it.",
            ),
        )
