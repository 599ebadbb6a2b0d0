"""A log of a few hundred real cases, sealed, with its read models; a copy for each test."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
import pytest

from api.stack.postgres import EmbeddedPostgres
from bench.generated import fill
from bench.path import PACK, territory
from domain.installation import initialise
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.keys import new_signer, read_signer, write_signer
from domain.proof.sealing import origin_of, seal
from domain.verify import LogVerified, verify_log
from domain.verifying.notes import Notes
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from projections.verify import one_moment
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.beside import make_rows_beside

EVENTS = 1_500
_SECRET = b"s" * 32
_numbers = itertools.count(1)
_registry = cache(Registry.load)


class Log(NamedTuple):
    """`events` at the beginning, all of them sealed."""

    url: str
    pack: Path
    archive: Archive
    home: Path
    events: int

    def notes(self, secret: bytes = _SECRET) -> Notes:
        return Notes(self.home / "verify", secret)

    def verify(self, **how: Any) -> LogVerified:
        given = {"archive": self.archive, "notes": self.notes(), "processes": 1} | how
        return verify_log(self.url, self.pack, **given)

    def verify_with_views(self, **how: Any) -> LogVerified:
        with one_moment(self.url) as moment:
            return self.verify(beside=moment.views, **how)

    def tamper(self, *statements: str) -> None:
        """As the database's owner could."""
        with psycopg.connect(self.url) as connection:
            connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")

    def seal(self) -> None:
        with CaseLogRecorder.connect(self.url) as recorder:
            seal(recorder, self.archive, read_signer(self.home / "log-signing.key"))

    def hide_the_end(self, count: int) -> int:
        """Put about so many events aside, as if their commands had not been given yet; the last
        position that is left."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT max(last_position) FROM commands WHERE last_position <= %s",
                (self.events - count,),
            ).fetchone()
        assert row is not None
        after = row[0]
        self.tamper(
            f"CREATE TABLE later AS SELECT * FROM stored_events WHERE notification_id > {after}",
            f"CREATE TABLE later_commands AS SELECT * FROM commands WHERE last_position > {after}",
            f"DELETE FROM stored_events WHERE notification_id > {after}",
            f"DELETE FROM commands WHERE last_position > {after}",
        )
        self._make_rows_beside()
        return int(after)

    def let_it_happen(self) -> None:
        self.tamper(
            "INSERT INTO stored_events SELECT * FROM later",
            "INSERT INTO commands SELECT * FROM later_commands",
        )
        self._make_rows_beside()

    def _make_rows_beside(self) -> None:
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            make_rows_beside(cursor)


@pytest.fixture(scope="session")
def filled(
    postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, int]:
    """(a database to be copied, the folder beside it, how many events)."""
    name, folder = "verifying_template", tmp_path_factory.mktemp("verifying")
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres_server.url("cantiere", name)
    events = fill(url, EVENTS)
    initialise(url, "real")
    migrate(url)
    pack = folder / "pack"
    shutil.copytree(default_pack(), pack)
    shutil.copytree(PACK / "protocols", pack / "protocols", dirs_exist_ok=True)
    with CaseLogRecorder.connect(url) as recorder:
        rebuild_models(url, recorder, read_models(Registry.load(pack), territory()))
        signer = new_signer(origin_of(recorder))
        write_signer(folder / "log-signing.key", signer)
        seal(recorder, Archive(folder / "archive"), signer)
    return name, folder, events


@pytest.fixture
def log(
    filled: tuple[str, Path, int],
    postgres_server: EmbeddedPostgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Log]:
    monkeypatch.setattr("domain.verify._WORTH_STRETCHES", 0)
    # Reading the pack is slow, and not what these tests are about.
    monkeypatch.setattr("domain.verifying.stretch.load_territory", lambda _: territory())
    monkeypatch.setattr("domain.verifying.stretch.Registry", SimpleNamespace(load=_registry))
    template, folder, events = filled
    shutil.copytree(folder / "archive", tmp_path / "archive")
    shutil.copyfile(folder / "log-signing.key", tmp_path / "log-signing.key")
    (tmp_path / "log-signing.key").chmod(0o600)
    name = f"verifying_{next(_numbers)}"
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Log(
            postgres_server.url("cantiere", name),
            folder / "pack",
            Archive(tmp_path / "archive"),
            tmp_path,
            events,
        )
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
