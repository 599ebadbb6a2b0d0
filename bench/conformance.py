"""Trace events a second that are held against the shipped protocols: of logs whose traces repeat,
of logs each of whose traces differs, and of logs that are of something else."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from random import Random
from time import perf_counter

from bench.report import Row
from domain.conforming.abreast import checked
from domain.conforming.check import Check
from domain.conforming.mapping import Mapping
from domain.conforming.meaning import Meaning
from domain.exchange.trace import LoggedTrace
from protocols.engine.plan import Plan
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.exchange.logs import TERRITORY, TODAY, noisy, timeless, walked

UNIT = "events/s"
GOAL = 20_000
_WALKS = 150


def run(*, quick: bool = False) -> list[Row]:
    """Of a log whose traces differ the first part is slower: what the engine does is being learned.
    `cut short`: the share of the traces whose best explanation is only known between bounds."""
    registry = Registry.load(default_pack())
    traces = 200 if quick else 6_000
    rows = []
    for version in ("1.0.0", "2.0.0"):
        plan = registry.get("presa-in-carico", version)
        walks = [walked(plan, seed) for seed in range(_WALKS)]
        repeating = [walks[n % _WALKS] for n in range(2 * traces)]
        rows.append(_measured(plan, f"{version}, traces repeat", repeating))
        for times in (1, 3):
            draw = Random(times)
            log = [noisy(walks[n % _WALKS], draw, plan, times) for n in range(traces)]
            rows.append(_measured(plan, f"{version}, {times} disturbances in each", log))
    draw = Random(7)
    foreign = [timeless(*draw.choices(plan.names, k=30)) for _ in range(traces // 20)]
    rows.append(_measured(plan, "2.0.0, events at random", foreign))
    return rows


def _measured(plan: Plan, name: str, log: list[LoggedTrace]) -> Row:
    check = Check(plan, TERRITORY, Meaning(Mapping(), plan), today=TODAY)
    gc.collect()
    seconds = _seconds(lambda: [None for _ in checked(check, iter(log))])
    totals = check.totals
    detail = {
        "processes": float(os.cpu_count() or 1),
        "variants": float(totals.variants),
        "cut short": totals.cut_short / totals.traces,
    }
    return Row(name, totals.events / seconds, UNIT, detail=detail).reaching(GOAL)


def _seconds(call: Callable[[], object]) -> float:
    before = perf_counter()
    call()
    return perf_counter() - before
