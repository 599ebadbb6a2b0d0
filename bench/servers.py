"""The stack's own servers, with the settings of production, for one run of the measurements."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from api.stack.child import Child
from api.stack.postgres import EmbeddedPostgres
from api.stack.temporal import EmbeddedTemporal

_numbers = itertools.count(1)


@contextmanager
def postgres() -> Iterator[EmbeddedPostgres]:
    """An embedded Postgres that waits for its disk, as it does for real cases."""
    with tempfile.TemporaryDirectory(prefix="cantiere-bench-") as folder:
        home = Path(folder)
        server = EmbeddedPostgres(home / "postgres", home / "postgres.log", home / "socket")
        server.prepare()
        child = Child.start(server.command())
        try:
            server.wait_ready(child)
            server.ensure_database()
            yield server
        finally:
            child.stop()
            server.clean()


def database(server: EmbeddedPostgres) -> str:
    """The URL of a new, empty database, so that no measurement weighs on the next."""
    name = f"bench_{next(_numbers)}"
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.url("cantiere", name)


@contextmanager
def temporal() -> Iterator[str]:
    """`host:port` of an embedded Temporal development server."""
    with tempfile.TemporaryDirectory(prefix="cantiere-bench-") as folder:
        server = EmbeddedTemporal(Path(folder), Path(folder) / "temporal.log")
        server.prepare()
        child = Child.start(server.command())
        try:
            server.wait_ready(child)
            yield server.address
        finally:
            child.stop()
