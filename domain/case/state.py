"""The case as the domain sees it: the engine's state, who took which task, which place is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
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
from domain.disclosure import ledger as disclosures
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.emergency import ledger as emergencies
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


def restricted_by(now: Restriction | None, body: e.Body) -> Restriction | None:
    """The restriction after one more event. Pure."""
    if isinstance(body, CaseRestricted):
        return Restriction(body.ground)
    if isinstance(body, CaseRestrictionEased) and now is not None:
        return now._replace(eased=(*now.eased, (body.to, body.until)))
    return None if isinstance(body, CaseRestrictionLifted) else now


class CaseState(State):
    """`version`: of the last event; `place`: (host id, kind) held, or None; `questions`: between
    those who work on the case, not answered yet; `restriction`: of the person's data, or None;
    `documents`: those that stand, with who attached each; `disclosures`:
    what the person authorised; `emergencies`: accesses that were opened."""

    __slots__ = (
        "disclosures", "documents", "emergencies", "id", "place", "questions", "restriction",
        "version",
    )  # fmt: skip
    _fields: ClassVar[tuple[str, ...]] = (*State._fields, *__slots__)
    _more: ClassVar[tuple[str, ...]] = __slots__

    def __init__(self, case: UUID, plan: Plan | None) -> None:
        super().__init__(plan.names if plan else ())
        self.id = case
        self.version = 0
        self.place: tuple[str, str] | None = None
        self.questions: tuple[Question, ...] = ()
        self.restriction: Restriction | None = None
        self.documents: tuple[tuple[str, str], ...] = ()
        self.disclosures: disclosures.Ledger = ()
        self.emergencies: emergencies.Accesses = ()

    def apply(self, body: e.Body, at: datetime) -> None:
        kind = type(body)
        if kind is e.MigrationReverted:
            # What people asked each other, what they attached, and who the case is about, is not
            # the protocol's.
            kept, person = [getattr(self, name) for name in _KEPT], self.attributes["person"]
            super().apply(body, at)
            for name, value in zip(_KEPT, kept, strict=True):
                setattr(self, name, value)
            self.attributes = {**self.attributes, "person": person}
            return
        super().apply(body, at)
        change = _CHANGES.get(kind)
        if change is not None:
            change(self, body)
        elif (dated := _DATED.get(kind)) is not None:
            dated(self, body, at)

    def _claimed(self, body: TaskClaimed) -> None:
        self._claim(body.task, body.by)

    def _assigned(self, body: TaskAssigned) -> None:
        self._claim(body.task, body.to)

    def _released(self, body: TaskReleased) -> None:
        self._claim(body.task, "")

    def _claim(self, task: str, by: str) -> None:
        self.tasks[task] = replace(self.tasks[task], claimed_by=by)

    def _place_reserved(self, body: facts.PlaceReserved) -> None:
        self.place = (body.host, body.kind)

    def _place_freed(self, body: e.Body) -> None:
        self.place = None

    def _note(self, body: NoteWritten) -> None:
        if body.answers:
            self.questions = tuple(q for q in self.questions if q.note != body.answers)
        elif body.to:
            self.questions = (*self.questions, Question(body.note, body.by, body.to))

    def _attached(self, body: DocumentAttached) -> None:
        self.documents = (*self.documents, (body.document, body.by))

    def _withdrawn(self, body: DocumentWithdrawn) -> None:
        self.documents = tuple(pair for pair in self.documents if pair[0] != body.document)

    def _replaced(self, body: PersonReplaced) -> None:
        self.attributes = {**self.attributes, "person": body.person}

    def _disclosed(self, body: e.Body, at: datetime) -> None:
        self.disclosures = disclosures.after(self.disclosures, body, at)

    def _emergency(self, body: e.Body, at: datetime) -> None:
        self.emergencies = emergencies.after(self.emergencies, body, at)

    def _of_restriction(self, body: e.Body) -> None:
        self.restriction = restricted_by(self.restriction, body)


# What a migration taken back leaves as it is.
_KEPT = ("questions", "restriction", "documents", "disclosures", "emergencies")

_CHANGES: dict[type, Callable[[CaseState, Any], None]] = {
    TaskClaimed: CaseState._claimed,
    TaskAssigned: CaseState._assigned,
    TaskReleased: CaseState._released,
    facts.PlaceReserved: CaseState._place_reserved,
    facts.PlaceReleased: CaseState._place_freed,
    facts.PlacementEnded: CaseState._place_freed,
    e.CaseEnded: CaseState._place_freed,
    NoteWritten: CaseState._note,
    DocumentAttached: CaseState._attached,
    DocumentWithdrawn: CaseState._withdrawn,
    PersonReplaced: CaseState._replaced,
    CaseRestricted: CaseState._of_restriction,
    CaseRestrictionEased: CaseState._of_restriction,
    CaseRestrictionLifted: CaseState._of_restriction,
}


_DATED: dict[type, Callable[[CaseState, Any, datetime], None]] = {
    **dict.fromkeys(disclosures.BODIES, CaseState._disclosed),
    **dict.fromkeys(emergencies.BODIES, CaseState._emergency),
}


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
