"""How long a protocol takes to be checked: made to a size, and the shipped one."""

from __future__ import annotations

import json
from statistics import median
from time import perf_counter

from bench.report import Row
from protocols.checker import check_text
from protocols.territory import default_pack, load_territory
from tests.checker.generated import parallel

UNIT = "s"
# Steps, in phases of six parallel assessments → the seconds in which it must be checked.
GOALS = {40: 2.0, 200: 20.0}


def run(*, quick: bool = False) -> list[Row]:
    """Reading is part of the time; what was left unexplored is told beside it."""
    rows = [
        _measured(
            f"{steps} steps, six assessments abreast", json.dumps(parallel(steps)), goal, quick
        )
        for steps, goal in GOALS.items()
    ]
    shipped = default_pack() / "protocols/presa-in-carico/1.0.0.yaml"
    rows.append(_measured("presa-in-carico/1.0.0", shipped.read_text("utf-8"), 20.0, quick))
    return rows


def _measured(name: str, text: str, goal: float, quick: bool) -> Row:
    territory = load_territory(default_pack())
    times = []
    for _ in range(1 if quick else 3):
        start = perf_counter()
        report = check_text(text, "measured.yaml", territory, seconds=goal)
        times.append(perf_counter() - start)
    detail = {
        "states": float(report.states),
        "moves": float(report.moves),
        "errors": float(len(report.errors)),
        "left unexplored": float(len(report.not_explored)),
    }
    seconds = median(times)
    return Row(name, seconds, UNIT, goal=f"< {goal:g} s", met=seconds < goal, detail=detail)
