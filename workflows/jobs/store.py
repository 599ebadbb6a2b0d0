"""The rows of jobs. Connections are in autocommit mode; instants are real time, not the
application's clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import tuple_row

from domain.log.migrations import Migrations
from protocols.text import Text
from workflows.jobs.files import File
from workflows.jobs.request import Kind, Request, decode, encode, kind_of

SCHEMA = Migrations(Path(__file__).parent / "sql", "jobs_migrations")

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Connection = psycopg.Connection[Any]

AT_ONCE_EACH = 3
"""Unfinished jobs that one person may have."""
KEPT_DAYS = 7

_COLUMNS = (
    "id, kind, asked_by, state, progress, doing, problem, told, asked_at, started_at, ended_at, "
    "expires_at"
)
_EXPIRE = "DELETE FROM jobs WHERE expires_at < clock_timestamp()"
_UNFINISHED = "state IN ('waiting', 'running')"
_COUNT = f"SELECT count(*) FROM jobs WHERE asked_by = %s AND {_UNFINISHED}"
_ASK = """
    INSERT INTO jobs (id, kind, asked_by, request, fingerprint, expires_at)
    VALUES (%s, %s, %s, %s, %s, clock_timestamp() + make_interval(days => %s))
"""
_NAMES = "SELECT name, media_type FROM job_files WHERE job = %s ORDER BY name"
# One that Temporal may have forgotten is told again now and then; telling twice is harmless.
_TO_TELL = f"""
    UPDATE jobs SET touched_at = clock_timestamp()
    WHERE id = %s AND {_UNFINISHED}
      AND touched_at < clock_timestamp() - make_interval(secs => CASE WHEN told THEN 60 ELSE 2 END)
    RETURNING kind
"""
_BEGIN = f"""
    UPDATE jobs SET state = 'running', runner = %s, attempts = attempts + 1, progress = 0,
        told = true, started_at = coalesce(started_at, clock_timestamp()),
        touched_at = clock_timestamp()
    WHERE id = %s AND {_UNFINISHED}
    RETURNING request, attempts
"""
_PROGRESS = """
    UPDATE jobs SET progress = %s, doing = %s, touched_at = clock_timestamp()
    WHERE id = %s AND runner = %s AND state = 'running'
    RETURNING true
"""
_FINISH = """
    UPDATE jobs SET state = %s, problem = %s, doing = NULL, ended_at = clock_timestamp(),
        progress = CASE WHEN %s = 'done' THEN 1 ELSE progress END
    WHERE id = %s AND runner = %s AND state = 'running'
    RETURNING true
"""
_CANCEL = f"""
    UPDATE jobs SET state = 'cancelled', doing = NULL, ended_at = clock_timestamp()
    WHERE id = %s AND asked_by = %s AND {_UNFINISHED}
"""


class Row(msgspec.Struct, frozen=True):
    """A job as people see it. `progress` from 0 to 1; `files`: (name, media type)."""

    id: UUID
    kind: Kind
    asked_by: str
    state: State
    progress: float
    doing: Text | None
    problem: Text | None
    told: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime
    files: tuple[tuple[str, str], ...] = ()


class TooMany(Exception):
    """The person has as many unfinished jobs as anybody may have."""


class OtherRequest(Exception):
    """The same key was used for another request."""


def migrate(database_url: str) -> list[str]:
    """Bring the jobs' tables to this program's version; return the names applied."""
    return SCHEMA.migrate(database_url)


def ask(connection: Connection, job: UUID, person: str, request: Request, asked: bytes) -> bool:
    """Keep the request, and remove what has expired; False if it was kept before. `asked`: the
    request as the person put it: the same words may mean another day or text when repeated.

    Raises TooMany, OtherRequest.
    """
    raw = encode(request)
    fingerprint = hashlib.sha256(kind_of(request).encode() + asked).digest()
    with connection.transaction():
        connection.execute(_EXPIRE)
        # One at a time for each person: the count must hold when the row is written.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('job:' || %s))", (person,))
        known = _one(connection, "SELECT fingerprint FROM jobs WHERE id = %s", (job,))
        if known is not None:
            if bytes(known[0]) != fingerprint:
                raise OtherRequest
            return False
        count = _one(connection, _COUNT, (person,))
        if count is not None and count[0] >= AT_ONCE_EACH:
            raise TooMany
        connection.execute(_ASK, (job, kind_of(request), person, raw, fingerprint, KEPT_DAYS))
    return True


def told(connection: Connection, job: UUID) -> None:
    """Temporal knows of the job."""
    connection.execute("UPDATE jobs SET told = true WHERE id = %s", (job,))


def to_tell(connection: Connection, job: UUID) -> Kind | None:
    """The kind of an unfinished job of which Temporal should be told (again), at most now and
    then; else None."""
    found = _one(connection, _TO_TELL, (job,))
    return found[0] if found else None


def row(connection: Connection, job: UUID, person: str) -> Row | None:
    """A job of this person's."""
    found = _one(
        connection, f"SELECT {_COLUMNS} FROM jobs WHERE id = %s AND asked_by = %s", (job, person)
    )
    return _row(found, _all(connection, _NAMES, (job,))) if found else None


def rows(connection: Connection, person: str, limit: int) -> list[Row]:
    """The person's jobs, the latest first, without their files."""
    query = f"SELECT {_COLUMNS} FROM jobs WHERE asked_by = %s ORDER BY asked_at DESC LIMIT %s"
    return [_row(found, ()) for found in _all(connection, query, (person, limit))]


def file(connection: Connection, job: UUID, name: str) -> File | None:
    query = "SELECT name, media_type, body FROM job_files WHERE job = %s AND name = %s"
    found = _one(connection, query, (job, name))
    return File(found[0], found[1], bytes(found[2])) if found else None


def cancel(connection: Connection, job: UUID, person: str) -> None:
    """Whoever works on it notices at its next word; a job that has ended stays as it is."""
    connection.execute(_CANCEL, (job, person))


# ── for whoever does the job ─────────────────────────────────────────────────────────────────


def begin(connection: Connection, job: UUID, runner: UUID) -> tuple[Request, int] | None:
    """The request and the number of this attempt; None where there is nothing (more) to do."""
    found = _one(connection, _BEGIN, (runner, job))
    return (decode(bytes(found[0])), found[1]) if found else None


def progress(
    connection: Connection, job: UUID, runner: UUID, done: float, doing: Text | None
) -> bool:
    """Whether the job is still this runner's."""
    return _one(connection, _PROGRESS, (done, _json(doing), job, runner)) is not None


def finish(
    connection: Connection,
    job: UUID,
    runner: UUID,
    files: Iterable[File],
    problem: Text | None = None,
) -> bool:
    """Keep what came of it, at once; whether the job was still this runner's."""
    state = "failed" if problem else "done"
    with connection.transaction():
        ended = _one(connection, _FINISH, (state, _json(problem), state, job, runner))
        if ended is None:
            return False
        for each in files:
            connection.execute(
                "INSERT INTO job_files (job, name, media_type, body) VALUES (%s, %s, %s, %s)",
                (job, each.name, each.media_type, each.body),
            )
    return True


def _json(text: Text | None) -> str | None:
    return None if text is None else msgspec.json.encode(text).decode()


def _row(found: Sequence[Any], files: Iterable[Sequence[Any]]) -> Row:
    names = tuple((name, media_type) for name, media_type in files)
    return msgspec.convert(
        dict(zip(_COLUMNS.split(", "), found, strict=True)) | {"files": names}, Row
    )


def _one(connection: Connection, query: str, parameters: tuple[Any, ...]) -> Any:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchone()


def _all(connection: Connection, query: str, parameters: tuple[Any, ...]) -> list[Any]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
