"""Folds one sentence for each event of a case."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import domain.topics  # noqa: F401  (every body must have its topic)
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from projections.model import Plans, ReadModel, Row, Table, on
from projections.rows import Rows
from projections.timeline.sentences import SENTENCES
from projections.titles import TitlesOf
from protocols.engine import events as e
from protocols.territory import Territory


class Case(Row, frozen=True):
    protocol: str
    version: str


class Entry(Row, frozen=True):
    position: int
    version: int
    at: datetime
    occurred_at: datetime | None
    actor: str
    role: str | None
    kind: str
    task: str
    step: str
    it: str
    en: str


_TEXT_CHANGES = (e.CaseOpened, e.Migrated, e.MigrationReverted)


class Timeline(ReadModel):
    name = "timeline"
    version = 3
    folder = Path(__file__).parent
    tables = {"cases": Table(Case), "entries": Table(Entry, log=True)}

    def __init__(self, plans: Plans, territory: Territory) -> None:
        super().__init__(plans, territory)
        self._titles = TitlesOf(plans, territory.timezone)

    @on(e.CaseOpened)
    def _opened(self, rows: Rows, event: Recorded, body: e.CaseOpened) -> None:
        rows.put("cases", Case(event.originator_id, body.protocol, body.version))
        self._happened(rows, event, body)

    @on(e.Migrated, e.MigrationReverted)
    def _migrated(
        self, rows: Rows, event: Recorded, body: e.Migrated | e.MigrationReverted
    ) -> None:
        rows.put("cases", Case(event.originator_id, body.protocol, body.version))
        self._happened(rows, event, body)

    @on(*(body for body in SENTENCES if body not in _TEXT_CHANGES))
    def _happened(self, rows: Rows, event: Recorded, body: e.Body) -> None:
        kind = type(body)
        case: Case = rows.get("cases", event.originator_id)
        it, en = SENTENCES[kind](self._titles(case.protocol, case.version), body)
        task = getattr(body, "task", "")
        rows.put(
            "entries",
            Entry(
                event.originator_id,
                event.position,
                event.originator_version,
                event.at,
                event.occurred_at,
                event.actor,
                event.role,
                _topic(kind),
                task,
                getattr(body, "step", "") or task.partition("#")[0],
                it,
                en,
            ),
        )


_topic = cache(topic_of)
