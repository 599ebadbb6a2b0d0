"""Numbered, forward-only schema migrations kept as SQL files.

A file is named ``NNNN_what_it_does.sql`` and runs once, in its own transaction.
What has run is remembered with its hash: a file that changed afterwards is
refused, because two installations would silently differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from protocols.text import Text

_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


class MigrationError(Exception):
    """The schema cannot be brought to this program's version; ``message`` says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


@dataclass(frozen=True)
class Migration:
    """One SQL file: its number (from 1, without holes), name and content."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> bytes:
        """Hash of the content with Unix line ends, so that a checkout cannot change it."""
        return hashlib.sha256(self.sql.encode()).digest()


class Migrations:
    """The migrations of one folder, remembered in one table."""

    def __init__(self, folder: Path, table: str = "schema_migrations") -> None:
        self._folder = folder
        self._table = table
        self.known = tuple(_read(folder))

    def migrate(self, database_url: str) -> list[str]:
        """Apply what is missing, in order; return the names applied.

        Any number of processes may call it at once: they take turns.

        Raises:
            MigrationError: a past file changed, or the database is newer than the program.
        """
        with psycopg.connect(database_url, autocommit=True, connect_timeout=5) as connection:
            return self.migrate_over(connection)

    def migrate_over(self, connection: psycopg.Connection[Any]) -> list[str]:
        """The same over an open connection in autocommit mode, left as it was found."""
        with self._turn(connection), connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                SQL(
                    "CREATE TABLE IF NOT EXISTS {} (number integer PRIMARY KEY, "
                    "name text NOT NULL, sha256 bytea NOT NULL, "
                    "at timestamptz NOT NULL DEFAULT clock_timestamp())"
                ).format(Identifier(self._table))
            )
            done = self._check(cursor)
            return [self._apply(cursor, m) for m in self.known if m.number > done]

    def current(self, database_url: str) -> int:
        """Number of the last migration applied; 0 for an empty database."""
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            found = connection.execute("SELECT to_regclass(%s)", (self._table,)).fetchone()
            if found is None or found[0] is None:
                return 0
            row = connection.execute(
                SQL("SELECT coalesce(max(number), 0) FROM {}").format(Identifier(self._table))
            ).fetchone()
            return row[0] if row else 0

    @property
    def latest(self) -> int:
        """Number of the last migration this program knows."""
        return self.known[-1].number if self.known else 0

    @contextmanager
    def _turn(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        connection.execute("SET lock_timeout = '60s'; SET client_min_messages = warning")
        try:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (self._table,))
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", (self._table,))
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationError(
                Text(
                    it="Un altro programma tiene occupato lo schema da più di un minuto: "
                    "attendere che finisca e riprovare.",
                    en="Another program has kept the schema busy for over a minute: "
                    "wait for it to finish and try again.",
                )
            ) from error
        finally:
            connection.execute("RESET lock_timeout; RESET client_min_messages")

    def _check(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> int:
        rows = cursor.execute(
            SQL("SELECT number, name, sha256 FROM {} ORDER BY number").format(
                Identifier(self._table)
            )
        ).fetchall()
        for number, name, sha256 in rows:
            if number > len(self.known):
                raise MigrationError(
                    Text(
                        it=f"Il database è più recente di questo programma (migrazione {number:04} "
                        f"{name}): installare la versione di Cantiere che lo ha aggiornato.",
                        en=f"The database is newer than this program (migration {number:04} "
                        f"{name}): install the version of Cantiere that migrated it.",
                    )
                )
            if self.known[number - 1].sha256 != sha256:
                raise MigrationError(
                    Text(
                        it=f"La migrazione {number:04} {name} è cambiata dopo essere stata "
                        "applicata: ripristinare il file e aggiungere una nuova migrazione.",
                        en=f"Migration {number:04} {name} has changed since it was applied: "
                        "restore the file and add a new migration.",
                    )
                )
        return len(rows)

    def _apply(self, cursor: psycopg.Cursor[tuple[Any, ...]], migration: Migration) -> str:
        with cursor.connection.transaction():
            cursor.execute(migration.sql.encode())
            cursor.execute(
                SQL("INSERT INTO {} (number, name, sha256) VALUES (%s, %s, %s)").format(
                    Identifier(self._table)
                ),
                (migration.number, migration.name, migration.sha256),
            )
        return migration.name


def _read(folder: Path) -> Iterator[Migration]:
    for expected, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        match = _NAME.match(path.name)
        if match is None or int(match[1]) != expected:
            raise ValueError(f"{path.name}: expected a name like {expected:04}_what_it_does.sql")
        yield Migration(expected, match[2], path.read_text(encoding="utf-8"))


CASE_LOG = Migrations(Path(__file__).parent / "sql")


def migrate(database_url: str) -> list[str]:
    """Bring the case log's schema to this program's version; return the names applied."""
    return CASE_LOG.migrate(database_url)


def current(database_url: str) -> int:
    """Number of the last case-log migration applied; 0 for an empty database."""
    return CASE_LOG.current(database_url)
