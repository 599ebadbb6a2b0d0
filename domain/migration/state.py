"""A migration plan as folded from its events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.migration import events as m

Status = Literal["planned", "approved", "running", "paused", "finished", "reverting", "reverted"]

_AFTER: dict[type, Status] = {
    m.Approved: "approved",
    m.Started: "running",
    m.Paused: "paused",
    m.Resumed: "running",
    m.Finished: "finished",
    m.RevertAsked: "reverting",
    m.Reverted: "reverted",
}
POSSIBLE: dict[type, tuple[Status, ...]] = {
    m.Approved: ("planned",),
    m.Started: ("approved",),
    m.Paused: ("running",),
    m.Resumed: ("paused",),
    m.Finished: ("running",),
    m.RevertAsked: ("running", "paused", "finished"),
    m.Reverted: ("reverting",),
}
"""In which state of the plan each event may follow."""


class Migration(Struct, frozen=True):
    """`plan`: the first event; `left` and `kept`: as in Finished and Reverted."""

    id: UUID
    version: int
    status: Status
    plan: m.Planned
    planned_by: str
    planned_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    moved: int | None = None
    reverted: int | None = None
    left: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    def routes(self) -> dict[str, m.Route]:
        """Case (hex) → its way."""
        return dict(self.plan.each())


def fold(migration: UUID, events: Iterable[Recorded]) -> Migration | None:
    state: Migration | None = None
    for event in events:
        state = evolve(state, migration, event)
    return state


def evolve(state: Migration | None, migration: UUID, event: Recorded) -> Migration | None:
    body, version = event.body, event.originator_version
    if isinstance(body, m.Planned):
        return Migration(migration, version, "planned", body, event.actor, event.at)
    if state is None:
        return None
    state = replace(state, version=version, status=_AFTER.get(type(body), state.status))
    if isinstance(body, m.Approved):
        return replace(state, approved_by=event.actor, approved_at=event.at)
    if isinstance(body, m.Finished):
        return replace(state, moved=body.moved, left=body.left)
    if isinstance(body, m.Reverted):
        return replace(state, reverted=body.reverted, kept=body.kept)
    return state
