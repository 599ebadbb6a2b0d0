"""History stays readable: what every release stored is read, decided again, folded and shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg
import pytest

from api.cli.main import main
from api.stack.postgres import EmbeddedPostgres
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.person.events import PersonRegistered
from domain.proof.archive import Archive
from domain.proof.keys import new_signer
from domain.proof.sealing import origin_of, seal
from domain.service import CaseService
from domain.settings import Settings
from domain.vault.fields import is_sealed
from domain.verify import verify_log
from projections.composition import read_models_of
from projections.parked import parked
from projections.rebuild import rebuild_models
from projections.schema import migrate as migrate_projections
from projections.verify import one_moment
from tests.history.recording import Recording, recordings

RECORDINGS = recordings()


class Past(NamedTuple):
    """A release's log in a database of today's schema."""

    recording: Recording
    url: str
    home: Path
    service: CaseService

    @property
    def cases(self) -> list[UUID]:
        return self.service.recorder.originators_of("case.case-opened")


@pytest.fixture(scope="module", params=RECORDINGS, ids=lambda found: found.folder.name)
def past(
    request: pytest.FixtureRequest,
    postgres_server: EmbeddedPostgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Past]:
    recording: Recording = request.param
    name = f"history_{recording.folder.name.replace('.', '_')}"
    home = tmp_path_factory.mktemp("history")
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres_server.url("cantiere", name)
    recording.load(url, home)
    migrate_projections(url)
    with CaseLogRecorder.connect(url) as recorder:
        rebuild_models(url, recorder, read_models_of(recorder))
        seal(recorder, Archive(home / "archive"), new_signer(origin_of(recorder)))
    service = CaseService.connect(Settings(url, home=home, training=True))
    yield Past(recording, url, home, service)
    service.close()


def test_there_is_a_recording() -> None:
    assert RECORDINGS


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda found: found.folder.name)
def test_every_kind_of_event_that_was_known_is_still_read(recording: Recording) -> None:
    read = list(CaseLogMapper().read_all(recording.rows("forms")))
    assert len(read) > 50
    assert all(event.actor == "mr-melzo-1" for event in read)


def test_all_of_it_is_verified_with_its_read_models(past: Past) -> None:
    with one_moment(past.url) as moment:
        found = verify_log(past.url, archive=Archive(past.home / "archive"), beside=moment.views)
    assert (found.findings, found.flaws, found.beside, found.unknown) == ([], [], [], [])
    assert found.cases == len(past.cases) >= 10
    assert found.sealed == found.events > 1_000


def test_no_read_model_puts_an_event_aside(past: Past) -> None:
    with psycopg.connect(past.url) as connection:
        assert parked(connection) == []


def test_every_case_is_folded_and_has_its_agenda(past: Past) -> None:
    for case in past.cases:
        state = past.service.state(case)
        assert state.opened is not None
        assert past.service.plan(state).digest == state.opened.digest or state.version > 1
        past.service.agenda(case)


def test_what_is_personal_is_still_opened(past: Past) -> None:
    opened = 0
    for person in past.service.recorder.originators_of("person.person-registered"):
        registered = past.service.history(person)[0]
        assert isinstance(registered.body, PersonRegistered)
        sealed = {k for k, v in registered.body.personal.items() if is_sealed(v)}
        found = past.service.personal_reader(person).opened(registered)
        opened += len(sealed)
        assert not any(is_sealed(value) for value in found.values())
    assert opened > 5


def test_every_case_is_replayed(
    past: Past, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", past.url)
    monkeypatch.setenv("CANTIERE_HOME", str(past.home))
    case = past.cases[0]
    monkeypatch.setattr(sys, "argv", ["cantiere", "replay", str(case)])
    with pytest.raises(SystemExit) as left:
        main()
    assert (left.value.code or 0) == 0
    assert capsys.readouterr().out
