"""What a formula demands: which marks of which steps make it true."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from protocols.engine.plan import Plan
from protocols.language.formula import DONE, OUT, WAITING, Formula, Mark

_MOST = 5_000

# A step's mark, as far as a formula can tell: an outcome that it names, OTHER, or OUT.
OTHER = "*"
Demand = Mapping[str, str]

_WAITING = Mark(WAITING)
_OUT = Mark(OUT)


def _marks(formula: Formula, outcomes: Mapping[str, list[str]]) -> list[list[tuple[str, Mark]]]:
    named: dict[str, set[str]] = {}
    for step, outcome in formula.atoms:
        named.setdefault(step, set()).update([outcome] if outcome else [])
    kinds = []
    for step, names in named.items():
        allowed = [name for name in outcomes[step] if name in names]
        marks = [(name, Mark(DONE, name)) for name in allowed]
        if any(name not in names for name in outcomes[step]):
            marks.append((OTHER, Mark(DONE, OTHER)))
        kinds.append([("", _WAITING), *marks, (OUT, _OUT)])
    return kinds


def demands(formula: Formula, outcomes: Mapping[str, list[str]]) -> list[Demand] | None:
    """Every least set of marks that makes the formula true; None where there are too many to try.
    `outcomes`: step -> the outcomes that it may have, from which the marks are taken."""
    kinds = _marks(formula, outcomes)
    count = 1
    for kind in kinds:
        count *= len(kind)
    if count > _MOST:
        return None
    found: list[dict[str, str]] = []
    steps = formula.steps
    tries = sorted(product(*kinds), key=lambda marks: sum(name != "" for name, _ in marks))
    for marks in tries:
        if formula.evaluate({s: m for s, (_, m) in zip(steps, marks, strict=True)}) is not True:
            continue
        demand = {s: name for s, (name, _) in zip(steps, marks, strict=True) if name}
        if not any(less.items() <= demand.items() for less in found):
            found.append(demand)
    return list(found)


def all_outcomes(plan: Plan) -> dict[str, list[str]]:
    """Step -> its outcomes; with `mixed` where several tasks may disagree."""
    return {
        name: [*step.outcomes, *(["mixed"] if step.step.each and len(step.outcomes) > 1 else [])]
        for name, step in plan.steps.items()
    }


class Demands:
    """The demands of every step's formula, worked out once. `of(step)` is None where there is no
    formula, or where it is too large."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcomes = all_outcomes(plan)
        self._known: dict[str, list[Demand] | None] = {}
        self._before: dict[str, frozenset[str]] = {}

    def of(self, step: str) -> list[Demand] | None:
        if step not in self._known:
            formula = self.plan.steps[step].formula
            self._known[step] = demands(formula, self.outcomes) if formula else None
        return self._known[step]

    def done_before(self, step: str) -> frozenset[str]:
        """Steps that are certainly done when this one opens."""
        if step not in self._before:
            # What waits in a circle (through events) is certain of nothing.
            self._before[step] = frozenset()
            self._before[step] = self._work_out(step)
        return self._before[step]

    def _work_out(self, step: str) -> frozenset[str]:
        plan = self.plan.steps[step]
        found: set[str] = set()
        wanted = self.of(step)
        if wanted:
            sets = [
                frozenset(
                    s
                    for name, mark in demand.items()
                    if mark != OUT
                    for s in (name, *self.done_before(name))
                )
                for demand in wanted
            ]
            found |= frozenset.intersection(*sets)
        if plan.region:
            found |= self.done_before(plan.region)
        if plan.dormant:
            sets = []
            for event in plan.opened_by:
                during = self.plan.events[event].event.during
                sets.append(self.done_before(during) if during else frozenset())
            if sets:
                found |= frozenset.intersection(*sets)
        return frozenset(found)
