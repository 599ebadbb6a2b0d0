"""A document on its way into a case: its bytes pass in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import unquote_to_bytes
from uuid import UUID

import msgspec
import structlog
from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.http.admission import LINGER, Receive, let_finish
from api.http.document_problems import NOTHING_WRITTEN, away, no_room, too_large
from api.http.door import Door, Identified
from api.http.problems import Problem
from api.http.routes import StreamedRoute
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.documents.receiving import Attached, NoPlace, Offer, TooLarge, Upload
from domain.documents.store import NoRoom
from domain.refusal import FieldProblem
from domain.vault.wrapping import VaultProblem
from protocols.language.forms import Category
from protocols.text import Text

log = structlog.get_logger()

router = APIRouter(prefix="/api/v1/cases", tags=["documenti"], route_class=StreamedRoute)

_PIECE = 1024 * 1024
# Seconds between two pieces, after which nobody is believed to be sending.
_PATIENCE = 60.0


class DocumentAdded(msgspec.Struct, frozen=True):
    """`sha256`: of the sealed file, as the log has it; `replayed`: it had been attached before."""

    case: UUID
    document: str
    version: int
    position: int
    replayed: bool
    media_type: str
    size: int
    sha256: str


_ADDED = DocumentAdded(
    UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"), "0d3c7f56-0f56-5a0e-8b0a-6d2d4b1e7c11",
    10, 413, False, "application/pdf", 48211, "0" * 64,
)  # fmt: skip


@router.post(
    "/{case}/documents",
    status_code=201,
    responses=shape(DocumentAdded, "Allegato.", _ADDED, 201),
    summary="Allega un documento",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary", "examples": ["Verbale."]}}
                for kind in ("application/octet-stream", "text/plain", "application/pdf")
            },
        }
    },
)
async def attach(
    case: UUID,
    door: Identified,
    request: Request,
    document_name: Annotated[
        str,
        Header(
            description="Il nome del file, in UTF-8 scritto con %XX (RFC 3986).",
            examples=["relazione%20finale.pdf"],
            max_length=2_000,
        ),
    ],
    document_title: Annotated[
        str, Header(description="Un titolo, scritto allo stesso modo.", max_length=3_000)
    ] = "",
    category: Annotated[Category, Query(description="Di che dati è.")] = "social",
    task: Annotated[str, Query(max_length=160, description="La chiave di un compito.")] = "",
    key: IdempotencyKey = None,
) -> Response:
    """Il corpo della richiesta è il file. · The body of the request is the file."""
    offer = Offer(
        command_id=command_id(door, key),
        actor=door.actor,
        case=case,
        name=_text(document_name, "Document-Name"),
        declared=request.headers.get("content-type", ""),
        category=category,
        title=_text(document_title, "Document-Title"),
        task=task,
    )
    length = request.headers.get("content-length", "")
    expected = int(length) if length.isdigit() and len(length) <= 15 else 0
    body = _Body(request.receive)
    try:
        done = await receive(door, offer, body.pieces(), expected)
    except Exception:
        if not body.ended:
            documents = door.service.documents
            await let_finish(request.receive, LINGER + (documents.largest if documents else 0))
        raise
    receipt = done.receipt
    added = DocumentAdded(
        case, done.event.document, receipt.version, receipt.position, receipt.replayed,
        done.event.media_type, done.event.size, done.event.sha256,
    )  # fmt: skip
    return Json(added, 201, replay_header(receipt))


class _Body:
    """A request's body as it comes. `ended`: nothing more will."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises ClientDisconnect, TimeoutError."""
        while not self.ended:
            message = await asyncio.wait_for(self._receive(), _PATIENCE)
            if message["type"] == "http.disconnect":
                self.ended = True
                raise ClientDisconnect
            self.ended = not message.get("more_body", False)
            yield message.get("body", b"")


async def receive(
    door: Door, offer: Offer, pieces: AsyncIterator[bytes], expected: int = 0
) -> Attached:
    """Attach what comes in pieces. Raises Problem, Refused, LogUnavailable."""

    def begin() -> Upload:
        door.sight(offer.case, "data")
        return Upload(door.service, offer, expected)

    try:
        with await run_in_threadpool(begin) as upload:
            waiting = bytearray()
            async for piece in pieces:
                waiting += piece
                if len(waiting) >= _PIECE:
                    await run_in_threadpool(upload.add, bytes(waiting))
                    waiting.clear()
            await run_in_threadpool(upload.add, bytes(waiting))
            return await run_in_threadpool(upload.finish)
    except TooLarge as error:
        raise too_large(error.largest) from None
    except NoRoom:
        log.error("documents_no_room")
        raise no_room() from None
    except (ClientDisconnect, TimeoutError):
        raise Problem(408, "interrupted", NOTHING_WRITTEN) from None
    except (NoPlace, VaultProblem, OSError) as error:
        away(error)


def _text(header: str, name: str) -> str:
    """A header's text: percent-encoded UTF-8. Raises Problem (422)."""
    try:
        return unquote_to_bytes(header.encode("ascii")).decode()
    except UnicodeError:
        problem = Text(
            "deve essere UTF-8 scritto con %XX, per esempio perch%C3%A9.pdf",
            "it must be percent-encoded UTF-8, for example caf%C3%A9.pdf",
        )
        raise Problem(
            422,
            "request_invalid",
            Text("Alcuni dati della richiesta non vanno bene.", "Some data are not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            (FieldProblem(f"header.{name}", problem),),
        ) from None
