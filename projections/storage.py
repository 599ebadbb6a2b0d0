"""Rows to and from Postgres, in few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import astuple
from psycopg import Connection, Cursor, DataError
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from projections.fitting import fitted
from projections.model import ReadModel, Row, Table
from projections.rows import Rows

_DELETE_AT_ONCE = 5000


# A log table's name, its shape, and rows that it does not have yet.
Grown = tuple[str, Table, list[Row]]


def connect(database_url: str) -> Connection[Any]:
    """A connection for writing read models; autocommit, times in UTC.

    Its commits are not waited for: a view and its position are lost or kept together, and what a
    crash takes away is folded again from the log.
    """
    return Connection.connect(
        database_url,
        autocommit=True,
        connect_timeout=4,
        options="-c synchronous_commit=off -c timezone=UTC -c lock_timeout=30s",
        application_name="cantiere projections",
    )


def adopt(
    cursor: Cursor[Any], schema: str, model: ReadModel, rows: Rows, of: Collection[UUID]
) -> None:
    """Bring the rows of these originators into `rows`, unless they are there."""
    unknown = rows.unknown(of)
    if unknown:
        stored = {
            name: fetch(cursor, select(schema, name, table, "originator_id = ANY(%b)"), table,
                        (unknown,))
            for name, table in model.tables.items()
            if not table.log
        }  # fmt: skip
        rows.adopt(unknown, stored)


def select(schema: str, name: str, table: Table, condition: str = "true") -> Composed:
    """The table's columns, in the order of its row's fields."""
    return SQL("SELECT {} FROM {} WHERE " + condition).format(
        SQL(", ").join(map(Identifier, table.columns)), Identifier(schema, name)
    )


def fetch(
    cursor: Cursor[Any], query: Composed, table: Table, parameters: tuple[Any, ...] = ()
) -> list[Row]:
    """The rows that a `select` finds."""
    row = table.row
    return [row(*values) for values in cursor.execute(query, parameters).fetchall()]


def reading(connection: Connection[Any]) -> Cursor[Any]:
    """A cursor that reads quickly."""
    return connection.cursor(binary=True, row_factory=tuple_row)


def write(
    cursor: Cursor[Any], schema: str, model: ReadModel, rows: Rows, *, fit: bool = False
) -> None:
    """Write all changes of all tables.

    Raises psycopg.DataError for a value that Postgres cannot hold, unless it is to be made to
    `fit`; the transaction is lost then, and the rows with it.
    """
    write_grown(cursor, schema, model, rows, fit=fit)
    for name, table in model.tables.items():
        if table.log:
            continue
        gone, new = rows.changes(name)
        for start in range(0, len(gone), _DELETE_AT_ONCE):
            _delete(cursor, schema, name, table, gone[start : start + _DELETE_AT_ONCE])
        _copy(cursor, schema, name, table, list(map(fitted, new)) if fit else new)
        rows.settle(name)


def write_grown(
    cursor: Cursor[Any], schema: str, model: ReadModel, rows: Rows, *, fit: bool = False
) -> None:
    """Write what was added to the log tables."""
    write_taken(cursor, schema, take_grown(model, rows), fit=fit)


def take_grown(model: ReadModel, rows: Rows) -> list[Grown]:
    """What was added to the log tables; from here on it is the taker's to write."""
    taken = [(name, table, rows.grown(name)) for name, table in model.tables.items() if table.log]
    for name, _, _ in taken:
        rows.settle(name)
    return taken


def write_taken(
    cursor: Cursor[Any], schema: str, taken: Sequence[Grown], *, fit: bool = False
) -> None:
    """Write what was taken with `take_grown`."""
    for name, table, grown in taken:
        _copy(cursor, schema, name, table, list(map(fitted, grown)) if fit else grown)


def _delete(cursor: Cursor[Any], schema: str, name: str, table: Table, gone: Sequence[Row]) -> None:
    columns = ("originator_id", *table.key)
    cursor.execute(
        SQL("DELETE FROM {} AS t USING unnest({}) AS k({}) WHERE {}").format(
            Identifier(schema, name),
            SQL(", ").join(
                SQL("%s::{}[]").format(SQL(kind)) for kind in map(table.type_of, columns)
            ),
            SQL(", ").join(map(Identifier, columns)),
            SQL(" AND ").join(
                SQL("t.{0} = k.{0}").format(Identifier(column)) for column in columns
            ),
        ),
        [[getattr(row, column) for row in gone] for column in columns],
    )


def _copy(cursor: Cursor[Any], schema: str, name: str, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        Identifier(schema, name), SQL(", ").join(map(Identifier, table.columns))
    )
    try:
        with cursor.copy(statement) as copy:
            copy.set_types(table.types)
            write_row = copy.write_row
            for row in rows:
                write_row(astuple(row))
    except OverflowError as error:
        raise DataError("number out of range") from error
