"""Events a second into the read models, beside the stock runner and beside just reading.

The long runs are done twice, and the quicker one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import psycopg

from bench import servers, stock_projection
from bench.generated import fill
from bench.measuring import best_seconds
from bench.path import PACK, territory
from bench.report import Row
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from projections import storage
from projections.models import read_models
from projections.projector import Projector
from projections.rebuild import rebuild_models
from projections.schema import migrate
from protocols.registry import Registry

UNIT = "events/s"
_GOAL = 30_000
_TIMES = 2
_PATIENCE = 120.0

REBUILD = "rebuild of all read models"
FOLLOWING = "following the log, all read models, 500 at a time"
STOCK = "eventsourcing's stock runner, one counter"
COPY = "COPY out of the rows"
READ = "reading the rows (recorder.stream)"
DECODE = "reading and decoding (mapper)"


def run(quick: bool = False) -> list[Row]:
    """Rows for the rebuild, which has the goal, and for what it is measured against."""
    sizes = (1_000, 500, 200) if quick else (200_000, 10_000, 4_000)
    rates: dict[str, float] = {}
    with servers.postgres() as server:
        models = read_models(Registry.load(PACK), territory())
        urls = [servers.database(server) for _ in sizes]
        whole, short, stock = (fill(url, size) for url, size in zip(urls, sizes, strict=True))
        for url in urls[:2]:
            migrate(url)
        with CaseLogRecorder.connect(urls[0]) as recorder:
            read = CaseLogMapper().read
            calls: dict[str, Callable[[], object]] = {
                COPY: partial(_copy_out, urls[0]),
                READ: lambda: sum(1 for _ in recorder.stream()),
                DECODE: lambda: sum(1 for _ in map(read, recorder.stream())),
                REBUILD: lambda: rebuild_models(urls[0], recorder, models),
            }
            for name, call in calls.items():
                rates[name] = whole / best_seconds(call, 1 if quick else _TIMES)
        with CaseLogRecorder.connect(urls[1]) as recorder, storage.connect(urls[1]) as connection:
            projector = Projector(urls[1], recorder, models)
            rates[FOLLOWING] = short / best_seconds(lambda: projector.catch_up(connection), 1)
        rates[STOCK] = stock / best_seconds(
            lambda: stock_projection.run_to(urls[2], stock, _PATIENCE), 1
        )
    rows = {name: Row(name, rate, UNIT) for name, rate in rates.items()}
    return [
        rows[REBUILD].compared(rows[STOCK]).reaching(_GOAL),
        rows[REBUILD].compared(rows[READ]),
        rows[FOLLOWING].compared(rows[STOCK]),
        *(rows[name].compared(rows[REBUILD]) for name in (STOCK, COPY, READ, DECODE)),
    ]


def _copy_out(url: str) -> None:
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY stored_events TO STDOUT (FORMAT binary)") as copy,
    ):
        for _ in copy.rows():
            pass
