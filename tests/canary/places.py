"""Where what is personal could have been left: the database, the disk, the running processes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from api.stack.binaries import postgres_binary
from tests.canary.marks import seen_in

_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg_toast%%' AND has_table_privilege(c.oid, 'SELECT')
    UNION ALL SELECT 'pg_catalog', 'pg_stats' UNION ALL SELECT 'pg_catalog', 'pg_stat_activity'
"""


def found_in_tables(url: str) -> list[str]:
    """Tables of every schema in whose rows there is a mark, as COPY gives them, and what the
    planner has remembered of them."""
    found = []
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(_TABLES).fetchall():
            statement = SQL("COPY (SELECT * FROM {}) TO STDOUT").format(Identifier(schema, table))
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                if seen_in(b"".join(map(bytes, copy))):
                    found.append(f"{schema}.{table}")
    return found


def found_in_dump(url: str) -> bool:
    """Whether pg_dump writes a mark."""
    dumped = subprocess.run(
        [str(postgres_binary("pg_dump")), "--dbname", url], capture_output=True, check=True
    )
    assert b"stored_events" in dumped.stdout
    return seen_in(dumped.stdout)


def settle_files(url: str) -> None:
    """Everything that the server has in memory is in its files."""
    with psycopg.connect(url, autocommit=True, user="postgres") as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")


def found_in_processes(leaders: list[int]) -> list[str]:
    """Command lines and environments of these processes and all that they started."""
    found = []
    for pid in _with_descendants(leaders):
        for what in ("cmdline", "environ"):
            try:
                content = Path(f"/proc/{pid}/{what}").read_bytes()
            except OSError:
                continue
            if seen_in(content):
                found.append(f"{what} of {content.split(bytes(1))[0]!r}")
    return found


def _with_descendants(leaders: list[int]) -> Iterator[int]:
    for pid in leaders:
        yield pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        yield from _with_descendants([int(child) for child in children])
