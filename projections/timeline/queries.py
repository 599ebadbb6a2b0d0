"""The timeline of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class TimelineEntry(msgspec.Struct, frozen=True):
    """One event in words. `version`: the case's after it; `at`: when it was recorded;
    `occurred_at`: when it happened, if earlier; `actor`: a pseudonymous id; `kind`: its topic."""

    position: int
    version: int
    at: datetime
    occurred_at: datetime | None
    actor: str
    role: str | None
    kind: str
    task: str
    step: str
    it: str
    en: str


_QUERY = """
    SELECT position, version, at, occurred_at, actor, role, kind, task, step, it, en
    FROM timeline.entries
    WHERE originator_id = %(case)s AND version > %(after)s
      AND (%(at)s::timestamptz IS NULL OR at <= %(at)s)
    ORDER BY version LIMIT %(limit)s
"""


def timeline(
    connection: Connection[Any],
    case: UUID,
    *,
    after_version: int = 0,
    at: datetime | None = None,
    limit: int = 1000,
) -> list[TimelineEntry]:
    """Events of the case, oldest first, after a version and up to an instant. The last entry's
    version asks for the next page."""
    with connection.cursor(row_factory=class_row(TimelineEntry)) as cursor:
        return cursor.execute(
            _QUERY, {"case": case, "after": after_version, "at": at, "limit": limit}
        ).fetchall()
