"""A referral opens a case."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import may_read
from api.http.door import Door, Identified
from api.http.likenesses import EXAMPLE as DUPLICATES_EXAMPLE
from api.http.likenesses import PossibleDuplicates, possible
from api.http.looks import SearchRoute
from api.http.parameters import Day
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.writing import EXAMPLE as WRITTEN_EXAMPLE
from api.http.writing import IdempotencyKey, Written, command_id, replay_header, written
from domain.case.commands import Referral
from domain.person.register import read_particulars
from domain.refusal import FieldProblem, Refused
from protocols.territory import Territory, UnknownName
from protocols.text import Text

router = APIRouter(prefix="/api/v1/referrals", tags=["segnalazioni"], route_class=SearchRoute)

_EXAMPLE: dict[str, Any] = {
    "service": "cps-melzo",
    "comune": "Melzo",
    "referred_on": "2026-01-12",
    "person": {
        "first_name": "Ivo",
        "last_name": "D'Adda",
        "sex": "M",
        "birth_date": "1983-06-05",
        "phone": "333 0000000",
    },
    "attributes": {"measure": "ADI"},
}


class ReferralBody(BaseModel):
    """Who is referred, by which service, where they live."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    protocol: Annotated[str, Field(min_length=1, max_length=60)] = "presa-in-carico"
    service: Annotated[str, Field(min_length=1, max_length=60, description="Servizio inviante.")]
    comune: Annotated[
        str, Field(min_length=1, max_length=60, description="Codice ISTAT o nome del comune.")
    ]
    referred_on: Day
    person: Annotated[
        dict[str, Any],
        Field(
            description="first_name, last_name, sex (F, M, X), birth_date, tax_code, phone, email, "
            "address, citizenship, alias; per un anonimo (DPR 309/1990 art. 120) anonymous: true "
            "e pseudonym; sealed: true tiene riservati indirizzo e comune."
        ),
    ]
    attributes: Annotated[
        dict[str, str | bool],
        Field(
            description="measure (ADI, SFL, RDC), minor, guardian, violence, housing_emergency, "
            "disability, urgent."
        ),
    ] = {}


class Referred(Written, frozen=True):
    """`possible_duplicates`: who may be the same human being; nobody is ever joined by itself."""

    possible_duplicates: PossibleDuplicates


_REFERRED = Referred(
    **{**msgspec.structs.asdict(WRITTEN_EXAMPLE), "possible_duplicates": DUPLICATES_EXAMPLE}
)
_CREATED = shape(Referred, "Caso aperto.", _REFERRED, 201)


@router.post("", status_code=201, responses=_CREATED, summary="Registra una segnalazione")
def refer(body: ReferralBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Apre un caso. · Opens a case; repeating the request with the same key gives the same one."""
    command = command_id(door, key)
    service = door.service
    referral = Referral(
        command_id=command,
        actor=door.actor,
        case=uuid5(command, "case"),
        protocol=body.protocol,
        service=body.service,
        comune=istat_of(service.territory, body.comune),
        referred_on=body.referred_on,
        person=body.person,
        attributes=dict(body.attributes),
    )
    try:
        receipt = service.handle(referral)
    except Refused as refused:
        raise _as_far_as_known(door, refused) from None
    found = PossibleDuplicates([])
    given = read_particulars(body.person, body.referred_on)
    if not given.anonymous:
        person = UUID(service.state(receipt.case).attributes["person"])
        found = possible(door, given.personal, given.sex, person)
    referred = Referred(
        **{**msgspec.structs.asdict(written(door, receipt)), "possible_duplicates": found}
    )
    return Json(referred, 201, replay_header(receipt))


def _as_far_as_known(door: Door, refused: Refused) -> Refused:
    """Which case is in the way, only to those who may know of it; that it was asked is written
    down, for whoever has a tax code could ask."""
    if refused.code != "duplicate_referral":
        return refused
    case = UUID(refused.related["case"])
    sight = sights(door.service, [case])[case]
    if may_read(door.reader, sight, "summary"):
        return refused
    door.looks.refused(case, sight.person)
    territory = door.service.territory
    role = territory.role(territory.records.joins.approved_by[0]).title
    return Refused(
        refused.kind,
        refused.code,
        refused.message,
        Text(
            f"Se ne occupa già qualcun altro: rivolgersi a «{role.it}».",
            f"Somebody else sees to it already: ask “{role.in_('en')}”.",
        ),
    )


def istat_of(territory: Territory, written: str, field: str = "comune") -> str:
    """The ISTAT code of a comune written as its code or its name. Raises Refused (invalid) with the
    nearest name."""
    if written in territory.comuni:
        return written
    try:
        if written.isdecimal():
            territory.comune(written)
        return territory.find_comune(written).istat
    except UnknownName as error:
        raise Refused(
            "invalid",
            "unknown_comune",
            Text("Questo comune non è nel territorio.", "This comune is not in the territory."),
            Text(
                "Correggere il nome; chi abita fuori va indirizzato al proprio comune.",
                "Correct the name; whoever lives outside is redirected to their own comune.",
            ),
            (FieldProblem(field, error.message),),
        ) from None
