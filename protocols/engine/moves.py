"""What may be done to a case. Each move takes a Run, emits its events and settles."""

from __future__ import annotations

from typing import Any

from protocols.engine import events as e
from protocols.engine.agenda import next_moment
from protocols.engine.plan import EventPlan, StepPlan
from protocols.engine.run import Run, instance_of
from protocols.language.formula import DONE, OPEN, OUT, WAITING
from protocols.text import Text


class Impossible(Exception):
    """The case does not allow it now. `code` is stable; `message` is for people."""

    def __init__(self, code: str, it: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.message = Text(it=it, en=en)


def open_case(run: Run, opened: e.CaseOpened) -> None:
    run.emit(opened)
    run.look_at(run.plan.names)
    run.settle()


def complete(
    run: Run,
    key: str,
    outcome: str,
    data: dict[str, Any],
    personal: dict[str, Any] | None = None,
    as_deputy: bool = False,
) -> None:
    """Complete an open task. Raises Impossible, FactError."""
    task = run.state.tasks.get(key)
    if run.state.ended or task is None or task.status != OPEN:
        raise Impossible("step_not_open", f"il passo '{key}' non è aperto", f"'{key}' is not open")
    plan = run.plan.steps[task.step]
    check_outcome(run, plan, outcome)
    settles, of_step = _settles(run, plan, key, outcome)
    run.emit(
        e.StepCompleted(
            key, task.step, task.round, outcome, task.instance, data, personal or {}, as_deputy,
            settles, of_step,
        )
    )  # fmt: skip
    run.record(plan.step.records, key, outcome, data)
    if settles:
        _follow(run, plan, of_step, cause=key)
    run.settle()


def check_outcome(run: Run, plan: StepPlan, name: str) -> None:
    """Raises Impossible if the outcome does not exist, is used up, or its condition fails."""
    reason = _why_not_outcome(run, plan, name)
    if reason is not None:
        raise reason


def _why_not_outcome(run: Run, plan: StepPlan, name: str) -> Impossible | None:
    outcome = plan.outcomes.get(name)
    if outcome is None:
        listed = ", ".join(plan.outcomes)
        return Impossible(
            "unknown_outcome",
            f"l'esito '{name}' non esiste: sono previsti {listed}",
            f"no outcome '{name}': there are {listed}",
        )
    if outcome.at_most and run.state.used.get((plan.name, name), 0) >= outcome.at_most:
        return Impossible(
            "outcome_used_up",
            f"l'esito '{name}' si può scegliere al massimo {outcome.at_most} volte",
            f"outcome '{name}' may be chosen {outcome.at_most} times at most",
        )
    if not run.holds(plan.outcome_guards.get(name)):
        return Impossible(
            "outcome_not_possible",
            f"l'esito '{name}' non è ancora possibile: {outcome.when}",
            f"outcome '{name}' is not possible yet: {outcome.when}",
        )
    return None


def _settles(run: Run, plan: StepPlan, key: str, outcome: str) -> tuple[bool, str]:
    """Whether completing this task settles its step, and with which outcome."""
    if plan.step.every:
        return False, ""
    if not plan.step.each:
        return True, outcome
    if run.state.marks[plan.name].status == DONE:
        return False, ""
    tasks = [run.state.tasks[k] for k in run.state.of_step[plan.name] if k != key]
    done = [task.outcome for task in tasks if task.status == DONE] + [outcome]
    still_open = any(task.status == OPEN for task in tasks)
    if still_open and (plan.step.enough is None or len(done) < plan.step.enough):
        return False, ""
    return True, done[0] if len(set(done)) == 1 else "mixed"


def _follow(run: Run, plan: StepPlan, outcome_name: str, cause: str) -> None:
    """What follows from a settled step."""
    outcome = plan.outcomes.get(outcome_name)
    if plan.step.race:
        _win_race(run, plan)
    run.look_at(plan.dependents)
    if outcome is None:
        return
    if outcome.resumes:
        for event in plan.opened_by:
            run.resume(event)
    if outcome.result:
        run.emit(e.ResultSet(outcome.result))
    if outcome.ends:
        run.end(outcome.ends, outcome.silently)
    elif outcome.again:
        run.restart(outcome.again, cause)


def _win_race(run: Run, winner: StepPlan) -> None:
    for name, plan in run.plan.steps.items():
        if name == winner.name or plan.step.race != winner.step.race:
            continue
        if run.state.marks[name].status in (WAITING, OPEN):
            keys = run.state.of_step.get(name, ())
            tasks = tuple(key for key in keys if key in run.state.open)
            run.emit(e.TasksWithdrawn(tasks, "race", out=(name,)))
            run.look_at(plan.dependents)


def why_not(run: Run, plan: EventPlan) -> Text | None:
    """Why a case event cannot happen now; None if it can."""
    event, state = plan.event, run.state
    if state.ended:
        if event.reopens is None:
            return Text(it="il caso è chiuso", en="the case has ended")
        limit = run.timing.after(event.reopens, state.ended_at or run.now)
        if run.now > limit or state.silent:
            return Text(
                it=f"il rientro è possibile entro {event.reopens} dalla chiusura",
                en=f"re-entry is possible within {event.reopens} of the end",
            )
        return None
    if event.reopens is not None and plan.formula is None:
        return Text(it="il caso è aperto", en="the case is open")
    if event.source and state.attributes.get("source") not in event.source:
        kinds = ", ".join(event.source)
        return Text(
            it=f"riguarda solo le segnalazioni da: {kinds}", en=f"only for referrals from: {kinds}"
        )
    if event.during and state.marks[event.during].status != OPEN:
        return Text(
            it=f"è possibile solo durante '{event.during}'",
            en=f"possible only during '{event.during}'",
        )
    if plan.formula and plan.formula.evaluate(state.marks) is not True:
        return Text(
            it=f"è possibile solo quando: {plan.formula.text}",
            en=f"possible only when: {plan.formula.text}",
        )
    if event.at_most and state.happened.get(plan.name, {}).get("count", 0) >= event.at_most:
        return Text(
            it=f"può accadere al massimo {event.at_most} volte",
            en=f"may happen {event.at_most} times at most",
        )
    return None


def happen(
    run: Run, name: str, data: dict[str, Any], personal: dict[str, Any] | None = None
) -> None:
    """Let a case event happen. Raises Impossible, FactError."""
    plan = run.plan.events[name]
    reason = why_not(run, plan)
    if reason is not None:
        raise Impossible("event_not_possible", reason.it, reason.en)
    event = plan.event
    completes = dict([plan.completes] if plan.completes else [])
    for waiting in run.plan.waiting_for[name]:
        completes.setdefault(waiting, next(iter(run.plan.steps[waiting].outcomes)))
    run.emit(e.CaseEventHappened(name, data, personal or {}))
    run.record(event.records, name, "", data)
    if event.pauses and name not in run.state.pauses:
        run.emit(e.ClocksPaused(name))
    if event.reopens is not None:
        run.emit(e.EpisodeStarted(run.state.episode + 1, name))
        # The end left undecided what depended on the steps that it put out.
        run.look_at(run.plan.names)
    for step, outcome in completes.items():
        _complete_by_event(run, step, outcome, data)
    if run.state.ended:
        return
    for step in event.opens:
        _open_by_event(run, run.plan.steps[step], name)
    if event.ends:
        run.end(event.ends, event.silently)
    elif event.again:
        run.restart(event.again, name)
    run.settle()


def _complete_by_event(run: Run, step: str, outcome: str, data: dict[str, Any]) -> None:
    """Where the step is open and the outcome possible; what happened has happened in any case."""
    plan = run.plan.steps[step]
    if run.state.marks[step].status != OPEN or _why_not_outcome(run, plan, outcome):
        return
    key = next((k for k in run.state.of_step[step] if run.state.tasks[k].status == OPEN), None)
    if key is None:
        return
    run.emit(
        e.StepCompleted(
            key, step, run.state.tasks[key].round, outcome, "", data, outcome_of_step=outcome
        )
    )
    run.record(plan.step.records, key, outcome, data)
    _follow(run, plan, outcome, cause=key)


def _open_by_event(run: Run, plan: StepPlan, event: str) -> None:
    status = run.state.marks[plan.name].status
    if status == OPEN or run.state.ended:
        return
    if status in (DONE, OUT):
        run.start_round(plan.name, event)
    run.open_step(plan)


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
    run.settle()


def add_member(run: Run, step: str, member: Any) -> None:
    """One more task of an open `each` step. Raises Impossible."""
    plan = run.plan.steps.get(step)
    if plan is None or not plan.step.each:
        raise Impossible(
            "not_for_each",
            f"'{step}' non è un passo con più compiti",
            f"'{step}' has one task only",
        )
    if run.state.ended or run.state.marks[step].status != OPEN:
        raise Impossible(
            "step_not_open", f"il passo '{step}' non è aperto", f"'{step}' is not open"
        )
    if f"{step}#{instance_of(member)}" in run.state.tasks:
        raise Impossible("already_there", "è già previsto per questa persona", "already there")
    run.open_member(plan, member)
    run.settle()


def _not_ended(run: Run) -> None:
    if run.state.ended:
        raise Impossible("case_ended", "il caso è chiuso", "the case has ended")


def skip(run: Run, step: str, reason: str) -> None:
    _not_ended(run)
    if run.state.marks[step].status not in (WAITING, OPEN):
        raise Impossible("step_settled", f"'{step}' è già concluso", f"'{step}' is settled already")
    keys = run.state.of_step.get(step, ())
    run.emit(e.StepSkipped(step, reason, tuple(key for key in keys if key in run.state.open)))
    plan = run.plan.steps[step]
    if any(outcome.resumes for outcome in plan.outcomes.values()):
        # Nobody else would set the clocks going again.
        for event in plan.opened_by:
            run.resume(event)
    run.look_at(plan.dependents)
    run.settle()


def force(run: Run, step: str, reason: str) -> None:
    _not_ended(run)
    if run.state.marks[step].status == OPEN:
        raise Impossible("step_open", f"'{step}' è già aperto", f"'{step}' is open already")
    late = tuple(key for key in run.state.of_step.get(step, ()) if key in run.state.open)
    if late:
        run.emit(e.TasksWithdrawn(late, "forced"))
    run.emit(e.StepForced(step, reason))
    run.open_step(run.plan.steps[step])
    run.settle()


def redo(run: Run, step: str, reason: str) -> None:
    """A new round of a settled step. Raises Impossible, also where it would not open again."""
    _not_ended(run)
    if run.state.marks[step].status not in (DONE, OUT):
        raise Impossible("step_not_settled", f"'{step}' non è concluso", f"'{step}' is not settled")
    run.emit(e.StepRedone(step, reason))
    run.restart(step, "redo")
    run.settle()
    if run.state.marks[step].status != OPEN:
        raise Impossible(
            "cannot_be_redone",
            f"la condizione di '{step}' non vale più: si può forzare",
            f"the condition of '{step}' no longer holds: it may be forced",
        )


def give_up(run: Run, key: str, attempts: int, error: str) -> None:
    """The machine could not: the task passes to its role. Raises Impossible."""
    task = run.state.tasks.get(key)
    if run.state.ended or task is None or task.status != OPEN or not task.automation:
        raise Impossible(
            "step_not_open", f"'{key}' non è della macchina", f"'{key}' is not its task"
        )
    run.emit(e.AutomationGaveUp(key, attempts, error))
