"""How an open task is carried over. The rules:

- it keeps its key (or its step's new name), its round, its opening, whoever has taken it, its
  first signature, and the deadlines that it was given when it opened;
- where the new version gives it to another role it is that role's, and whoever had taken it no
  longer has; where its form is another one the first signature no longer counts;
- with `deadlines: recompute` it has those that the new version would have given it when it opened,
  put off by as many days as its own had been put off by pauses.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from protocols.engine.carrying import task_key
from protocols.engine.events import Rung, TaskCarried
from protocols.engine.plan import StepPlan
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED, State, Task
from protocols.engine.timing import Timing
from protocols.migration.versions import Versions
from protocols.territory import Territory


def unchanged(task: Task, step: str, was: str) -> TaskCarried:
    """The task under its step's new name."""
    return TaskCarried(
        task_key(step, task.instance), step, task.round, task.status, was, task.instance,
        task.role, task.scope, task.assignee, task.automation, task.deputy, task.due, task.remind,
        task.ladder, task.rung, task.priority, task.opens_at, task.opened_at, task.ignores_pause,
        task.claimed_by, task.signature is not None,
    )  # fmt: skip


def carry(versions: Versions, run: Run, task: Task, step: str) -> TaskCarried:
    """`run`: the case in the new version, as far as it is known. Pure."""
    carried = unchanged(task, step, task.key)
    plan = versions.new.steps[step]
    if carried.signed and (
        step in versions.reformed
        or (task.signature and task.signature.outcome not in plan.outcomes)
    ):
        carried = replace(carried, signed=False)
    if step in versions.reheld and task.status != SCHEDULED and not plan.step.each:
        carried = _held_by(run, plan, carried, task)
    return carried


def _held_by(run: Run, plan: StepPlan, carried: TaskCarried, task: Task) -> TaskCarried:
    automation = plan.step.automation
    role = plan.step.role or (automation.fallback if automation else "")
    staff = run.staff_role(role) if role else ""
    scope = run.scope(role) if role else ""
    same = (staff, scope) == (task.role, task.scope)
    return replace(
        carried,
        role=staff,
        scope=scope,
        deputy=(run.plan.protocol.roles[role].deputy or "") if role else "",
        assignee=task.assignee if same else run.assignee(role) if role else "",
        claimed_by=task.claimed_by if same else "",
        # A machine that gave up is not set to work again.
        automation=automation.run if automation and task.automation else "",
    )


def with_new_deadlines(
    versions: Versions, run: Run, before: State, carried: TaskCarried, territory: Territory
) -> TaskCarried:
    """The deadlines that the new version would have given when the task opened."""
    opened = carried.opened_at
    if opened is None or carried.status == SCHEDULED:
        return carried
    old = Run(versions.old, before, opened, territory)
    new = Run(versions.new, run.state, opened, territory)
    then = _deadlines(old, versions.old.steps[versions.origin[carried.step]], carried)
    due, remind, ladder = _deadlines(new, versions.new.steps[carried.step], carried)
    late = _put_off(run.timing, then[0], carried.due)
    remind = _later(run.timing, remind, late)
    return replace(
        carried,
        due=_later(run.timing, due, late),
        remind=remind if remind is not None and remind > run.now else None,
        ladder=tuple(Rung(_later(run.timing, r.at, late) or r.at, r.role, r.scope) for r in ladder),
        rung=min(carried.rung, len(ladder)),
    )


def _deadlines(
    run: Run, plan: StepPlan, carried: TaskCarried
) -> tuple[datetime | None, datetime | None, tuple[Rung, ...]]:
    if plan.step.due is None or not run.holds(plan.due_guard):
        return None, None, ()
    role: Any = plan.step.role or (plan.step.automation.fallback if plan.step.automation else "")
    deputy = carried.deputy
    due, remind, ladder = run.timing.deadlines(
        run.state, plan, role, carried.scope, deputy, run.scope
    )
    return due, remind, tuple(Rung(r.at, run.staff_role(r.role), r.scope) for r in ladder)


def _put_off(timing: Timing, given: datetime | None, now: datetime | None) -> int:
    """By how many days pauses have put off a deadline since it was given."""
    if given is None or now is None:
        return 0
    return (timing.day_of(now) - timing.day_of(given)).days


def _later(timing: Timing, at: datetime | None, days: int) -> datetime | None:
    # On the wall clock: the end of a day stays the end of a day when the hour changes.
    local = at.astimezone(timing.timezone) + timedelta(days=days) if at and days else None
    return local.astimezone(UTC) if local else at
