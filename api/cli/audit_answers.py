"""Answers to an auditor's questions: read models say where to look, the log says what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from api.http.access import Reader, may_read, may_read_field, relations
from api.http.sights import sight_of
from domain.log.recorded import Entry, Recorded
from domain.log.topics import topic_of
from domain.refusal import Refused
from domain.service import CaseService, unknown_case
from projections.indicators.irregular import irregularities
from projections.timeline.deeds import deeds
from protocols.text import Text

CATEGORIES = ("identity", "social", "work", "clinical", "judicial")
_WHAT = ("summary", "timeline", "data")


class CouldSee(msgspec.Struct, frozen=True):
    """`relations`: by what; `sees`: parts of the case; `categories`: fields that are not personal;
    `personal`: categories of which also the personal fields. What somebody recorded or was asked
    for they could read too, whatever the category."""

    person: str
    relations: list[str]
    sees: list[str]
    categories: list[str]
    personal: list[str]


class Act(msgspec.Struct, frozen=True):
    """One command. `kind`: the topic of its first event; `step`: of the first that has one."""

    at: datetime
    occurred_at: datetime | None
    case: UUID
    position: int
    command: UUID
    kind: str
    step: str
    role: str | None
    as_deputy: bool
    events: int


class Acts(msgspec.Struct, frozen=True):
    person: str
    acts: list[Act]
    more: bool


class IrregularCase(msgspec.Struct, frozen=True):
    """`actor` and `role`: who settled it, or made the exception; '' while it is late and open.
    `reason`: what was written for an exception; `called`: roles called in because it was late."""

    case: UUID
    kind: str
    at: datetime
    task: str
    due: datetime | None
    actor: str
    role: str
    reason: str
    called: list[str]


class IrregularCases(msgspec.Struct, frozen=True):
    step: str
    cases: list[IrregularCase]
    more: bool


def could_see(
    service: CaseService, case: UUID, at: datetime, day: date, category: str | None = None
) -> list[CouldSee]:
    """Staff who could read something (of the category, if one is given), by today's access rules
    and the roles held on that day. Raises Refused (not_found, invalid)."""
    if category is not None and category not in CATEGORIES:
        names = ", ".join(CATEGORIES)
        raise Refused(
            "invalid",
            "unknown_category",
            Text(f"Le categorie sono: {names}.", f"The categories are: {names}."),
        )
    sight = sight_of(service.history(case, at=at), service.territory.services)
    if sight is None:
        raise unknown_case(case)
    found = []
    for person in service.territory.people:
        held = service.territory.memberships(person, day)
        if not held:
            # As at the door: without a role on that day nobody comes in.
            continue
        reader = Reader(person, tuple((m.role, m.scope, m.deputy) for m in held))
        related = relations(reader, sight)
        if not related:
            continue
        sees = [what for what in _WHAT if may_read(reader, sight, what)]  # type: ignore[arg-type]
        plain = [name for name in CATEGORIES if may_read_field(reader, sight, name, False)]
        personal = [name for name in CATEGORIES if may_read_field(reader, sight, name, True)]
        if category is None or category in plain or category in personal:
            found.append(CouldSee(person, sorted(related), sees, plain, personal))
    return sorted(found, key=lambda one: one.person)


def did(
    service: CaseService,
    connection: Connection[Any],
    person: str,
    since: datetime | None,
    until: datetime | None,
    limit: int = 1000,
) -> Acts:
    """Oldest first, one for each command."""
    found = deeds(connection, person, since=since, until=until, limit=limit + 1)
    positions = [position for deed in found[:limit] for position in deed.positions]
    commands: dict[UUID, list[Recorded]] = {}
    for event in events_at(service, connection, positions):
        commands.setdefault(event.command_id, []).append(event)
    return Acts(person, [_act(events) for events in commands.values()], len(found) > limit)


def _act(events: list[Recorded]) -> Act:
    first = events[0]
    return Act(
        first.at,
        first.occurred_at,
        first.originator_id,
        first.position,
        first.command_id,
        topic_of(type(first.body)),
        next((step for event in events if (step := _step(event.body))), ""),
        first.role,
        any(getattr(event.body, "as_deputy", False) for event in events),
        len(events),
    )


def _step(body: Any) -> str:
    return getattr(body, "step", "") or str(getattr(body, "task", "")).partition("#")[0]


def late(
    service: CaseService,
    connection: Connection[Any],
    step: str,
    since: datetime | None,
    until: datetime | None,
    limit: int = 1000,
) -> IrregularCases:
    """Oldest first. Whether a task is late that is still open is told by the case clock now."""
    now = service.clock.now()
    found = irregularities(connection, step, now, since=since, until=until, limit=limit + 1)
    shown = found[:limit]
    positions = [row.position for row in shown if row.position is not None]
    events = {event.position: event for event in events_at(service, connection, positions)}
    cases = []
    for row in shown:
        event = events.get(row.position) if row.position is not None else None
        reason = str(getattr(event.body, "reason", "")) if event and row.kind != "late" else ""
        cases.append(
            IrregularCase(
                row.case,
                row.kind,
                row.at,
                row.task,
                row.due,
                event.actor if event else "",
                (event.role if event else row.role) or "",
                reason,
                row.called,
            )
        )
    return IrregularCases(step, cases, len(found) > limit)


def events_at(
    service: CaseService, connection: Connection[Any], positions: Sequence[int]
) -> list[Recorded]:
    """The events at these positions of the log, in its order."""
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            " FROM stored_events WHERE notification_id = ANY(%s) ORDER BY notification_id",
            (list(positions),),
        ).fetchall()
    return [service.mapper.read(Entry._make(row)) for row in rows]
