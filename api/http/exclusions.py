"""Persons who must never be sent to a host, for their safety."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.door import Identified
from api.http.hosts import WRITTEN, written
from api.http.shapes import Json
from api.http.writing import IdempotencyKey, command_id
from domain.host.exclude import ExcludePerson, exclude_person

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
def exclude(
    host_id: UUID, body: Exclusion, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Anche da parte del centro antiviolenza. · By the anti-violence centre too."""
    command = ExcludePerson(
        command_id=command_id(door, key), actor=door.actor, case=host_id, person=str(body.person)
    )
    return written(exclude_person(door.service, command), 200)
