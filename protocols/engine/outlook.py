"""Which steps may still come on the path that a case is on, as long as nobody leaves it."""

from __future__ import annotations

from collections.abc import Mapping

from protocols.engine.plan import Plan, StepPlan
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark

_OUT, _WAITING = Mark(OUT), Mark(WAITING)


def ahead(plan: Plan, marks: Mapping[str, Mark]) -> frozenset[str]:
    """Steps that can open without a case event being reported: what only an event opens, and
    whatever can come only after it, is not among them. Those that have been count again where a new
    round begins however an open step ends. What conditions on data (`when`) will say is not known
    before: they count as fulfilled."""
    known = dict(marks)
    while True:
        waiting = _reachable(plan, known)
        opened = {name for name, mark in known.items() if mark.status == OPEN}
        again = _again(plan, opened | waiting) - waiting
        again = {name for name in again if known[name].status in (DONE, OUT)}
        if not again:
            return frozenset(waiting)
        known.update(dict.fromkeys(again, _WAITING))


def _reachable(plan: Plan, marks: Mapping[str, Mark]) -> set[str]:
    known = dict(marks)
    waiting = {name for name, mark in marks.items() if mark.status == WAITING}
    lost = {name for name in waiting if _sleeps(plan.steps[name])}
    while lost:
        known.update(dict.fromkeys(lost, _OUT))
        waiting -= lost
        lost = {name for name in waiting if _cannot(plan.steps[name], known)}
    return waiting


def _sleeps(step: StepPlan) -> bool:
    # Copies sleep too, but their own step wakes them.
    return step.dormant and bool(step.opened_by)


def _cannot(step: StepPlan, marks: Mapping[str, Mark]) -> bool:
    if step.within and marks[step.within].status == OUT:
        return True
    if step.region and marks[step.region].status in (DONE, OUT):
        return True
    return step.formula is not None and step.formula.evaluate(marks) is False


def _again(plan: Plan, steps: set[str]) -> set[str]:
    """What these steps bring back, whichever outcome they have."""
    found = set()
    for name in steps:
        begun = [each.again for each in plan.steps[name].outcomes.values()]
        if all(begun):
            found |= {each for step in begun if step for each in plan.steps[step].closure}
    return found
