"""How long an auditor waits: one case as of any moment, and two questions over all cases."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter

import psycopg

from bench import servers
from bench.generated import fill
from bench.path import PACK, service_on, territory
from bench.report import Row
from projections.indicators.irregular import irregularities
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from projections.timeline.deeds import deeds
from protocols.registry import Registry

UNIT = "ms, p95"
_EVENTS = 1_000_000

MOMENT = "one case as of a moment"
DID = "everything that one person did"
LATE = "every case in which a step was late"


def run(quick: bool = False) -> list[Row]:
    """Rows with the 95th percentile, each with its goal."""
    with servers.postgres() as server:
        url = servers.database(server)
        fill(url, 1_000 if quick else _EVENTS)
        migrate(url)
        service = service_on(url, threads=1)
        try:
            models = read_models(Registry.load(PACK), territory())
            wanted = [model for model in models if model.name in ("timeline", "indicators")]
            rebuild_models(url, service.recorder, wanted)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ANALYZE")
                cases = connection.execute(
                    "SELECT originator_id, max(version), max(at) FROM timeline.entries GROUP BY 1"
                ).fetchall()
                busiest = connection.execute(
                    "SELECT actor FROM timeline.entries WHERE actor NOT LIKE 'system:%'"
                    " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
                ).fetchone()
                assert busiest is not None
                dice = random.Random(1)
                now = max(at for _, _, at in cases)

                def moment() -> None:
                    case, last, at = dice.choice(cases)
                    if dice.random() < 0.5:
                        service.state(case, version=dice.randint(1, last))
                    else:
                        service.state(case, at=at)

                return [
                    _row(MOMENT, moment, 20 if quick else 2_000, 50),
                    _row(DID, lambda: deeds(connection, busiest[0]), 5, 2_000),
                    _row(LATE, lambda: irregularities(connection, "triage", now), 5, 2_000),
                ]
        finally:
            service.close()


def _row(name: str, call: Callable[[], object], times: int, most: float) -> Row:
    waits = []
    for _ in range(times):
        start = perf_counter()
        call()
        waits.append(1000 * (perf_counter() - start))
    waits.sort()
    worst = waits[min(times - 1, times * 95 // 100)]
    goal = f"<= {most:,.0f} ms"
    return Row(name, worst, UNIT, goal=goal, met=worst <= most, detail={"p50": waits[times // 2]})
