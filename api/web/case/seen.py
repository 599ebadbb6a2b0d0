"""One case before one reader: read once for a page, and asked by all of its parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from api.http.access import Origin, Reader, Sight, may_read
from api.http.followed import followed
from api.http.withheld import Screen, origins
from api.web.desk import Desk
from domain.case.standing import standing_in_roles
from domain.case.state import CaseState, fold
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.engine.plan import Plan
from protocols.engine.run import Run


class Seen(msgspec.Struct, frozen=True):
    """`at`: the instant for which it is shown; `timeline`, `data`: whether the reader may see these
    parts; `origins`: by version, who recorded each event."""

    desk: Desk
    case: UUID
    sight: Sight
    state: CaseState
    plan: Plan
    history: list[Recorded]
    screen: Screen
    origins: dict[int, Origin]
    timeline: bool
    data: bool
    at: datetime

    @property
    def reader(self) -> Reader:
        return self.desk.reader

    @property
    def run(self) -> Run:
        return Run(self.plan, self.state, self.at, self.desk.door.service.territory)

    def origin(self, event: Recorded) -> Origin:
        return self.origins[event.originator_version]

    def body(self, event: Recorded) -> dict[str, Any]:
        """As the reader may see it; what may not be read is `{"withheld": category}`."""
        return self.screen.body(event, self.origin(event))

    def stands_in(self, roles: tuple[str, ...]) -> bool:
        """Whether the reader may act for one of these roles of the protocol."""
        try:
            standing_in_roles(self.run, roles, self.desk.door.actor)
        except Refused:
            return False
        return True


def look(desk: Desk, case: UUID) -> Seen:
    """Raises Refused (not_found, also where the reader may not know of the case)."""
    door = desk.door
    sight = door.sight(case)
    service = door.service
    history = service.history(case)
    state = service.state(case)
    assert state.opened is not None
    plan = service.plan(state)
    personal = service.personal_reader(state.opened.person)
    return Seen(
        desk,
        case,
        sight,
        state,
        plan,
        history,
        Screen(door.reader, sight, plan, None, personal, door.looks),
        origins(history),
        may_read(door.reader, sight, "timeline"),
        may_read(door.reader, sight, "data"),
        service.clock.now(),
    )


def look_into(desk: Desk, case: UUID) -> Seen:
    """For a page of what was answered: a field is shown to whoever may read it by each of the
    protocol's texts that the case has followed. Raises Refused, Problem: not to be read."""
    desk.door.sight(case, "data")
    seen = look(desk, case)
    door, personal = desk.door, seen.screen.personal
    before = followed(door.service, seen.history)
    return replace(
        seen, screen=Screen(door.reader, seen.sight, seen.plan, before, personal, door.looks)
    )


def as_it_stood(seen: Seen, at: datetime) -> Seen | None:
    """The same case as of an instant, seen with the access of today; None before it was opened."""
    history = [event for event in seen.history if event.at <= at]
    if not history:
        return None
    service = seen.desk.door.service
    state = fold(seen.case, history, service.registry)
    plan = service.plan(state)
    screen = Screen(seen.reader, seen.sight, plan, None, seen.screen.personal, seen.desk.door.looks)
    return replace(seen, state=state, plan=plan, history=history, screen=screen, at=at)
