"""Whether somebody's list of tasks has changed: for pages that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

_MINE = """
    t.automation = '' AND (%(person)s IN (t.assignee, t.claimed_by)
                           OR t.holders && %(holds)s OR t.called && %(holds)s)
"""
_PRINT = f"""
    SELECT md5(coalesce(string_agg(
        concat_ws(' ', t.originator_id, t.task, t.claimed_by, t.rung, t.reminded, t.due),
        ',' ORDER BY t.originator_id, t.task), ''))
    FROM inbox.tasks t WHERE {_MINE}
"""
_MOVED = f"""
    SELECT EXISTS (
        SELECT FROM stored_events e
        JOIN inbox.tasks t USING (originator_id)
        WHERE e.notification_id > %(position)s AND {_MINE}
    )
"""


def fingerprint(connection: Connection[Any], person: str, holds: Sequence[str]) -> str:
    """The same as long as the list is; `holds`: `role scope`. `person` is not empty."""
    row = connection.execute(_PRINT, {"person": person, "holds": list(holds)}).fetchone()
    assert row is not None
    found: str = row[0]
    return found


def moved_since(
    connection: Connection[Any], person: str, holds: Sequence[str], position: int
) -> bool:
    """Whether a case in which the person has something to do has moved after this event."""
    parameters = {"person": person, "holds": list(holds), "position": position}
    row = connection.execute(_MOVED, parameters).fetchone()
    return bool(row and row[0])
