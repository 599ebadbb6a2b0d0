"""The designer's long questions: asked, followed, fetched, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Header, Path
from pydantic import BaseModel
from starlette.responses import Response

from api.http.access import may_read_protocols
from api.http.door import Door, Identified
from api.http.job_requests import (
    CheckBody,
    DiffBody,
    SimulateBody,
    check_of,
    diff_of,
    simulate_of,
)
from api.http.parameters import Limit
from api.http.problems import Problem, language_of, not_found
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id
from domain.service import reused
from protocols.text import Text
from workflows.jobs import store
from workflows.jobs.files import DRAWING, RESULT, SARIF
from workflows.jobs.request import Kind, Request, kind_of
from workflows.jobs.store import State
from workflows.jobs.telling import tell, tell_cancelled

router = APIRouter(prefix="/api/v1/jobs", tags=["lavori del progettista"])

_JOB = UUID("2b7f4d0e-9a53-5b1f-8e0c-9d117f0c8a1e")
_NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
# A drawing is a document of its own: it may load nothing and run nothing.
INERT = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
RETRY_AFTER = "10"
"""Seconds after which one of the person's jobs may have ended."""


class JobFile(msgspec.Struct, frozen=True):
    """`href`: where to fetch it."""

    name: str
    media_type: str
    href: str


class Job(msgspec.Struct, frozen=True):
    """`progress` from 0 to 1; `doing`: what is being done; `problem`: why it failed; `result`:
    where the result is, once there is one. All of it is removed at `expires_at`."""

    job: UUID
    kind: Kind
    state: State
    progress: float
    doing: Text | None
    problem: Text | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime
    result: str
    files: list[JobFile]


class JobList(msgspec.Struct, frozen=True):
    jobs: list[Job]


_EXAMPLE = Job(
    _JOB,
    "simulate",
    "running",
    0.4,
    Text("Simulazione", "Simulating"),
    None,
    _NOW,
    _NOW,
    None,
    _NOW + timedelta(days=store.KEPT_DAYS),
    "",
    [],
)
_ACCEPTED: dict[int | str, Any] = shape(Job, "Accettato: seguirlo a Location.", _EXAMPLE, 202)
_ACCEPTED[202]["headers"] = {
    "Location": {"description": "Il lavoro.", "schema": {"type": "string"}}
}
_WAITS = Text("In attesa del suo turno", "Waiting for its turn")
_UNTOLD = Text(
    "Temporal non risponde: il lavoro comincerà quando torna.",
    "Temporal does not answer: the job will begin when it is back.",
)


@router.post("/check", status_code=202, responses=_ACCEPTED, summary="Verifica un protocollo")
def ask_check(body: CheckBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Tutto ciò che il controllo dimostra, con la storia più corta di ogni errore. · Prove it."""
    return _ask(door, key, body, lambda: check_of(door, body))


@router.post("/diff", status_code=202, responses=_ACCEPTED, summary="Confronta due versioni")
def ask_diff(
    body: DiffBody,
    door: Identified,
    key: IdempotencyKey = None,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> Json:
    """Che cosa cambia nel comportamento, con il disegno. · What changes, by meaning."""
    return _ask(door, key, body, lambda: diff_of(door, body, language_of(accept_language)))


@router.post("/simulate", status_code=202, responses=_ACCEPTED, summary="Simula una versione o due")
def ask_simulate(body: SimulateBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Attese, carico e ritardi su casi inventati. · Waits, load and delays on synthetic cases."""
    return _ask(door, key, body, lambda: simulate_of(door, body))


@router.get("", responses=shape(JobList, "I lavori.", JobList([_EXAMPLE])), summary="I miei lavori")
def list_jobs(door: Identified, limit: Limit = 50) -> Json:
    """Quelli di chi chiede, dal più recente. · The asker's own, the latest first."""
    _admit(door)
    with door.reading() as connection:
        return Json(JobList([_shown(row) for row in store.rows(connection, door.reader.id, limit)]))


@router.get("/{job}", responses=shape(Job, "Il lavoro.", _EXAMPLE), summary="A che punto è")
def one_job(job: UUID, door: Identified) -> Json:
    """Stato, avanzamento, risultato. · State, progress, result."""
    _row(door, job)
    with door.reading() as connection:
        kind = store.to_tell(connection, job)
    if kind is not None:
        _tell(door, job, kind)
    return Json(_shown(_row(door, job)))


_RESULT: dict[int | str, Any] = {
    200: {
        "description": "Il risultato: come dal comando `cantiere protocol … --json`.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": {"findings": []}},
            "application/sarif+json": {
                "schema": {"type": "object"},
                "example": {"version": "2.1.0", "runs": []},
            },
            "image/svg+xml": {"schema": {"type": "string"}, "example": "<svg/>"},
        },
    }
}


@router.get("/{job}/result", responses=_RESULT, summary="Il risultato")
def result(
    job: UUID, door: Identified, accept: Annotated[str, Header(max_length=500)] = ""
) -> Response:
    """JSON; con `Accept: application/sarif+json` i rilievi per gli editor, con `image/svg+xml` il
    disegno del confronto. · JSON, or SARIF, or the drawing, by `Accept`."""
    row = _row(door, job)
    names = {media: name for name, media in row.files if name in (RESULT, SARIF, DRAWING)}
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return _file(door, row, next((names[w] for w in wanted if w in names), RESULT))


@router.get(
    "/{job}/files/{name}",
    responses=_RESULT,
    summary="Un documento del risultato",
)
def one_file(
    job: UUID,
    name: Annotated[str, Path(max_length=60, examples=["waits.svg"])],
    door: Identified,
) -> Response:
    """Per esempio un grafico, dall'elenco `files` del lavoro. · A chart, say: one of `files`."""
    return _file(door, _row(door, job), name)


@router.delete("/{job}", responses=shape(Job, "Il lavoro.", _EXAMPLE), summary="Annulla un lavoro")
def cancel(job: UUID, door: Identified) -> Json:
    """Se non è già finito. · Unless it has ended."""
    row = _row(door, job)
    if row.state in ("waiting", "running"):
        with door.reading() as connection:
            store.cancel(connection, job, door.reader.id)
        tell_cancelled(door.parts.settings, job)
    return Json(_shown(_row(door, job)))


def _ask(door: Door, key: str | None, body: BaseModel, read: Callable[[], Request]) -> Json:
    _admit(door)
    request, asked = read(), body.model_dump_json().encode()
    job, kind = command_id(door, key), kind_of(request)
    with door.reading() as connection:
        try:
            new = store.ask(connection, job, door.reader.id, request, asked)
        except store.OtherRequest:
            raise Problem.of(reused(job)) from None
        except store.TooMany:
            raise _too_many() from None
        to_tell = new or store.to_tell(connection, job) is not None
    if to_tell:
        _tell(door, job, kind)
    headers = {"Location": f"{router.prefix}/{job}"}
    if not new:
        headers["Idempotent-Replay"] = "true"
    return Json(_shown(_row(door, job)), 202, headers)


def _tell(door: Door, job: UUID, kind: Kind) -> None:
    if tell(door.parts.settings, job, kind):
        with door.reading() as connection:
            store.told(connection, job)


def _too_many() -> Problem:
    return Problem(
        429,
        "too_many_jobs",
        Text(
            f"Si possono avere {store.AT_ONCE_EACH} lavori in corso alla volta.",
            f"One may have {store.AT_ONCE_EACH} unfinished jobs at a time.",
        ),
        Text("Attendere che uno finisca, o annullarlo.", "Wait until one ends, or cancel it."),
        headers={"Retry-After": RETRY_AFTER},
    )


def _row(door: Door, job: UUID) -> store.Row:
    """Raises Problem (404), also for somebody else's job."""
    _admit(door)
    with door.reading() as connection:
        row = store.row(connection, job, door.reader.id)
    if row is None:
        message = Text("Questo lavoro non c'è, o è scaduto.", "There is no such job, or no longer.")
        raise not_found("unknown_job", message)
    return row


def _file(door: Door, row: store.Row, name: str) -> Response:
    with door.reading() as connection:
        found = store.file(connection, row.id, name)
    if found is None and row.state in ("waiting", "running"):
        raise Problem(
            409,
            "job_not_done",
            Text("Il lavoro non è ancora finito.", "The job has not ended yet."),
            Text("Seguirne l'avanzamento e riprovare.", "Follow its progress and try again."),
        )
    if found is None:
        raise not_found(
            "no_such_result",
            Text("Il lavoro non ha questo documento.", "The job has no such document."),
        )
    return Response(found.body, 200, INERT, found.media_type)


def _shown(row: store.Row) -> Job:
    here = f"{router.prefix}/{row.id}"
    doing = row.doing
    if row.state == "waiting":
        doing = _WAITS if row.told else _UNTOLD
    files = [JobFile(name, media, f"{here}/files/{name}") for name, media in row.files]
    return Job(
        row.id,
        row.kind,
        row.state,
        round(row.progress, 4),
        doing,
        row.problem,
        _utc(row.asked_at),
        _utc(row.started_at) if row.started_at else None,
        _utc(row.ended_at) if row.ended_at else None,
        _utc(row.expires_at),
        f"{here}/result" if any(file.name == RESULT for file in files) else "",
        files,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _admit(door: Door) -> None:
    if not may_read_protocols(door.reader):
        raise Problem(
            403,
            "no_role_today",
            Text("Oggi non si ricopre alcun ruolo.", "No role is held today."),
        )
