"""The read models' tables: made where they are missing, switched where they have been rebuilt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.sql import SQL, Identifier

from projections.model import ReadModel
from projections.models import MODELS
from projections.positions import take_turn

_COMMON = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
_POSITION = """
    CREATE TABLE position (
        only_row     boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
        position     bigint      NOT NULL DEFAULT 0,
        code_version integer     NOT NULL,
        updated_at   timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""
_EXISTS = "SELECT to_regnamespace(quote_ident(%s)) IS NOT NULL"


def migrate(database_url: str) -> list[str]:
    """Make the missing tables; return the names of the models made.

    What exists is left alone: a model whose code has changed is rebuilt beside the old one by the
    projector. Any number of processes may call it at once.
    """
    made = []
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        cursor = connection.cursor()
        cursor.execute("SET client_min_messages = warning")
        take_turn(cursor, [model.name for model in MODELS])
        cursor.execute(_COMMON.encode())
        for model in MODELS:
            if not _exists(cursor, model.name):
                create(cursor, model, model.name)
                made.append(model.name)
    return made


def create(
    cursor: Cursor[Any], model: type[ReadModel], schema: str, *, indexed: bool = True
) -> None:
    """Make the model's tables, empty and at position 0, in a new schema.

    Without indexes, many rows come in faster: `create_indexes` adds them.
    """
    cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    with _within(cursor, schema):
        cursor.execute(_POSITION)
        cursor.execute("INSERT INTO position (code_version) VALUES (%s)", (model.version,))
        for statement in _statements(model):
            if indexed or not _is_index(statement):
                cursor.execute(statement.encode())


def create_indexes(cursor: Cursor[Any], model: type[ReadModel], schema: str) -> None:
    """The indexes that `create` left out."""
    with _within(cursor, schema):
        for statement in _statements(model):
            if _is_index(statement):
                cursor.execute(statement.encode())


@contextmanager
def _within(cursor: Cursor[Any], schema: str) -> Iterator[None]:
    cursor.execute(SQL("SET LOCAL search_path TO {}").format(Identifier(schema)))
    yield
    cursor.execute("SET LOCAL search_path TO DEFAULT")


def _statements(model: type[ReadModel]) -> list[str]:
    uncommented = re.sub(r"--.*", "", model.schema_sql())
    return [statement for text in uncommented.split(";") if (statement := text.strip())]


def _is_index(statement: str) -> bool:
    return statement.startswith("CREATE INDEX")


def drop(cursor: Cursor[Any], schema: str) -> None:
    """Remove a schema, if it is there."""
    cursor.execute("SET LOCAL client_min_messages = warning")
    cursor.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def beside(model: str) -> str:
    """The schema in which the model is rebuilt while the live one serves."""
    return f"{model}__next"


def aside(model: str) -> str:
    """The schema that has been replaced and waits to be dropped."""
    return f"{model}__old"


def switch(cursor: Cursor[Any], model: str) -> None:
    """Put the rebuilt tables in the place of the live ones: readers see either, never neither."""
    if _exists(cursor, model):
        cursor.execute(
            SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(model), Identifier(aside(model)))
        )
    cursor.execute(
        SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(beside(model)), Identifier(model))
    )


def _exists(cursor: Cursor[Any], schema: str) -> bool:
    row = cursor.execute(_EXISTS, (schema,)).fetchone()
    return bool(row and row[0])
