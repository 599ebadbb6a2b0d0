"""Folds the tasks that are open now, and the questions that wait for an answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from domain.case import events as c
from domain.log.recorded import Recorded
from projections.model import Plans, ReadModel, Row, Table, on
from projections.rows import Rows
from projections.titles import StepTitle, TitlesOf
from protocols import facts
from protocols.engine import events as e
from protocols.language.formula import OPEN
from protocols.territory import Territory


class Case(Row, frozen=True):
    protocol: str
    version: str
    episode: int
    person: str
    source: str
    service: str
    comune: str
    district: int
    sealed: bool = False
    restricted: bool = False
    stored_only: bool = False
    paused: list[str] = []
    case_manager: str = ""


class Task(Row, frozen=True):
    task: str
    step: str
    instance: str
    round: int
    title_it: str
    title_en: str
    stage: str
    role: str
    scope: str
    deputy: str
    assignee: str
    claimed_by: str
    automation: str
    priority: int
    due: datetime | None
    opened_at: datetime
    rung: int
    reminded: bool
    ignores_pause: bool
    holders: list[str]
    called: list[str]
    given_by: str = ""


class Question(Row, frozen=True):
    """A note that waits for an answer."""

    note: str
    asked_by: str
    asked_to: str
    task: str
    asked_at: datetime


def _carried(of: UUID, task: e.TaskCarried, title: StepTitle, before: Task | None) -> Task:
    """The task after its case has changed version."""
    holders = [f"{task.role} {task.scope}"] if task.role else []
    if task.deputy:
        holders.append(f"{task.deputy} {task.scope}")
    called = dict.fromkeys(f"{rung.role} {rung.scope}" for rung in task.ladder[: task.rung])
    assert task.opened_at is not None
    return Task(
        of,
        task.key,
        task.step,
        task.instance,
        task.round,
        title.it,
        title.en,
        title.stage,
        task.role,
        task.scope,
        task.deputy,
        task.assignee,
        task.claimed_by,
        task.automation,
        task.priority,
        task.due,
        task.opened_at,
        task.rung,
        bool(before and before.reminded),
        task.ignores_pause,
        holders,
        list(called),
        before.given_by if before and task.claimed_by == before.claimed_by else "",
    )


class Inbox(ReadModel):
    name = "inbox"
    folder = Path(__file__).parent
    version = 4
    tables = {
        "cases": Table(Case),
        "tasks": Table(Task, key=["task"]),
        "questions": Table(Question, key=["note"]),
    }

    def __init__(self, plans: Plans, territory: Territory) -> None:
        super().__init__(plans, territory)
        self._titles = TitlesOf(plans, territory.timezone)

    # ── the case ─────────────────────────────────────────────────────────────────────────────

    @on(e.CaseOpened)
    def _opened(self, rows: Rows, event: Recorded, body: e.CaseOpened) -> None:
        rows.put(
            "cases",
            Case(
                event.originator_id,
                body.protocol,
                body.version,
                1,
                body.person,
                body.source,
                body.service,
                body.comune,
                body.district,
                sealed=bool(body.attributes.get("sealed")),
                restricted=bool(body.attributes.get("restricted")),
            ),
        )

    @on(facts.ResidenceTransferred)
    def _moved(self, rows: Rows, event: Recorded, body: facts.ResidenceTransferred) -> None:
        self._change_case(rows, event, comune=body.comune, district=body.district)

    @on(c.CaseSealed)
    def _sealed(self, rows: Rows, event: Recorded, body: c.CaseSealed) -> None:
        self._change_case(rows, event, sealed=True)

    @on(c.CaseRestricted)
    def _stored_only(self, rows: Rows, event: Recorded, body: c.CaseRestricted) -> None:
        self._change_case(rows, event, stored_only=True)

    @on(c.CaseRestrictionLifted)
    def _lifted(self, rows: Rows, event: Recorded, body: c.CaseRestrictionLifted) -> None:
        self._change_case(rows, event, stored_only=False)

    @on(c.PersonReplaced)
    def _replaced(self, rows: Rows, event: Recorded, body: c.PersonReplaced) -> None:
        self._change_case(rows, event, person=body.person)

    @on(facts.RestrictionRequested)
    def _restricted(self, rows: Rows, event: Recorded, body: facts.RestrictionRequested) -> None:
        self._change_case(rows, event, restricted=True)

    @on(facts.TeamConstituted)
    def _team(self, rows: Rows, event: Recorded, body: facts.TeamConstituted) -> None:
        self._change_case(rows, event, case_manager=body.case_manager)

    @on(e.EpisodeStarted)
    def _episode(self, rows: Rows, event: Recorded, body: e.EpisodeStarted) -> None:
        self._change_case(rows, event, episode=body.episode, paused=[])

    @on(e.ClocksPaused)
    def _paused(self, rows: Rows, event: Recorded, body: e.ClocksPaused) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._change_case(rows, event, paused=[*case.paused, body.cause])

    def _change_case(self, rows: Rows, event: Recorded, **changes: object) -> None:
        rows.put("cases", replace(rows.get("cases", event.originator_id), **changes))

    # ── its tasks ────────────────────────────────────────────────────────────────────────────

    @on(e.StepOpened)
    def _task(self, rows: Rows, event: Recorded, body: e.StepOpened) -> None:
        case: Case = rows.get("cases", event.originator_id)
        title = self._titles(case.protocol, case.version).steps[body.step]
        holders = [f"{body.role} {body.scope}"] if body.role else []
        if body.deputy:
            holders.append(f"{body.deputy} {body.scope}")
        if body.role == "case_manager" and body.assignee:
            # Whoever the team's data name by now, also after a correction.
            self._change_case(rows, event, case_manager=body.assignee)
        rows.put(
            "tasks",
            Task(
                event.originator_id,
                body.task,
                body.step,
                body.instance,
                body.round,
                title.it,
                title.en,
                title.stage,
                body.role,
                body.scope,
                body.deputy,
                body.assignee,
                "",
                body.automation,
                body.priority,
                body.due,
                event.at,
                0,
                False,
                bool(case.paused),
                holders,
                [],
            ),
        )

    @on(e.Migrated, e.MigrationReverted)
    def _migrated(
        self, rows: Rows, event: Recorded, body: e.Migrated | e.MigrationReverted
    ) -> None:
        of = event.originator_id
        self._change_case(rows, event, version=body.version, paused=list(body.pauses))
        before: dict[str, Task] = {task.task: task for task in rows.of("tasks", of)}
        for key in before:
            rows.delete("tasks", of, key)
        titles = self._titles(body.protocol, body.version).steps
        for task in body.tasks:
            if task.status == OPEN:
                rows.put("tasks", _carried(of, task, titles[task.step], before.get(task.was)))

    @on(e.StepCompleted)
    def _completed(self, rows: Rows, event: Recorded, body: e.StepCompleted) -> None:
        rows.delete("tasks", event.originator_id, body.task)

    @on(e.TasksWithdrawn, e.RoundStarted, e.StepSkipped)
    def _withdrawn(
        self, rows: Rows, event: Recorded, body: e.TasksWithdrawn | e.RoundStarted | e.StepSkipped
    ) -> None:
        for task in body.tasks:
            rows.delete("tasks", event.originator_id, task)

    @on(e.CaseEnded)
    def _ended(self, rows: Rows, event: Recorded, body: e.CaseEnded) -> None:
        for task in body.tasks:
            rows.delete("tasks", event.originator_id, task)
        self._change_case(rows, event, paused=[])

    @on(c.TaskClaimed)
    def _claimed(self, rows: Rows, event: Recorded, body: c.TaskClaimed) -> None:
        self._change(rows, event.originator_id, body.task, claimed_by=body.by, given_by="")

    @on(c.TaskAssigned)
    def _assigned(self, rows: Rows, event: Recorded, body: c.TaskAssigned) -> None:
        # Who gives a task to themselves takes it.
        by = "" if event.actor == body.to else event.actor
        self._change(rows, event.originator_id, body.task, claimed_by=body.to, given_by=by)

    # Who has signed has done their part: it waits for whoever signs next.
    @on(c.TaskReleased, e.StepSigned)
    def _released(self, rows: Rows, event: Recorded, body: c.TaskReleased | e.StepSigned) -> None:
        self._change(rows, event.originator_id, body.task, claimed_by="", given_by="")

    @on(c.NoteWritten)
    def _note(self, rows: Rows, event: Recorded, body: c.NoteWritten) -> None:
        of = event.originator_id
        if body.answers:
            rows.delete("questions", of, body.answers)
        elif body.to:
            rows.put("questions", Question(of, body.note, body.by, body.to, body.task, event.at))

    @on(e.AutomationGaveUp)
    def _gave_up(self, rows: Rows, event: Recorded, body: e.AutomationGaveUp) -> None:
        self._change(rows, event.originator_id, body.task, automation="")

    @on(e.Reminded)
    def _reminded(self, rows: Rows, event: Recorded, body: e.Reminded) -> None:
        self._change(rows, event.originator_id, body.task, reminded=True)

    @on(e.Escalated)
    def _escalated(self, rows: Rows, event: Recorded, body: e.Escalated) -> None:
        task: Task | None = rows.get("tasks", event.originator_id, body.task)
        if task is not None:
            called = f"{body.role} {body.scope}"
            more = [] if called in task.called else [called]
            rows.put("tasks", replace(task, rung=body.rung + 1, called=[*task.called, *more]))

    @on(e.ClocksResumed)
    def _resumed(self, rows: Rows, event: Recorded, body: e.ClocksResumed) -> None:
        case: Case = rows.get("cases", event.originator_id)
        left = [cause for cause in case.paused if cause != body.cause]
        self._change_case(rows, event, paused=left)
        for shift in body.shifts:
            self._change(rows, event.originator_id, shift.task, due=shift.due)
        if not left:
            for task in rows.of("tasks", event.originator_id):
                if task.ignores_pause:
                    rows.put("tasks", replace(task, ignores_pause=False))

    def _change(self, rows: Rows, case: UUID, key: str, **changes: object) -> None:
        task = rows.get("tasks", case, key)
        if task is not None:
            rows.put("tasks", replace(task, **changes))
