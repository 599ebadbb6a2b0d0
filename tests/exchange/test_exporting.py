"""Our own log, told to other programs: complete, readable, and with nobody's name in it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.exchange.pseudonyms import Pseudonyms
from domain.exchange.reading import read_log
from domain.exchange.trace import Columns
from tests.exchange.conftest import Installation, Run
from tests.exchange.logs import TERRITORY

OCEL_CASES = Columns(
    object_type="case", if_there=frozenset({"outcome"}), transitions=frozenset({""})
)


@pytest.mark.parametrize("kind", ["xes", "ocel"])
def test_an_export_holds_the_cases_and_no_true_id(
    installation: Installation, run: Run, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / {"xes": "log.xes", "ocel": "log.json"}[kind]
    said = run("export", kind, "-o", path)
    assert (said.status, said.out.split()[0]) == (0, "3")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert [name for name in installation.names if name in text] == []
    traces = list(read_log(path, Columns() if kind == "xes" else OCEL_CASES, TERRITORY.timezone))
    assert len(traces) == 3
    ends = sorted(t.events[-1].activity for t in traces)
    assert "case_ended" in ends
    assert all("register_referral" in [e.activity for e in t.events] for t in traces)


@pytest.mark.parametrize("kind", ["xes", "ocel"])
def test_true_ids_are_given_only_to_who_asks_for_them(
    installation: Installation, run: Run, tmp_path: Path, kind: str
) -> None:
    said = run("export", kind, "-o", tmp_path / "log", "--identified")
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert all(str(case) in text for case in installation.cases)
    assert "Nomesegreto" not in text
    assert "custodirlo" in said.err


def test_ocel_relates_events_to_cases_persons_tasks_and_actors(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    run("export", "ocel", "-o", tmp_path / "log.json")
    log = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))
    assert {kind["name"] for kind in log["objectTypes"]} == {
        "case", "person", "task", "actor", "host",
    }  # fmt: skip
    objects = {thing["id"]: thing["type"] for thing in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert sorted(objects.values()).count("case") == 3
    assert len({event["id"] for event in log["events"]}) == len(log["events"])
    assert {event["type"] for event in log["events"]} == {k["name"] for k in log["eventTypes"]}
    related = {r["objectId"] for event in log["events"] for r in event["relationships"]}
    assert related <= objects.keys()
    done = next(e for e in log["events"] if e["type"] == "register_referral")
    assert {objects[r["objectId"]] for r in done["relationships"]} >= {"case", "person", "task"}


def test_what_was_exported_conforms_to_its_protocol(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "log.xes"
    run("export", "xes", "-o", path)
    said = run("conformance", "check", path, "--protocol", "presa-in-carico", "--running", "--json")
    found = json.loads(said.out)
    assert (said.status, found["totals"]["conforming"], found["totals"]["traces"]) == (0, 3, 3)
    strict = run("conformance", "check", path, "--protocol", "presa-in-carico")
    assert strict.status == 1
    assert "1 di 3 casi conformi" in strict.out


def test_only_cases_opened_in_the_interval_are_exported(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    path = tmp_path / "log.xes"
    counts = [
        run("export", "xes", "-o", path, *options).out.split()[0]
        for options in (("--from", tomorrow), ("--to", yesterday), ("--from", yesterday))
    ]
    assert counts == ["0", "0", "3"]
    assert "2026-03-31" in run("export", "xes", "-o", path, "--from", "ieri").err


def test_a_pseudonym_is_the_same_in_every_export_and_another_in_another_installation() -> None:
    first, again, other = Pseudonyms(b"a" * 32), Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    assert first.of("case", "x") == again.of("case", "x") != other.of("case", "x")
    # One id that stands for two things does not link them.
    assert first.of("case", "x").partition("-")[2] != first.of("person", "x").partition("-")[2]
    assert first.of("actor", "system:clock") == "system:clock"


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    said = run("export", "xes", "-o", tmp_path / "niente" / "log.xes")
    assert said.status == 1
    assert "-o" in said.err
    assert list(tmp_path.iterdir()) == []
