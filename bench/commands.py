"""Commands a second through the application service, beside other ways to do as much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import uuid4

from api.stack.postgres import EmbeddedPostgres
from bench import appends, servers
from bench.measuring import Case, Samples, run_cases
from bench.path import People, path, service_on
from bench.report import Row
from bench.rival_dbos import Dbos
from bench.rival_temporal import BareTemporal
from bench.rivals import Absent, Rival
from domain.log.migrations import migrate
from domain.service import CaseService

UNIT = "commands/s"
THREADS = (1, 8)
WARM_UP = 10
_RAW_GOAL = 0.5
_TEMPORAL_GOAL = 5.0

SERVICE = "CaseService.handle"
FORGETFUL = "CaseService.handle, nothing remembered"
STATEMENTS = "raw SQL, statement by statement"
PIPELINE = "raw SQL, one round trip"
STOCK = "eventsourcing's stock recorder"


def run(quick: bool = False) -> list[Row]:
    """Rows for one thread and for eight; the goals are on the service's rows."""
    cases, rounds, rival_cases = (8, 1, 2) if quick else (200, 3, 24)
    rows: list[Row] = []
    with servers.postgres() as server:
        for threads in THREADS:
            rows += _appends(server, threads, cases, rounds)
        for rival in (BareTemporal(), Dbos()):
            rows += _rival(server, rival, rival_cases)
    return list(_compared(rows))


def _appends(server: EmbeddedPostgres, threads: int, cases: int, rounds: int) -> list[Row]:
    samples = {name: Samples() for name in (SERVICE, FORGETFUL, STATEMENTS, PIPELINE, STOCK)}
    # Round by round, so that whatever else the machine does weighs on all alike.
    for _ in range(rounds):
        url = _new_log(server)
        with_memory(url, threads, cases, samples[SERVICE])
        without_memory(_new_log(server), threads, cases, samples[FORGETFUL])
        written = appends.written_in(url)
        for name, append in (
            (STATEMENTS, appends.by_statements),
            (PIPELINE, appends.by_pipeline),
        ):
            with appends.by_hand(_new_log(server), append, written) as todo:
                _warmed_up(todo, threads, samples[name])
        with appends.by_stock_recorder(servers.database(server), written) as todo:
            _warmed_up(todo, threads, samples[STOCK])
    return [measured.row(_named(name, threads), UNIT) for name, measured in samples.items()]


def _rival(server: EmbeddedPostgres, rival: Rival, cases: int) -> list[Row]:
    rows = []
    for threads in THREADS:
        samples = Samples()
        try:
            with rival.cases(servers.database(server), cases * threads, threads) as todo:
                run_cases(todo, threads, samples)
        except Absent as absent:
            return [Row(f"{rival.name}: {absent}", 0.0, UNIT)]
        rows.append(samples.row(_named(rival.name, threads), UNIT))
    return rows


def with_memory(url: str, threads: int, cases: int, samples: Samples) -> None:
    """Commands of whole cases by a process that remembers the cases it has seen."""
    service = service_on(url, threads=threads)
    try:
        _warmed_up(_cases(service, cases + WARM_UP), threads, samples)
    finally:
        service.close()


def without_memory(url: str, threads: int, cases: int, samples: Samples) -> None:
    """The same, each command on a case that this process must first read from the log."""
    service = service_on(url, threads=threads)
    service._remember = lambda state: None  # type: ignore[method-assign]
    try:
        _warmed_up(_cases(service, cases + WARM_UP), threads, samples)
    finally:
        service.close()


def _cases(service: CaseService, number: int) -> list[Case]:
    today = date.today()
    people = People(today)
    return [
        [lambda c=command: service.handle(c) for command in path(uuid4(), people, today)]
        for _ in range(number)
    ]


def _warmed_up(cases: Iterable[Case], threads: int, samples: Samples) -> None:
    cases = list(cases)
    run_cases(cases[:WARM_UP], threads, Samples())
    run_cases(cases[WARM_UP:], threads, samples)


def _new_log(server: EmbeddedPostgres) -> str:
    url = servers.database(server)
    migrate(url)
    return url


def _named(name: str, threads: int) -> str:
    return f"{name}, {threads} at once"


def _compared(rows: list[Row]) -> Iterator[Row]:
    """The service against raw SQL and Temporal, with the goals; all others against the service."""
    found = {row.name: row for row in rows}
    for row in rows:
        name, _, at_once = row.name.rpartition(", ")
        if name == SERVICE:
            raw = max(
                (found[f"{raw}, {at_once}"] for raw in (STATEMENTS, PIPELINE)),
                key=lambda other: other.value,
            )
            yield row.compared(raw, _RAW_GOAL)
            yield row.compared(found[f"{BareTemporal.name}, {at_once}"], _TEMPORAL_GOAL)
        elif own := found.get(f"{SERVICE}, {at_once}"):
            yield row.compared(own)
        else:
            yield row
