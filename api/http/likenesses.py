"""Who may be registered already: said in full to those who may know them, as a hint to others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Sight, may_read, may_read_field, relations
from api.http.door import Door, Identified
from api.http.looks import SearchRoute
from api.http.person_writing import PERSON
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.sparing import sparingly
from domain.person.acting import role_in
from domain.person.forgetting import cases_of
from domain.person.index import Alike, alike
from domain.person.likeness import KINDS
from domain.person.particulars import particulars_of
from domain.person.register import read_particulars
from domain.person.state import PersonState, person_of, standing_for
from domain.refusal import Refused
from protocols.text import Text

router = APIRouter(prefix="/api/v1/persons", tags=["persone"], route_class=SearchRoute)

_SHOWN = ("first_name", "last_name", "birth_date")
_MOST = 20


class PossibleDuplicate(msgspec.Struct, frozen=True):
    """`score`: 0–100, `reasons`: why it may be the same human being; `particulars`: name and date
    of birth, where the reader may know them; `cases`: those of the person that the reader may
    see."""

    person: UUID
    score: int
    reasons: list[Text]
    particulars: dict[str, Any]
    cases: list[UUID]


class PossibleDuplicates(msgspec.Struct, frozen=True):
    """`found`: the likeliest first. `hint`: there may be others, of whom only somebody else may
    know; null where there are none."""

    found: list[PossibleDuplicate]
    hint: Text | None = None


EXAMPLE = PossibleDuplicates(
    [
        PossibleDuplicate(
            PERSON, 85, [KINDS["slip"].reason],
            {"first_name": "Ivo", "last_name": "D'Ada", "birth_date": "1983-06-05"},
            [UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")],
        )
    ],
    None,
)  # fmt: skip


class PersonSought(BaseModel):
    """Particulars as in a referral."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "person": {
                        "first_name": "Ivo", "last_name": "D'Adda", "birth_date": "1983-06-05"
                    }
                }
            ]
        },
    )  # fmt: skip

    person: Annotated[dict[str, Any], Field(max_length=20)]


@router.post(
    "/search",
    responses=shape(PossibleDuplicates, "Chi potrebbe essere.", EXAMPLE),
    summary="Cerca se una persona è già registrata",
    dependencies=[Depends(sparingly)],
)
def search(body: PersonSought, door: Identified) -> Json:
    """Anche con errori di scrittura. Chi è anonimo non si trova così. · Slips of the pen included;
    who is anonymous is not found in this way."""
    now = door.service.clock.now().astimezone(door.service.territory.timezone).date()
    sought = read_particulars(body.person, now)
    if sought.anonymous:
        return Json(PossibleDuplicates([]))
    return Json(possible(door, sought.personal, sought.sex))


def possible(
    door: Door, personal: Mapping[str, Any], sex: str, besides: UUID | None = None
) -> PossibleDuplicates:
    """Who is like this, as far as the reader may know. `besides`: who is meant, and so left out.
    What is shown is written down."""
    service = door.service
    deciding = _decides(door)
    # Of those for whom one stands, the likeliest speaks.
    best: dict[UUID, tuple[Alike, PersonState]] = {}
    for one in alike(service.recorder, service.blind_key, personal, sex):
        kept = standing_for(service, one.person)
        if kept.id != besides and not kept.erased:
            best.setdefault(kept.id, (one, kept))
    found, hinted = [], False
    for one, kept in list(best.values())[:_MOST]:
        cases = [case for who in kept.ids for case in cases_of(service, who)]
        seen = {
            case: sight
            for case, sight in sights(service, cases).items()
            if may_read(door.reader, sight, "summary")
        }
        knows = _knows(door, seen.values())
        if not (knows or deciding):
            # A hint could put in danger whoever hides, or tell of whoever chose to be anonymous.
            hinted = hinted or not _hides(door, kept)
            continue
        shown = particulars_of(service, kept.id) if knows else {}
        for case, sight in seen.items():
            door.looks.admitted(relations(door.reader, sight), case, kept.id)
        if not seen:
            door.looks.admitted({"merging"}, None, kept.id)
        door.looks.saw("identity", knows)
        found.append(
            PossibleDuplicate(
                kept.id,
                one.score,
                list(one.reasons),
                {name: shown[name] for name in _SHOWN if name in shown},
                sorted(seen),
            )
        )
    return PossibleDuplicates(found, _hint(door) if hinted else None)


def _knows(door: Door, seen: Collection[Sight]) -> bool:
    return any(may_read_field(door.reader, sight, "identity", True) for sight in seen)


def _hides(door: Door, person: PersonState) -> bool:
    everybody = [person_of(door.service, one) for one in person.ids]
    return any(one.sealed or one.was_anonymous for one in everybody)


def _decides(door: Door) -> bool:
    """Whether the reader decides of merges in the whole territory."""
    territory = door.service.territory
    try:
        role_in(territory, door.actor, territory.records.joins.approved_by, ())
    except Refused:
        return False
    return True


def _hint(door: Door) -> Text:
    territory = door.service.territory
    role = territory.role(territory.records.joins.approved_by[0]).title
    return Text(
        "Una persona con questi dati potrebbe essere già registrata altrove: chiedere a "
        f"«{role.it}».",
        f"A person with these particulars may be registered elsewhere: ask “{role.in_('en')}”.",
    )
