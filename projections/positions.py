"""How far each read model has come, and whose turn it is to move it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection, Cursor
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from projections.model import ReadModel
from protocols.text import Text

# The two families of advisory locks: one held while a model's tables are written or switched, one
# held while a model is being rebuilt or verified.
_WRITING = 0x70726F6A
_REBUILDING = 0x72656275


class Position(NamedTuple):
    """`position`: the last event applied; `code_version`: the model's version that applied it."""

    position: int
    code_version: int


class Moved(Exception):
    """Somebody else has moved the model although it was our turn; nothing was written."""


def take_turn(cursor: Cursor[Any], models: Iterable[str]) -> None:
    """Wait until nobody else writes these models, to the end of the transaction.

    A lock on the name and not on a row: after a switch the row would be the old tables' one.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, hashtext(name)) FROM unnest(%s::text[]) AS name",
        (_WRITING, sorted(models)),
    )


class Busy(Exception):
    """The model is being rebuilt, or verified, by somebody else; `message` says what to do."""

    def __init__(self, model: str) -> None:
        self.message = Text(
            it=f"La vista '{model}' è già in ricostruzione o in verifica: attendere e riprovare.",
            en=f"Read model '{model}' is being rebuilt or verified already: wait and try again.",
        )
        super().__init__(self.message.it)


def claim_rebuild(connection: Connection[Any], model: str) -> None:
    """Be the only one to rebuild the model, until the connection closes. Raises Busy after the
    connection's `lock_timeout`."""
    _lock(connection, "pg_advisory_lock", model)


def hold_off_rebuilds(connection: Connection[Any], models: Iterable[str]) -> None:
    """Let nobody switch these models until the connection closes. Raises Busy."""
    for model in sorted(models):
        _lock(connection, "pg_advisory_lock_shared", model)


def _lock(connection: Connection[Any], how: LiteralString, model: str) -> None:
    try:
        connection.execute(f"SELECT {how}(%s, hashtext(%s))", (_REBUILDING, model))
    except LockNotAvailable:
        raise Busy(model) from None


def read(cursor: Cursor[Any], schemas: Sequence[str]) -> dict[str, Position]:
    """By schema, how far it is."""
    query = SQL(" UNION ALL ").join(
        SQL("SELECT {}, position, code_version FROM {}").format(
            schema, Identifier(schema, "position")
        )
        for schema in schemas
    )
    return {name: Position(at, code) for name, at, code in cursor.execute(query)}


def positions(connection: Connection[Any], models: Sequence[str]) -> dict[str, int]:
    """By model, the position of the last event that its tables have."""
    with connection.cursor() as cursor:
        return {name: found.position for name, found in read(cursor, models).items()}


def move(cursor: Cursor[Any], schema: str, before: int, after: int) -> None:
    """Raises Moved if the model is not where it was seen."""
    cursor.execute(
        SQL(
            "UPDATE {} SET position = %s, updated_at = clock_timestamp() WHERE position = %s"
        ).format(Identifier(schema, "position")),
        (after, before),
    )
    if cursor.rowcount != 1:
        raise Moved(schema)


def announce(cursor: Cursor[Any], model: ReadModel, position: int) -> None:
    """Tell whoever listens on `projected`, when the transaction commits."""
    cursor.execute("SELECT pg_notify('projected', %s)", (f"{model.name}:{position}",))
