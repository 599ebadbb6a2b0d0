"""The conductor's own memory: its position in the log, and what each case waits for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from domain.agenda import Agenda
from domain.log.migrations import Migrations

SCHEMA = Migrations(Path(__file__).parent / "sql", "conductor_migrations")

CONDUCTED = "conducted"
"""The channel on which the conductor says up to which position it has worked."""

_COLUMNS = "case_id, version, episode, workflow_type, next_at, automating, ended"
_DUE = f"""
    SELECT {_COLUMNS} FROM conductor_due
    WHERE next_at <= %s AND NOT ended ORDER BY next_at, case_id
"""
_AUTOMATING = f"SELECT {_COLUMNS} FROM conductor_due WHERE automating > 0 AND NOT ended"
_NEXT = "SELECT min(next_at) FROM conductor_due WHERE next_at IS NOT NULL AND NOT ended"
_POSITION = "SELECT position FROM conductor_position"
# Two conductors may work at once; the later state of a case stays.
_SAVE = f"""
    INSERT INTO conductor_due ({_COLUMNS})
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::integer[], %s::text[],
                         %s::timestamptz[], %s::integer[], %s::boolean[])
    ON CONFLICT (case_id) DO UPDATE SET
        version = excluded.version, episode = excluded.episode,
        workflow_type = excluded.workflow_type, next_at = excluded.next_at,
        automating = excluded.automating, ended = excluded.ended
    WHERE conductor_due.version <= excluded.version
"""
_ADVANCE = """
    UPDATE conductor_position SET position = greatest(position, %s)
    RETURNING position, pg_notify('conducted', position::text)
"""

Connection = psycopg.Connection[Any]


class Waiting(NamedTuple):
    """What a case waits for. ``next_at``: None while nothing is due; ``workflow_type``: the
    protocol version, as ``presa-in-carico/1.0.0``."""

    case: UUID
    version: int
    episode: int
    workflow_type: str
    next_at: datetime | None
    automating: int
    ended: bool

    @classmethod
    def of(cls, agenda: Agenda) -> Waiting:
        return cls(
            UUID(agenda.case),
            agenda.version,
            agenda.episode,
            agenda.protocol,
            None if agenda.ended else agenda.next_at,
            0 if agenda.ended else len(agenda.automations),
            bool(agenda.ended),
        )


def migrate(database_url: str) -> list[str]:
    """Bring the conductor's tables to this program's version; return the names applied."""
    return SCHEMA.migrate(database_url)


def next_due(connection: Connection) -> datetime | None:
    """The earliest instant (UTC) at which any open case has something due; None if none has."""
    found = _rows(connection, _NEXT)[0][0]
    return found.astimezone(UTC) if found else None


def due_cases(connection: Connection, until: datetime) -> list[Waiting]:
    """Open cases with something due at or before ``until``, earliest first."""
    return [Waiting(*row) for row in _rows(connection, _DUE, (until,))]


def automating_cases(connection: Connection) -> list[Waiting]:
    """Open cases with an automation that has not ended."""
    return [Waiting(*row) for row in _rows(connection, _AUTOMATING)]


def position(connection: Connection) -> int:
    """Position of the last event of the log that Temporal has been told of."""
    return _rows(connection, _POSITION)[0][0]


def save(connection: Connection, waiting: Iterable[Waiting], position: int | None) -> None:
    """Remember what cases wait for and, with it, how far the conductor has worked."""
    columns = [list(column) for column in zip(*waiting, strict=True)]
    with connection.transaction():
        if columns:
            connection.execute(_SAVE, columns)
        if position is not None:
            connection.execute(_ADVANCE, (position,))


def _rows(connection: Connection, query: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()
