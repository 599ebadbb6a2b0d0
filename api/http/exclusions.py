"""Persons who must never be sent to a host, for their safety."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.door import Door, Identified
from api.http.hosts import WRITTEN, written
from api.http.problems import Problem
from api.http.shapes import Json
from api.http.writing import IdempotencyKey, command_id
from domain.host.exclude import ExcludePerson, exclude_person
from domain.person.state import standing_for
from domain.refusal import FieldProblem, Refused
from protocols.text import Text

router = APIRouter(prefix="/api/v1/hosts", tags=["soggetti ospitanti"])

_PERSON = "0b7c5a52-8f0e-5a63-9a43-7f6a5d0c9a10"


class Exclusion(BaseModel):
    """`person`: the person's id. Who was excluded is never shown again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"person": _PERSON}]})

    person: UUID


@router.post(
    "/{host_id}/exclusions",
    responses=WRITTEN,
    summary="Esclude per sempre una persona da un soggetto ospitante",
)
def exclude(host_id: UUID, body: Exclusion, door: Identified, key: IdempotencyKey = None) -> Json:
    """Anche da parte del centro antiviolenza. · By the anti-violence centre too."""
    command = ExcludePerson(
        command_id=command_id(door, key),
        actor=door.actor,
        case=host_id,
        person=_known(door, body.person),
    )
    return written(exclude_person(door.service, command), 200)


def _known(door: Door, person: UUID) -> str:
    try:
        return str(standing_for(door.service, person).id)
    except Refused:
        message = Text("questa persona non esiste", "there is no such person")
        raise Problem(
            422,
            "unknown_person",
            Text("La persona da escludere non esiste.", "There is no such person."),
            fields=(FieldProblem("person", message),),
        ) from None
