"""Who looked: by person, by case, by reader, in a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of


class ReadLine(msgspec.Struct, frozen=True):
    """One read. `reader`: a staff id; `roles`: what they held then, `role@scope`; `grounds`: by
    which relation to the case they read, none if refused; `door`: where; `shown`, `withheld`:
    categories of data; `position`: of its batch in the log."""

    position: int
    line: int
    at: datetime
    reader: str
    door: str
    case: UUID | None
    person: UUID | None
    roles: list[str]
    grounds: list[str]
    shown: list[str]
    withheld: list[str]
    refused: bool


class ReadPage(msgspec.Struct, frozen=True):
    """`cursor` asks for the next page; empty on the last."""

    reads: list[ReadLine]
    cursor: str


_SELECT = """
    SELECT position, line, at, reader, door, case_id AS case, person, roles, grounds, shown,
        withheld, refused
    FROM reads.reads WHERE {}
    ORDER BY position DESC, line DESC LIMIT %(limit)s
"""
# Only what is asked for stands in the query: each has an index that also gives the order.
_CONDITIONS = {
    "person": "person = %(person)s",
    "persons": "person = ANY(%(persons)s)",
    "case": "case_id = %(case)s",
    "by": "reader = %(by)s",
    "since": "at >= %(since)s",
    "until": "at < %(until)s",
    "before": "(position, line) < (%(before)s, %(line)s)",
}


def reads(
    connection: Connection[Any],
    *,
    persons: Sequence[UUID] = (),
    case: UUID | None = None,
    by: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    cursor: str = "",
) -> ReadPage:
    """The latest first. `persons`: the ids that one human being has had; `since` is included,
    `until` is not. Raises BadCursor."""
    before, line = after(cursor, _position, _position)
    parameters = {
        "person": persons[0] if len(persons) == 1 else None,
        "persons": list(persons) if len(persons) > 1 else None,
        "case": case,
        "by": by,
        "since": since,
        "until": until,
        "before": before,
        "line": line,
        "limit": limit + 1,
    }
    asked = [sql for name, sql in _CONDITIONS.items() if parameters[name] is not None]
    query = _SELECT.format(" AND ".join(asked) or "true")
    with connection.cursor(row_factory=class_row(ReadLine)) as cursor_:
        found = cursor_.execute(query.encode(), parameters).fetchall()
    if len(found) <= limit:
        return ReadPage(found, "")
    found = found[:limit]
    return ReadPage(found, cursor_of(found[-1].position, found[-1].line))


def _position(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise ValueError(text)
    return value
