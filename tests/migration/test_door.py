"""Migration plans through the API and at the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.cli.main import main
from api.http.app import create_app
from domain.installation import initialise
from domain.migration.running import advance
from domain.settings import Settings
from tests.api.conftest import DESK, People, serving
from tests.migration.conftest import DESIGNER, MANAGER, TERRITORY, Office

PLAN = {"protocol": "mini", "from_version": "1.0.0", "to_version": "2.0.0"}
PATH = "/api/v1/migrations"


@pytest.fixture
def people(office: Office, tmp_path: Path) -> Iterator[People]:
    initialise(office.url, "training")
    app = create_app(Settings(office.url, home=tmp_path / "home", training=True), office.service)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield People(app, http)


def run_all(office: Office, plan: str) -> None:
    phase, cursor = "", 0
    while True:
        step = advance(office.service, UUID(plan), phase, cursor)
        phase, cursor = step.phase, step.cursor
        if step.status not in ("running", "reverting"):
            return


def test_designers_plan_management_approves_and_everybody_sees_ids_only(
    office: Office, people: People
) -> None:
    cases = [office.refer(), office.in_placement()]
    seen = people.post(DESIGNER.id, f"{PATH}/preview", PLAN)
    assert seen.status_code == 200, seen.text
    preview = seen.json()
    assert {case["case"] for case in preview["cases"]} == {str(case) for case in cases}
    assert preview["recognised"] == {"team": "constitute"}
    assert [(w["id"], w["cases"], sorted(w["answers"])) for w in preview["why"]] == [
        ("late:project", 1, ["do", "leave_out", "stay"])
    ]
    assert "Ivo" not in seen.text
    assert people.post(DESK, f"{PATH}/preview", PLAN).status_code == 403
    decided = {**PLAN, "mapping": {"decisions": {"late:project": "leave_out"}}}
    made = people.post(DESIGNER.id, PATH, decided, "one")
    assert (made.status_code, made.json()["cases"]) == (201, 2)
    assert people.post(DESIGNER.id, PATH, decided, "one").json()["id"] == made.json()["id"]
    plan, digest = made.json()["id"], made.json()["digest"]
    assert people.post(DESIGNER.id, f"{PATH}/{plan}/start", {}).status_code == 409
    refused = people.post(DESIGNER.id, f"{PATH}/{plan}/approve", {"digest": digest})
    assert refused.status_code == 403
    approved = people.post(MANAGER.id, f"{PATH}/{plan}/approve", {"digest": digest[:12]})
    assert approved.json()["status"] == "approved", approved.text
    assert people.post(DESIGNER.id, f"{PATH}/{plan}/start", {}).json()["status"] == "running"
    assert people.post(DESIGNER.id, f"{PATH}/{plan}/pause", {}).json()["status"] == "paused"
    assert people.post(DESIGNER.id, f"{PATH}/{plan}/resume", {}).json()["status"] == "running"
    run_all(office, plan)
    after = people.get(MANAGER.id, f"{PATH}/{plan}").json()
    assert (after["status"], after["moved"]) == ("finished", 2)
    assert people.post(MANAGER.id, f"{PATH}/{plan}/revert", {}).json()["status"] == "reverting"
    run_all(office, plan)
    assert people.get(MANAGER.id, PATH).json()["migrations"][0]["reverted"] == 2


def test_what_was_clinical_stays_so_when_the_new_version_asks_for_it_no_more(
    office: Office, people: People
) -> None:
    case = office.at_conference()
    made = people.post(DESIGNER.id, PATH, PLAN).json()
    digest = {"digest": made["digest"]}
    assert people.post(MANAGER.id, f"{PATH}/{made['id']}/approve", digest).status_code == 200
    people.post(MANAGER.id, f"{PATH}/{made['id']}/start", {})
    run_all(office, made["id"])
    assert office.version(case) == "2.0.0"
    seen = people.get(DESK, f"/api/v1/cases/{case}/history")
    assert "Nota riservata" not in seen.text
    (told,) = (
        event["body"]["personal"]
        for event in seen.json()["events"]
        if event["body"].get("task") == "triage" and "personal" in event["body"]
    )
    assert told == {"notes": {"withheld": "clinical"}}
    assert "Nota riservata" not in people.get(DESK, f"/api/v1/cases/{case}/state").text


def test_a_wrong_mapping_is_told_with_the_nearest_name(office: Office, people: People) -> None:
    office.refer()
    wrong = {**PLAN, "mapping": {"steps": {"teem": "constitute", "assess": "constitut"}}}
    answer = people.post(DESIGNER.id, PATH, wrong)
    assert answer.status_code == 422
    told = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert "team" in told["mapping.steps.teem"]
    assert "constitute" in told["mapping.steps.assess"]
    nowhere = people.post(DESIGNER.id, PATH, {**PLAN, "to_version": "3.0.0"})
    assert nowhere.status_code == 404


def test_the_command_line_plans_proposes_and_follows(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    initialise(office.url, "training")
    monkeypatch.setenv("DATABASE_URL", office.url)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path / "home"))
    for module in ("domain.service", "api.cli.protocol_migrate"):
        monkeypatch.setattr(f"{module}.default_pack", lambda: office.pack)
    for module in ("domain.service", "domain.migration.survey"):
        monkeypatch.setattr(f"{module}.load_territory", lambda _: TERRITORY)
    run = _command(monkeypatch, capsys)
    case = office.in_placement()
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("decisions: {late:project: do}\n", encoding="utf-8")
    shown = run("protocol", "migrate", "mini/1.0.0", "2.0.0", "--plan")
    assert str(case) in shown
    assert "late:project" in shown
    assert "team → constitute" in shown
    found = json.loads(
        run("protocol", "migrate", "mini/1.0.0", "2.0.0", "--plan", "--json", "--mapping", mapping)
    )
    assert found["counts"] == {"moves": 1}
    proposed = json.loads(
        run("protocol", "migrate", "mini/1.0.0", "2.0.0", "--propose", "--json",
            "--mapping", mapping, "--as", DESIGNER.id)
    )  # fmt: skip
    plan = proposed["id"]
    assert proposed["status"] == "planned"
    run("protocol", "migration", "approve", plan, "--as", MANAGER.id)
    run("protocol", "migration", "run", plan[:8], "--as", MANAGER.id)
    run_all(office, plan)
    assert "concluso" in run("protocol", "migration", "status", plan)
    assert office.open(case) == {"letter", "placement", "project"}


def _command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    def run(*arguments: Any) -> str:
        monkeypatch.setattr(sys, "argv", ["cantiere", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert not left.value.code, said.err
        return said.out

    return run
