"""What each event changes in a case's state. No rule is applied: only what was said to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine.carrying import migrated, reverted
from protocols.engine.task import SCHEDULED, Standing, Task
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark

if TYPE_CHECKING:
    from protocols.engine.state import State

Apply = Callable[["State", Any, datetime], None]


def _case_opened(s: State, b: e.CaseOpened, at: datetime) -> None:
    s.opened = b
    s.opened_at = at
    s.attributes = {
        **b.attributes,
        "source": b.source,
        "service": b.service,
        "comune": b.comune,
        "district": b.district,
        "referred_on": b.referred_on.isoformat(),
        "person": b.person,
    }


def _add_task(s: State, task: Task) -> None:
    s.tasks[task.key] = task
    s.open[task.key] = None
    keys = s.of_step.get(task.step, ())
    if task.key not in keys:
        s.of_step[task.step] = (*keys, task.key)
    mark = s.marks[task.step]
    # A late instance of a step that is already done leaves it done.
    if mark.status != DONE or mark.round != task.round:
        s.marks[task.step] = Mark(OPEN, None, task.round)


def _scheduled(s: State, b: e.StepScheduled, at: datetime) -> None:
    _add_task(
        s,
        Task(
            b.task, b.step, b.round, SCHEDULED, b.instance, opens_at=b.opens_at,
            ignores_pause=bool(s.pauses),
        ),
    )  # fmt: skip


def _opened(s: State, b: e.StepOpened, at: datetime) -> None:
    _add_task(
        s,
        Task(
            b.task, b.step, b.round, OPEN, b.instance, b.role, b.scope, b.assignee, b.automation,
            b.deputy, b.due, b.remind, b.ladder, 0, b.priority, None, at,
            ignores_pause=bool(s.pauses),
        ),
    )  # fmt: skip


def _completed(s: State, b: e.StepCompleted, at: datetime) -> None:
    task = s.tasks[b.task]
    s.tasks[b.task] = replace(task, status=DONE, outcome=b.outcome, settled_at=at)
    s.open.pop(b.task, None)
    data = {**b.data, "outcome": b.outcome}
    s.data[b.step] = data
    if b.instance:
        s.by_instance[b.step] = {**s.by_instance.get(b.step, {}), b.instance: data}
    if b.event:
        s.kept[b.event] = s.kept[b.event][1:]
    key = (b.step, b.outcome)
    s.used[key] = s.used.get(key, 0) + 1
    if b.settles:
        s.mark(b.step, DONE, b.outcome_of_step or b.outcome)


def _signed(s: State, b: e.StepSigned, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], signature=replace(b, personal={}))


def _scope_opened(s: State, b: e.ScopeOpened, at: datetime) -> None:
    s.marks[b.step] = Mark(OPEN, None, b.round)
    s.scopes = {**s.scopes, b.step: Standing(at)}
    if b.member:
        s.data[b.step] = {"member": b.member}
    if b.fresh:
        s.used = {key: times for key, times in s.used.items() if key[0] not in b.fresh}
        for event in b.fresh:
            if event in s.happened:
                s.happened[event] = {**s.happened[event], "count": 0}


def _scope_left(s: State, b: e.ScopeLeft, at: datetime) -> None:
    s.data[b.step] = {**s.data.get(b.step, {}), "outcome": b.outcome}
    key = (b.step, b.outcome)
    s.used[key] = s.used.get(key, 0) + 1
    s.scopes = {**s.scopes, b.step: s.scopes.get(b.step, Standing(at))._replace(left_at=at)}
    s.mark(b.step, DONE, b.outcome)


def _steps_out(s: State, b: e.StepsOut, at: datetime) -> None:
    for step in b.steps:
        s.mark(step, OUT)


def _withdrawn(s: State, b: e.TasksWithdrawn, at: datetime) -> None:
    s.drop(b.tasks, at)
    for step in b.out:
        s.mark(step, OUT)
    for step in b.done:
        s.mark(step, DONE, b.outcome or "done")


def _round(s: State, b: e.RoundStarted, at: datetime) -> None:
    s.drop(b.tasks, at)
    for step in b.reset:
        mark = s.marks[step]
        used = mark.status in (DONE, OPEN) or mark.round > 1
        s.marks[step] = Mark(WAITING, None, mark.round + 1 if used else mark.round)
        for key in s.of_step.pop(step, ()):
            s.tasks.pop(key, None)
        s.by_instance.pop(step, None)
    if s.scopes:
        s.scopes = {name: standing for name, standing in s.scopes.items() if name not in b.reset}


def _reminded(s: State, b: e.Reminded, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], remind=None)


def _escalated(s: State, b: e.Escalated, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], rung=b.rung + 1)


def _event(s: State, b: e.CaseEventHappened, at: datetime) -> None:
    before = s.happened.get(b.event, {})
    s.happened[b.event] = {**b.data, "count": before.get("count", 0) + 1, "at": at.isoformat()}
    if b.kept:
        s.kept[b.event] = (*s.kept.get(b.event, ()), b.data)


def _paused(s: State, b: e.ClocksPaused, at: datetime) -> None:
    if not s.pauses:
        s.paused_at = at
    s.pauses = (*s.pauses, b.cause)


def _resumed(s: State, b: e.ClocksResumed, at: datetime) -> None:
    s.pauses = tuple(cause for cause in s.pauses if cause != b.cause)
    for shift in b.shifts:
        s.tasks[shift.task] = replace(
            s.tasks[shift.task],
            opens_at=shift.opens_at,
            due=shift.due,
            remind=shift.remind,
            ladder=shift.ladder,
        )
    if not s.pauses:
        s.paused_at = None
        for key in s.open:
            task = s.tasks[key]
            if task.ignores_pause:
                s.tasks[key] = replace(task, ignores_pause=False)


def _result(s: State, b: e.ResultSet, at: datetime) -> None:
    if b.scope:
        s.scopes = {**s.scopes, b.scope: s.scopes[b.scope]._replace(result=b.result)}
    else:
        s.result = b.result


def _episode(s: State, b: e.EpisodeStarted, at: datetime) -> None:
    s.episode = b.episode
    s.ended = s.result = ""
    s.ended_at = None
    s.silent = False
    s.used = {}
    s.kept = {}
    s.happened = {
        name: data if name == b.cause else {**data, "count": 0} for name, data in s.happened.items()
    }
    s.pauses = ()
    s.paused_at = None


def _case_ended(s: State, b: e.CaseEnded, at: datetime) -> None:
    s.ended = b.reason
    s.ended_at = at
    s.silent = b.silent
    s.pauses = ()
    s.paused_at = None
    for key in b.tasks:
        step = s.tasks[key].step
        if s.marks[step].status == OPEN:
            s.mark(step, OUT)
    for step in b.scopes:
        s.mark(step, OUT)
    s.drop(b.tasks, at)


def _skipped(s: State, b: e.StepSkipped, at: datetime) -> None:
    s.drop(b.tasks, at)
    s.mark(b.step, OUT)


def _forced(s: State, b: e.StepForced, at: datetime) -> None:
    mark = s.marks[b.step]
    again = mark.status == DONE
    s.marks[b.step] = Mark(WAITING, None, mark.round + again)
    if again:
        for key in s.of_step.pop(b.step, ()):
            s.tasks.pop(key, None)


def _redone(s: State, b: e.StepRedone, at: datetime) -> None:
    pass


def _corrected(s: State, b: e.DataCorrected, at: datetime) -> None:
    if b.instance:
        of_step = s.by_instance.get(b.step, {})
        data = {**of_step.get(b.instance, {}), **b.data}
        s.by_instance[b.step] = {**of_step, b.instance: data}
    else:
        s.data[b.step] = {**s.data.get(b.step, {}), **b.data}


def _gave_up(s: State, b: e.AutomationGaveUp, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], automation="")


APPLY: dict[type, Apply] = {
    e.CaseOpened: _case_opened,
    e.StepScheduled: _scheduled,
    e.StepOpened: _opened,
    e.StepCompleted: _completed,
    e.StepSigned: _signed,
    e.ScopeOpened: _scope_opened,
    e.ScopeLeft: _scope_left,
    e.StepsOut: _steps_out,
    e.TasksWithdrawn: _withdrawn,
    e.RoundStarted: _round,
    e.Reminded: _reminded,
    e.Escalated: _escalated,
    e.CaseEventHappened: _event,
    e.ClocksPaused: _paused,
    e.ClocksResumed: _resumed,
    e.ResultSet: _result,
    e.EpisodeStarted: _episode,
    e.CaseEnded: _case_ended,
    e.StepSkipped: _skipped,
    e.StepForced: _forced,
    e.StepRedone: _redone,
    e.DataCorrected: _corrected,
    e.AutomationGaveUp: _gave_up,
    e.Migrated: migrated,
    e.MigrationReverted: reverted,
}
