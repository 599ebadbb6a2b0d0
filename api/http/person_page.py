"""A person: who they are, as far as the reader may know, and which of their cases one may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter

from api.http.access import grounds_for_read_log, may_read, may_read_field, relations
from api.http.door import Identified
from api.http.looks import ReadRoute
from api.http.person_writing import PERSON
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.withheld import withheld
from domain.case.state import Restriction
from domain.person.forgetting import cases_of
from domain.person.particulars import particulars
from domain.person.state import standing_for, unknown_person
from domain.vault.fields import ERASED

router = APIRouter(prefix="/api/v1/persons", tags=["persone"], route_class=ReadRoute)


class Eased(msgspec.Struct, frozen=True):
    """`staff` may work on the person's cases until then (Reg. UE 2016/679 art. 18.2)."""

    staff: str
    until: datetime


class RestrictionView(msgspec.Struct, frozen=True):
    """`ground`: a, b, c or d of art. 18.1."""

    ground: str
    eased: list[Eased]


class PersonPage(msgspec.Struct, frozen=True):
    """`id`: of the one that is kept, where the id asked for was merged into it; `ids`: all that
    this human being has had. `particulars`: name, birth, contacts … or what is withheld. `cases`:
    those that the reader may see. `proposed`: who is said to be the same, not decided yet."""

    id: UUID
    ids: list[UUID]
    pseudonym: str
    sex: str
    anonymous: bool
    sealed: bool
    erased: bool
    restriction: RestrictionView | None
    particulars: dict[str, Any]
    cases: list[UUID]
    proposed: list[UUID]


_PAGE = PersonPage(
    PERSON, [PERSON], "", "M", False, False, False,
    RestrictionView("a", [Eased("ref-melzo", datetime(2026, 4, 30, 16, tzinfo=UTC))]),
    withheld("identity"), [UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")], [],
)  # fmt: skip


@router.get("/{person}", responses=shape(PersonPage, "La persona.", _PAGE), summary="Una persona")
def one_person(person: UUID, door: Identified) -> Json:
    """Com'è adesso, per chi può vedere almeno un suo caso. · As it is now, for who may see at least
    one of their cases."""
    service, reader = door.service, door.reader
    known = standing_for(service, person)
    cases = [case for one in known.ids for case in cases_of(service, one)]
    seen = {
        case: sight
        for case, sight in sights(service, cases).items()
        if may_read(reader, sight, "summary")
    }
    protecting = grounds_for_read_log(reader, service.territory.records.erasure.approved_by)
    if not seen and not protecting:
        door.looks.refused(None, known.id)
        # As for a person who is not there: that there is one is not told either.
        raise unknown_person(person)
    for case, sight in seen.items():
        door.looks.admitted(relations(reader, sight), case, known.id)
    if not seen:
        door.looks.admitted(protecting, None, known.id)
    may = any(may_read_field(reader, sight, "identity", True) for sight in seen.values())
    door.looks.saw("identity", may)
    history, personal = service.history(known.id), service.personal_reader(known.id)
    return Json(
        PersonPage(
            known.id,
            list(known.ids),
            ERASED if known.erased else personal.typed(history[0], "pseudonym"),
            known.sex,
            known.anonymous,
            known.sealed,
            known.erased,
            _restriction(known.restriction, service.clock.now()),
            particulars(history, personal) if may else withheld("identity"),
            sorted(seen),
            list(known.proposed),
        )
    )


def _restriction(found: Restriction | None, now: datetime) -> RestrictionView | None:
    if found is None:
        return None
    eased = [Eased(staff, until) for staff, until in found.eased if now < until]
    return RestrictionView(found.ground, eased)
