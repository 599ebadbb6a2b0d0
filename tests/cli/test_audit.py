"""An auditor's questions, put to an installation with one case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from domain.case import commands as c
from domain.clock import MovableClock
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from tests.cli.conftest import MELZO, TERRITORY, Installation, Run, holder


def asked(run: Run, *arguments: object) -> Any:
    said = run("audit", *arguments, "--json")
    assert said.status == 0, said.err
    return json.loads(said.out)


def project(installation: Installation) -> None:
    migrate(installation.url)
    models = read_models(installation.service.registry, TERRITORY)
    rebuild_models(installation.url, installation.service.recorder, models)


def test_who_could_see_a_case_is_told_with_the_relation_and_the_categories(
    installation: Installation, run: Run
) -> None:
    today = datetime.now(UTC).date().isoformat()
    found = {
        one["person"]: one
        for one in asked(run, "could-see", installation.case, "--on", today)["people"]
    }
    desk = found[holder("desk_operator", f"comune:{MELZO}").id]
    assert {"comune", "assignee"} <= set(desk["relations"])
    assert "clinical" not in desk["personal"]
    clinical = asked(run, "could-see", installation.case, "--on", today, "--category", "clinical")
    clinical = clinical["people"]
    assert 0 < len(clinical) < len(found)
    assert all("clinical" in one["categories"] + one["personal"] for one in clinical)
    assert all(TERRITORY.memberships(name, datetime.now(UTC).date()) for name in found)


def test_nobody_could_see_a_case_before_it_was_opened(installation: Installation, run: Run) -> None:
    assert run("audit", "could-see", installation.case, "--on", "1999-12-31").status == 1
    said = run("audit", "could-see", installation.case, "--on", "2999-01-01", "--category", "x")
    assert said.status == 1


def test_what_somebody_did_is_told_command_by_command(installation: Installation, run: Run) -> None:
    project(installation)
    desk = holder("desk_operator", f"comune:{MELZO}").id
    found = asked(run, "did", desk)
    assert [act["kind"] for act in found["acts"]] == ["case.case-opened", "case.step-completed"]
    assert found["acts"][1]["step"] == "register_referral"
    assert found["acts"][1]["role"] == "desk_operator"
    assert {act["case"] for act in found["acts"]} == {str(installation.case)}
    assert asked(run, "did", desk, "--to", "1999-12-31")["acts"] == []
    assert asked(run, "did", desk, "--limit", 1)["more"]


def test_a_step_left_out_is_found_with_its_reason_and_a_late_one_with_its_term(
    installation: Installation, run: Run
) -> None:
    service = installation.service
    due = service.state(installation.case).tasks["triage"].due
    assert due is not None
    clock = service.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(due + timedelta(days=1))
    project(installation)
    [late] = asked(run, "late", "triage")["cases"]
    assert (late["kind"], late["actor"]) == ("late", "")
    assert datetime.fromisoformat(late["due"]) == due
    district = holder("district_referent", f"district:{TERRITORY.district_of(MELZO)}")
    service.handle(
        c.SkipStep(
            command_id=uuid4(), actor=district, case=installation.case, step="triage",
            reason="Già valutato altrove.",
        )
    )  # fmt: skip
    project(installation)
    found = {one["kind"]: one for one in asked(run, "late", "triage")["cases"]}
    assert found["skipped"]["reason"] == "Già valutato altrove."
    assert found["skipped"]["actor"] == district.id
    assert found["late"]["due"] == late["due"]
    assert asked(run, "late", "team")["cases"] == []
