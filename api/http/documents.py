"""Documents of a case: listed, given out, withdrawn; their bytes pass in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from api.http.access import Origin, Sight
from api.http.document_problems import away, gone_for_good, unusable
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.withheld import Screen, origins, withheld
from api.http.writing import WRITTEN, IdempotencyKey, answer, command_id
from domain.documents.commands import WithdrawDocument
from domain.documents.reading import (
    Document,
    Gone,
    attached,
    one_attached,
    opened,
    withdraw_document,
)
from domain.documents.receiving import NoPlace
from domain.documents.sealing import DocumentAltered, Opened
from domain.documents.store import Missing
from domain.log.recorded import Recorded
from domain.vault.wrapping import VaultProblem
from protocols.text import Text

log = structlog.get_logger()

router = APIRouter(prefix="/api/v1/cases", tags=["documenti"], route_class=ReadRoute)


class DocumentView(msgspec.Struct, frozen=True):
    """`name` and `title`: what they are, `{"withheld": category}` or “[cancellato]”. `state`:
    attached, withdrawn or erased. `reason`: for which it was withdrawn."""

    document: str
    by: str
    role: str
    at: datetime
    category: str
    task: str
    media_type: str
    size: int
    sha256: str
    state: str
    name: Any
    title: Any
    reason: Any


class DocumentList(msgspec.Struct, frozen=True):
    case: UUID
    version: int
    documents: list[DocumentView]


class WithdrawBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "È di un'altra persona."}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=500)]


_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")


@router.get(
    "/{case}/documents",
    responses=shape(DocumentList, "I documenti.", DocumentList(_CASE, 10, [])),
    summary="I documenti di un caso",
)
def documents(case: UUID, door: Identified) -> Json:
    """Dal più vecchio; anche i ritirati. · Oldest first, withdrawn ones too."""
    return Json(documents_of(door, door.sight(case, "data"), case))


def documents_of(door: Door, sight: Sight, case: UUID) -> DocumentList:
    history, screen, erased = _looking(door, sight, case)
    of = origins(history)
    shown = [
        _view(document, screen, of[document.event.originator_version], erased)
        for document in attached(history).values()
    ]
    return DocumentList(case, history[-1].originator_version, shown)


@router.get(
    "/{case}/documents/{document}",
    response_class=Response,
    responses={
        200: {
            "description": "Il contenuto.",
            "content": {
                "*/*": {"schema": {"type": "string", "format": "binary"}, "example": "Verbale."}
            },
        }
    },
    summary="Il contenuto di un documento",
)
def content(case: UUID, document: UUID, door: Identified) -> Response:
    """Ogni parte è autenticata prima di uscire. · Every part is authenticated before it leaves."""
    history, screen, _ = _looking(door, door.sight(case, "data"), case)
    found = one_attached(history, document)
    body = found.body
    origin = origins(history)[found.event.originator_version]
    may = screen.may(body.category, True, origin)
    door.looks.saw(body.category, may)
    if not may:
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                f"I ruoli ricoperti non danno accesso ai dati di categoria «{body.category}».",
                f"The roles held give no access to data of category “{body.category}”.",
            ),
        )
    assert screen.personal is not None
    try:
        file = opened(door.service, _person(door, case), found)
    except Gone as gone:
        raise gone_for_good(gone) from None
    except (Missing, DocumentAltered) as error:
        log.error("document_unusable", document=body.document, error=type(error).__name__)
        raise unusable() from None
    except (NoPlace, VaultProblem, OSError) as error:
        away(error)
    name = screen.personal.open(found.event, "name", body.personal["name"])
    return StreamingResponse(
        _segments(file, body.document),
        headers=_headers(name, body.size),
        media_type=body.media_type,
    )


@router.post(
    "/{case}/documents/{document}/withdraw",
    responses=WRITTEN,
    summary="Ritira un documento allegato per errore",
)
def withdraw_one(
    case: UUID, document: UUID, body: WithdrawBody, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Il file è distrutto; nome e motivo restano. · The file is destroyed; name and reason stay."""
    command = command_id(door, key)
    door.sight(case, "data")
    try:
        receipt = withdraw_document(
            door.service,
            WithdrawDocument(
                command_id=command, actor=door.actor, case=case, document=str(document),
                reason=body.reason,
            ),
        )  # fmt: skip
    except (NoPlace, OSError) as error:
        away(error)
    return answer(door, receipt)


def _looking(door: Door, sight: Sight, case: UUID) -> tuple[list[Recorded], Screen, bool]:
    """The history, the reader's screen before it, and whether the person was erased."""
    service = door.service
    state = service.state(case)
    assert state.opened is not None
    personal = service.personal_reader(state.opened.person)
    screen = Screen(door.reader, sight, service.plan(state), None, personal, door.looks)
    erased = service.vault.key_to_read(UUID(state.opened.person)) is None
    return service.history(case), screen, erased


def _person(door: Door, case: UUID) -> UUID:
    opened_for = door.service.state(case).opened
    assert opened_for is not None
    return UUID(opened_for.person)


def _view(document: Document, screen: Screen, origin: Origin, erased: bool) -> DocumentView:
    body = document.body
    shown = screen.document(document.event, body, origin)
    gone = document.withdrawn
    reason: Any = ""
    if gone is not None:
        may = screen.may("social", True, origin)
        assert screen.personal is not None
        reason = screen.personal.typed(gone, "reason") if may else withheld("social")
    return DocumentView(
        body.document, body.by, document.event.role or "", document.at, body.category, body.task,
        body.media_type, body.size, body.sha256,
        "withdrawn" if gone else "erased" if erased else "attached",
        shown["name"], shown.get("title", ""), reason,
    )  # fmt: skip


def _segments(file: Opened, document: str) -> Iterator[bytes]:
    with file:
        try:
            yield from file.segments()
        except DocumentAltered:
            # Its length was announced: whoever receives it sees that it is not whole.
            log.error("document_unusable", document=document, error="DocumentAltered")
            raise


def _headers(name: str, size: int) -> dict[str, str]:
    plain = re.sub(r"[^\w.,()' -]", "_", name, flags=re.ASCII)
    # RFC 6266 and RFC 8187: a plain name for old programs, the true one for all others.
    true = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{true}",
        "Content-Length": str(size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store, private",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
