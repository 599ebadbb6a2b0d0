"""A page of what the reader may see, out of a list of more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from msgspec.structs import replace

from api.http.access import Reader, Sight, may_read, may_read_place
from api.http.door import Door
from api.http.sights import sights

Row = TypeVar("Row", bound=Any)

_CHUNK = 200
# A page may come out short rather than make one request look into the histories of a whole table.
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
    show: Callable[[Row, Sight], Row | None] = lambda row, sight: row,
) -> tuple[list[Row], str]:
    """(rows, cursor of the next page, empty on the last).

    `fetch(cursor, count)` gives a page and its cursor; `cursor_at(row)` is the cursor after a row;
    `show(row, sight)` what the reader may see of one, None where it would tell them too much.
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
            shown = show(row, sight)
            if shown is None:
                continue
            found.append(shown)
            if len(found) == limit:
                last = row is rows[-1] and not following
                return found, "" if last else cursor_at(row)
        read += len(candidates)
        if not following or read >= _MOST:
            return found, following
        cursor = following


def placed(reader: Reader, row: Row, sight: Sight) -> Row:
    """A row of a list, which names the comune only to those who may know where the person lives."""
    return row if may_read_place(reader, sight) else replace(row, comune="")
