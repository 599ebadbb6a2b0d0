"""Persons as lists may show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class PersonSummary(msgspec.Struct, frozen=True):
    """`birth_decade`: 1980 for 1980–1989, None where unknown."""

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
