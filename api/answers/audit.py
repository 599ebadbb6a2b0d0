"""Answers to an auditor's questions: read models say where to look, the log says what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from api.answers.said import Said, entries_at, said_at
from api.http.access import CATEGORIES, may_read, relations
from api.http.disclosures import AuthorisationLine, in_force
from api.http.explained import by_category, reader_on, sources
from api.http.sights import sight_of
from domain.access.rules import rules_of
from domain.log.recorded import Recorded
from domain.refusal import Refused
from domain.service import CaseService, unknown_case
from projections.indicators.irregular import irregularities
from projections.timeline.deeds import deeds
from protocols.text import Text

_WHAT = ("summary", "timeline", "data")


class CouldSee(msgspec.Struct, frozen=True):
    """`relations`: by what; `sees`: parts of the case; `categories`: fields that are not personal;
    `personal`: categories of which also the personal fields; `recorded_by`: category → the circles
    (access.yaml) whose data of it they could see, by law or by the authorisations then in force;
    `policies`: category → the access policies that permitted it. What somebody recorded or was
    asked for they could read too, whatever the category."""

    person: str
    relations: list[str]
    sees: list[str]
    categories: list[str]
    personal: list[str]
    recorded_by: dict[str, list[str]] = {}
    policies: dict[str, list[str]] = {}


class Seen(msgspec.Struct, frozen=True):
    """`rules`: digest of the access policies in force at that instant, `rules_since`: when they
    were installed, null where the log has none so early: its first ones then, or today's;
    `authorised`: the person's authorisations then in force, each with its purpose and its end."""

    rules: str
    rules_since: datetime | None
    authorised: list[AuthorisationLine]
    people: list[CouldSee]


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
    """`cursor` asks for the rest; empty at the end."""

    person: str
    acts: list[Act]
    more: bool
    cursor: str = ""


class IrregularCase(msgspec.Struct, frozen=True):
    """`actor` and `role`: who settled it, or made the exception; '' while it is late and open.
    `reason`: what was written for an exception, where the asker may read it; `called`: roles
    called in because it was late."""

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
    """`cursor` asks for the rest; empty at the end."""

    step: str
    cases: list[IrregularCase]
    more: bool
    cursor: str = ""


def could_see(
    service: CaseService, case: UUID, at: datetime, day: date, category: str | None = None
) -> Seen:
    """Staff who could read something (of the category, if one is given), by the access rules in
    force at that instant and the roles held on that day. Raises Refused (not_found, invalid)."""
    if category is not None and category not in CATEGORIES:
        names = ", ".join(CATEGORIES)
        raise Refused(
            "invalid",
            "unknown_category",
            Text(f"Le categorie sono: {names}.", f"The categories are: {names}."),
        )
    held = service.edition_at(at)
    territory = held.territory if held else service.territory
    history = service.history(case, at=at)
    sight = sight_of(history, territory, at)
    if sight is None:
        raise unknown_case(case)
    known = list(sources(rules_of(territory), sight))
    found = []
    for person in territory.people:
        if not territory.memberships(person, day):
            # As at the door: without a role on that day nobody comes in.
            continue
        reader = reader_on(territory, person, day)
        related = relations(reader, sight)
        if not related:
            continue
        sees = [what for what in _WHAT if may_read(reader, sight, what)]  # type: ignore[arg-type]
        plain = by_category(reader, sight, False, known)
        personal = by_category(reader, sight, True, known)
        if category is None or category in plain or category in personal:
            found.append(
                CouldSee(
                    person, sorted(related), sees, list(plain), list(personal),
                    {name: sorted(circles) for name, (circles, _) in plain.items()},
                    {name: sorted(policies) for name, (_, policies) in plain.items()},
                )
            )  # fmt: skip
    return Seen(
        rules_of(territory).digest,
        held.at if held and held.at <= at else None,
        in_force(history, at, territory.timezone),
        sorted(found, key=lambda one: one.person),
    )


def did(
    service: CaseService,
    connection: Connection[Any],
    person: str,
    since: datetime | None,
    until: datetime | None,
    limit: int = 1000,
    cursor: str = "",
) -> Acts:
    """Oldest first, one for each command. Raises BadCursor."""
    found = deeds(connection, person, since=since, until=until, limit=limit + 1, cursor=cursor)
    positions = [position for deed in found[:limit] for position in deed.positions]
    commands: dict[UUID, list[Said]] = {}
    for said in said_at(service.mapper, connection, positions):
        commands.setdefault(said.command, []).append(said)
    more = len(found) > limit
    acts = [_act(events) for events in commands.values()]
    return Acts(person, acts, more, found[limit - 1].cursor if more else "")


def _act(events: list[Said]) -> Act:
    first = events[0]
    return Act(
        first.at,
        first.occurred_at,
        first.case,
        first.position,
        first.command,
        first.kind,
        next((said.step for said in events if said.step), ""),
        first.role,
        any(said.as_deputy for said in events),
        len(events),
    )


def late(
    service: CaseService,
    connection: Connection[Any],
    step: str,
    since: datetime | None,
    until: datetime | None,
    limit: int = 1000,
    *,
    cursor: str = "",
    reason: Callable[[Recorded], str] = lambda event: "",
) -> IrregularCases:
    """Oldest first. Whether a task is late that is still open is told by the case clock now.
    `reason`: opens what somebody wrote for an exception, if it may be shown."""
    now = service.clock.now()
    found = irregularities(
        connection, step, now, since=since, until=until, limit=limit + 1, cursor=cursor
    )
    shown = found[:limit]
    who = {
        said.position: said
        for said in said_at(
            service.mapper, connection, [row.position for row in shown if row.position is not None]
        )
    }
    # Only of an exception was anything written down.
    excepted = [row.position for row in shown if row.position is not None and row.kind != "late"]
    written = {event.position: event for event in events_at(service, connection, excepted)}
    cases = []
    for row in shown:
        said = who.get(row.position) if row.position is not None else None
        event = written.get(row.position) if row.position is not None else None
        why = reason(event) if event and "reason" in event.body.typed else ""
        cases.append(
            IrregularCase(
                row.case,
                row.kind,
                row.at,
                row.task,
                row.due,
                said.actor if said else "",
                (said.role if said else row.role) or "",
                why,
                row.called,
            )
        )
    more = len(found) > limit
    return IrregularCases(step, cases, more, found[limit - 1].cursor if more else "")


def events_at(
    service: CaseService, connection: Connection[Any], positions: Sequence[int]
) -> list[Recorded]:
    """The events at these positions of the log, in its order."""
    return [service.mapper.read(entry) for entry in entries_at(connection, positions)]
