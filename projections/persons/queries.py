"""Persons as lists may show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class PersonSummary(msgspec.Struct, frozen=True):
    """`birth_decade`: 1980 for 1980–1989, None where unknown; `pseudonym` is sealed:
    `domain.vault.pseudonyms`."""

    id: UUID
    pseudonym: str
    sex: str
    birth_decade: int | None
    anonymous: bool
    sealed: bool


_QUERY = """
    SELECT originator_id AS id, pseudonym, sex, birth_year / 10 * 10 AS birth_decade, anonymous,
        sealed
    FROM persons.persons WHERE originator_id = ANY(%s)
"""


def persons(connection: Connection[Any], ids: Sequence[UUID]) -> dict[UUID, PersonSummary]:
    """By id, those that there are."""
    with connection.cursor(row_factory=class_row(PersonSummary)) as cursor:
        return {person.id: person for person in cursor.execute(_QUERY, (list(ids),))}


class MergeWaiting(msgspec.Struct, frozen=True):
    """`by`, a staff id, thinks that `merged` is the same human being as `kept`."""

    kept: UUID
    merged: UUID
    by: str
    at: datetime


_WAITING = """
    SELECT p.originator_id AS kept, p.merged, p.by, p.at FROM persons.proposals p
    JOIN persons.persons a ON a.originator_id = p.originator_id AND a.kept_by IS NULL
    JOIN persons.persons b ON b.originator_id = p.merged AND b.kept_by IS NULL
    ORDER BY p.position LIMIT %s
"""


def merges_waiting(connection: Connection[Any], limit: int = 200) -> list[MergeWaiting]:
    """Proposed and not decided, the oldest first."""
    with connection.cursor(row_factory=class_row(MergeWaiting)) as cursor:
        return cursor.execute(_WAITING, (limit,)).fetchall()
