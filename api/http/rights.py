"""What a person may ask of their data besides erasure: restriction and correction
(Reg. UE 2016/679 art. 18 and 16)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.door import Identified
from api.http.parameters import Instant
from api.http.person_writing import DONE, Why, done
from api.http.shapes import Json
from api.http.writing import IdempotencyKey, command_id
from domain.person.correcting import (
    CORRECTABLE,
    CorrectPerson,
    DeclineCorrection,
    correct_person,
    decline_correction,
)
from domain.person.restricting import (
    EASED_FOR,
    GROUNDS,
    EaseRestriction,
    LiftRestriction,
    RestrictPerson,
    ease_restriction,
    lift_restriction,
    restrict_person,
)

router = APIRouter(prefix="/api/v1/persons", tags=["persone"])


class Restricting(BaseModel):
    """`ground`: the letter of art. 18.1."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ground": "a", "why": "La nascita è contestata."}]},
    )

    ground: Annotated[
        str,
        Field(max_length=1, description="; ".join(f"{g}: {t.it}" for g, t in GROUNDS.items())),
    ]
    why: Why


class Easing(BaseModel):
    """`to`, a staff id, may work on the person's cases until that instant (art. 18.2)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "to": "ref-melzo", "ground": "consent", "until": "2026-04-30T18:00:00+02:00",
                    "why": "Acconsente a concludere il tirocinio.",
                }
            ]
        },
    )  # fmt: skip

    to: Annotated[str, Field(max_length=100)]
    ground: Annotated[str, Field(max_length=40, description=", ".join(EASED_FOR))]
    until: Instant
    why: Why


class Lifting(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"why": "La data era giusta."}]}
    )

    why: Why


class Correcting(BaseModel):
    """`fields`: the right values; "" where there is none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"fields": {"birth_date": "1983-05-06"}, "why": "Letta male."}]
        },
    )

    fields: Annotated[dict[str, Any], Field(max_length=20, description=", ".join(CORRECTABLE))]
    why: Why


class RefusingCorrection(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"fields": ["birth_date"], "why": "L'atto la conferma."}]},
    )

    fields: Annotated[list[str], Field(max_length=20, description=", ".join(CORRECTABLE))]
    why: Why


@router.post("/{person}/restriction", responses=DONE, summary="Limita il trattamento (art. 18)")
def restrict(person: UUID, body: Restricting, door: Identified, key: IdempotencyKey = None) -> Json:
    """I dati si conservano e basta; i termini corrono. · Stored only; terms run."""
    command = RestrictPerson(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        ground=body.ground,
        why=body.why,
    )
    return done(restrict_person(door.service, command))


@router.post(
    "/{person}/restriction/exceptions",
    responses=DONE,
    summary="Ammette un operatore per un tempo (art. 18.2)",
)
def ease(person: UUID, body: Easing, door: Identified, key: IdempotencyKey = None) -> Json:
    """Al più novanta giorni. · Ninety days at most."""
    command = EaseRestriction(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        to=body.to,
        ground=body.ground,
        until=body.until,
        why=body.why,
    )
    return done(ease_restriction(door.service, command))


@router.post("/{person}/restriction/lift", responses=DONE, summary="Toglie la limitazione")
def lift(person: UUID, body: Lifting, door: Identified, key: IdempotencyKey = None) -> Json:
    """La persona va informata prima (art. 18.3). · The person must be told before."""
    command = LiftRestriction(
        command_id=command_id(door, key), actor=door.actor, case=person, why=body.why
    )
    return done(lift_restriction(door.service, command))


@router.post("/{person}/correction", responses=DONE, summary="Rettifica i dati (art. 16)")
def correct(person: UUID, body: Correcting, door: Identified, key: IdempotencyKey = None) -> Json:
    """Ciò che si credeva prima resta nella storia. · What was believed before stays in history."""
    command = CorrectPerson(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        fields=body.fields,
        why=body.why,
    )
    return done(correct_person(door.service, command))


@router.post(
    "/{person}/correction/refusal", responses=DONE, summary="Annota una rettifica rifiutata"
)
def refuse(
    person: UUID, body: RefusingCorrection, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Con il motivo, che si deve alla persona (art. 12.4). · With the reason, which is owed."""
    command = DeclineCorrection(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        fields=tuple(body.fields),
        why=body.why,
    )
    return done(decline_correction(door.service, command))
