"""When the log was last sealed, and last verified: what whoever runs it must not forget."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from psycopg import Connection

from domain.secret import SecretMissing
from domain.verifying.notes import notes_of

_SEALED = "SELECT max(at) AS at FROM checkpoints"


class LastTimes(msgspec.Struct, frozen=True):
    """None where it never was, or where it is not known here. `verified`: of any kind, and well;
    `verified_fully`: when every event was last read."""

    sealed: datetime | None = None
    verified: datetime | None = None
    verified_fully: datetime | None = None


def last_times(connection: Connection, home: Path | None) -> LastTimes:
    """Raises psycopg.Error."""
    row = connection.execute(_SEALED).fetchone()
    # Whatever kind of rows the connection makes.
    sealed = next(iter(row.values() if isinstance(row, dict) else row)) if row else None
    try:
        notes = notes_of(home)
    except SecretMissing:
        notes = None
    last = notes.verified() if notes else None
    if last is None:
        return LastTimes(sealed)
    return LastTimes(sealed, last.at, last.full_at)
