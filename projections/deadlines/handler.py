"""Folds what waits for the clock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from domain.log.recorded import Recorded
from projections.model import ReadModel, Row, Table, on
from projections.rows import Rows
from protocols.engine import events as e

SCHEDULED, OPEN = "scheduled", "open"

Moment = tuple[datetime | None, str, str]
"""When, what (opens, remind, escalate) and of which task; NOTHING where nothing is due."""

NOTHING: Moment = (None, "", "")


class Task(Row, frozen=True):
    task: str
    step: str
    status: str
    opens_at: datetime | None
    due: datetime | None = None
    remind: datetime | None = None
    rung: int = 0
    rung_at: list[datetime] = []
    rung_role: list[str] = []
    rung_scope: list[str] = []
    ignores_pause: bool = False


class Case(Row, frozen=True):
    paused: list[str] = []
    next_at: datetime | None = None
    next_kind: str = ""
    next_task: str = ""


class Deadlines(ReadModel):
    name = "deadlines"
    folder = Path(__file__).parent
    tables = {"cases": Table(Case), "tasks": Table(Task, key=["task"])}

    @on(e.CaseOpened)
    def _case_opened(self, rows: Rows, event: Recorded, body: e.CaseOpened) -> None:
        rows.put("cases", Case(event.originator_id))

    @on(e.StepScheduled)
    def _scheduled(self, rows: Rows, event: Recorded, body: e.StepScheduled) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._add(
            rows,
            case,
            Task(
                event.originator_id,
                body.task,
                body.step,
                SCHEDULED,
                body.opens_at,
                ignores_pause=bool(case.paused),
            ),
        )

    @on(e.StepOpened)
    def _opened(self, rows: Rows, event: Recorded, body: e.StepOpened) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._add(
            rows,
            case,
            Task(
                event.originator_id,
                body.task,
                body.step,
                OPEN,
                None,
                body.due,
                body.remind,
                0,
                [rung.at for rung in body.ladder],
                [rung.role for rung in body.ladder],
                [rung.scope for rung in body.ladder],
                bool(case.paused),
            ),
        )

    @on(e.StepCompleted)
    def _completed(self, rows: Rows, event: Recorded, body: e.StepCompleted) -> None:
        self._drop(rows, event.originator_id, (body.task,))

    @on(e.TasksWithdrawn, e.RoundStarted, e.StepSkipped)
    def _withdrawn(
        self, rows: Rows, event: Recorded, body: e.TasksWithdrawn | e.RoundStarted | e.StepSkipped
    ) -> None:
        self._drop(rows, event.originator_id, body.tasks)

    @on(e.CaseEnded)
    def _ended(self, rows: Rows, event: Recorded, body: e.CaseEnded) -> None:
        self._pauses(rows, event.originator_id, [])
        self._drop(rows, event.originator_id, body.tasks)

    @on(e.EpisodeStarted)
    def _episode(self, rows: Rows, event: Recorded, body: e.EpisodeStarted) -> None:
        self._pauses(rows, event.originator_id, [])
        self._look_again(rows, event.originator_id)

    @on(e.Reminded)
    def _reminded(self, rows: Rows, event: Recorded, body: e.Reminded) -> None:
        self._change(rows, event.originator_id, body.task, remind=None)
        self._look_again(rows, event.originator_id)

    @on(e.Escalated)
    def _escalated(self, rows: Rows, event: Recorded, body: e.Escalated) -> None:
        self._change(rows, event.originator_id, body.task, rung=body.rung + 1)
        self._look_again(rows, event.originator_id)

    @on(e.ClocksPaused)
    def _paused(self, rows: Rows, event: Recorded, body: e.ClocksPaused) -> None:
        of = event.originator_id
        self._pauses(rows, of, [*rows.get("cases", of).paused, body.cause])
        self._look_again(rows, of)

    @on(e.ClocksResumed)
    def _resumed(self, rows: Rows, event: Recorded, body: e.ClocksResumed) -> None:
        of = event.originator_id
        left = [cause for cause in rows.get("cases", of).paused if cause != body.cause]
        self._pauses(rows, of, left)
        for shift in body.shifts:
            self._change(
                rows,
                of,
                shift.task,
                opens_at=shift.opens_at,
                due=shift.due,
                remind=shift.remind,
                rung_at=[rung.at for rung in shift.ladder],
                rung_role=[rung.role for rung in shift.ladder],
                rung_scope=[rung.scope for rung in shift.ladder],
            )
        if not left:
            for task in rows.of("tasks", of):
                if task.ignores_pause:
                    rows.put("tasks", replace(task, ignores_pause=False))
        self._look_again(rows, of)

    @on(e.Migrated, e.MigrationReverted)
    def _migrated(
        self, rows: Rows, event: Recorded, body: e.Migrated | e.MigrationReverted
    ) -> None:
        of = event.originator_id
        for task in list(rows.of("tasks", of)):
            rows.delete("tasks", of, task.task)
        for task in body.tasks:
            rows.put(
                "tasks",
                Task(
                    of,
                    task.key,
                    task.step,
                    task.status,
                    task.opens_at,
                    task.due,
                    task.remind,
                    task.rung,
                    [rung.at for rung in task.ladder],
                    [rung.role for rung in task.ladder],
                    [rung.scope for rung in task.ladder],
                    task.ignores_pause,
                ),
            )
        self._pauses(rows, of, list(body.pauses))
        self._look_again(rows, of)

    def _add(self, rows: Rows, case: Case, task: Task) -> None:
        rows.put("tasks", task)
        if task.task == case.next_task:
            self._look_again(rows, task.originator_id)
        else:
            _point(rows, case, _nearest(case, (case.next_at, case.next_kind, case.next_task), task))

    def _drop(self, rows: Rows, of: UUID, tasks: tuple[str, ...]) -> None:
        for task in tasks:
            rows.delete("tasks", of, task)
        if rows.get("cases", of).next_task in tasks:
            self._look_again(rows, of)

    def _change(self, rows: Rows, of: UUID, key: str, **changes: object) -> None:
        task = rows.get("tasks", of, key)
        if task is not None:
            rows.put("tasks", replace(task, **changes))

    def _pauses(self, rows: Rows, of: UUID, paused: list[str]) -> None:
        rows.put("cases", replace(rows.get("cases", of), paused=paused))

    def _look_again(self, rows: Rows, of: UUID) -> None:
        """The nearest instant, by the rule of `protocols.engine.agenda.next_moment`."""
        case: Case = rows.get("cases", of)
        nearest = NOTHING
        for task in rows.of("tasks", of):
            nearest = _nearest(case, nearest, task)
        _point(rows, case, nearest)


def _point(rows: Rows, case: Case, nearest: Moment) -> None:
    if nearest != (case.next_at, case.next_kind, case.next_task):
        rows.put("cases", Case(case.originator_id, case.paused, *nearest))


def _nearest(case: Case, nearest: Moment, task: Task) -> Moment:
    if case.paused and not task.ignores_pause:
        return nearest
    if task.status == SCHEDULED:
        return _earlier(nearest, task.opens_at, "opens", task.task)
    nearest = _earlier(nearest, task.remind, "remind", task.task)
    if task.rung < len(task.rung_at):
        return _earlier(nearest, task.rung_at[task.rung], "escalate", task.task)
    return nearest


def _earlier(nearest: Moment, at: datetime | None, kind: str, task: str) -> Moment:
    if at is None or (nearest[0] is not None and (nearest[0], nearest[2]) <= (at, task)):
        return nearest
    return at, kind, task
