"""Forms of before and forms to come: upcast wherever events are read, or said in a sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.cli.main import main
from domain.host.events import HostRegistered
from domain.installation import initialise
from domain.log import mapper
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from domain.settings import Settings
from domain.verify import verify_log
from projections.composition import read_models_of
from projections.parked import parked
from projections.rebuild import rebuild_models
from projections.verify import compare
from protocols.engine.events import CaseOpened
from tests.history.recording import recordings
from workflows.open_cases import every_case


def _opened_before(body: dict[str, Any]) -> None:
    """As if a case's service had once been called its centre."""
    body["centre"] = body.pop("service")


def _opened_now(body: dict[str, Any]) -> None:
    body["service"] = body.pop("centre")


def _host_before(body: dict[str, Any]) -> None:
    """As if a host's staff and places had once been one text, `staff/places`."""
    body["size"] = f"{body.pop('staff')}/{body.pop('places')}"


def _host_now(body: dict[str, Any]) -> dict[str, Any]:
    staff, _, places = body["size"].partition("/")
    rest = {name: value for name, value in body.items() if name != "size"}
    return rest | {"staff": int(staff), "places": int(places)}


_BEFORE: dict[str, Callable[[dict[str, Any]], None]] = {
    "case.case-opened": _opened_before,
    "host.host-registered": _host_before,
}


def _as_before(row: Entry) -> Entry:
    change = _BEFORE.get(row.topic)
    if change is None:
        return row
    state = json.loads(row.state)
    change(state["body"])
    return row._replace(state=json.dumps(state, ensure_ascii=False).encode())


@pytest.fixture
def present_forms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program of a release that came after, where two events have a second form."""
    for cls, upcast in ((CaseOpened, _opened_now), (HostRegistered, _host_now)):
        monkeypatch.setattr(cls, "class_version", 2, raising=False)
        monkeypatch.setattr(cls, "upcast_v1_v2", staticmethod(upcast), raising=False)
    mapper._decoder.cache_clear()
    yield
    monkeypatch.undo()
    mapper._decoder.cache_clear()


def test_events_in_a_form_of_before_are_read_decided_and_folded_as_the_present_one(
    present_forms: None, database_url: str, tmp_path: Path
) -> None:
    recordings()[-1].load(database_url, tmp_path, _as_before)
    with CaseLogRecorder.connect(database_url) as recorder:
        models = read_models_of(recorder)
        rebuild_models(database_url, recorder, models)
        assert compare(database_url, recorder, models).differences == []
    found = verify_log(database_url)
    assert (found.findings, found.flaws, found.unknown) == ([], [], [])
    with psycopg.connect(database_url) as connection:
        assert parked(connection) == []
        rows = connection.execute("SELECT service FROM cases.cases").fetchall()
        staffs = connection.execute("SELECT staff, places FROM hosts.hosts").fetchall()
    assert rows
    assert all(service for (service,) in rows)
    assert staffs
    assert all(staff > 0 and places > 0 for staff, places in staffs)


# ── what this program does not know ──────────────────────────────────────────────────────────


@pytest.fixture
def later(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entry]:
    """A log of a release that came after, read by this one; the first event of a new kind."""
    recording = recordings()[-1]
    first = next(row for row in recording.rows() if row.topic == "case.reminded")

    def change(row: Entry) -> Entry:
        if row == first:
            return row._replace(topic="case.reminded-by-pigeon")
        if row.topic == "host.host-registered":
            return row._replace(state=row.state.replace(b'"body":', b'"v":7,"body":', 1))
        return row

    recording.load(database_url, tmp_path, change)
    initialise(database_url, "training")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path))
    return first


def _run(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["cantiere", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out + said.err


def test_a_kind_that_no_code_knows_is_said_in_a_sentence_with_a_status_of_its_own(
    later: Entry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # What is recorded is the log and the keys: by what persons are found, which a whole one asks,
    # stands beside them.
    status, said = _run(["verify", "--log-only", "--since-last"], monkeypatch, capsys)
    assert status == 3
    assert "case.reminded-by-pigeon" in said
    assert f"Evento {later.position} " in said
    assert "una più recente" in said
    assert "host.host-registered" in said
    assert "Aggiornare Cantiere" in said
    status, said = _run(["verify", "--log-only", "--since-last", "--json"], monkeypatch, capsys)
    unknown = {one["topic"]: one for one in json.loads(said)["unknown"]}
    assert status == 3
    assert unknown["case.reminded-by-pigeon"]["first"] == later.position
    assert set(unknown) == {"case.reminded-by-pigeon", "host.host-registered"}


def test_replay_of_such_a_case_says_the_same(
    later: Entry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = _run(["replay", str(later.originator_id)], monkeypatch, capsys)
    assert status == 1
    assert "case.reminded-by-pigeon" in said
    assert "Traceback" not in said


def test_read_models_put_it_aside_and_other_cases_go_on(later: Entry, database_url: str) -> None:
    with CaseLogRecorder.connect(database_url) as recorder:
        models = read_models_of(recorder)
        rebuild_models(database_url, recorder, models)
        assert compare(database_url, recorder, models).differences == []
    with psycopg.connect(database_url) as connection:
        aside = parked(connection)
        cases = connection.execute("SELECT count(*) FROM cases.cases").fetchone()
    assert {p.error_class for p in aside} >= {"UnknownTopic", "NewerEvent"}
    assert cases is not None
    assert cases[0] >= 10


def test_such_a_case_keeps_no_other_from_its_workflow(
    later: Entry, database_url: str, tmp_path: Path
) -> None:
    service = CaseService.connect(Settings(database_url, home=tmp_path, training=True))
    try:
        unreadable: set[UUID] = set()
        waiting = {one.case for one in every_case(service, unreadable)}
    finally:
        service.close()
    assert later.originator_id in unreadable
    assert waiting
    assert not waiting & unreadable
