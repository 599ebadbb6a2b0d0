"""Emergency accesses over all cases, read from the log: never late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from domain.emergency.ledger import Accesses, after
from domain.log.datastore import patiently
from domain.log.recorded import Entry
from domain.service import CaseService

# Topics written out, for the partial index to be found.
_QUERY = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE topic IN ('case.emergency-access-opened', 'case.emergency-access-reviewed')
    ORDER BY notification_id
"""


def accesses(service: CaseService) -> dict[UUID, Accesses]:
    """By case, those that were ever opened, the oldest case first. Raises LogUnavailable."""

    def attempt(connection: Any, _: int) -> list[tuple[Any, ...]]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_QUERY).fetchall()

    found: dict[UUID, Accesses] = {}
    for row in patiently(service.recorder.datastore, attempt):
        event = service.mapper.read(Entry._make(row))
        known = found.get(event.originator_id, ())
        found[event.originator_id] = after(known, event.body, event.at)
    return found
