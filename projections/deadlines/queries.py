"""What is due, when, and in which case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row, scalar_row


class DueCase(NamedTuple):
    """A case in which something is due at `at`."""

    case: UUID
    at: datetime


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A task under the clock. `rungs`: instant, role and scope of each rung of the ladder; the
    first `rung` of them have been called. `paused`: the clocks stand still for it."""

    case: UUID
    task: str
    step: str
    status: str
    opens_at: datetime | None
    due: datetime | None
    remind: datetime | None
    rung: int
    rung_at: list[datetime]
    rung_role: list[str]
    rung_scope: list[str]
    paused: bool


_DEADLINES = """
    SELECT t.originator_id AS "case", t.task, t.step, t.status, t.opens_at, t.due, t.remind,
        t.rung, t.rung_at, t.rung_role, t.rung_scope,
        c.paused <> '{}' AND NOT t.ignores_pause AS paused
    FROM deadlines.tasks t JOIN deadlines.cases c USING (originator_id)
"""


def next_due(connection: Connection[Any]) -> datetime | None:
    """When the next thing is due anywhere; None if nothing waits for the clock."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute("SELECT min(next_at) FROM deadlines.cases").fetchone()


def due_cases(connection: Connection[Any], until: datetime) -> list[DueCase]:
    """Cases in which something is due by `until`, the earliest first."""
    with connection.cursor(row_factory=class_row(DueCase)) as cursor:
        return cursor.execute(
            'SELECT originator_id AS "case", next_at AS at FROM deadlines.cases'
            " WHERE next_at <= %s ORDER BY next_at, originator_id",
            (until,),
        ).fetchall()


def deadlines(connection: Connection[Any], case: UUID) -> list[Deadline]:
    """What waits for the clock in one case, the earliest first."""
    with connection.cursor(row_factory=class_row(Deadline)) as cursor:
        return cursor.execute(
            _DEADLINES + " WHERE t.originator_id = %s"
            " ORDER BY coalesce(t.opens_at, t.due, 'infinity'), t.task",
            (case,),
        ).fetchall()


def overdue(connection: Connection[Any], now: datetime, limit: int = 200) -> list[Deadline]:
    """Open tasks whose deadline has passed while the clocks run, the oldest first."""
    with connection.cursor(row_factory=class_row(Deadline)) as cursor:
        return cursor.execute(
            _DEADLINES + " WHERE t.due <= %s AND (c.paused = '{}' OR t.ignores_pause)"
            " ORDER BY t.due, t.originator_id, t.task LIMIT %s",
            (now, limit),
        ).fetchall()
