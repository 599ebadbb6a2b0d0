"""Commands a second through the application service, beside other ways to do as much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import psycopg

from api.stack.postgres import EmbeddedPostgres
from bench import appends, servers
from bench.measuring import Case, Samples, ratio, run_cases
from bench.path import People, path, service_on
from bench.report import Row
from bench.rival_dbos import Dbos
from bench.rival_temporal import BareTemporal
from bench.rivals import Absent, Rival
from domain.case.state import CaseState
from domain.log.migrations import CASE_LOG, migrate
from domain.service import CaseService

UNIT = "commands/s"
THREADS = (1, 8)
WARM_UP = 8
_RAW_GOAL = 0.5
_TEMPORAL_GOAL = 5.0
_CHAIN_COST = 1.15

SERVICE = "CaseService.handle"
FORGETFUL = "CaseService.handle, nothing remembered"
STATEMENTS = "raw SQL, statement by statement"
PIPELINE = "raw SQL, one round trip"
FUNCTION = "append_events by itself"
CHAINLESS = "append_events without hashes"
STOCK = "eventsourcing's stock recorder"
MEASURED = (SERVICE, FORGETFUL, STATEMENTS, PIPELINE, FUNCTION, CHAINLESS, STOCK)


def run(quick: bool = False) -> list[Row]:
    """Rows for one thread and for eight; the goals are on the service's rows."""
    cases, rounds, rival_cases = (3, 1, 1) if quick else (60, 5, 10)
    rows: list[Row] = []
    with servers.postgres() as server:
        for threads in THREADS:
            samples = {name: Samples() for name in MEASURED}
            for _ in range(rounds):
                _round(server, threads, cases, samples)
            temporal, dbos = (
                _rival(server, rival, rival_cases * threads, threads)
                for rival in (BareTemporal(), Dbos())
            )
            rows += _compared(samples, temporal, dbos, f", {threads} at once")
    return rows


def _round(
    server: EmbeddedPostgres, threads: int, cases: int, samples: Mapping[str, Samples]
) -> None:
    url = _new_log(server)
    with_memory(url, threads, cases, samples[SERVICE])
    written = appends.written_in(url)
    for name, append, hashed in (
        (STATEMENTS, appends.by_statements, False),
        (PIPELINE, appends.by_pipeline, False),
        (FUNCTION, appends.by_function, True),
        (CHAINLESS, appends.by_function, False),
    ):
        url = _new_log(server) if hashed else _without_hashes(server)
        with appends.by_hand(url, append, written) as todo:
            _warmed_up(todo, threads, samples[name])
    with appends.by_stock_recorder(servers.database(server), written) as todo:
        _warmed_up(todo, threads, samples[STOCK])
    without_memory(_new_log(server), threads, cases, samples[FORGETFUL])


def _rival(server: EmbeddedPostgres, rival: Rival, cases: int, threads: int) -> Row:
    samples = Samples()
    try:
        with rival.cases(servers.database(server), cases) as todo:
            run_cases(todo, threads, samples)
    except Absent as absent:
        return Row(f"{rival.name} ({absent})", 0.0, UNIT)
    return samples.row(rival.name, UNIT)


def _compared(
    samples: Mapping[str, Samples], temporal: Row, dbos: Row, at_once: str
) -> Iterator[Row]:
    """The service against the quicker raw SQL and against Temporal; the others against it."""
    rows = {name: measured.row(name + at_once, UNIT) for name, measured in samples.items()}
    service = rows[SERVICE]
    raw = max((STATEMENTS, PIPELINE), key=lambda name: rows[name].value)
    yield service.compared(rows[raw], _RAW_GOAL, ratio(samples[SERVICE], samples[raw]))
    yield service.compared(temporal, _TEMPORAL_GOAL)
    for name in MEASURED[1:]:
        if name == FUNCTION:
            # The chain may cost 15 % of an append.
            beside = ratio(samples[FUNCTION], samples[CHAINLESS])
            yield rows[FUNCTION].compared(rows[CHAINLESS], 1 / _CHAIN_COST, beside)
        else:
            yield rows[name].compared(service, ratio=ratio(samples[name], samples[SERVICE]))
    for rival in (temporal, dbos):
        yield replace(rival, name=rival.name + at_once).compared(service)


def with_memory(url: str, threads: int, cases: int, samples: Samples) -> None:
    """Commands of whole cases by a process that remembers the cases it has seen."""
    service = service_on(url, threads=threads)
    try:
        _warmed_up(_cases(service, cases + WARM_UP), threads, samples)
    finally:
        service.close()


def without_memory(url: str, threads: int, cases: int, samples: Samples) -> None:
    """The same, each command on a case that this process must first read from the log."""
    service = service_on(url, _Forgetful, threads=threads)
    try:
        _warmed_up(_cases(service, cases + WARM_UP), threads, samples)
    finally:
        service.close()


class _Forgetful(CaseService):
    """As if every command came to another process than the one before."""

    def _cached(self, case: UUID) -> CaseState | None:
        return None


def _cases(service: CaseService, number: int) -> list[Case]:
    today = date.today()
    people = People(today)
    return [
        [partial(service.handle, command) for command in path(uuid4(), people, today)]
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


def _without_hashes(server: EmbeddedPostgres) -> str:
    """The log as it was before events bore hashes."""
    url = _new_log(server)
    before = next(m for m in CASE_LOG.known if m.name == "append_events").sql
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE stored_events DROP COLUMN hash")
        connection.execute(before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").encode())
    return url
