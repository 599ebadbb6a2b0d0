"""Scopes: steps inside which a sub-protocol runs. How they begin, and when nothing holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.engine import events as e
from protocols.engine.knowledge import Knowledge, instance_of
from protocols.engine.plan import StepPlan
from protocols.language.formula import DONE, OPEN

if TYPE_CHECKING:
    from protocols.engine.run import Run


def open_scope(run: Run, plan: StepPlan) -> bool:
    """Begin a sub-protocol, or one for each member; whether there was anybody to begin with."""
    if not plan.copies:
        begin(run, plan)
        return True
    members = dict.fromkeys(map(instance_of, run.read(plan.step.each or "") or ()))
    if not members:
        run.emit(e.StepsOut((plan.name,)))
        run.look_at(plan.dependents)
        return False
    begin(run, plan, no_room=tuple(members)[len(plan.copies) :])
    for copy, member in zip(plan.copies, members, strict=False):
        begin(run, run.plan.steps[copy], member)
    return True


def begin(run: Run, plan: StepPlan, member: str = "", no_room: tuple[str, ...] = ()) -> None:
    """Begin what is inside a scope, for a member where it is one of several."""
    round_ = run.state.marks[plan.name].round
    run.emit(e.ScopeOpened(plan.name, round_, member, _fresh(run, plan), no_room))
    run.look_at(plan.children)


def _fresh(run: Run, plan: StepPlan) -> tuple[str, ...]:
    """What was counted inside in earlier rounds."""
    state = run.state
    used = {step for step, _ in state.used}
    around = {plan.name, *plan.inside}
    events = [name for name, event in run.plan.events.items() if event.within in around]
    return (
        *(name for name in plan.inside if name in used),
        *(name for name in events if state.happened.get(name, {}).get("count")),
    )


def idle_scope(run: Knowledge) -> StepPlan | None:
    """The innermost open scope in which nothing is left to do."""
    for name in run.plan.scopes:
        plan = run.plan.steps[name]
        if run.state.marks[name].status == OPEN and not _busy(run, plan):
            return plan
    return None


def _busy(run: Knowledge, plan: StepPlan) -> bool:
    """Whether a step that holds the scope open is open."""
    state = run.state
    if plan.step.enough and len(_said(run, plan)) >= plan.step.enough:
        return False
    for name in plan.children:
        child = run.plan.steps[name]
        if state.marks[name].status != OPEN or not child.holding:
            continue
        if child.scope or any(key in state.open for key in state.of_step.get(name, ())):
            return True
    return False


def outcome_by_itself(run: Knowledge, plan: StepPlan) -> str:
    """The outcome of a scope in which nothing is left to do; '' where none of its copies had
    one."""
    if not plan.copies:
        standing = run.state.scopes.get(plan.name)
        return (standing.result if standing else "") or "completed"
    said = _said(run, plan)
    return "" if not said else said[0] if len(set(said)) == 1 else "mixed"


def _said(run: Knowledge, plan: StepPlan) -> list[str]:
    marks = [run.state.marks[copy] for copy in plan.copies]
    return [mark.outcome or "" for mark in marks if mark.status == DONE]
