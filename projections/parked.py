"""Events that a handler could not take: put aside with all later ones of the same originator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row


class Parked(msgspec.Struct, frozen=True):
    """One event that `model` did not apply. `error_class`: the fault's class, or `AfterParked` for
    events that only wait behind another. Nothing of the event's content is kept."""

    model: str
    originator_id: UUID
    position: int
    topic: str
    error_class: str
    at: datetime | None = None


AFTER_PARKED = "AfterParked"


def blocked(cursor: Cursor[Any], models: Iterable[str]) -> dict[str, dict[UUID, int]]:
    """By model: originators with parked events, and the position of the first."""
    found: dict[str, dict[UUID, int]] = {model: {} for model in models}
    for model, originator, position in cursor.execute(
        "SELECT model, originator_id, min(position) FROM projections.parked"
        " WHERE model = ANY(%s) GROUP BY model, originator_id",
        (list(found),),
    ):
        found[model][originator] = position
    return found


def park(cursor: Cursor[Any], events: Iterable[Parked]) -> None:
    """Write them down; an event parked before stays as it is."""
    cursor.executemany(
        "INSERT INTO projections.parked (model, originator_id, position, topic, error_class)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [(p.model, p.originator_id, p.position, p.topic, p.error_class) for p in events],
    )


def unpark(cursor: Cursor[Any], model: str) -> None:
    """Forget the model's parked events: it has been rebuilt."""
    cursor.execute("DELETE FROM projections.parked WHERE model = %s", (model,))


def parked(connection: Connection[Any], model: str | None = None) -> list[Parked]:
    """What is parked, oldest first, for `/health` and `doctor`."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT model, originator_id, position, topic, error_class, at"
            " FROM projections.parked WHERE %(model)s::text IS NULL OR model = %(model)s"
            " ORDER BY model, position",
            {"model": model},
        )
        return [Parked(*row) for row in rows]
