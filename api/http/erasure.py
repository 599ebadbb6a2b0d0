"""Erasure of a person, by two, and legal holds: the same rules as at the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import grounds_for_read_log
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.person.erasing import (
    GROUNDS,
    DecideErasure,
    HoldRecords,
    RequestErasure,
    decide_erasure,
    hold_records,
    request_erasure,
)
from domain.person.erasures import Asked, asked_erasures
from domain.service import Receipt
from protocols.language.answers import MAX_TEXT
from protocols.text import Text

router = APIRouter(prefix="/api/v1", tags=["persone"], route_class=ReadRoute)

_PERSON = UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111")
Why = Annotated[str, Field(max_length=MAX_TEXT, description="Resta riservato, e va col resto.")]


class Asking(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ground": "unlawful", "why": "Raccolti senza titolo."}]},
    )

    ground: Annotated[str, Field(max_length=40, description=", ".join(GROUNDS))]
    why: Why


class Deciding(BaseModel):
    """`why`: needed where it is declined."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True}]})

    approve: bool
    why: Why = ""


class Holding(BaseModel):
    """`lift`: the hold ends."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"why": "Causa in corso."}]}
    )

    why: Why
    lift: bool = False


class Recorded(msgspec.Struct, frozen=True):
    """`version`: the person's after the command; `position`: the log's, for `?after=`."""

    person: UUID
    version: int
    position: int
    replayed: bool


class Erasures(msgspec.Struct, frozen=True):
    """Those that wait for a decision, the oldest first."""

    erasures: list[Asked]


_ASKED = Asked(
    _PERSON, "unlawful", "Raccolti senza titolo.", "coord-1",
    datetime.fromisoformat("2026-03-12T09:30:00+00:00"),
    Text(
        "La persona ha un caso aperto: prima va chiuso.",
        "The person has an open case: it must be ended first.",
    ),
)  # fmt: skip
_DONE = shape(Recorded, "Fatto.", Recorded(_PERSON, 4, 431, False))


@router.get(
    "/erasures",
    responses=shape(Erasures, "Le richieste.", Erasures([_ASKED])),
    summary="Le cancellazioni che aspettano una decisione",
)
def waiting(door: Identified) -> Json:
    """Per chi le chiede, chi le decide e chi verifica. · For who asks, who decides, who audits."""
    grounds = _grounds(door)
    found = asked_erasures(door.service)
    for one in found:
        door.looks.admitted(grounds, None, one.person)
        door.looks.saw("social", True)
    return Json(Erasures(found))


@router.post(
    "/persons/{person}/erasure", responses=_DONE, summary="Chiede che una persona sia cancellata"
)
def ask(person: UUID, body: Asking, door: Identified, key: IdempotencyKey = None) -> Json:
    """La decide un'altra persona. · Somebody else decides it."""
    command = RequestErasure(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        ground=body.ground,
        why=body.why,
    )
    return _done(request_erasure(door.service, command))


@router.post(
    "/persons/{person}/erasure/decision",
    responses=_DONE,
    summary="Approva o respinge la cancellazione chiesta",
)
def decide(person: UUID, body: Deciding, door: Identified, key: IdempotencyKey = None) -> Json:
    """Approvata è per sempre: nessuno potrà più leggere i dati della persona. · Approved, it is
    for ever."""
    command = DecideErasure(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        approve=body.approve,
        why=body.why,
    )
    return _done(decide_erasure(door.service, command))


@router.post(
    "/persons/{person}/hold", responses=_DONE, summary="Vincola gli atti alla conservazione"
)
def hold(person: UUID, body: Holding, door: Identified, key: IdempotencyKey = None) -> Json:
    """Finché c'è il vincolo nulla si cancella. · While it is there nothing is erased."""
    command = HoldRecords(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        why=body.why,
        lift=body.lift,
    )
    return _done(hold_records(door.service, command))


def _done(receipt: Receipt) -> Json:
    done = Recorded(receipt.case, receipt.version, receipt.position, receipt.replayed)
    return Json(done, 200, replay_header(receipt))


def _grounds(door: Door) -> frozenset[str]:
    rules = door.service.territory.records.erasure
    grounds = grounds_for_read_log(door.reader, rules.approved_by)
    if any(role in rules.asked_by for role, _, _ in door.reader.holds):
        grounds |= {"protection"}
    if not grounds:
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le cancellazioni le vede chi le chiede, chi le decide e chi verifica.",
                "Erasures are shown to those who ask for them, who decide them, and who audit.",
            ),
        )
    return grounds
