"""Documents of a case: attached, listed, given out, withdrawn; their bytes pass in pieces."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Any, NoReturn
from urllib.parse import quote, unquote_to_bytes
from uuid import UUID

import msgspec
import structlog
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from api.http.access import Origin, Sight
from api.http.admission import Receive, let_finish
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.problems import Problem, unavailable
from api.http.routes import StreamedRoute
from api.http.shapes import Json, shape
from api.http.withheld import Screen, origins, withheld
from api.http.writing import WRITTEN, IdempotencyKey, answer, command_id, replay_header
from domain.documents.commands import WithdrawDocument
from domain.documents.reading import (
    Document,
    Gone,
    attached,
    one_attached,
    opened,
    withdraw_document,
)
from domain.documents.receiving import Attached, NoPlace, Offer, TooLarge, Upload
from domain.documents.sealing import DocumentAltered, Opened
from domain.documents.store import Missing, NoRoom
from domain.log.recorded import Recorded
from domain.refusal import FieldProblem
from domain.vault.fields import ERASED
from domain.vault.wrapping import VaultProblem
from protocols.language.forms import Category
from protocols.text import Text

log = structlog.get_logger()

router = APIRouter(prefix="/api/v1/cases", tags=["documenti"], route_class=ReadRoute)
uploads = APIRouter(prefix="/api/v1/cases", tags=["documenti"], route_class=StreamedRoute)

_PIECE = 1024 * 1024
# Seconds between two pieces, after which nobody is believed to be sending.
_PATIENCE = 60.0
_NOTHING_WRITTEN = Text("Nulla è stato allegato.", "Nothing was attached.")


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


class WithdrawBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "È di un'altra persona."}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=500)]


_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
_DOCUMENT = "0d3c7f56-0f56-5a0e-8b0a-6d2d4b1e7c11"
_ADDED = DocumentAdded(_CASE, _DOCUMENT, 10, 413, False, "application/pdf", 48211, "0" * 64)


@uploads.post(
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
            await let_finish(request.receive)
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
        most = error.largest // 2**20
        raise Problem(
            413,
            "document_too_large",
            Text(
                f"Il documento è troppo grande: al massimo {most} MB.",
                f"The document is too large: {most} MB at most.",
            ),
            Text("Ridurlo o dividerlo.", "Make it smaller, or split it."),
            headers={"Connection": "close"},
        ) from None
    except NoRoom:
        log.error("documents_no_room")
        raise Problem(
            507,
            "no_room",
            Text(
                "Non c'è più spazio per i documenti. " + _NOTHING_WRITTEN.it,
                "There is no room left for documents. " + _NOTHING_WRITTEN.in_("en"),
            ),
            Text(
                "Avvisare chi gestisce il sistema; il resto del lavoro può continuare.",
                "Tell whoever runs the system; other work can go on.",
            ),
            headers={"Connection": "close"},
        ) from None
    except (ClientDisconnect, TimeoutError):
        raise Problem(408, "interrupted", _NOTHING_WRITTEN) from None
    except (NoPlace, VaultProblem, OSError) as error:
        _away(error)


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
        raise _gone(gone) from None
    except (Missing, DocumentAltered) as error:
        log.error("document_unusable", document=body.document, error=type(error).__name__)
        raise Problem(
            500,
            "document_unusable",
            Text(
                "Il file di questo documento manca o è stato alterato: non si può mostrare.",
                "The file of this document is missing or was altered: it cannot be shown.",
            ),
            Text(
                "Avvisare chi gestisce il sistema: `cantiere verify --documents`.",
                "Tell whoever runs the system: `cantiere verify --documents`.",
            ),
        ) from None
    except (NoPlace, VaultProblem, OSError) as error:
        _away(error)
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
        _away(error)
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


def _gone(gone: Gone) -> Problem:
    if gone.erased:
        detail = Text(
            f"{ERASED}: i dati di questa persona sono stati cancellati.",
            f"{ERASED}: this person's data were erased.",
        )
        return Problem(410, "person_erased", detail)
    return Problem(
        410,
        "document_withdrawn",
        Text("Il documento è stato ritirato.", "The document was withdrawn."),
        Text("L'elenco dei documenti dice perché.", "The list of documents says why."),
    )


def _away(error: Exception) -> NoReturn:
    log.error("documents_away", error=type(error).__name__)
    raise unavailable(
        Text(
            "I documenti non sono raggiungibili in questo momento. Nulla di confermato è perso.",
            "Documents cannot be reached at the moment. Nothing acknowledged is lost.",
        )
    ) from None


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
