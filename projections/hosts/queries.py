"""Hosts and their places."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of


class HostSummary(msgspec.Struct, frozen=True):
    """`places`: offered by the host (the law's cap may be lower); `taken`: taken now."""

    id: UUID
    name: str
    comune: str
    staff: int
    sector: str
    places: int
    taken: int
    jobs: list[str]
    kinds: list[str]
    flags: list[str]
    version: int


class PlaceOfCase(msgspec.Struct, frozen=True):
    """A place that a case has taken."""

    host: UUID
    case: UUID
    kind: str
    taken_at: datetime


class HostPage(msgspec.Struct, frozen=True):
    """`cursor` asks for the next page; empty on the last."""

    hosts: list[HostSummary]
    cursor: str


_SELECT = """
    SELECT h.originator_id AS id, h.name, h.comune, h.staff, h.sector, h.places,
        (SELECT count(*) FROM hosts.places p WHERE p.originator_id = h.originator_id) AS taken,
        h.jobs, h.kinds, h.flags, h.version
    FROM hosts.hosts h
"""
_LIST = (
    _SELECT
    + """
    WHERE (%(comune)s::text IS NULL OR h.comune = %(comune)s)
      AND (%(kind)s::text IS NULL OR h.kinds = '{}' OR %(kind)s = ANY(h.kinds))
      AND (NOT %(free)s OR h.places >
           (SELECT count(*) FROM hosts.places p WHERE p.originator_id = h.originator_id))
      AND (%(after_name)s::text IS NULL
           OR (h.name, h.originator_id) > (%(after_name)s::text, %(after_id)s::uuid))
    ORDER BY h.name, h.originator_id
    LIMIT %(limit)s
"""
)
_PLACES = """
    SELECT originator_id AS host, case_id::uuid AS case, kind, taken_at
    FROM hosts.places WHERE originator_id = %s ORDER BY taken_at
"""


def hosts(
    connection: Connection[Any],
    *,
    comune: str | None = None,
    kind: str | None = None,
    free: bool = False,
    limit: int = 50,
    cursor: str = "",
) -> HostPage:
    """Hosts by name. `kind`: that accept this kind of placement; `free`: with a place left of
    those offered. Raises BadCursor."""
    after_name, after_id = after(cursor, str, UUID)
    parameters = {
        "comune": comune,
        "kind": kind,
        "free": free,
        "after_name": after_name,
        "after_id": after_id,
        "limit": limit + 1,
    }
    with connection.cursor(row_factory=class_row(HostSummary)) as cursor_:
        found = cursor_.execute(_LIST, parameters).fetchall()
    if len(found) <= limit:
        return HostPage(found, "")
    found = found[:limit]
    return HostPage(found, cursor_of(found[-1].name, found[-1].id))


def host(connection: Connection[Any], host: UUID) -> HostSummary | None:
    """One host; None if there is none."""
    with connection.cursor(row_factory=class_row(HostSummary)) as cursor:
        return cursor.execute(_SELECT + " WHERE h.originator_id = %s", (host,)).fetchone()


def places(connection: Connection[Any], host: UUID) -> list[PlaceOfCase]:
    """Places of one host that are taken now, the oldest first."""
    with connection.cursor(row_factory=class_row(PlaceOfCase)) as cursor:
        return cursor.execute(_PLACES, (host,)).fetchall()
