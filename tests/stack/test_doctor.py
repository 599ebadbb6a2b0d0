"""The doctor says what is wrong and how to mend it, and stays on its feet meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli.stack import commands
from api.stack.doctor import Check, examine
from api.stack.ports import free_port
from api.stack.schema import prepare_databases, prepare_temporal
from domain.settings import Settings
from tests.conftest import temporal_server


@pytest.fixture(scope="module")
def own_temporal(tmp_path_factory) -> Iterator[str]:
    """Where no worker has ever been: the server remembers them for minutes."""
    with temporal_server(tmp_path_factory.mktemp("doctor-temporal")) as address:
        yield address


@pytest.fixture
def settings(monkeypatch, database_url, own_temporal) -> Settings:
    """An installation named by the environment, of which only the servers run."""
    settings = Settings(
        database_url=database_url,
        temporal_address=own_temporal,
        api_port=free_port(),
        training=True,
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return settings


def _found() -> dict[str, Check]:
    return {check.key: check for check in examine()}


def test_what_is_well_is_said_to_be_well(settings):
    prepare_databases(settings)
    prepare_temporal(settings)
    found = _found()
    for key in ("postgres", "schema", "clock", "projections", "temporal", "search-attributes"):
        assert found[key].well, found[key]
    assert "formazione" in found["clock"].found


def test_what_is_missing_is_named_with_its_remedy(settings):
    prepare_databases(settings)
    found = _found()
    assert "cantiere worker" in found["workers"].remedy.it
    assert "cantiere api" in found["api"].remedy.it


def test_a_schema_that_is_behind_is_told_to_migrate(monkeypatch, settings, empty_database_url):
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    found = _found()
    assert "cantiere migrate" in found["schema"].remedy.it
    assert found["postgres"].well


def test_read_models_that_stand_still_are_noticed(settings):
    prepare_databases(settings)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(
            "INSERT INTO stored_events"
            " (originator_id, originator_version, topic, state, notification_id, hash)"
            " SELECT gen_random_uuid(), 1, 'test', '', coalesce(max(notification_id), 0) + 1, ''"
            " FROM stored_events"
        )
    assert "projector" in _found()["projections"].remedy.it


def test_servers_that_do_not_answer_do_not_stop_the_examination(monkeypatch, settings, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql:///nothing?host={tmp_path}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    found = _found()
    assert "DATABASE_URL" in found["postgres"].remedy.it
    assert "TEMPORAL_ADDRESS" in found["temporal"].remedy.it
    assert "api" in found


def test_where_nothing_runs_it_says_how_to_start(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path))
    found = _found()
    assert found["home"].well
    assert "cantiere up" in found["stack"].remedy.it


def test_its_status_and_its_json_say_the_same(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(commands, ["doctor", "--json", "--home", str(tmp_path)])
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert said["ok"] is False
    assert {"check", "ok", "found", "remedy"} == set(said["checks"][0])
