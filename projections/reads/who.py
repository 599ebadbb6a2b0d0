"""What a person is told who asks "who has looked at my file?": by day, without the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class ReaderOnDay(msgspec.Struct, frozen=True):
    """`reader`: a staff id; `roles`: held then; `organisations`: the scopes of those; `categories`:
    of the data that were shown; `times`: answers given; `refused`: answers refused."""

    day: date
    reader: str
    roles: list[str]
    organisations: list[str]
    categories: list[str]
    times: int
    refused: int


_WHO = """
    WITH found AS (
        SELECT (at AT TIME ZONE %(zone)s)::date AS day, reader, roles, shown, refused
        FROM reads.reads WHERE person = ANY(%(persons)s)
    ), held AS (
        SELECT day, reader, array_agg(DISTINCT split_part(role, '@', 1)) AS roles,
            array_agg(DISTINCT split_part(role, '@', 2)) AS organisations
        FROM found, unnest(roles) AS role GROUP BY day, reader
    ), seen AS (
        SELECT day, reader, array_agg(DISTINCT category) AS categories
        FROM found, unnest(shown) AS category GROUP BY day, reader
    )
    SELECT day, reader, coalesce(h.roles, '{}') AS roles,
        coalesce(h.organisations, '{}') AS organisations,
        coalesce(s.categories, '{}') AS categories,
        count(*) FILTER (WHERE NOT f.refused) AS times, count(*) FILTER (WHERE f.refused) AS refused
    FROM found f LEFT JOIN held h USING (day, reader) LEFT JOIN seen s USING (day, reader)
    GROUP BY day, reader, h.roles, h.organisations, s.categories
    ORDER BY day DESC, reader LIMIT %(limit)s
"""


def who_looked(
    connection: Connection[Any], persons: Sequence[UUID], zone: str, limit: int = 2_000
) -> list[ReaderOnDay]:
    """The latest days first. `persons`: the ids that one human being has had;
    `zone`: of the territory's days, an IANA name."""
    with connection.cursor(row_factory=class_row(ReaderOnDay)) as cursor:
        parameters = {"persons": list(persons), "zone": zone, "limit": limit}
        return cursor.execute(_WHO, parameters).fetchall()
