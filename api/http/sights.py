"""What decides who may see a case, read from the log: never late, and for many cases at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from api.http.access import Sight
from domain.case import events as c
from domain.log.datastore import patiently
from domain.log.recorded import Entry, Recorded
from domain.log.topics import topic_of
from domain.service import CaseService
from protocols import facts
from protocols.engine import events as e

_BODIES: tuple[type[Any], ...] = (
    e.CaseOpened, e.StepOpened, e.Escalated, c.TaskAssigned, facts.ResidenceTransferred,
    e.Migrated, e.MigrationReverted,
)  # fmt: skip
_QUERY = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) AND topic = ANY(%b)
    ORDER BY originator_id, originator_version
"""


def sights(service: CaseService, cases: Sequence[UUID]) -> dict[UUID, Sight]:
    """By case, those that there are. Raises LogUnavailable."""
    topics = [topic_of(body) for body in _BODIES]

    def attempt(connection: Any, _: int) -> list[tuple[Any, ...]]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_QUERY, (list(cases), topics)).fetchall()

    rows = patiently(service.recorder.datastore, attempt)
    gathered: dict[UUID, _Gathered] = {}
    for row in rows:
        event = service.mapper.read(Entry._make(row))
        gathered.setdefault(event.originator_id, _Gathered()).take(event)
    kinds = service.territory.services
    return {case: found.sight(kinds) for case, found in gathered.items() if found.opened}


class _Gathered:
    def __init__(self) -> None:
        self.opened: e.CaseOpened | None = None
        self.place: tuple[str, int] = ("", 0)
        self.scopes: set[str] = set()
        self.assignees: set[str] = set()

    def take(self, event: Recorded) -> None:
        body = event.body
        if isinstance(body, e.CaseOpened):
            self.opened = body
            self.place = (body.comune, body.district)
            self.assignees.add(event.actor)
        elif isinstance(body, facts.ResidenceTransferred):
            self.place = (body.comune, body.district)
        elif isinstance(body, c.TaskAssigned):
            self.assignees.add(body.to)
        elif isinstance(body, (e.Migrated, e.MigrationReverted)):
            self.scopes.update(task.scope for task in body.tasks)
            self.assignees.update(task.assignee for task in body.tasks)
        else:
            self.scopes.add(body.scope)
            if isinstance(body, e.StepOpened):
                self.assignees.add(body.assignee)

    def sight(self, services: Any) -> Sight:
        assert self.opened is not None
        known = services.get(self.opened.service)
        return Sight(
            self.place[0],
            self.place[1],
            self.opened.service,
            known.kind if known else "",
            frozenset(self.scopes - {""}),
            frozenset(self.assignees - {""}),
            bool(self.opened.attributes.get("sealed")),
            UUID(self.opened.person),
        )


def sight_of(history: Iterable[Recorded], services: Any) -> Sight | None:
    """As the events so far make it; None before the case was opened."""
    gathered = _Gathered()
    for event in history:
        if isinstance(event.body, _BODIES):
            gathered.take(event)
    return gathered.sight(services) if gathered.opened else None
