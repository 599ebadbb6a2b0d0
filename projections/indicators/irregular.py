"""Where a step was late, left out, forced or done again: every case, and where the log says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of, instant


class Irregularity(NamedTuple):
    """`kind`: late, skipped, forced or redone. `position`: of the event that settled the task or
    says the exception, None for a task that is late and still open; `at`: when that was, or `due`.
    `called`: the roles that were called in because the step was overdue, in that episode."""

    case: UUID
    kind: str
    position: int | None
    at: datetime
    task: str
    due: datetime | None
    role: str
    called: list[str]

    @property
    def cursor(self) -> str:
        """Asks for what comes after."""
        return cursor_of(self.at.isoformat(), self.case, self.position or 0, self.kind, self.task)


# A stopped clock is not late.
_QUERY = """
    WITH found AS (
        SELECT originator_id, 'late' AS kind, position, settled_at AS at, task, due, role, episode
        FROM indicators.tasks WHERE step = %(step)s AND due < settled_at
        UNION ALL
        SELECT originator_id, 'late', NULL, o.due, o.task, o.due, o.role, c.episode
        FROM indicators.open_tasks o JOIN indicators.cases c USING (originator_id)
        WHERE o.step = %(step)s AND o.due < %(now)s AND c.paused = '{}'
        UNION ALL
        SELECT originator_id,
            CASE kind WHEN 'skip' THEN 'skipped' WHEN 'force' THEN 'forced' ELSE 'redone' END,
            position, at, step, NULL, role, episode
        FROM indicators.exceptions
        WHERE step = %(step)s AND kind IN ('skip', 'force', 'redo')
    ), called AS (
        SELECT originator_id, episode, array_agg(DISTINCT role) AS roles
        FROM indicators.calls WHERE step = %(step)s GROUP BY 1, 2
    )
    SELECT originator_id AS "case", kind, position, at, task, due, role,
        CASE WHEN kind = 'late' THEN coalesce(roles, '{}') ELSE '{}' END AS called
    FROM found LEFT JOIN called USING (originator_id, episode)
    WHERE (%(since)s::timestamptz IS NULL OR at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR at <= %(until)s)
      AND (%(after)s::timestamptz IS NULL OR (at, originator_id, coalesce(position, 0), kind, task)
           > (%(after)s, %(case)s::uuid, %(position)s::bigint, %(kind)s::text, %(task)s::text))
    ORDER BY at, originator_id, coalesce(position, 0), kind, task LIMIT %(limit)s
"""


def irregularities(
    connection: Connection[Any],
    step: str,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
    cursor: str = "",
) -> list[Irregularity]:
    """Oldest first; both instants are included. `cursor`: of the last one known already. Raises
    BadCursor."""
    at, case, position, kind, task = after(cursor, instant, UUID, int, str, str)
    asked = {
        "step": step, "now": now, "since": since, "until": until, "limit": limit, "after": at,
        "case": case, "position": position, "kind": kind, "task": task,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(Irregularity)) as rows:
        return rows.execute(_QUERY, asked).fetchall()
