"""The evidence of a case, for those who audit: one archive that proves itself elsewhere."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.evidence.issue import Ground, Issued, ask, issue
from api.http.door import Door, Identified
from api.http.writing import IdempotencyKey, command_id
from domain.evidence.issuing import IssueEvidence
from domain.proof.keys import KeyProblem
from domain.proof.place import archive_of, signer_of
from domain.proof.proving import NotProvable
from domain.proof.sealing import SealRefused, origin_of
from domain.refusal import Refused
from domain.vault.wrapping import VaultProblem

router = APIRouter(prefix="/api/v1/cases", tags=["prove"])

_LARGEST = 100 * 2**20
_ADDRESS = "/api/v1/cases/{case}/evidence"
_ANSWER = {
    200: {
        "description": "L'archivio; dentro, LEGGIMI.txt dice come controllarlo.",
        "content": {
            "application/zip": {
                "schema": {"type": "string", "format": "binary"},
                "example": "PK…",
            }
        },
    }
}


class EvidenceBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"full": True, "reason": "Richiesta della Procura."}]},
    )

    full: Annotated[bool, Field(description="Con i dati personali in chiaro.")] = False
    reason: Annotated[
        str, Field(max_length=4000, description="Perché; obbligatorio se in chiaro.")
    ] = ""


@router.post(
    "/{case}/evidence",
    response_class=Response,
    responses=_ANSWER,  # type: ignore[arg-type]
    summary="Il fascicolo di prova di un caso",
)
def case_evidence(
    case: UUID, door: Identified, body: EvidenceBody | None = None, key: IdempotencyKey = None
) -> Response:
    """Per chi verifica. La consegna e la lettura sono scritte nel registro. · For auditors. Issue
    and reading are written into the log."""
    number = command_id(door, key)
    body = body or EvidenceBody()
    try:
        command = ask(door.service, number, door.reader, case, body.full, body.reason)
    except Refused as refused:
        if refused.kind == "forbidden":
            door.looks.refused(case, None)
            door.parts.reads.take(door.looks.reads(answered=False))
        raise
    # In memory: what may be in the clear leaves no file behind.
    out = BytesIO()
    made = _issued(door, command, out)
    # Before it leaves.
    door.parts.reads.take([made.read])
    return Response(
        out.getvalue(),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="fascicolo-{case}.zip"',
            "Cache-Control": "no-store",
        },
    )


def _issued(door: Door, command: IssueEvidence, out: BytesIO) -> Issued:
    home, recorder = door.parts.settings.home, door.service.recorder
    try:
        archive = archive_of(home)
        name = origin_of(recorder).rpartition("/")[2]
        with door.reading() as connection:
            ground = Ground(
                door.service, archive, lambda: signer_of(home, name, archive=archive), connection,
                _LARGEST,
            )  # fmt: skip
            return issue(ground, command, _ADDRESS, out)
    except (KeyProblem, VaultProblem) as problem:
        raise Refused("unavailable", "key_unusable", problem.message) from None
    except (SealRefused, NotProvable) as problem:
        raise Refused("conflict", "log_not_sealed", problem.message) from None
