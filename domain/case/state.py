"""The case as the domain sees it: the engine's state, who took which task, which place is held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from domain.case.events import (
    CaseRestricted,
    CaseRestrictionEased,
    CaseRestrictionLifted,
    NoteWritten,
    PersonReplaced,
    TaskAssigned,
    TaskClaimed,
    TaskReleased,
)
from domain.log.recorded import Recorded
from protocols import facts
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.registry import Registry


class Question(NamedTuple):
    """A note that waits for an answer: its id, who asks, whom (a staff id or a scope)."""

    note: str
    by: str
    to: str


class Restriction(NamedTuple):
    """`ground`: a, b, c or d of Reg. UE 2016/679 art. 18.1. `eased`: staff ids who may work on it
    all the same, and until when (art. 18.2)."""

    ground: str
    eased: tuple[tuple[str, datetime], ...] = ()

    def binds(self, staff: str, now: datetime) -> bool:
        """Whether it holds for this member of staff."""
        return not any(one == staff and now < until for one, until in self.eased)


class CaseState(State):
    """`version`: of the last event; `place`: (host id, kind) held, or None; `questions`: between
    those who work on the case, not answered yet; `restriction`: of the person's data, or None."""

    __slots__ = ("id", "place", "questions", "restriction", "version")
    _fields: ClassVar[tuple[str, ...]] = (*State._fields, *__slots__)
    _more: ClassVar[tuple[str, ...]] = __slots__

    def __init__(self, case: UUID, plan: Plan | None) -> None:
        super().__init__(plan.names if plan else ())
        self.id = case
        self.version = 0
        self.place: tuple[str, str] | None = None
        self.questions: tuple[Question, ...] = ()
        self.restriction: Restriction | None = None

    def apply(self, body: e.Body, at: datetime) -> None:
        asked, person = self.questions, self.attributes.get("person")
        restriction = self.restriction
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
        elif kind is NoteWritten:
            self._note(body)  # type: ignore[arg-type]
        elif kind is e.MigrationReverted:
            # What people asked each other, and who it is about, is not the protocol's.
            self.questions = asked
            self.restriction = restriction
            self.attributes = {**self.attributes, "person": person}
        elif kind is PersonReplaced:
            self.attributes = {**self.attributes, "person": body.person}  # type: ignore[attr-defined]
        elif kind is CaseRestricted:
            self.restriction = Restriction(body.ground)  # type: ignore[attr-defined]
        elif kind is CaseRestrictionEased:
            eased = self.restriction.eased if self.restriction else ()
            allowed = (body.to, body.until)  # type: ignore[attr-defined]
            ground = self.restriction.ground if self.restriction else ""
            self.restriction = Restriction(ground, (*eased, allowed))
        elif kind is CaseRestrictionLifted:
            self.restriction = None
        elif kind in _FREES_THE_PLACE:
            self.place = None

    def _note(self, body: NoteWritten) -> None:
        if body.answers:
            self.questions = tuple(q for q in self.questions if q.note != body.answers)
        elif body.to:
            self.questions = (*self.questions, Question(body.note, body.by, body.to))

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
