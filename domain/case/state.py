"""The case as the domain sees it: the engine's state, who took which task, which place is held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec.structs import replace

from domain.case.events import TaskAssigned, TaskClaimed, TaskReleased
from domain.log.recorded import Recorded
from protocols import facts
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.registry import Registry


class CaseState(State):
    """`version`: of the last event; `place`: (host id, kind) held, or None."""

    __slots__ = ("id", "place", "version")
    _fields: ClassVar[tuple[str, ...]] = (*State._fields, *__slots__)
    _more: ClassVar[tuple[str, ...]] = __slots__

    def __init__(self, case: UUID, plan: Plan | None) -> None:
        super().__init__(plan.names if plan else ())
        self.id = case
        self.version = 0
        self.place: tuple[str, str] | None = None

    def apply(self, body: e.Body, at: datetime) -> None:
        super().apply(body, at)
        kind = type(body)
        if kind is TaskClaimed:
            self._claim(body.task, body.by)  # type: ignore[attr-defined]
        elif kind is TaskAssigned:
            self._claim(body.task, body.to)  # type: ignore[attr-defined]
        elif kind is TaskReleased:
            self._claim(body.task, "")  # type: ignore[attr-defined]
        elif kind is facts.PlaceReserved:
            self.place = (body.host, body.kind)  # type: ignore[attr-defined]
        elif kind in _FREES_THE_PLACE:
            self.place = None

    def _claim(self, task: str, by: str) -> None:
        self.tasks[task] = replace(self.tasks[task], claimed_by=by)


_FREES_THE_PLACE = (facts.PlaceReleased, facts.PlacementEnded, e.CaseEnded)


def evolve(state: CaseState, body: e.Body, at: datetime) -> CaseState:
    """The state after one more event. Pure."""
    after = state.copy()
    after.apply(body, at)
    after.version += 1
    return after


def fold(
    case: UUID,
    events: Iterable[Recorded],
    registry: Registry,
    start: CaseState | None = None,
) -> CaseState:
    """The state after `events`, beginning from nothing or from `start` (which is not changed).

    Raises UnknownProtocol where the case follows a text that the registry has not.
    """
    state = start.copy() if start is not None else CaseState(case, None)
    for event in events:
        body = event.body
        if type(body) is e.CaseOpened:
            state = CaseState(case, registry.get(body.protocol, body.version))
        state.apply(body, event.at)
        state.version = event.originator_version
    return state
