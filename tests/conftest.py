"""The real parts every test may ask for, each started once per run."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import structlog

from api.stack.child import Child
from api.stack.postgres import EmbeddedPostgres
from api.stack.temporal import EmbeddedTemporal
from api.web.schema import migrate as migrate_pages
from domain.log.migrations import migrate as migrate_log
from domain.notices.schema import migrate as migrate_notices
from projections.schema import migrate as migrate_projections
from workflows.jobs.store import migrate as migrate_jobs

# A console keeps the width that it finds when it is made, and pytest-xdist gives its processes one.
os.environ.pop("COLUMNS", None)

_numbers = itertools.count(1)


# The longest first: started last, everything else would have ended and wait for them.
_FIRST = ("demo", "faults", "web", "canary", "workflows", "stack", "cli", "api", "checker", "jobs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the suite, each is given files in this order."""

    def turn(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)

    items.sort(key=turn)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command run in this process sets up logging for itself; the next test has its own."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def _no_favourite_ports() -> Iterator[None]:
    """Two stacks that start at the same moment would both find Temporal's usual ports free."""
    with ExitStack() as held:
        for port in (7233, 8233):
            taken = held.enter_context(socket.socket())
            with suppress(OSError):
                taken.bind(("127.0.0.1", port))
                taken.listen()
        yield


_MEMORY = Path("/dev/shm")
_ROOM = 3 * 1024**3
_LEFT = "cantiere-tests-"


@pytest.fixture(scope="session")
def servers_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the run's servers keep their files: in memory if the machine has room there, for a
    database is copied for nearly every test; otherwise on the disk."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield tmp_path_factory.mktemp("servers")
        return
    for left in _MEMORY.glob(f"{_LEFT}*"):
        # Of a run that was killed: nothing else would ever free that memory.
        if not Path("/proc", left.name.removeprefix(_LEFT)).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = _MEMORY / f"{_LEFT}{os.getpid()}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(servers_folder: Path) -> Iterator[EmbeddedPostgres]:
    """An embedded Postgres for the whole run; its databases die with it, so no disk barriers."""
    home = servers_folder / "postgres-home"
    home.mkdir()
    server = EmbeddedPostgres(
        home / "postgres",
        home / "postgres.log",
        home / "socket",
        options={
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_wal_size": "128MB",
            # A database cannot be dropped by its owner while the server itself is tidying it.
            "autovacuum": "off",
        },
    )
    server.prepare()
    child = Child.start(server.command())
    try:
        server.wait_ready(child)
        server.ensure_database()
        yield server
    finally:
        child.stop()
        server.clean()


@pytest.fixture(scope="session")
def _template_database(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database with the whole schema and no rows, to be copied per test."""
    name = _create_database(postgres_server, "template1")
    migrate_log(postgres_server.url("cantiere", name))
    migrate_projections(postgres_server.url("cantiere", name))
    migrate_jobs(postgres_server.url("cantiere", name))
    migrate_pages(postgres_server.url("cantiere", name))
    migrate_notices(postgres_server.url("cantiere", name))
    return name


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres, _template_database: str) -> Iterator[str]:
    """A libpq URI of a database of this test's own, with the whole schema and no rows."""
    yield from _database(postgres_server, _template_database)


@pytest.fixture
def empty_database_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A libpq URI of a database of this test's own, with nothing in it."""
    yield from _database(postgres_server, "template1")


@pytest.fixture(scope="session")
def temporal_address(servers_folder: Path) -> Iterator[str]:
    """`host:port` of a Temporal development server for the whole run."""
    home = servers_folder / "temporal-home"
    home.mkdir()
    with temporal_server(home) as address:
        yield address


@contextmanager
def temporal_server(folder: Path) -> Iterator[str]:
    """`host:port` of a Temporal development server that nobody has used yet."""
    server = EmbeddedTemporal(folder, folder / "temporal.log")
    server.prepare()
    child = Child.start(server.command())
    try:
        server.wait_ready(child)
        yield server.address
    finally:
        child.stop()


def _create_database(server: EmbeddedPostgres, template: str) -> str:
    name = f"test_{next(_numbers)}"
    # Whole files are copied faster than they are logged, unless they are copied on a disk.
    strategy = "FILE_COPY" if server.data.is_relative_to(_MEMORY) else "WAL_LOG"
    with psycopg.connect(server.url("cantiere", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
    return name


def _database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = _create_database(server, template)
    yield server.url("cantiere", name)
    with psycopg.connect(server.url("cantiere", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
