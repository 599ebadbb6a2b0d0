"""What the drawing says is what the engine does: the same protocol, run by both, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protocols.drawing.bpmn import bpmn
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.language.load import load_protocol
from tests.drawing.spiff import Executed
from tests.engine.gwt import TERRITORY, at, opened, protocol

NOW = at("2026-03-02")
MEMBERS = [{"person": "ada"}, {"person": "bea"}, {"person": "ciro"}]

# name → (steps and events, the losses that are expected)
PATTERNS: dict[str, tuple[str, set[str]]] = {
    "1 sequence": ("a: {}\nb: {after: a}\nc: {after: b}", set()),
    "2, 3 parallel split and join": (
        "a: {}\nb: {after: a}\nc: {after: a}\nd: {after: b and c}",
        set(),
    ),
    "2, 3 from the start": ("a: {}\nb: {}\nc: {after: a and b}", set()),
    "4, 5 choice and simple merge": (
        "a: {outcomes: [x, y]}\nb: {after: a.x}\nc: {after: a.y}\nd: {after: b or c}",
        set(),
    ),
    "6, 7 multiple choice, synchronising merge": (
        "a: {outcomes: [x, y, both]}\nb: {after: a.x or a.both}\nc: {after: a.y or a.both}\n"
        "d: {after: 'settled(b, c)'}",
        set(),
    ),
    "7 a join that drops what is not wanted": (
        "a: {outcomes: [yes, no]}\nb: {outcomes: [yes, no]}\nc: {after: a.yes and b.yes}\n"
        "d: {after: a.yes and not b.yes}\ne: {after: c or d}",
        set(),
    ),
    "10, 21 loop": (
        "a: {}\nb: {after: a, outcomes: {good: , bad: {again: a}}}\nc: {after: b.good}",
        set(),
    ),
    "11 implicit end": ("a: {}\nb: {after: a}\nc: {after: a}", set()),
    "43 explicit end": (
        "a: {}\nb: {after: a, outcomes: {stop: {ends: stopped}, go: }}\nc: {after: a}\n"
        "d: {after: b.go}",
        set(),
    ),
    "14 many instances": (
        "t: {form: team}\na: {after: t, each: t.members}\nb: {after: a}",
        {"added_later"},
    ),
    "16 deferred choice": (
        "a: {}\nb: {after: a, race: r}\nc: {after: a, race: r}\nd: {after: b}\ne: {after: c}",
        set(),
    ),
    "16 deferred choice with outcomes": (
        "a: {race: r, outcomes: [x, y]}\nb: {race: r}\nd: {after: a.x}\ne: {after: a.y or b}",
        set(),
    ),
    "19, 25 a region that is left": (
        "p: {}\ni: {during: p}\nj: {during: p, after: i}\nz: {after: p}",
        set(),
    ),
    "guards": (
        "a: {}\nb: {after: a, when: case.x == 1}\nc: {after: a}\nd: {after: 'c and settled(b)'}",
        {"guard"},
    ),
}


def plan_of(text: str) -> Plan:
    lines = []
    for line in text.splitlines():
        name, _, rest = line.partition(": {")
        lines.append(f"  {name}: {{title: {name.upper()}, role: worker, {rest}")
    forms = (
        "forms: {team: {title: T, fields: {members: {type: list, title: M, fields: "
        "{person: {type: person, title: P}}}}}}\n"
    )
    return protocol(forms + "steps:\n" + "\n".join(lines) + "\n")


Move = tuple[str, str]


def walk(plan: Plan, deepest: int, most: int) -> Iterator[list[tuple[Move, Counter[str]]]]:
    """Whole histories of the engine: each move, and what is open after it."""
    run = Run(plan, State(plan.names), NOW, TERRITORY)
    moves.open_case(run, opened(plan))
    stack: list[tuple[State, list[tuple[Move, Counter[str]]]]] = [
        (run.state, [(("", ""), _open(run.state))])
    ]
    told = 0
    while stack and told < most:
        state, history = stack.pop()
        choices = [] if len(history) > deepest else list(_choices(plan, state))
        if not choices:
            told += 1
            yield history
        for key, outcome in choices:
            run = Run(plan, state, NOW, TERRITORY)
            step = state.tasks[key].step
            try:
                moves.complete(run, key, outcome, _data(plan, step))
            except moves.Impossible:
                continue
            stack.append((run.state, [*history, ((step, outcome), _open(run.state))]))


def _choices(plan: Plan, state: State) -> Iterator[tuple[str, str]]:
    seen = set()
    for task in state.open_tasks() if not state.ended else ():
        if task.step not in seen:
            seen.add(task.step)
            yield from ((task.key, outcome) for outcome in plan.steps[task.step].outcomes)


def _data(plan: Plan, step: str) -> dict[str, Any]:
    paths = [each.step.each.split(".") for each in plan.steps.values() if each.step.each]
    return {field: MEMBERS for name, field, *_ in paths if name == step}


def _open(state: State) -> Counter[str]:
    return Counter() if state.ended else Counter(task.step for task in state.open_tasks())


def run_beside(plan: Plan, xml: str, most: int) -> None:
    """What is open is the same in both, after each move of each history."""
    paths = [each.step.each for each in plan.steps.values() if each.step.each]
    variables = {path.replace(".", "_"): MEMBERS for path in paths}
    # No history here gives data to guards, so none of them holds.
    variables |= {f"when_{name}": False for name in plan.names}
    for history in walk(plan, deepest=9, most=most):
        executed = Executed(xml, **variables)
        for move, is_open in history:
            if move[0]:
                executed.complete(*move)
            assert executed.open == is_open, [m for m, _ in history]
        assert executed.ended == (not history[-1][1])


@pytest.mark.parametrize("name", PATTERNS)
def test_the_drawing_runs_as_the_engine_does(name: str) -> None:
    text, expected = PATTERNS[name]
    plan = plan_of(text)
    xml, losses = bpmn(plan)
    assert {loss.construct for loss in losses} == expected
    run_beside(plan, xml, most=40)


# Losses that leave the order of the steps as it is.
HARMLESS = {"added_later", "outcome_limit", "guard", "one_at_a_time", "kept_event", "working_days"}
FILES = sorted(
    path
    for path in (Path(__file__).parents[1] / "patterns").glob("[0-9]*.yaml")
    if not path.name.endswith(".traces.yaml")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pattern_runs_as_the_engine_does_or_names_its_loss(path: Path) -> None:
    plan = load_protocol(path)
    xml, losses = bpmn(plan)
    Executed(xml)
    if {loss.construct for loss in losses} <= HARMLESS:
        run_beside(plan, xml, most=15)
