"""Errors as problem+json (RFC 9457): what is wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import psycopg
import structlog
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.http.validation import field_problems
from domain.log.errors import LogUnavailable, UnreadableEvent
from domain.reads.journal import ReadsUnlogged
from domain.refusal import FieldProblem, Refused
from projections.cursor import BadCursor
from protocols.text import Language, Text

log = structlog.get_logger()

RETRY_AFTER = "2"
"""Seconds after which an unavailable part is worth asking again."""

_STATUS = {"invalid": 422, "forbidden": 403, "not_found": 404, "conflict": 409, "unavailable": 503}

_TITLES = {
    400: Text("Richiesta non leggibile", "Unreadable request"),
    401: Text("Identità non riconosciuta", "Unknown identity"),
    403: Text("Non consentito", "Not allowed"),
    404: Text("Non trovato", "Not found"),
    405: Text("Metodo non previsto", "Method not allowed"),
    408: Text("Richiesta interrotta", "Request interrupted"),
    409: Text("Non possibile ora", "Conflict"),
    410: Text("Non c'è più", "Gone"),
    413: Text("Richiesta troppo grande", "Request too large"),
    415: Text("Formato non previsto", "Unsupported format"),
    422: Text("Dati da correggere", "Data to correct"),
    429: Text("Troppe richieste", "Too many requests"),
    500: Text("Errore interno", "Internal error"),
    503: Text("Servizio momentaneamente non disponibile", "Service unavailable for the moment"),
    507: Text("Spazio esaurito", "No room left"),
}


NO_SUCH_ADDRESS = Text("Questo indirizzo non esiste.", "There is nothing at this address.")


class FieldError(msgspec.Struct, frozen=True):
    """One field at fault; `field` is a dotted path, `query.` and `header.` say where else."""

    field: str
    message: str
    message_en: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `type`: a stable URN; `detail` is in the reader's language, `detail_en` in English.
    `related`: ids worth opening (a case, a host)."""

    type: str
    title: str
    status: int
    detail: str
    detail_en: str
    remedy: str = ""
    remedy_en: str = ""
    errors: list[FieldError] = []
    related: dict[str, str] = {}


class Problem(Exception):
    """An answer other than the one hoped for, raised anywhere below the door."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: Text,
        remedy: Text | None = None,
        fields: tuple[FieldProblem, ...] = (),
        headers: Mapping[str, str] | None = None,
        related: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.fields = fields
        self.headers = dict(headers or {})
        self.related = dict(related or {})

    @classmethod
    def of(cls, refused: Refused) -> Problem:
        """A refusal of the domain."""
        status = _STATUS[refused.kind]
        headers = {"Retry-After": RETRY_AFTER} if status == 503 else {}
        return cls(
            status,
            refused.code,
            refused.message,
            refused.remedy,
            refused.fields,
            headers,
            refused.related,
        )

    @property
    def title(self) -> Text:
        return _TITLES.get(self.status, Text("Errore", "Error"))

    def response(self, language: Language = "it") -> Response:
        details = ProblemDetails(
            f"urn:cantiere:problem:{self.code}",
            self.title.in_(language),
            self.status,
            self.detail.in_(language),
            self.detail.in_("en"),
            self.remedy.in_(language) if self.remedy else "",
            self.remedy.in_("en") if self.remedy else "",
            [
                FieldError(f.field, f.message.in_(language), f.message.in_("en"))
                for f in self.fields
            ],
            self.related,
        )
        return Response(
            msgspec.json.encode(details),
            self.status,
            {**self.headers, "Content-Language": language},
            "application/problem+json",
        )


def unavailable(message: Text) -> Problem:
    return Problem(
        503,
        "unavailable",
        message,
        Text("Riprovare tra qualche secondo.", "Try again in a few seconds."),
        headers={"Retry-After": RETRY_AFTER},
    )


def not_found(code: str, message: Text) -> Problem:
    return Problem(404, code, message, Text("Controllare il numero.", "Check the number."))


def language_of(accept: str) -> Language:
    """Italian unless `Accept-Language` prefers English (RFC 9110 § 12.5.4)."""
    best: tuple[float, Language] = (0.0, "it")
    for entry in accept[:200].split(","):
        tag, _, quality = entry.strip().partition(";")
        weight = 1.0
        if found := re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", quality):
            weight = float(found[1])
        primary = tag.strip().lower().partition("-")[0]
        if primary in ("it", "en") and weight > best[0]:
            best = (weight, "en" if primary == "en" else "it")
    return best[1]


def _answer(request: Request, problem: Problem) -> Response:
    return problem.response(language_of(request.headers.get("accept-language", "")))


def _http(request: Request, error: HTTPException) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        remedy = Text("Gli indirizzi sono elencati in /docs.", "Addresses are listed at /docs.")
        return Problem(404, "no_such_address", NO_SUCH_ADDRESS, remedy)
    if error.status_code == 405:
        allowed = request.app.state.methods_at(request.scope["path"])
        headers["Allow"] = ", ".join(sorted(allowed))
        return Problem(
            405,
            "method_not_allowed",
            Text(
                f"Questo indirizzo accetta: {headers['Allow']}.",
                f"This address takes: {headers['Allow']}.",
            ),
            headers=headers,
        )
    detail = Text("La richiesta non è leggibile.", "The request cannot be read.")
    return Problem(error.status_code, "unreadable", detail, headers=headers)


def _validation(request: Request, error: RequestValidationError) -> Problem:
    return Problem(
        422,
        "request_invalid",
        Text("Alcuni dati della richiesta non vanno bene.", "Some data are not right."),
        Text("Correggere i campi indicati.", "Correct the fields that are named."),
        field_problems(error.errors(), request.app.state.fields_of(request)),
    )


def _away(request: Request, error: Exception) -> Problem:
    log.warning("database_away", error=type(error).__name__)
    return unavailable(
        Text(
            "La base di dati non risponde in questo momento. Nulla di confermato è perso.",
            "The database does not answer at the moment. Nothing acknowledged is lost.",
        )
    )


def _unforeseen(request: Request, error: Exception) -> Problem:
    log.error("request_failed", method=request.method, exc_info=error)
    return Problem(
        500,
        "internal",
        Text("Si è verificato un errore imprevisto.", "Something unforeseen went wrong."),
        Text(
            "Ripetere la richiesta con la stessa Idempotency-Key; se continua, avvisare "
            "chi gestisce il sistema.",
            "Repeat the request with the same Idempotency-Key; if it goes on, tell whoever "
            "runs the system.",
        ),
    )


def _cursor(request: Request, error: BadCursor) -> Problem:
    fields = (FieldProblem("query.cursor", error.message),)
    return Problem(422, "bad_cursor", error.message, fields=fields)


def _unreadable(request: Request, error: UnreadableEvent) -> Problem:
    log.error("event_unreadable", position=error.position, topic=error.topic)
    remedy = Text(
        "Avvisare chi gestisce il sistema: `cantiere verify` dice quali eventi sono. Gli altri "
        "casi non ne risentono.",
        "Tell whoever runs the system: `cantiere verify` names the events. Other cases are not "
        "affected.",
    )
    return Problem(500, "unreadable_event", error.message, remedy)


Answer = Callable[[Request, Problem], Response]


def install(app: Any, answer: Answer = _answer) -> None:
    """Every way in which a request can fail, answered as a problem."""

    def when(kind: type[Exception], problem: Callable[[Request, Any], Problem]) -> None:
        app.add_exception_handler(kind, lambda r, error: answer(r, problem(r, error)))

    when(Problem, lambda r, error: error)
    when(Refused, lambda r, error: Problem.of(error))
    for away in (LogUnavailable, ReadsUnlogged):
        when(away, lambda r, error: unavailable(error.message))
    when(UnreadableEvent, _unreadable)
    when(BadCursor, _cursor)
    when(HTTPException, _http)
    when(RequestValidationError, _validation)
    for lost in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        when(lost, _away)
    when(Exception, _unforeseen)
