"""How long an auditor waits: one case as of any moment, and whole answers over all cases."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import psycopg

from api.answers.audit import could_see, did, late
from bench import servers
from bench.generated import fill
from bench.path import PACK, service_on, territory
from bench.report import Row
from domain.case.hindsight import in_hindsight
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from protocols.registry import Registry

UNIT = "ms, p95"
_EVENTS = 1_000_000

MOMENT = "one case as of a moment"
HINDSIGHT = "one case by what was known later"
COULD_SEE = "who could see a case on a day"
DID = "everything that one person did in three months"
DID_FIRST = "the first 1,000 things that one person did"
LATE = "every case in which a step was late"
ALL = 1_000_000
QUARTER = timedelta(days=91)


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

                def moment() -> None:
                    case, last, at = dice.choice(cases)
                    if dice.random() < 0.5:
                        service.state(case, version=dice.randint(1, last))
                    else:
                        service.state(case, at=at)

                def hindsight() -> None:
                    case, _, at = dice.choice(cases)
                    history = service.history(case)
                    in_hindsight(case, history, at, service.registry)

                def seen() -> None:
                    case, _, at = dice.choice(cases)
                    could_see(service, case, at, at.date())

                # Not a page: everything there is to say. Here one person records nearly half of all
                # events, so that three months are as much as anybody's years.
                last = max(at for _, _, at in cases)

                def done() -> None:
                    did(service, connection, busiest[0], last - QUARTER, last, ALL)

                def first() -> None:
                    did(service, connection, busiest[0], None, None)

                def overdue() -> None:
                    late(service, connection, "triage", None, None, ALL)

                times = 20 if quick else 2_000
                return [
                    _row(MOMENT, moment, times, 50),
                    _row(HINDSIGHT, hindsight, times, 50),
                    _row(COULD_SEE, seen, times // 10, 2_000),
                    _row(DID, done, 5, 2_000),
                    _row(DID_FIRST, first, 5, 2_000),
                    _row(LATE, overdue, 5, 2_000),
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
