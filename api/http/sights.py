"""What decides who may see a case, read from the log: never late, and for many cases at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from api.http.access import Sight
from api.http.once import ReadOnce
from domain.access.rules import Rules, rules_of
from domain.case import events as c
from domain.case.state import Restriction, restricted_by
from domain.disclosure import ledger as disclosures
from domain.emergency import ledger as emergencies
from domain.log.datastore import patiently
from domain.log.recorded import Entry, Recorded
from domain.log.topics import topic_of
from domain.service import CaseService
from protocols import facts
from protocols.engine import events as e
from protocols.territory import Territory

# Whether a place with a host is held for the person, by what was recorded last.
_PLACING: dict[type[Any], bool] = {
    facts.PlaceReserved: True,
    facts.PlaceReleased: False,
    facts.PlacementStarted: True,
    facts.PlacementEnded: False,
}
_BODIES: tuple[type[Any], ...] = (
    e.CaseOpened, e.StepOpened, e.Escalated, c.TaskAssigned, facts.ResidenceTransferred,
    facts.RestrictionRequested, *_PLACING, e.Migrated, e.MigrationReverted, *c.OF_THE_PERSON,
    *disclosures.BODIES, *emergencies.BODIES,
)  # fmt: skip
_QUERY = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) AND topic = ANY(%b)
    ORDER BY originator_id, originator_version
"""


def sights(service: CaseService, cases: Sequence[UUID]) -> dict[UUID, Sight]:
    """By case, those that there are, as they stand now. Raises LogUnavailable."""
    if not isinstance(service, ReadOnce):
        return _read(service, cases)
    unread = [case for case in dict.fromkeys(cases) if case not in service.sights]
    if len(unread) == 1:
        # The whole page is about it: the rest of its history will be needed too.
        history = service.history(unread[0])
        only = sight_of(history, service.territory, service.clock.now())
        service.sights |= {unread[0]: only} if only else {}
    elif unread:
        service.sights |= _read(service, unread)
    return {case: service.sights[case] for case in cases if case in service.sights}


def _read(service: CaseService, cases: Sequence[UUID]) -> dict[UUID, Sight]:
    topics = [topic_of(body) for body in _BODIES]

    def attempt(connection: Any, _: int) -> list[tuple[Any, ...]]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_QUERY, (list(cases), topics)).fetchall()

    rows = patiently(service.recorder.datastore, attempt)
    gathered: dict[UUID, _Gathered] = {}
    for row in rows:
        event = service.mapper.read(Entry._make(row))
        gathered.setdefault(event.originator_id, _Gathered()).take(event)
    # After the log was read: what expires while it is read has expired.
    if isinstance(service, ReadOnce):
        service.time_passed()
    territory, now = service.territory, service.clock.now()
    return {case: found.sight(territory, now) for case, found in gathered.items() if found.opened}


class _Gathered:
    def __init__(self) -> None:
        self.opened: e.CaseOpened | None = None
        self.place: tuple[str, int] = ("", 0)
        self.scopes: set[str] = set()
        self.tasks: dict[str, str] = {}
        self.assignees: set[tuple[str, str]] = set()
        self.person = ""
        self.restriction: Restriction | None = None
        self.limited = False
        self.sealed = False
        self.placing = False
        self.disclosures: disclosures.Ledger = ()
        self.emergencies: emergencies.Accesses = ()

    def take(self, event: Recorded) -> None:
        body = event.body
        if isinstance(body, e.CaseOpened):
            self.opened, self.person = body, body.person
            self.place = (body.comune, body.district)
            self.assignees.add((event.actor, f"service:{body.service}"))
        elif isinstance(body, facts.ResidenceTransferred):
            self.place = (body.comune, body.district)
        elif isinstance(body, facts.RestrictionRequested):
            self.limited = True
        elif type(body) in _PLACING:
            self.placing = _PLACING[type(body)]
        elif isinstance(body, c.TaskAssigned):
            self.assignees.add((body.to, self.tasks.get(body.task, "")))
        elif isinstance(body, c.PersonReplaced):
            self.person = body.person
        elif isinstance(body, c.CaseSealed):
            self.sealed = True
        elif isinstance(body, c.OF_THE_PERSON):
            self.restriction = restricted_by(self.restriction, body)
        elif isinstance(body, disclosures.BODIES):
            self.disclosures = disclosures.after(self.disclosures, body, event.at)
        elif isinstance(body, emergencies.BODIES):
            self.emergencies = emergencies.after(self.emergencies, body, event.at)
        elif isinstance(body, (e.Migrated, e.MigrationReverted)):
            for task in body.tasks:
                self._task(task.key, task.scope, task.assignee)
        elif isinstance(body, e.StepOpened):
            self._task(body.task, body.scope, body.assignee)
        else:
            self.scopes.add(body.scope)

    def _task(self, key: str, scope: str, assignee: str) -> None:
        self.tasks[key] = scope
        self.scopes.add(scope)
        self.assignees.add((assignee, scope))

    def sight(self, territory: Territory, at: datetime) -> Sight:
        assert self.opened is not None
        known = territory.services.get(self.opened.service)
        return Sight(
            self.place[0],
            self.place[1],
            self.opened.service,
            known.kind if known else "",
            frozenset(self.scopes - {""}),
            frozenset(pair for pair in self.assignees if pair[0]),
            self.sealed or bool(self.opened.attributes.get("sealed")),
            UUID(self.person),
            self.restriction,
            at,
            self.limited,
            _flows(self.disclosures, rules_of(territory), territory, at),
            emergencies.opened_for(self.emergencies, at),
            self.placing,
        )


def _flows(
    known: disclosures.Ledger, rules: Rules, territory: Territory, at: datetime
) -> frozenset[disclosures.Flow]:
    return disclosures.flows(
        known, at, territory.timezone, lambda s: rules.circle(f"service:{s}"), rules.access.keeper
    )


def sight_of(history: Iterable[Recorded], territory: Territory, at: datetime) -> Sight | None:
    """As the events so far make it, at that instant; None before the case was opened."""
    gathered = _Gathered()
    for event in history:
        if isinstance(event.body, _BODIES):
            gathered.take(event)
    return gathered.sight(territory, at) if gathered.opened else None
