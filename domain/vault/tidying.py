"""What was removed from a table is gone from its files too: a row that is deleted or changed leaves
its old form behind until the table is written anew."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic, sleep
from typing import cast

import psycopg
import structlog
from psycopg.sql import SQL, Identifier

from domain.log.datastore import CaseLogDatastore
from domain.log.recorder import CaseLogRecorder

log = structlog.get_logger(__name__)

# Writes the table anew, and leaves the old file to nobody.
_TIDY = SQL("VACUUM FULL {}")
_NOW = "SELECT pg_current_xact_id()::xid::text"
_OLDER_READERS = """
    SELECT FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()
        AND greatest(age(backend_xmin), age(backend_xid)) >= age(%s::text::xid) LIMIT 1
"""
_PATIENCE = 2.0
_BRIEFLY = "-c lock_timeout=2s -c statement_timeout=60s"


def leave_no_trace(recorder: CaseLogRecorder, tables: Iterable[str]) -> None:
    """Write the tables anew. Left for the next time where one is busy, or is not ours to tidy."""
    url = cast(CaseLogDatastore, recorder.datastore).database_url
    try:
        with psycopg.connect(url, autocommit=True, options=_BRIEFLY) as connection:
            (now,) = connection.execute(_NOW).fetchone() or (None,)
            until = monotonic() + _PATIENCE
            # Who is reading since before still needs the old forms: they would be kept.
            while connection.execute(_OLDER_READERS, (now,)).fetchone() and monotonic() < until:
                sleep(0.05)
            for table in tables:
                connection.execute(_TIDY.format(Identifier(table)))
    except psycopg.Error as error:
        log.warning("not_tidied", error=type(error).__name__)
