"""Which tables are the truth, and how they are written to files and read again.

Read models, tiles and Temporal's data are not among them: they are rebuilt from the log.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

import msgspec
from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier


class Part(NamedTuple):
    """A table and its columns; `order` makes two backups of the same state the same."""

    table: str
    columns: tuple[str, ...]
    order: str


DATA = (
    Part("installation", ("id", "kind", "created_at"), "id"),
    Part("clock", ("offset_",), "offset_"),
    Part(
        "stored_events",
        (
            "originator_id",
            "originator_version",
            "topic",
            "state",
            "notification_id",
            "hash",
        ),
        "notification_id",
    ),
    Part(
        "commands",
        (
            "command_id",
            "fingerprint",
            "originator_id",
            "first_position",
            "last_position",
            "version",
            "result",
            "at",
        ),
        "command_id",
    ),
    Part("claims", ("scope", "key", "originator_id"), "scope, key"),
    Part("checkpoints", ("size", "note", "at"), "size"),
)
KEYS = (
    Part("vault_keys", ("person", "wrapped_by", "wrapped", "created_at", "destroyed_at"), "person"),
)


class Written(msgspec.Struct, frozen=True):
    """A file of a backup: rows in it, SHA-256 (hex) of the file."""

    rows: int
    sha256: str


class _Hashing:
    """A file being written, and its hash."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def write_table(connection: Connection, part: Part, folder: Path) -> Written:
    """Stream a table into `<table>.copy.gz` (Postgres's binary COPY); constant memory."""
    statement = SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT binary)").format(
        _columns(part),
        Identifier(part.table),
        SQL(part.order),
    )
    out = _Hashing(folder / f"{part.table}.copy.gz")
    try:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=5, mtime=0) as packed,
            connection.cursor() as cursor,
        ):
            with cursor.copy(statement) as copy:
                for block in copy:
                    packed.write(block)
            rows = cursor.rowcount
    finally:
        out.close()
    return Written(rows, out.sha256.hexdigest())


def read_table(connection: Connection, part: Part, folder: Path) -> int:
    """The inverse, into a table that is empty; how many rows."""
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        Identifier(part.table), _columns(part)
    )
    with gzip.open(folder / f"{part.table}.copy.gz") as packed, connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            while block := packed.read(1 << 20):
                copy.write(block)
        return cursor.rowcount


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _columns(part: Part) -> Composed:
    return SQL(", ").join(Identifier(name) for name in part.columns)
