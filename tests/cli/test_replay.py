from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Installation, Run


def replayed(run: Run, *arguments: object) -> dict[str, Any]:
    said = run("replay", *arguments, "--json")
    assert said.status == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_the_case_is_shown_as_it_stood_after_so_many_events(
    installation: Installation, run: Run
) -> None:
    now = replayed(run, installation.case)
    first = replayed(run, installation.case, "--version", 2)
    assert "triage" in {step["task"] for step in now["open_steps"]}
    assert [step["task"] for step in first["open_steps"]] == ["register_referral"]
    assert first["entries"] == now["entries"][:2]


def test_the_case_is_shown_as_it_stood_at_an_instant(installation: Installation, run: Run) -> None:
    history = installation.service.history(installation.case)
    opened = history[0].at.isoformat()
    then = replayed(run, installation.case, "--at", opened)
    assert then["version"] < history[-1].originator_version
    before = run("replay", installation.case, "--at", "1999-12-31")
    assert before.status == 1
    assert run("replay", installation.case, "--at", "ieri").status == 1


def test_each_act_names_who_did_it_and_under_which_rule(
    installation: Installation, run: Run
) -> None:
    found = replayed(run, installation.case)
    done = next(entry for entry in found["entries"] if entry["kind"] == "case.step-completed")
    assert done["role"] == "desk_operator"
    assert done["actor"].startswith("desk-")
    assert done["rule"]["protocol"] == "presa-in-carico/2.0.0+cps-1.0.0+distretto-5-1.0.0"
    assert done["rule"]["step"] == "register_referral"
    triage = next(
        entry["rule"] for entry in found["entries"] if (entry["rule"] or {}).get("step") == "triage"
    )
    assert triage["legal_basis"] == "D.Lgs. 147/2017 art. 5"
    assert [fact["fact"] for fact in found["facts"]] == ["ReferralRegistered"]
    assert found["digest_matches"]
