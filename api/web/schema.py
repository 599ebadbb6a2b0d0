"""The tables of the pages."""

from __future__ import annotations

from pathlib import Path

from domain.log.migrations import Migrations

SCHEMA = Migrations(Path(__file__).parent / "sql", "web_migrations")


def migrate(database_url: str) -> list[str]:
    """Bring the pages' tables to this program's version. Raises MigrationError."""
    return SCHEMA.migrate(database_url)
