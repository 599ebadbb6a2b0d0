"""How a task is completed, by a person, a machine or an event, and what follows from it."""

from __future__ import annotations

from typing import Any

from protocols.engine import events as e
from protocols.engine.plan import StepPlan
from protocols.engine.run import Run
from protocols.engine.scopes import idle_scope, outcome_by_itself
from protocols.engine.task import Task
from protocols.language.formula import DONE, OPEN, WAITING
from protocols.reading.words import depends_on, outcome_title, step_title
from protocols.text import Text


class Impossible(Exception):
    """The case does not allow it now. `code` is stable; `message` is for people."""

    def __init__(self, code: str, it: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.message = Text(it=it, en=en)


def complete(
    run: Run,
    key: str,
    outcome: str,
    data: dict[str, Any],
    personal: dict[str, Any] | None = None,
    as_deputy: bool = False,
    by: str = "",
) -> None:
    """Complete an open task. Raises Impossible, FactError.

    `by`: who asks, a staff id. Where a step wants two signatures the first one only signs it; the
    second, of another person, completes it, with no data or the same. Nobody in particular
    (empty: the machine, a simulation) stands for both.
    """
    task = run.state.tasks.get(key)
    if run.state.ended or task is None or task.status != OPEN:
        title = step_title(run.plan.protocol, key.partition("#")[0])
        raise Impossible("step_not_open", f"{title.it} non è aperto", f"{title.en} is not open")
    plan = run.plan.steps[task.step]
    check_turn(run, task)
    check_outcome(run, plan, outcome)
    answered = bool(data)
    data = run.filled(plan.name, plan.fills, data)
    signed: tuple[str, ...] = ()
    if plan.step.signed_by > 1 and by:
        first = task.signature
        if first is None or not (
            first.outcome == outcome and not personal and (not answered or data == first.data)
        ):
            run.emit(
                e.StepSigned(
                    key, task.step, task.round, outcome, by, task.instance, data, personal or {},
                    as_deputy,
                )
            )  # fmt: skip
            return
        if first.by == by:
            raise Impossible(
                "second_person_needed",
                "la seconda firma deve essere di un'altra persona",
                "the second signature must be another person's",
            )
        data, signed = first.data, (first.by, by)
    settles, of_step = _settles(run, plan, key, outcome)
    run.emit(
        e.StepCompleted(
            key, task.step, task.round, outcome, task.instance, data, personal or {}, as_deputy,
            settles, of_step, signed=signed,
        )
    )  # fmt: skip
    run.record(plan.step.records, key, outcome, data)
    if settles:
        if plan.step.rest == "withdrawn":
            _withdraw_rest(run, plan)
        follow(run, plan, of_step, cause=key)
    settle(run)


def _withdraw_rest(run: Run, plan: StepPlan) -> None:
    keys = run.state.of_step.get(plan.name, ())
    tasks = tuple(key for key in keys if key in run.state.open)
    if tasks:
        run.emit(e.TasksWithdrawn(tasks, "enough"))


def taken_instead(run: Run, task: Task) -> Task | None:
    """The task that somebody has taken of those that may not be done together with this one."""
    group = run.plan.steps[task.step].step.one_at_a_time
    if group is None:
        return None
    steps = run.plan.steps
    for key in run.state.open:
        other = run.state.tasks[key]
        if not other.claimed_by or other.status != OPEN or key == task.key:
            continue
        if steps[other.step].step.one_at_a_time == group:
            return other
    return None


def check_turn(run: Run, task: Task) -> None:
    """Raises Impossible while another task of its group is being done."""
    other = taken_instead(run, task)
    if other is not None:
        title = step_title(run.plan.protocol, other.step)
        raise Impossible(
            "one_at_a_time",
            f"uno alla volta: prima va concluso o rilasciato {title.it}",
            f"one at a time: {title.en} is to be completed or released first",
        )


def check_outcome(run: Run, plan: StepPlan, name: str) -> None:
    """Raises Impossible if the outcome does not exist, is used up, or its condition fails."""
    reason = why_not_outcome(run, plan, name)
    if reason is not None:
        raise reason


def why_not_outcome(run: Run, plan: StepPlan, name: str) -> Impossible | None:
    outcome = plan.outcomes.get(name)
    if outcome is None:
        titles = [(o, outcome_title(run.plan.protocol, plan.name, o)) for o in plan.outcomes]
        listed_it = ", ".join(f"{said.it} ({outcome})" for outcome, said in titles)
        listed_en = ", ".join(f"{said.en} ({outcome})" for outcome, said in titles)
        return Impossible(
            "unknown_outcome",
            f"l'esito «{name[:60]}» non esiste: sono previsti {listed_it}",
            f"there is no outcome “{name[:60]}”: there are {listed_en}",
        )
    title = outcome_title(run.plan.protocol, plan.name, name)
    if outcome.at_most and run.state.used.get((plan.name, name), 0) >= outcome.at_most:
        return Impossible(
            "outcome_used_up",
            f"l'esito {title.it} si può scegliere al massimo {outcome.at_most} volte",
            f"outcome {title.en} may be chosen {outcome.at_most} times at most",
        )
    if not run.holds(plan.outcome_guards.get(name)):
        on = depends_on(run.plan.protocol, outcome.when or "")
        return Impossible(
            "outcome_not_possible",
            f"l'esito {title.it} non è ancora possibile: dipende {on.it}",
            f"outcome {title.en} is not possible yet: it depends on {on.en}",
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


def follow(run: Run, plan: StepPlan, outcome_name: str, cause: str) -> None:
    """What follows from a settled step."""
    outcome = plan.outcomes.get(outcome_name)
    if plan.step.race:
        _win_race(run, plan)
    run.look_at(plan.dependents)
    if outcome is None:
        return
    if outcome.cancels:
        run.cancel(outcome.cancels, cause)
    if outcome.resumes:
        for event in plan.opened_by:
            run.resume(event)
    if outcome.result:
        run.emit(e.ResultSet(outcome.result, plan.within or ""))
    if outcome.ends:
        end(run, plan.within, outcome.ends, outcome.silently)
    elif outcome.again:
        run.restart(outcome.again, cause)


def _win_race(run: Run, winner: StepPlan) -> None:
    for name, plan in run.plan.steps.items():
        if name == winner.name or plan.step.race != winner.step.race:
            continue
        if run.state.marks[name].status in (WAITING, OPEN):
            if plan.scope:
                run.cancel((name,), "race")
                continue
            keys = run.state.of_step.get(name, ())
            tasks = tuple(key for key in keys if key in run.state.open)
            run.emit(e.TasksWithdrawn(tasks, "race", out=(name,)))
            run.look_at(plan.dependents)


def end(run: Run, scope: str | None, reason: str, silent: bool) -> None:
    """End the case, or the sub-protocol in which it is said."""
    if scope:
        leave(run, run.plan.steps[scope], reason)
    else:
        run.end(reason, silent)


def leave(run: Run, plan: StepPlan, outcome: str) -> None:
    """Leave a scope with this outcome of its step; what is left to do inside is taken away."""
    used_up = outcome in plan.outcomes and why_not_outcome(run, plan, outcome)
    run.cancel(plan.inside, "scope")
    run.emit(e.ScopeLeft(plan.name, run.state.marks[plan.name].round, outcome))
    if used_up:
        # Nobody chose it who could be refused: the case goes on, but not back once more.
        run.look_at(plan.dependents)
    else:
        follow(run, plan, outcome, cause=plan.name)


def settle(run: Run) -> None:
    """Settle, leave the sub-protocols in which nothing is left to do, and let events that were
    kept complete what has come to want them."""
    run.settle()
    while not run.state.ended and (_leave_idle(run) or _take_kept(run)):
        run.settle()


def _leave_idle(run: Run) -> bool:
    """Leave the innermost scope in which nothing is left to do. Whether there was one."""
    scope = idle_scope(run)
    if scope is None:
        return False
    outcome = outcome_by_itself(run, scope)
    if outcome:
        leave(run, scope, outcome)
    else:
        run.cancel((scope.name,), "scope")
    return True


def _take_kept(run: Run) -> bool:
    for event, kept in run.state.kept.items():
        for step, outcome in run.plan.events[event].wanted_by if kept else ():
            if complete_by_event(run, step, outcome, kept[0], event):
                return True
    return False


def complete_by_event(
    run: Run, step: str, outcome: str, data: dict[str, Any], event: str, kept: bool = True
) -> bool:
    """Where the step is open and the outcome possible; what happened has happened in any case.
    `kept`: the event is one that had been kept. Whether it was completed."""
    plan = run.plan.steps[step]
    if run.state.marks[step].status != OPEN or why_not_outcome(run, plan, outcome):
        return False
    if plan.scope:
        leave(run, plan, outcome)
        return True
    keys = [k for k in run.state.of_step[step] if run.state.tasks[k].status == OPEN]
    if not keys:
        return False
    if plan.step.each and not kept:
        # Not one member's answer: the step as a whole is settled without the rest.
        run.emit(e.TasksWithdrawn(tuple(keys), event, done=(step,), outcome=outcome))
        follow(run, plan, outcome, cause=event)
        return True
    key = keys[0]
    run.emit(
        e.StepCompleted(
            key, step, run.state.tasks[key].round, outcome, "", data, outcome_of_step=outcome,
            event=event if kept else "",
        )
    )  # fmt: skip
    run.record(plan.step.records, key, outcome, data)
    follow(run, plan, outcome, cause=key)
    return True
