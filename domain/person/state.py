"""A person as the log has them: who stands for whom, what is restricted. Nothing personal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.case.state import Restriction
from domain.log.recorded import Recorded
from domain.person import events as p
from domain.refusal import Refused
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService


class PersonState(msgspec.Struct, frozen=True):
    """`kept_by`: who stands for this person since two were found to be one; `merged`: those for
    whom this one stands, each with those that came along; `proposed`: who may be the same, by whom
    it was said. `was_anonymous`: registered under a pseudonym."""

    id: UUID
    version: int
    sex: str = ""
    birth_year: int | None = None
    anonymous: bool = False
    was_anonymous: bool = False
    sealed: bool = False
    kept_by: UUID | None = None
    merged: dict[UUID, tuple[UUID, ...]] = {}
    proposed: dict[UUID, str] = {}
    restriction: Restriction | None = None
    erased: bool = False

    @property
    def ids(self) -> tuple[UUID, ...]:
        """This person, and all for whom it stands."""
        others = (one for child, along in self.merged.items() for one in (child, *along))
        return (self.id, *others)


def _registered(state: PersonState, body: p.PersonRegistered) -> PersonState:
    return replace(
        state, sex=body.sex, birth_year=body.birth_year, anonymous=body.anonymous,
        was_anonymous=body.anonymous, sealed=body.sealed,
    )  # fmt: skip


def _named(state: PersonState, body: p.PersonNamed) -> PersonState:
    return replace(
        state, anonymous=False, sex=body.sex or state.sex,
        birth_year=body.birth_year or state.birth_year,
    )  # fmt: skip


def _without(state: PersonState, merged: str) -> dict[UUID, str]:
    return {one: by for one, by in state.proposed.items() if one != UUID(merged)}


def _merged(state: PersonState, body: p.PersonsMerged) -> PersonState:
    along = tuple(map(UUID, body.along))
    return replace(
        state,
        merged={**state.merged, UUID(body.merged): along},
        proposed=_without(state, body.merged),
        sealed=state.sealed or body.sealed,
    )


def _parted(state: PersonState, body: p.PersonsParted) -> PersonState:
    left = {one: along for one, along in state.merged.items() if one != UUID(body.merged)}
    return replace(state, merged=left)


def _eased(state: PersonState, body: p.RestrictionEased) -> PersonState:
    if state.restriction is None:
        return state
    eased = (*state.restriction.eased, (body.to, body.until))
    return replace(state, restriction=state.restriction._replace(eased=eased))


_CHANGES: dict[type, Callable[[PersonState, Any], PersonState]] = {
    p.PersonRegistered: _registered,
    p.PersonNamed: _named,
    p.PersonReferred: lambda s, b: replace(s, sealed=s.sealed or b.sealed),
    p.PersonCorrected: lambda s, b: replace(s, sex=b.sex, birth_year=b.birth_year),
    p.MergeProposed: lambda s, b: replace(s, proposed={**s.proposed, UUID(b.merged): b.by}),
    p.MergeDeclined: lambda s, b: replace(s, proposed=_without(s, b.merged)),
    p.PersonsMerged: _merged,
    p.PersonsParted: _parted,
    p.MergedInto: lambda s, b: replace(s, kept_by=UUID(b.kept)),
    p.PartedFrom: lambda s, b: replace(s, kept_by=UUID(b.kept) if b.kept else None),
    p.ProcessingRestricted: lambda s, b: replace(s, restriction=Restriction(b.ground)),
    p.RestrictionEased: _eased,
    p.RestrictionLifted: lambda s, b: replace(s, restriction=None),
    p.PersonErased: lambda s, b: replace(s, erased=True, sex="", birth_year=None),
}


def evolve(state: PersonState, body: Any) -> PersonState:
    """The state after one more event. Pure."""
    change = _CHANGES.get(type(body))
    return change(state, body) if change else state


def fold(person: UUID, history: Iterable[Recorded]) -> PersonState | None:
    """None where the events are not a person's."""
    state: PersonState | None = None
    for event in history:
        if state is None:
            if not isinstance(event.body, p.PersonRegistered):
                return None
            state = PersonState(person, 0)
        state = replace(evolve(state, event.body), version=event.originator_version)
    return state


def person_of(service: CaseService, person: UUID) -> PersonState:
    """This person. Raises Refused (not_found), LogUnavailable."""
    state = fold(person, service.history(person))
    if state is None:
        raise unknown_person(person)
    return state


def standing_for(service: CaseService, person: UUID) -> PersonState:
    """This person or, where two were found to be one, who stands for it.
    Raises Refused (not_found), LogUnavailable."""
    state = person_of(service, person)
    return person_of(service, state.kept_by) if state.kept_by else state


def unknown_person(person: UUID) -> Refused:
    return Refused(
        "not_found",
        "unknown_person",
        Text(f"Non c'è la persona {person}.", f"There is no person {person}."),
        Text("Controllare il numero.", "Check the number."),
    )


def unrestricted(state: PersonState) -> None:
    """Raises Refused where the person's data are only to be stored."""
    if state.restriction is not None:
        raise Refused(
            "conflict",
            "processing_restricted",
            Text(
                "Trattamento limitato (Reg. UE 2016/679 art. 18): i dati di questa persona si "
                "conservano soltanto.",
                "Processing is restricted (GDPR art. 18): this person's data are stored only.",
            ),
            Text(
                "Chiedere a chi tutela i dati se la limitazione può finire.",
                "Ask those who protect data whether the restriction can end.",
            ),
        )
