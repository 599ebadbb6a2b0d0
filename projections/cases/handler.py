"""Folds one row for each case."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.case import events as c
from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.log.recorded import Recorded
from projections.model import Plans, ReadModel, Row, Table, on
from projections.rows import Rows
from projections.titles import TitlesOf
from protocols import facts
from protocols.engine import events as e
from protocols.territory import Territory

OPEN, ENDED = "open", "ended"


class Case(Row, frozen=True):
    protocol: str
    version: str
    person: UUID
    source: str
    service: str
    comune: str
    district: int
    referred_on: date
    opened_at: datetime
    episode: int
    episode_at: datetime
    state: str
    stage: str
    stage_it: str
    stage_en: str
    ended_at: datetime | None
    reason: str
    silent: bool
    result: str
    anonymous: bool
    sealed: bool
    restricted: bool
    stored_only: bool
    paused: list[str]
    open_tasks: list[str]
    next_it: list[str]
    next_en: list[str]
    exceptions: int
    event_count: int
    last_at: datetime
    last_position: int


_PLAIN: tuple[type, ...] = (
    e.StepScheduled, e.StepSigned, e.StepsOut, e.Reminded, e.Escalated, e.CaseEventHappened,
    e.AutomationGaveUp, e.ScopeOpened, e.ScopeLeft, c.TaskClaimed, c.TaskReleased, c.TaskAssigned,
    c.NoteWritten, c.CaseRestrictionEased, DocumentAttached, DocumentWithdrawn,
    DisclosureExpiring, DisclosureExpired, EmergencyAccessOpened, EmergencyAccessReviewed,
    *facts.CATALOGUE.values(),
)  # fmt: skip


class Cases(ReadModel):
    name = "cases"
    folder = Path(__file__).parent
    version = 2
    tables = {"cases": Table(Case)}

    def __init__(self, plans: Plans, territory: Territory) -> None:
        super().__init__(plans, territory)
        self._titles = TitlesOf(plans, territory.timezone)
        self._known: dict[tuple[str, str, tuple[str, ...]], dict[str, Any]] = {}

    @on(e.CaseOpened)
    def _opened(self, rows: Rows, event: Recorded, body: e.CaseOpened) -> None:
        given = body.attributes
        rows.put(
            "cases",
            Case(
                event.originator_id,
                body.protocol,
                body.version,
                UUID(body.person),
                body.source,
                body.service,
                body.comune,
                body.district,
                body.referred_on,
                event.at,
                1,
                event.at,
                OPEN,
                "",
                "",
                "",
                None,
                "",
                False,
                "",
                bool(given.get("anonymous")),
                bool(given.get("sealed")),
                bool(given.get("restricted")),
                False,
                [],
                [],
                [],
                [],
                0,
                event.originator_version,
                event.at,
                event.position,
            ),
        )

    def _put(self, rows: Rows, event: Recorded, case: Case | None = None, **changes: Any) -> None:
        rows.put(
            "cases",
            replace(
                case or rows.get("cases", event.originator_id),
                event_count=event.originator_version,
                last_at=event.at,
                last_position=event.position,
                **changes,
            ),
        )

    @on(*_PLAIN)
    def _happened(self, rows: Rows, event: Recorded, body: e.Body) -> None:
        self._put(rows, event)

    @on(facts.ResidenceTransferred)
    def _moved(self, rows: Rows, event: Recorded, body: facts.ResidenceTransferred) -> None:
        self._put(rows, event, comune=body.comune, district=body.district)

    @on(facts.RestrictionRequested)
    def _restricted(self, rows: Rows, event: Recorded, body: facts.RestrictionRequested) -> None:
        self._put(rows, event, restricted=True)

    @on(c.CaseSealed)
    def _sealed(self, rows: Rows, event: Recorded, body: c.CaseSealed) -> None:
        self._put(rows, event, sealed=True)

    @on(c.CaseRestricted)
    def _stored_only(self, rows: Rows, event: Recorded, body: c.CaseRestricted) -> None:
        self._put(rows, event, stored_only=True)

    @on(c.CaseRestrictionLifted)
    def _lifted(self, rows: Rows, event: Recorded, body: c.CaseRestrictionLifted) -> None:
        self._put(rows, event, stored_only=False)

    @on(c.PersonReplaced)
    def _replaced(self, rows: Rows, event: Recorded, body: c.PersonReplaced) -> None:
        self._put(rows, event, person=UUID(body.person))

    @on(facts.PersonIdentified)
    def _identified(self, rows: Rows, event: Recorded, body: facts.PersonIdentified) -> None:
        self._put(rows, event, anonymous=False)

    # ── what is open ─────────────────────────────────────────────────────────────────────────

    @on(e.StepOpened)
    def _step_opened(self, rows: Rows, event: Recorded, body: e.StepOpened) -> None:
        case: Case = rows.get("cases", event.originator_id)
        tasks = case.open_tasks
        if body.task not in tasks:
            tasks = [*tasks, body.task]
        self._put(rows, event, case, **self._standing(case, tasks))

    @on(e.StepCompleted)
    def _completed(self, rows: Rows, event: Recorded, body: e.StepCompleted) -> None:
        self._close(rows, event, (body.task,))

    @on(e.TasksWithdrawn, e.RoundStarted)
    def _withdrawn(
        self, rows: Rows, event: Recorded, body: e.TasksWithdrawn | e.RoundStarted
    ) -> None:
        self._close(rows, event, body.tasks)

    def _close(self, rows: Rows, event: Recorded, gone: tuple[str, ...], **changes: Any) -> None:
        case: Case = rows.get("cases", event.originator_id)
        tasks = [task for task in case.open_tasks if task not in gone]
        self._put(rows, event, case, **self._standing(case, tasks), **changes)

    def _standing(self, case: Case, tasks: list[str]) -> dict[str, Any]:
        """Of the case with these tasks open. Of each set of steps worked out once."""
        steps = tuple({task.partition("#")[0]: None for task in tasks})
        asked = case.protocol, case.version, steps
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._shown(*asked)
        return {"open_tasks": tasks, **found}

    def _shown(self, protocol: str, version: str, steps: tuple[str, ...]) -> dict[str, Any]:
        """The stage is that of the last opened task that has one; without any, it stays."""
        titles = [self._titles(protocol, version).steps[step] for step in steps]
        shown: dict[str, Any] = {
            "next_it": [title.it for title in titles],
            "next_en": [title.en for title in titles],
        }
        for title in reversed(titles):
            if title.stage:
                shown["stage"] = title.stage
                shown["stage_it"] = title.stage_it
                shown["stage_en"] = title.stage_en
                break
        return shown

    @on(e.Migrated, e.MigrationReverted)
    def _migrated(
        self, rows: Rows, event: Recorded, body: e.Migrated | e.MigrationReverted
    ) -> None:
        case: Case = rows.get("cases", event.originator_id)
        case = replace(case, version=body.version, paused=list(body.pauses))
        tasks = [task.key for task in body.tasks if task.status == OPEN]
        self._put(rows, event, case, **self._standing(case, tasks))

    # ── clocks, results, episodes, the end ───────────────────────────────────────────────────

    @on(e.ClocksPaused)
    def _paused(self, rows: Rows, event: Recorded, body: e.ClocksPaused) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._put(rows, event, case, paused=[*case.paused, body.cause])

    @on(e.ClocksResumed)
    def _resumed(self, rows: Rows, event: Recorded, body: e.ClocksResumed) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._put(rows, event, case, paused=[cause for cause in case.paused if cause != body.cause])

    @on(e.ResultSet)
    def _result(self, rows: Rows, event: Recorded, body: e.ResultSet) -> None:
        # A sub-protocol's result is not the case's.
        changes: dict[str, Any] = {} if body.scope else {"result": body.result}
        self._put(rows, event, **changes)

    @on(e.EpisodeStarted)
    def _episode(self, rows: Rows, event: Recorded, body: e.EpisodeStarted) -> None:
        self._put(
            rows,
            event,
            episode=body.episode,
            episode_at=event.at,
            state=OPEN,
            ended_at=None,
            reason="",
            silent=False,
            result="",
            paused=[],
        )

    @on(e.CaseEnded)
    def _ended(self, rows: Rows, event: Recorded, body: e.CaseEnded) -> None:
        self._put(
            rows,
            event,
            state=ENDED,
            ended_at=event.at,
            reason=body.reason,
            silent=body.silent,
            paused=[],
            open_tasks=[],
            next_it=[],
            next_en=[],
        )

    # ── exceptions ───────────────────────────────────────────────────────────────────────────

    @on(e.StepSkipped)
    def _skipped(self, rows: Rows, event: Recorded, body: e.StepSkipped) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._close(rows, event, body.tasks, exceptions=case.exceptions + 1)

    @on(e.StepForced, e.StepRedone, e.DataCorrected)
    def _exception(
        self, rows: Rows, event: Recorded, body: e.StepForced | e.StepRedone | e.DataCorrected
    ) -> None:
        case: Case = rows.get("cases", event.originator_id)
        self._put(rows, event, case, exceptions=case.exceptions + 1)
