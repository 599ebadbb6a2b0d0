"""What a formula demands: which marks of which steps make it true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from protocols.engine.plan import Plan
from protocols.language.formula import DONE, OUT, WAITING, Formula, Mark

_MOST = 5_000

# A step's mark, as far as a formula can tell: an outcome that it names, OTHER, or OUT.
OTHER = "*"
Demand = Mapping[str, str]
Marks = dict[str, frozenset[str]]

_WAITING = Mark(WAITING)
_OUT = Mark(OUT)


def _marks(formula: Formula, outcomes: Mapping[str, list[str]]) -> list[list[tuple[str, Mark]]]:
    named = _named(formula.atoms)
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
        self._needed: dict[str, Marks | None] = {}
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

    def impossible(self, step: str) -> bool:
        """Whether nothing can ever make the step's formula true, whatever else happens."""
        return self._needs(step) is None

    def _needs(self, step: str) -> Marks | None:
        """Step → the marks of which it must have one when this one opens; None where it never can.

        They hold together: what reads a step is reset with it, so no mark is from another round.
        """
        if step not in self._needed:
            self._needed[step] = {}
            self._needed[step] = self._work_out_needs(step)
        return self._needed[step]

    def _work_out_needs(self, step: str) -> Marks | None:
        plan = self.plan.steps[step]
        wanted = None if plan.dormant else self.of(step)
        found: Marks | None = {}
        if wanted is not None:
            named = _named(plan.formula.atoms if plan.formula else ())
            ways = [self._needs_of(demand, named) for demand in wanted]
            found = _either([way for way in ways if way is not None])
        if found is not None and plan.region:
            found = _both(found, self._needs(plan.region))
        return found

    def _needs_of(self, demand: Demand, named: dict[str, set[str]]) -> Marks | None:
        found: Marks | None = {}
        for name, mark in demand.items():
            others = frozenset(self.outcomes[name]) - named[name]
            marks = others if mark == OTHER else frozenset([mark])
            found = _both(found, {name: marks})
            if mark != OUT:
                found = _both(found, self._needs(name))
        return found


def _named(atoms: Iterable[tuple[str, str | None]]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for step, outcome in atoms:
        named.setdefault(step, set()).update([outcome] if outcome else [])
    return named


def _both(a: Marks | None, b: Marks | None) -> Marks | None:
    if a is None or b is None:
        return None
    joined = {**a, **{name: a.get(name, marks) & marks for name, marks in b.items()}}
    return joined if all(joined.values()) else None


def _either(ways: list[Marks]) -> Marks | None:
    if not ways:
        return None
    shared = set.intersection(*(set(way) for way in ways))
    return {name: frozenset[str]().union(*(way[name] for way in ways)) for name in shared}
