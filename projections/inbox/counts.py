"""How many tasks somebody has, by what they look for first in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import class_row


class InboxCounts(msgspec.Struct, frozen=True):
    """Of the tasks that the asker may do: `all` of them, `overdue`, `today` (due by the end of the
    day and not overdue), `held` by the asker, `free` for anybody, taken by `others`. `waiting`:
    what the asker gave to others, and what others have to do in cases that the asker manages."""

    all: int
    overdue: int
    today: int
    held: int
    free: int
    others: int
    waiting: int


_QUERY = """
    WITH mine AS MATERIALIZED (
        SELECT t.assignee, t.claimed_by, t.due,
            c.paused = '{}' OR t.ignores_pause AS running
        FROM inbox.tasks t
        JOIN inbox.cases c USING (originator_id)
        WHERE t.automation = ''
          AND (%(person)s IN (t.assignee, t.claimed_by)
               OR t.holders && %(holds)s OR t.called && %(holds)s)
    )
    SELECT count(*) AS "all",
        count(*) FILTER (WHERE due <= %(now)s AND running) AS overdue,
        count(*) FILTER (WHERE due > %(now)s AND due <= %(midnight)s AND running) AS today,
        count(*) FILTER (WHERE %(person)s IN (assignee, claimed_by)) AS held,
        count(*) FILTER (WHERE assignee = '' AND claimed_by = '') AS free,
        count(*) FILTER (WHERE claimed_by NOT IN ('', %(person)s)) AS others,
        (SELECT count(*) FROM inbox.tasks t JOIN inbox.cases c USING (originator_id)
         WHERE c.case_manager = %(person)s AND t.automation = '' AND t.given_by <> %(person)s
           AND NOT (%(person)s IN (t.assignee, t.claimed_by)
                    OR t.holders && %(holds)s OR t.called && %(holds)s))
        + (SELECT count(*) FROM inbox.tasks t
           WHERE t.given_by = %(person)s AND t.claimed_by <> %(person)s
             AND t.automation = '') AS waiting
    FROM mine
"""


def inbox_counts(
    connection: Connection[Any],
    *,
    now: datetime,
    midnight: datetime,
    person: str,
    holds: Sequence[tuple[str, str]],
) -> InboxCounts:
    """`midnight`: at which the day of `now` is over. `person` is not empty."""
    parameters = {
        "now": now,
        "midnight": midnight,
        "person": person,
        "holds": [f"{held} {where}" for held, where in holds],
    }
    with connection.cursor(row_factory=class_row(InboxCounts)) as cursor:
        found = cursor.execute(_QUERY, parameters).fetchone()
    assert found is not None
    return found
