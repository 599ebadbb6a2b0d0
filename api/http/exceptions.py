"""Leaving the path, with a stated reason; and corrections, which never edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from api.http.door import Identified
from api.http.shapes import Json
from api.http.tasks import Seen
from api.http.writing import WRITTEN, IdempotencyKey, as_seen, command_id, submit
from domain.case import commands as c

router = APIRouter(prefix="/api/v1/cases", tags=["eccezioni e correzioni"])

_COMMANDS: dict[str, type[c.SkipStep] | type[c.RedoStep] | type[c.ForceStep]] = {
    "skip": c.SkipStep,
    "redo": c.RedoStep,
    "force": c.ForceStep,
}


class ExceptionBody(Seen):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "skip", "step": "competence_balance", "reason": "già fatto dal SIL"}
            ]
        },
    )

    kind: Annotated[
        Literal["skip", "redo", "force"],
        Field(description="Tralasciare, rifare, o aprire un passo prima che spetti."),
    ]
    step: Annotated[str, Field(min_length=1, max_length=60)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class CorrectionBody(Seen):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"step": "triage", "data": {"need": "health"}, "reason": "refuso"}]
        },
    )

    step: Annotated[str, Field(min_length=1, max_length=60)]
    instance: Annotated[str, Field(max_length=60, description="Dopo il «#» del compito.")] = ""
    data: Annotated[dict[str, Any], Field(description="Solo i campi da correggere.")]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("/{case}/exceptions", responses=WRITTEN, summary="Registra un'eccezione motivata")
def leave_the_path(
    case: UUID, body: ExceptionBody, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Tralascia, rifà o forza un passo. · Skips, redoes or forces a step; counted in reports."""
    command = command_id(door, key)
    door.sight(case)
    return submit(
        door,
        _COMMANDS[body.kind](
            command_id=command,
            actor=door.actor,
            case=case,
            step=body.step,
            reason=body.reason,
            **as_seen(body.expected_version),
        ),
    )


@router.post("/{case}/corrections", responses=WRITTEN, summary="Corregge un dato registrato")
def correct(case: UUID, body: CorrectionBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Il vecchio valore resta nella storia. · The old value stays in the history."""
    command = command_id(door, key)
    door.sight(case)
    return submit(
        door,
        c.CorrectData(
            command_id=command,
            actor=door.actor,
            case=case,
            step=body.step,
            instance=body.instance,
            data=body.data,
            reason=body.reason,
            **as_seen(body.expected_version),
        ),
    )
