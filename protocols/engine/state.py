"""Where a case stands: a fold of its events. No rule is applied here, only what was said to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from protocols.engine import events as e
from protocols.facts import Fact
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark

SCHEDULED = "scheduled"


class Task(Struct, frozen=True):
    """One thing to do, in its current round. `status`: scheduled, open, done or out.

    `rung` is the next rung of the ladder; `ignores_pause` marks tasks opened during a pause.
    """

    key: str
    step: str
    round: int
    status: str
    instance: str = ""
    role: str = ""
    scope: str = ""
    assignee: str = ""
    automation: str = ""
    deputy: str = ""
    due: datetime | None = None
    remind: datetime | None = None
    ladder: tuple[e.Rung, ...] = ()
    rung: int = 0
    priority: int = 0
    opens_at: datetime | None = None
    opened_at: datetime | None = None
    settled_at: datetime | None = None
    outcome: str = ""
    ignores_pause: bool = False
    claimed_by: str = ""


class State:
    """The engine's view of one case. Treat as immutable: `copy()` before applying events to it.

    - `marks`: step → Mark; `tasks`: task key → Task of the current round
    - `of_step`: step → keys of its tasks in this round; `open`: keys that are open or scheduled
    - `data`: step → latest non-personal data, with `outcome`; `by_instance`: step → instance → data
    - `happened`: case event → {count, at, **data}; `used`: (step, outcome) → times. Both count
      within the episode
    """

    __slots__ = (
        "attributes", "by_instance", "data", "ended", "ended_at", "episode", "happened", "marks",
        "of_step", "open", "opened", "opened_at", "paused_at", "pauses", "result", "silent",
        "tasks", "used",
    )  # fmt: skip
    _fields: ClassVar[tuple[str, ...]] = __slots__

    def __init__(self, steps: tuple[str, ...] = ()) -> None:
        self.opened: e.CaseOpened | None = None
        self.opened_at: datetime | None = None
        self.attributes: dict[str, Any] = {}
        self.episode = 1
        self.ended = ""
        self.ended_at: datetime | None = None
        self.silent = False
        self.result = ""
        waiting = Mark(WAITING)
        self.marks: dict[str, Mark] = dict.fromkeys(steps, waiting)
        self.tasks: dict[str, Task] = {}
        self.of_step: dict[str, tuple[str, ...]] = {}
        self.open: dict[str, None] = {}
        self.data: dict[str, dict[str, Any]] = {}
        self.by_instance: dict[str, dict[str, dict[str, Any]]] = {}
        self.happened: dict[str, dict[str, Any]] = {}
        self.used: dict[tuple[str, str], int] = {}
        self.paused_at: datetime | None = None
        self.pauses: tuple[str, ...] = ()

    def copy(self) -> Self:
        """Containers are copied one level deep; what they hold is never changed in place."""
        other = type(self).__new__(type(self))
        for name in self._fields:
            value = getattr(self, name)
            setattr(other, name, value.copy() if type(value) is dict else value)
        return other

    def apply(self, body: e.Body, at: datetime) -> None:
        """Change this state in place by one event (see `copy`). Bodies that are not the engine's
        are passed over, save for facts that change the case's attributes."""
        change = _APPLY.get(type(body))
        if change is not None:
            change(self, body, at)
        elif isinstance(body, Fact):
            changed = body.attributes()
            if changed:
                self.attributes = {**self.attributes, **changed}

    @property
    def paused(self) -> bool:
        return bool(self.pauses)

    def open_tasks(self) -> list[Task]:
        return [self.tasks[key] for key in self.open if self.tasks[key].status == OPEN]

    # ── changes, one for each event ──────────────────────────────────────────────────────────

    def mark_out(self, step: str) -> None:
        self._mark(step, OUT)

    def _mark(self, step: str, status: str, outcome: str | None = None) -> None:
        self.marks[step] = Mark(status, outcome, self.marks[step].round)

    def _drop(self, keys: tuple[str, ...], at: datetime) -> None:
        for key in keys:
            task = self.tasks[key]
            self.tasks[key] = replace(task, status=OUT, settled_at=at)
            self.open.pop(key, None)


Apply = Callable[[State, Any, datetime], None]


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
    key = (b.step, b.outcome)
    s.used[key] = s.used.get(key, 0) + 1
    if b.settles:
        s._mark(b.step, DONE, b.outcome_of_step or b.outcome)


def _steps_out(s: State, b: e.StepsOut, at: datetime) -> None:
    for step in b.steps:
        s._mark(step, OUT)


def _withdrawn(s: State, b: e.TasksWithdrawn, at: datetime) -> None:
    s._drop(b.tasks, at)
    for step in b.out:
        s._mark(step, OUT)
    for step in b.done:
        s._mark(step, DONE, "done")


def _round(s: State, b: e.RoundStarted, at: datetime) -> None:
    s._drop(b.tasks, at)
    for step in b.reset:
        mark = s.marks[step]
        used = mark.status in (DONE, OPEN) or mark.round > 1
        s.marks[step] = Mark(WAITING, None, mark.round + 1 if used else mark.round)
        for key in s.of_step.pop(step, ()):
            s.tasks.pop(key, None)
        s.by_instance.pop(step, None)


def _reminded(s: State, b: e.Reminded, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], remind=None)


def _escalated(s: State, b: e.Escalated, at: datetime) -> None:
    s.tasks[b.task] = replace(s.tasks[b.task], rung=b.rung + 1)


def _event(s: State, b: e.CaseEventHappened, at: datetime) -> None:
    before = s.happened.get(b.event, {})
    s.happened[b.event] = {**b.data, "count": before.get("count", 0) + 1, "at": at.isoformat()}


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
    s.result = b.result


def _episode(s: State, b: e.EpisodeStarted, at: datetime) -> None:
    s.episode = b.episode
    s.ended = s.result = ""
    s.ended_at = None
    s.silent = False
    s.used = {}
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
            s._mark(step, OUT)
    s._drop(b.tasks, at)


def _skipped(s: State, b: e.StepSkipped, at: datetime) -> None:
    s._drop(b.tasks, at)
    s._mark(b.step, OUT)


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


_APPLY: dict[type, Apply] = {
    e.CaseOpened: _case_opened,
    e.StepScheduled: _scheduled,
    e.StepOpened: _opened,
    e.StepCompleted: _completed,
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
}
