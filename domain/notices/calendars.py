"""The private addresses of people's calendars: a random secret, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection


class Calendar(NamedTuple):
    """Since when it is there, and when it was last read (real time)."""

    made_at: datetime
    used_at: datetime | None


_MAKE = """
    INSERT INTO calendar_tokens (person, hash) VALUES (%s, %s)
    ON CONFLICT (person) DO UPDATE
    SET hash = excluded.hash, made_at = clock_timestamp(), used_at = NULL
"""
# Once an hour is often enough to know that it is read.
_USED = """
    UPDATE calendar_tokens SET used_at = clock_timestamp() WHERE person = %s
      AND (used_at IS NULL OR used_at < clock_timestamp() - interval '1 hour')
"""


def make(connection: Connection[Any], person: str) -> str:
    """A new secret, in place of the one before."""
    secret = secrets.token_urlsafe(32)
    connection.execute(_MAKE, (person, _hash(secret)))
    return secret


def revoke(connection: Connection[Any], person: str) -> None:
    connection.execute("DELETE FROM calendar_tokens WHERE person = %s", (person,))


def find(connection: Connection[Any], person: str) -> Calendar | None:
    query = "SELECT made_at, used_at FROM calendar_tokens WHERE person = %s"
    row = connection.execute(query, (person,)).fetchone()
    return Calendar(*row) if row else None


def owner(connection: Connection[Any], secret: str) -> str | None:
    """Whose calendar it is."""
    query = "SELECT person FROM calendar_tokens WHERE hash = %s"
    row = connection.execute(query, (_hash(secret),)).fetchone()
    if row is None:
        return None
    connection.execute(_USED, (row[0],))
    person: str = row[0]
    return person


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
