"""Folds the rows that the steering board's figures are made of.

Figures are read from typed facts, not from forms, so that they stay comparable across versions of
a protocol.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.case import events as c
from domain.log.recorded import Recorded
from projections.indicators.figures import (
    TABLES,
    Assessment,
    Attendance,
    Call,
    Case,
    Commitment,
    Episode,
    ExceptionMade,
    FollowUp,
    Happening,
    OpenTask,
    Placement,
    SettledTask,
)
from projections.indicators.moving import change_version
from projections.indicators.placing import HIRED, awake, end_placement, running
from projections.indicators.waits import Waits
from projections.model import Plans, ReadModel, on
from projections.rows import Rows
from protocols import facts as f
from protocols.engine import events as e
from protocols.territory import Territory

REMINDER = -1


class Indicators(ReadModel):
    name = "indicators"
    folder = Path(__file__).parent
    tables = TABLES

    def __init__(self, plans: Plans, territory: Territory) -> None:
        super().__init__(plans, territory)
        self._waits = Waits(plans, territory)

    # ── cases and episodes ───────────────────────────────────────────────────────────────────

    @on(e.CaseOpened)
    def _opened(self, rows: Rows, event: Recorded, body: e.CaseOpened) -> None:
        case = Case(
            event.originator_id,
            body.protocol,
            body.version,
            UUID(body.person),
            body.source,
            body.service,
            body.comune,
            body.district,
        )
        rows.put("cases", case)
        self._begin(rows, case, event.at)

    @on(e.EpisodeStarted)
    def _reopened(self, rows: Rows, event: Recorded, body: e.EpisodeStarted) -> None:
        case = replace(_case(rows, event), episode=body.episode, paused=[], paused_at=None)
        rows.put("cases", case)
        self._begin(rows, case, event.at)

    def _begin(self, rows: Rows, case: Case, at: datetime) -> None:
        rows.put(
            "episodes",
            Episode(
                case.originator_id,
                case.episode,
                case.protocol,
                case.version,
                case.person,
                case.source,
                case.service,
                case.district,
                at,
            ),
        )
        self._waits.case_opened(rows, case, at)

    @on(e.CaseEnded)
    def _ended(self, rows: Rows, event: Recorded, body: e.CaseEnded) -> None:
        case = _case(rows, event)
        self._settle(rows, event, case, body.tasks)
        _reach(rows, event, ended_at=event.at, reason=body.reason, silent=body.silent)
        end_placement(rows, event, body.reason)
        self._waits.case_ended(rows, case, event.at)

    @on(f.ResidenceTransferred)
    def _moved(self, rows: Rows, event: Recorded, body: f.ResidenceTransferred) -> None:
        rows.put("cases", replace(_case(rows, event), comune=body.comune, district=body.district))

    @on(c.PersonReplaced)
    def _replaced(self, rows: Rows, event: Recorded, body: c.PersonReplaced) -> None:
        person = UUID(body.person)
        rows.put("cases", replace(_case(rows, event), person=person))
        for episode in rows.of("episodes", event.originator_id):
            rows.put("episodes", replace(episode, person=person))

    # ── tasks and waits ──────────────────────────────────────────────────────────────────────

    @on(e.StepOpened)
    def _step_opened(self, rows: Rows, event: Recorded, body: e.StepOpened) -> None:
        rows.put(
            "open_tasks",
            OpenTask(
                event.originator_id,
                body.task,
                body.step,
                body.role,
                body.round,
                event.at,
                body.due,
                bool(body.automation),
            ),
        )
        self._waits.step_opened(rows, _case(rows, event), body.step, event.at)

    @on(e.StepCompleted)
    def _completed(self, rows: Rows, event: Recorded, body: e.StepCompleted) -> None:
        case = _case(rows, event)
        self._settle(rows, event, case, (body.task,), body.outcome)
        if body.settles:
            outcome = body.outcome_of_step or body.outcome
            self._waits.step_done(rows, case, body.step, outcome, event.at)

    @on(e.ScopeOpened)
    def _scope_opened(self, rows: Rows, event: Recorded, body: e.ScopeOpened) -> None:
        self._waits.step_opened(rows, _case(rows, event), body.step, event.at)

    @on(e.ScopeLeft)
    def _scope_left(self, rows: Rows, event: Recorded, body: e.ScopeLeft) -> None:
        self._waits.step_done(rows, _case(rows, event), body.step, body.outcome, event.at)

    @on(e.TasksWithdrawn, e.RoundStarted)
    def _withdrawn(
        self, rows: Rows, event: Recorded, body: e.TasksWithdrawn | e.RoundStarted
    ) -> None:
        self._settle(rows, event, _case(rows, event), body.tasks)

    def _settle(
        self, rows: Rows, event: Recorded, case: Case, tasks: tuple[str, ...], outcome: str = ""
    ) -> None:
        for key in tasks:
            task: OpenTask | None = rows.get("open_tasks", event.originator_id, key)
            if task is None:
                continue
            rows.delete("open_tasks", event.originator_id, key)
            rows.put(
                "tasks",
                SettledTask(
                    event.originator_id,
                    event.position,
                    task.task,
                    case.episode,
                    task.step,
                    task.role,
                    task.round,
                    task.opened_at,
                    event.at,
                    task.due,
                    outcome,
                    task.automation,
                ),
            )

    @on(e.Migrated, e.MigrationReverted)
    def _migrated(
        self, rows: Rows, event: Recorded, body: e.Migrated | e.MigrationReverted
    ) -> None:
        case = _case(rows, event)
        self._settle(rows, event, case, body.withdrawn)
        change_version(rows, case, body)

    @on(e.ClocksPaused)
    def _paused(self, rows: Rows, event: Recorded, body: e.ClocksPaused) -> None:
        case = _case(rows, event)
        since = case.paused_at if case.paused else event.at
        rows.put("cases", replace(case, paused=[*case.paused, body.cause], paused_at=since))

    @on(e.ClocksResumed)
    def _resumed(self, rows: Rows, event: Recorded, body: e.ClocksResumed) -> None:
        case = _case(rows, event)
        for shift in body.shifts:
            task: OpenTask | None = rows.get("open_tasks", event.originator_id, shift.task)
            if task is not None:
                rows.put("open_tasks", replace(task, due=shift.due))
        left = [cause for cause in case.paused if cause != body.cause]
        if case.paused and not left:
            self._waits.resumed(rows, case, event.at)
        rows.put("cases", replace(case, paused=left, paused_at=case.paused_at if left else None))

    # ── the path, from facts ─────────────────────────────────────────────────────────────────

    @on(f.TriageRecorded)
    def _triaged(self, rows: Rows, event: Recorded, body: f.TriageRecorded) -> None:
        _reach(rows, event, "triaged_at", need=body.need)

    @on(f.DisclosureAuthorised)
    def _authorised(self, rows: Rows, event: Recorded, body: f.DisclosureAuthorised) -> None:
        _reach(rows, event, "authorised_at")

    @on(f.DisclosureRefused)
    def _refused(self, rows: Rows, event: Recorded, body: f.DisclosureRefused) -> None:
        _reach(rows, event, "refused_at")

    @on(f.DisclosureWithdrawn)
    def _withdrew(self, rows: Rows, event: Recorded, body: f.DisclosureWithdrawn) -> None:
        _reach(rows, event, "withdrawn_at")

    @on(f.TeamConstituted)
    def _team(self, rows: Rows, event: Recorded, body: f.TeamConstituted) -> None:
        _reach(rows, event, "team_at")

    @on(f.AssessmentRecorded)
    def _assessed(self, rows: Rows, event: Recorded, body: f.AssessmentRecorded) -> None:
        if body.moment == "entry":
            _reach(rows, event, "assessed_at")
        rows.put(
            "assessments",
            Assessment(
                *_log(rows, event),
                body.moment,
                body.functioning,
                body.economic,
                body.work,
                body.education,
                body.housing,
                body.networks,
            ),
        )

    @on(f.CaseDiscussed)
    def _discussed(self, rows: Rows, event: Recorded, body: f.CaseDiscussed) -> None:
        _reach(rows, event, "decided_at", decision=body.decision)

    @on(f.ProjectSigned)
    def _signed(self, rows: Rows, event: Recorded, body: f.ProjectSigned) -> None:
        _reach(rows, event, "signed_at")
        rows.put(
            "commitments",
            Commitment(*_log(rows, event), body.stream, body.amount, body.signed_on, body.light),
        )

    @on(f.CaseClosed)
    def _closed(self, rows: Rows, event: Recorded, body: f.CaseClosed) -> None:
        _reach(rows, event, contract=body.contract)

    # ── placements ───────────────────────────────────────────────────────────────────────────

    @on(f.PlacementStarted)
    def _placed(self, rows: Rows, event: Recorded, body: f.PlacementStarted) -> None:
        case = _case(rows, event)
        number = case.placements + 1
        rows.put("cases", replace(case, placements=number))
        rows.put(
            "placements",
            Placement(
                event.originator_id,
                number,
                case.episode,
                body.host,
                body.kind,
                body.stream,
                body.starts_on,
                body.ends_on,
                body.hours_week,
                body.allowance,
                event.at,
            ),
        )
        _reach(rows, event, "placed_at")

    @on(f.PlacementSuspended)
    def _suspended(self, rows: Rows, event: Recorded, body: f.PlacementSuspended) -> None:
        placement = running(rows, event)
        if placement is not None and placement.suspended_at is None:
            rows.put("placements", replace(placement, suspended_at=event.at))

    @on(f.PlacementResumed)
    def _resumes(self, rows: Rows, event: Recorded, body: f.PlacementResumed) -> None:
        placement = running(rows, event)
        if placement is not None:
            rows.put("placements", awake(placement, event.at))

    @on(f.PlacementEnded)
    def _placement_ended(self, rows: Rows, event: Recorded, body: f.PlacementEnded) -> None:
        end_placement(rows, event, body.outcome, ended_on=body.ended_on)
        if body.outcome == HIRED:
            _reach(rows, event, "hired_at")

    @on(f.AttendanceValidated)
    def _attended(self, rows: Rows, event: Recorded, body: f.AttendanceValidated) -> None:
        rows.put(
            "attendance",
            Attendance(
                *_log(rows, event),
                body.month,
                body.stream,
                body.hours_planned,
                body.hours_attended,
                body.paid,
            ),
        )

    @on(f.FollowUpDone)
    def _followed(self, rows: Rows, event: Recorded, body: f.FollowUpDone) -> None:
        rows.put(
            "follow_ups", FollowUp(*_log(rows, event), body.month, body.employed, body.contract)
        )

    # ── what left the path, and what happened on the way ─────────────────────────────────────

    @on(e.StepSkipped)
    def _skipped(self, rows: Rows, event: Recorded, body: e.StepSkipped) -> None:
        self._settle(rows, event, _case(rows, event), body.tasks)
        _exception(rows, event, "skip", body.step)

    @on(e.StepForced)
    def _forced(self, rows: Rows, event: Recorded, body: e.StepForced) -> None:
        _exception(rows, event, "force", body.step)

    @on(e.StepRedone)
    def _redone(self, rows: Rows, event: Recorded, body: e.StepRedone) -> None:
        _exception(rows, event, "redo", body.step)

    @on(e.DataCorrected)
    def _corrected(self, rows: Rows, event: Recorded, body: e.DataCorrected) -> None:
        _exception(rows, event, "correct", body.step)

    @on(e.AutomationGaveUp)
    def _gave_up(self, rows: Rows, event: Recorded, body: e.AutomationGaveUp) -> None:
        _exception(rows, event, "gave_up", body.task.partition("#")[0])

    @on(e.Reminded)
    def _reminded(self, rows: Rows, event: Recorded, body: e.Reminded) -> None:
        step = body.task.partition("#")[0]
        rows.put("calls", Call(*_log(rows, event), event.at, step, REMINDER, ""))

    @on(e.Escalated)
    def _escalated(self, rows: Rows, event: Recorded, body: e.Escalated) -> None:
        step = body.task.partition("#")[0]
        rows.put("calls", Call(*_log(rows, event), event.at, step, body.rung, body.role))

    @on(e.CaseEventHappened)
    def _happened(self, rows: Rows, event: Recorded, body: e.CaseEventHappened) -> None:
        rows.put("happenings", Happening(*_log(rows, event), event.at, body.event))


def _case(rows: Rows, event: Recorded) -> Case:
    case: Case = rows.get("cases", event.originator_id)
    return case


def _log(rows: Rows, event: Recorded) -> tuple[UUID, int, int]:
    return event.originator_id, event.position, _case(rows, event).episode


def _reach(rows: Rows, event: Recorded, milestone: str = "", **changes: Any) -> None:
    """Note what the current episode has reached; only the first time counts for a milestone."""
    episode: Episode = rows.get("episodes", event.originator_id, _case(rows, event).episode)
    if milestone and getattr(episode, milestone) is None:
        changes[milestone] = event.at
    rows.put("episodes", replace(episode, **changes))


def _exception(rows: Rows, event: Recorded, kind: str, step: str) -> None:
    rows.put(
        "exceptions", ExceptionMade(*_log(rows, event), event.at, kind, step, event.role or "")
    )
