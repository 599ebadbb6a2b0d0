"""What one member of staff did, over all cases: where in the log it is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of, instant


class Deed(NamedTuple):
    """Events that one person recorded in one case at one instant, by position in the log."""

    case: UUID
    at: datetime
    positions: list[int]

    @property
    def cursor(self) -> str:
        """Asks for what comes after."""
        return cursor_of(self.at.isoformat(), min(self.positions))


_QUERY = """
    SELECT originator_id AS "case", at, array_agg(position ORDER BY position) AS positions
    FROM timeline.entries
    WHERE actor = %(actor)s
      AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR at <= %(until)s)
      AND (%(after)s::timestamptz IS NULL OR at >= %(after)s)
    GROUP BY at, originator_id
    HAVING %(after)s::timestamptz IS NULL OR (at, min(position)) > (%(after)s, %(position)s::bigint)
    ORDER BY at, min(position) LIMIT %(limit)s
"""


def deeds(
    connection: Connection[Any],
    actor: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
    cursor: str = "",
) -> list[Deed]:
    """Oldest first; both instants are included. `cursor`: of the last one known already. Raises
    BadCursor."""
    at, position = after(cursor, instant, int)
    asked = {
        "actor": actor, "since": since, "until": until, "limit": limit, "after": at,
        "position": position,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(Deed)) as rows:
        return rows.execute(_QUERY, asked).fetchall()
