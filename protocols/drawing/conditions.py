"""What a step's condition asks of the flow of tokens: found by trying it on every combination.

The condition is read with the engine's own formula; nothing about its meaning is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from protocols.engine.plan import Plan, StepPlan
from protocols.language.formula import DONE, OUT, WAITING, Mark
from protocols.reading.tree import Part, tree

_MOST = 20_000


class Wiring(NamedTuple):
    """How the tokens reach a step.

    - `flows`: step → the outcomes with which its token is wanted here
    - `from_start`: true even if none of them happens, so that the start must send a token too
    - `check`: tokens alone do not tell; the condition must be read when they have arrived
    - `needs`: step → the outcomes one of which it surely had when this opens
    - `enough`: it holds whenever each of the `flows` has come
    - `early`: it may open while one of the `flows` could still arrive
    """

    flows: dict[str, frozenset[str]]
    from_start: bool
    check: bool
    needs: dict[str, frozenset[str]]
    early: bool
    enough: bool = True


def live_outcomes(plan: Plan, name: str) -> frozenset[str]:
    """The outcomes after which the step stays done: neither the end nor a round that undoes it."""
    return frozenset(
        outcome
        for outcome, what in plan.steps[name].outcomes.items()
        if not what.ends and not (what.again and name in plan.steps[what.again].closure)
    )


class Conditions:
    """The wiring of every step of a plan."""

    def __init__(self, plan: Plan, absent: frozenset[str] = frozenset()) -> None:
        """`absent`: steps whose tokens cannot come here, taken to be out."""
        self.plan = plan
        self.absent = absent
        self.cancelled = frozenset(
            name for event in plan.events.values() for name in event.event.cancels
        ) | {
            name
            for step in plan.steps.values()
            for outcome in step.outcomes.values()
            for name in outcome.cancels
        }
        self._needs: dict[str, dict[str, frozenset[str]]] = {}

    def wiring(self, name: str, local: frozenset[str] = frozenset()) -> Wiring:
        """How tokens reach `name`; `local` steps are not absent for it."""
        step = self.plan.steps[name]
        formula = step.formula
        if formula is None:
            return Wiring({}, True, False, {}, False)
        sources = [s for s in formula.steps if s not in self.absent or s in local]
        rows = list(self._rows(step, sources))
        if not rows:
            flows = {s: live_outcomes(self.plan, s) for s in sources}
            return Wiring(flows, False, True, {}, True, False)
        true = [row for row, truth in rows if truth]
        flows = {s: self._wanted(s, step, true) for s in sources}
        check = any(
            not truth and any(row[s] in flows[s] for s in sources if row[s]) for row, truth in rows
        )
        from_start = any(not any(row[s] in flows[s] for s in sources) for row in true)
        needs = {
            s: frozenset(row[s] for row in true)
            for s in sources
            if true and all(row[s] for row in true)
        }
        return Wiring(
            {s: wanted for s, wanted in flows.items() if wanted},
            from_start,
            check,
            needs,
            self._early(step, sources, flows),
            all(truth for row, truth in rows if all(row[s] in flows[s] for s in sources)),
        )

    def _rows(self, step: StepPlan, sources: list[str]) -> Iterator[tuple[dict[str, str], bool]]:
        """Every way the sources can be settled ('' is out), and whether the condition holds."""
        assert step.formula is not None
        options = [
            [*([] if self._certain(s) else [""]), *sorted(live_outcomes(self.plan, s))]
            for s in sources
        ]
        size = 1
        for option in options:
            size *= len(option)
        if size > _MOST:
            return
        out = {s: Mark(OUT) for s in step.formula.steps}
        for chosen in product(*options):
            row = dict(zip(sources, chosen, strict=True))
            marks = out | {s: Mark(DONE, o) for s, o in row.items() if o}
            yield row, step.formula.evaluate(marks) is True

    def _certain(self, name: str) -> bool:
        """Whether the step opens with the case, whatever happens."""
        plan = self.plan.steps[name]
        step = plan.step
        maybe = plan.formula or plan.region or plan.dormant or step.when or step.race or step.each
        return not maybe and name not in self.cancelled

    def _wanted(self, source: str, step: StepPlan, true: list[dict[str, str]]) -> frozenset[str]:
        """The outcomes whose token is awaited: the named ones, where each of them can make it true;
        all, where it matters that the step is done, or that it is not."""
        assert step.formula is not None
        named = {o for s, o in step.formula.atoms if s == source}
        holding = {row[source] for row in true}
        live = live_outcomes(self.plan, source)
        positive = frozenset(o for o in named if o and o in holding)
        return positive if len(positive) == len(named & live) and None not in named else live

    # ── can both happen, and can one come late ───────────────────────────────────────────────

    def needs(self, name: str) -> dict[str, frozenset[str]]:
        """What surely was when this step opened, and when what it needs opened, and so on."""
        if name not in self._needs:
            self._needs[name] = {}
            found: dict[str, frozenset[str]] = {}
            for source, outcomes in self.wiring(name).needs.items():
                for step, allowed in self.with_outcomes(source, outcomes).items():
                    found[step] = found[step] & allowed if step in found else allowed
            self._needs[name] = found
        return self._needs[name]

    def exclusive(self, a: dict[str, frozenset[str]], b: dict[str, frozenset[str]]) -> bool:
        """Whether two sets of needs cannot both be met in one round."""
        return any(step in b and not (outcomes & b[step]) for step, outcomes in a.items())

    def with_outcomes(self, name: str, outcomes: frozenset[str]) -> dict[str, frozenset[str]]:
        """What surely was when the step is done with one of these outcomes."""
        race = self.plan.steps[name].step.race
        won = {f"race {race}": frozenset({name})} if race else {}
        return {**self.needs(name), **won, name: outcomes}

    def alternatives(self, flows: dict[str, frozenset[str]]) -> bool:
        """Whether at most one of these tokens can come in a round."""
        needs = [self.with_outcomes(s, outcomes) for s, outcomes in flows.items()]
        return all(self.exclusive(a, b) for i, a in enumerate(needs) for b in needs[:i])

    def _early(self, step: StepPlan, sources: list[str], flows: dict[str, frozenset[str]]) -> bool:
        assert step.formula is not None
        unknown = {s: Mark(OUT) for s in step.formula.steps} | {s: Mark(WAITING) for s in sources}
        for source in sources:
            for outcome in flows[source]:
                marks = unknown | {source: Mark(DONE, outcome)}
                if step.formula.evaluate(marks) is not True:
                    continue
                mine = self.with_outcomes(source, frozenset({outcome}))
                for other in sources:
                    late = self.with_outcomes(other, flows[other]) if flows[other] else None
                    if other != source and late and not self.exclusive(mine, late):
                        return True
        return any(kind.kind == "at_least" for kind in _kinds(tree(step.formula.text)))


def _kinds(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from _kinds(inner)


def expression(part: Part, present: frozenset[str]) -> str:
    """The condition once all that could arrive has: steps not `present` are out."""
    if part.kind == "done":
        if part.step not in present:
            return "False"
        return f"{part.step} == '{part.outcome}'" if part.outcome else f"{part.step} is not None"
    if part.kind == "settled":
        return "True"
    inner = [expression(each, present) for each in part.parts]
    if part.kind == "not":
        return f"not ({inner[0]})"
    if part.kind == "at_least":
        counted = " + ".join(f"({each})" for each in inner)
        return f"({counted}) >= {part.number}"
    return "(" + (" and " if part.kind == "all" else " or ").join(inner) + ")"
