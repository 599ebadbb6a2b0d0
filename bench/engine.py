"""Steps a second of the engine in memory, for short and long cases, beside another engine.

A case is a sequence of steps for people, each completed as soon as it is open. Ours pays for each
step what a decision pays: a copy of the state, the events, and their fold.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from statistics import median
from time import perf_counter

from bench.report import Row
from bench.spiff import SpiffCase, spiff_spec
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.language.load import read_protocol
from protocols.territory import Territory, default_pack, load_territory

LENGTHS = (10, 50, 200)
UNIT = "steps/s"
GOAL = 20_000
FLAT = 1.3
OTHER = "SpiffWorkflow"

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_HEAD = """\
protocol: sequence
version: 1.0.0
title: Sequenza
territory: adda-martesana
valid_from: 2021-01-01
roles: {worker: {title: Chi lavora, held_by: {organisation: comune}}}
steps:
"""


def run(*, quick: bool = False) -> list[Row]:
    """Rounds of ours and theirs take turns, so that what else the machine does weighs on both."""
    rounds = 3 if quick else 15
    steps = 400 if quick else 3_000
    contestants: dict[str, dict[int, Callable[[], None]]] = {
        "Cantiere": {length: _ours(sequence(length)) for length in LENGTHS},
        "Cantiere, with deadlines": {
            length: _ours(sequence(length, due="20 working days")) for length in LENGTHS
        },
    }
    if importlib.util.find_spec("SpiffWorkflow") is not None:
        contestants[OTHER] = {length: _theirs(length) for length in LENGTHS}
    rates: dict[tuple[str, int], list[float]] = {}
    for number in range(rounds + 1):
        for length in LENGTHS:
            for name, cases in contestants.items():
                share = steps if name != OTHER else steps // 10
                times = max(1, share // length)
                seconds = _timed(cases[length], times)
                # The first round only warms up.
                if number:
                    rates.setdefault((name, length), []).append(times * length / seconds)
    return _rows(rates)


def _rows(rates: dict[tuple[str, int], list[float]]) -> list[Row]:
    def row(name: str, length: int) -> Row:
        rate = median(rates[name, length])
        return Row(f"{name}, {length} steps", rate, UNIT, detail={"µs a step": 1e6 / rate})

    rows = []
    for name in dict.fromkeys(name for name, _ in rates):
        for length in LENGTHS:
            measured = row(name, length)
            if name != OTHER and (OTHER, length) in rates:
                times = _times(rates[name, length], rates[OTHER, length])
                measured = measured.compared(row(OTHER, length), ratio=times)
            rows.append(measured.reaching(GOAL) if name == "Cantiere" else measured)
    growth = _times(rates["Cantiere", LENGTHS[0]], rates["Cantiere", LENGTHS[-1]])
    rows.append(
        Row(
            f"cost of a step, {LENGTHS[-1]} steps / {LENGTHS[0]} steps", growth, "x",
            goal=f"<= {FLAT} x", met=growth <= FLAT,
        )
    )  # fmt: skip
    if not any(name == OTHER for name, _ in rates):
        rows.append(Row(f"{OTHER}: not installed", 0.0, UNIT))
    return rows


def _times(one: list[float], other: list[float]) -> float:
    """How many times as fast, round by round: what else the machine did then weighs on both."""
    return median(a / b for a, b in zip(one, other, strict=True))


def _timed(case: Callable[[], None], times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        case()
    return perf_counter() - start


def sequence(length: int, due: str = "") -> Plan:
    """A protocol of `length` steps, each after the one before."""
    lines = []
    for number in range(length):
        after = f", after: s{number - 1}" if number else ""
        deadline = f", due: {due}" if due else ""
        lines.append(f"  s{number}: {{title: Passo, role: worker{after}{deadline}}}\n")
    return read_protocol(_HEAD + "".join(lines), "sequence/1.0.0.yaml")


@cache
def _territory() -> Territory:
    return load_territory(default_pack())


def _ours(plan: Plan) -> Callable[[], None]:
    territory = _territory()
    comune = next(iter(territory.comuni))
    opened = e.CaseOpened(
        "sequence", "1.0.0", plan.digest, "person", "CPS", "cps-melzo", comune,
        territory.district_of(comune), date(2026, 3, 2),
    )  # fmt: skip

    def case() -> None:
        first = Run(plan, State(plan.names), _NOW, territory)
        moves.open_case(first, opened)
        state = first.state
        for name in plan.names:
            step = Run(plan, state, _NOW, territory)
            moves.complete(step, name, "done", {})
            state = step.state
        assert state.ended

    return case


def _theirs(length: int) -> Callable[[], None]:
    spec = spiff_spec(length)

    def case() -> None:
        SpiffCase(spec).play()

    return case
