"""Mails that wait to be sent. Each is taken by one sender, and what came of it is committed with
the taking: a sender that dies leaves it waiting. Between the server's acceptance and the commit it
may be sent a second time, under the same Message-ID."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

ATTEMPTS = 10
"""After which a mail has failed: about three hours, by `_PAUSE`."""

KEPT = timedelta(days=30)
"""How long it is known what became of a mail."""

_PAUSE = "least(interval '30 seconds' * power(2, attempts), interval '1 hour')"


class Mail(msgspec.Struct, frozen=True):
    """`about`: `notice <position>` or `digest <day>`."""

    id: int
    person: str
    about: str
    message_id: UUID
    attempts: int
    created_at: datetime


class Failure(NamedTuple):
    """A mail that will not be tried again, or not soon. `problem`: a class of fault."""

    person: str
    about: str
    problem: str
    ended_at: datetime


class Standing(NamedTuple):
    """`late`: tried and to be tried again; `failed`: of the last seven days."""

    waiting: int
    late: int
    failed: int


_TAKE = """
    SELECT id, person, about, message_id, attempts, created_at FROM notice_mails
    WHERE state = 'waiting' AND next_at <= clock_timestamp()
    ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_END = """
    UPDATE notice_mails SET state = %s, problem = %s, attempts = attempts + 1,
        ended_at = clock_timestamp()
    WHERE id = %s
"""
_AGAIN = f"""
    UPDATE notice_mails SET attempts = attempts + 1, problem = %s,
        state = CASE WHEN attempts + 1 >= {ATTEMPTS} THEN 'failed' ELSE 'waiting' END,
        ended_at = CASE WHEN attempts + 1 >= {ATTEMPTS} THEN clock_timestamp() END,
        next_at = clock_timestamp() + {_PAUSE}
    WHERE id = %s RETURNING state
"""
_DROP = """
    UPDATE notice_mails SET state = 'dropped', ended_at = clock_timestamp()
    WHERE case_id = %s AND state = 'waiting'
"""
_DIGEST = """
    INSERT INTO notice_mails (person, about) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""
_FAILED = """
    SELECT person, about, problem, ended_at FROM notice_mails
    WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '7 days'
      AND (%s::text IS NULL OR person = %s)
    ORDER BY ended_at DESC LIMIT %s
"""
_RETRY = """
    UPDATE notice_mails SET state = 'waiting', attempts = 0, ended_at = NULL,
        next_at = clock_timestamp()
    WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '7 days'
"""
_STANDING = """
    SELECT count(*) FILTER (WHERE state = 'waiting'),
        count(*) FILTER (WHERE state = 'waiting' AND attempts > 0),
        count(*) FILTER (WHERE state = 'failed'
                         AND ended_at > clock_timestamp() - interval '7 days')
    FROM notice_mails WHERE state IN ('waiting', 'failed')
"""
_FORGET = """
    DELETE FROM notice_mails WHERE state <> 'waiting'
      AND ended_at < clock_timestamp() - %s
"""


def take(connection: Connection[Any]) -> Mail | None:
    """The mail that has waited longest, held until the caller's transaction ends."""
    with connection.cursor(row_factory=class_row(Mail)) as cursor:
        return cursor.execute(_TAKE).fetchone()


def sent(connection: Connection[Any], mail: Mail) -> None:
    connection.execute(_END, ("sent", "", mail.id))


def dropped(connection: Connection[Any], mail: Mail) -> None:
    """There is nothing left to say."""
    connection.execute(_END, ("dropped", "", mail.id))


def failed(connection: Connection[Any], mail: Mail, problem: str) -> None:
    """For good: to try again would not help."""
    connection.execute(_END, ("failed", problem, mail.id))


def try_again(connection: Connection[Any], mail: Mail, problem: str) -> bool:
    """Later, after a pause that grows; False when that was the last attempt."""
    row = connection.execute(_AGAIN, (problem, mail.id)).fetchone()
    return row is not None and row[0] == "waiting"


def drop_of_case(connection: Connection[Any], case: UUID) -> None:
    """Nothing more about this case is sent."""
    connection.execute(_DROP, (case,))


def ask_digest(connection: Connection[Any], person: str, day: date) -> None:
    """One mail a day; asking again is harmless."""
    connection.execute(_DIGEST, (person, f"digest {day.isoformat()}"))


def failures(
    connection: Connection[Any], person: str | None = None, limit: int = 50
) -> list[Failure]:
    """Of the last seven days, the latest first; of one person, or of all."""
    return [Failure(*row) for row in connection.execute(_FAILED, (person, person, limit))]


def retry_failed(connection: Connection[Any]) -> int:
    """Try again what has failed in the last seven days; how many."""
    return connection.execute(_RETRY).rowcount


def standing(connection: Connection[Any]) -> Standing:
    row = connection.execute(_STANDING).fetchone()
    assert row is not None
    return Standing(*row)


def forget_old(connection: Connection[Any]) -> None:
    """What has ended longer ago than KEPT; what waits is never forgotten."""
    connection.execute(_FORGET, (KEPT,))
