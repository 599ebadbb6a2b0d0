"""A page of what the reader may see, out of a list of more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from api.http.access import may_read
from api.http.door import Door
from api.http.sights import sights

Row = TypeVar("Row", bound=Any)

_CHUNK = 200
# A page may come out short rather than make one request read the whole table.
_MOST = 4000


def visible(
    door: Door,
    fetch: Callable[[str, int], tuple[list[Row], str]],
    case_of: Callable[[Row], UUID],
    cursor_at: Callable[[Row], str],
    *,
    limit: int,
    cursor: str,
    keep: Callable[[Row], bool] = lambda row: True,
) -> tuple[list[Row], str]:
    """(rows, cursor of the next page, empty on the last).

    `fetch(cursor, count)` gives a page and its cursor; `cursor_at(row)` is the cursor after a row.
    """
    found: list[Row] = []
    read = 0
    while True:
        rows, following = fetch(cursor, _CHUNK)
        candidates = [row for row in rows if keep(row)]
        seen = sights(door.service, list({case_of(row) for row in candidates}))
        for row in candidates:
            sight = seen.get(case_of(row))
            if sight is None or not may_read(door.reader, sight, "summary"):
                continue
            found.append(row)
            if len(found) == limit:
                last = row is rows[-1] and not following
                return found, "" if last else cursor_at(row)
        read += len(rows)
        if not following or read >= _MOST:
            return found, following
        cursor = following
