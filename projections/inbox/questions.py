"""Questions that wait: those to somebody, and those that somebody asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class OpenQuestion(msgspec.Struct, frozen=True):
    """`asked_to`: a staff id or a scope; `task`: a key, where it is about one. The words are in the
    case's history, for who may read them. `mine`: the asker is who put it. `pseudonym` is sealed:
    `domain.vault.pseudonyms`."""

    case: UUID
    note: str
    asked_by: str
    asked_to: str
    task: str
    asked_at: datetime
    person: UUID
    pseudonym: str
    mine: bool


_QUERY = """
    SELECT q.originator_id AS "case", q.note, q.asked_by, q.asked_to, q.task, q.asked_at,
        c.person::uuid AS person, coalesce(p.pseudonym, '') AS pseudonym,
        q.asked_by = %(person)s AS mine
    FROM inbox.questions q
    JOIN inbox.cases c USING (originator_id)
    LEFT JOIN persons.persons p ON p.originator_id = c.person::uuid
    WHERE q.asked_to = %(person)s OR q.asked_to = ANY(%(scopes)s) OR q.asked_by = %(person)s
    ORDER BY q.asked_at, q.originator_id, q.note LIMIT %(limit)s
"""


def questions(
    connection: Connection[Any], *, person: str, scopes: Sequence[str], limit: int = 200
) -> list[OpenQuestion]:
    """Oldest first: to the person or one of their scopes, or by the person."""
    with connection.cursor(row_factory=class_row(OpenQuestion)) as cursor:
        return cursor.execute(
            _QUERY, {"person": person, "scopes": list(scopes), "limit": limit}
        ).fetchall()
