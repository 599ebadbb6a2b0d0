"""What may be done to a case. Each move takes a Run, emits its events and settles."""

from __future__ import annotations

from typing import Any

from protocols.engine import events as e
from protocols.engine.agenda import next_moment
from protocols.engine.completing import (
    Impossible,
    check_outcome,
    check_turn,
    complete,
    settle,
    taken_instead,
)
from protocols.engine.happening import happen, why_not
from protocols.engine.knowledge import instance_of
from protocols.engine.plan import StepPlan
from protocols.engine.run import Run
from protocols.engine.scopes import begin
from protocols.language.formula import DONE, OPEN, OUT, WAITING

__all__ = [
    "Impossible", "add_member", "check_outcome", "check_turn", "complete", "force", "give_up",
    "happen", "open_case", "pass_time", "redo", "skip", "taken_instead", "why_not",
]  # fmt: skip
from protocols.reading.words import step_title
from protocols.text import Text


def open_case(run: Run, opened: e.CaseOpened) -> None:
    run.emit(opened)
    run.look_at(run.plan.names)
    settle(run)


def pass_time(run: Run) -> None:
    """Do all that is due by now, earliest first: openings, reminders, escalations."""
    while (moment := next_moment(run.state)) is not None and moment.at <= run.now:
        task = run.state.tasks[moment.task]
        plan = run.plan.steps[task.step]
        if moment.kind == "opens":
            if plan.step.every:
                run.open_next(plan, task)
            else:
                run.open_task(plan, task.instance)
        elif moment.kind == "remind":
            run.emit(e.Reminded(task.key))
        else:
            rung = task.ladder[task.rung]
            run.emit(e.Escalated(task.key, task.rung, rung.role, rung.scope))
    settle(run)


def add_member(run: Run, step: str, member: Any) -> None:
    """One more task of an open `each` step. Raises Impossible."""
    plan, title = run.plan.steps.get(step), _title(run, step)
    if plan is None or not plan.step.each:
        raise Impossible(
            "not_for_each",
            f"{title.it} non è un passo con più compiti",
            f"{title.en} has one task only",
        )
    if run.state.ended or run.state.marks[step].status != OPEN:
        raise Impossible("step_not_open", f"{title.it} non è aperto", f"{title.en} is not open")
    if plan.copies:
        _add_copy(run, plan, instance_of(member))
        return
    if f"{step}#{instance_of(member)}" in run.state.tasks:
        raise Impossible("already_there", "è già previsto per questa persona", "already there")
    run.open_member(plan, member)
    settle(run)


def _add_copy(run: Run, plan: StepPlan, member: str) -> None:
    marks, data = run.state.marks, run.state.data
    begun = [copy for copy in plan.copies if marks[copy].status != WAITING]
    if member in [data.get(copy, {}).get("member") for copy in begun]:
        raise Impossible("already_there", "è già previsto per questa persona", "already there")
    if len(begun) == len(plan.copies):
        most = len(plan.copies)
        raise Impossible(
            "no_room",
            f"il protocollo ne prevede al massimo {most}",
            f"the protocol foresees {most} at most",
        )
    begin(run, run.plan.steps[next(copy for copy in plan.copies if copy not in begun)], member)
    settle(run)


def _check_scope(run: Run, step: str) -> None:
    within = run.plan.steps[step].within
    if within and run.state.marks[within].status != OPEN:
        title, around = _title(run, step), _title(run, within)
        raise Impossible(
            "scope_not_open",
            f"{title.it} si fa solo durante {around.it}, che non è aperto",
            f"{title.en} is done only during {around.en}, which is not open",
        )


def _title(run: Run, step: str) -> Text:
    return step_title(run.plan.protocol, step)


def _not_ended(run: Run) -> None:
    if run.state.ended:
        raise Impossible("case_ended", "il caso è chiuso", "the case has ended")


def skip(run: Run, step: str, reason: str) -> None:
    _not_ended(run)
    if run.state.marks[step].status not in (WAITING, OPEN):
        title = _title(run, step)
        raise Impossible(
            "step_settled", f"{title.it} è già concluso", f"{title.en} is settled already"
        )
    keys = [key for s in run.with_inside((step,)) for key in run.state.of_step.get(s, ())]
    run.emit(e.StepSkipped(step, reason, tuple(key for key in keys if key in run.state.open)))
    plan = run.plan.steps[step]
    if any(outcome.resumes for outcome in plan.outcomes.values()):
        # Nobody else would set the clocks going again.
        for event in plan.opened_by:
            run.resume(event)
    run.look_at(plan.dependents)
    settle(run)


def force(run: Run, step: str, reason: str) -> None:
    _not_ended(run)
    if run.state.marks[step].status == OPEN:
        title = _title(run, step)
        raise Impossible("step_open", f"{title.it} è già aperto", f"{title.en} is open already")
    _check_scope(run, step)
    late = tuple(key for key in run.state.of_step.get(step, ()) if key in run.state.open)
    if late:
        run.emit(e.TasksWithdrawn(late, "forced"))
    run.emit(e.StepForced(step, reason))
    plan = run.plan.steps[step]
    if any(run.state.marks[name].status != WAITING for name in plan.inside):
        run.emit(e.RoundStarted(step, "forced", plan.inside))
    run.open_step(plan)
    settle(run)


def redo(run: Run, step: str, reason: str) -> None:
    """A new round of a settled step. Raises Impossible, also where it would not open again."""
    _not_ended(run)
    if run.state.marks[step].status not in (DONE, OUT):
        title = _title(run, step)
        raise Impossible(
            "step_not_settled", f"{title.it} non è concluso", f"{title.en} is not settled"
        )
    run.emit(e.StepRedone(step, reason))
    run.restart(step, "redo")
    settle(run)
    if run.state.marks[step].status != OPEN:
        title = _title(run, step)
        raise Impossible(
            "cannot_be_redone",
            f"la condizione di {title.it} non vale più: si può forzare",
            f"the condition of {title.en} no longer holds: it may be forced",
        )


def give_up(run: Run, key: str, attempts: int, error: str) -> None:
    """The machine could not: the task passes to its role. Raises Impossible."""
    task = run.state.tasks.get(key)
    if run.state.ended or task is None or task.status != OPEN or not task.automation:
        raise Impossible(
            "step_not_open", f"'{key}' non è della macchina", f"'{key}' is not its task"
        )
    run.emit(e.AutomationGaveUp(key, attempts, error))
