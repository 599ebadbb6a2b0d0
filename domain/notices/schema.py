"""The tables of notices and mails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg import Connection

from domain.log.migrations import Migrations

SCHEMA = Migrations(Path(__file__).parent / "sql", "notices_migrations")

_PASS_OVER = """
    UPDATE notices_position
    SET position = (SELECT coalesce(max(notification_id), 0) FROM stored_events)
"""


def migrate(database_url: str) -> list[str]:
    """Bring the tables to this program's version, after the log's. Raises MigrationError."""
    return SCHEMA.migrate(database_url)


def pass_over(connection: Connection[Any]) -> None:
    """Tell nobody of what the log holds now, as after a restore. Does nothing where there are no
    such tables."""
    found = connection.execute("SELECT to_regclass('notices_position') IS NOT NULL").fetchone()
    if found and found[0]:
        connection.execute(_PASS_OVER)
