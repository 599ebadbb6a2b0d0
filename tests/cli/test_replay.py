from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from domain.case import commands as c
from tests.cli.conftest import MELZO, Installation, Run, holder


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
    opened = installation.service.state(installation.case).opened
    assert done["rule"]["protocol"] == f"presa-in-carico/{opened.version}"
    assert "+cps-" in opened.version
    assert done["rule"]["step"] == "register_referral"
    triage = next(
        entry["rule"] for entry in found["entries"] if (entry["rule"] or {}).get("step") == "triage"
    )
    assert triage["legal_basis"] == "D.Lgs. 147/2017 art. 5"
    assert [fact["fact"] for fact in found["facts"]] == ["ReferralRegistered"]
    assert found["digest_matches"]


def test_two_moments_differ_by_what_happened_between_them_and_by_no_value(
    installation: Installation, run: Run
) -> None:
    history = installation.service.history(installation.case)
    opened, done = history[0].at.isoformat(), history[-1].at.isoformat()
    found = replayed(run, installation.case, "--from", opened, "--to", done)
    changed = found["difference"]
    assert (found["from_version"], found["to_version"]) == (2, history[-1].originator_version)
    steps = {step["step"]: (step["was"], step["now"]) for step in changed["steps"]}
    assert steps["register_referral"] == ("open", "done")
    assert {"task": "triage", "change": "opened", "was": "", "now": ""} in changed["tasks"]
    data = {one["step"]: one["fields"] for one in changed["data"]}
    assert data["register_referral"] == ["needs"]
    assert [fact["fact"] for fact in changed["facts"]] == ["ReferralRegistered"]
    assert changed["protocol"] is None
    same = replayed(run, installation.case, "--from", done, "--to", done)["difference"]
    assert not any(same.values())


def test_from_before_the_opening_everything_is_new(installation: Installation, run: Run) -> None:
    found = replayed(run, installation.case, "--from", "1999-12-31")
    assert found["from_version"] == 0
    assert found["difference"]["state"] == {"was": "", "now": "open"}
    assert found["difference"]["protocol"]["was"] == ""
    assert run("replay", installation.case, "--from", "2999-01-01").status == 1
    assert run("replay", installation.case, "--from", "1999-12-31", "--version", 2).status == 1


def test_what_was_recorded_late_is_shown_as_known_later_with_both_times(
    installation: Installation, run: Run
) -> None:
    service = installation.service
    then = service.history(installation.case)[-1].at
    service.handle(
        c.CompleteTask(
            command_id=uuid4(),
            actor=holder("municipal_referent", f"comune:{MELZO}"),
            case=installation.case,
            task="triage",
            outcome="complex",
            data={"met_on": then.date().isoformat(), "needs": ["work"]},
            occurred_at=then,
        )
    )
    recorded = service.history(installation.case)[-1].at
    found = replayed(
        run, installation.case, "--at", then.isoformat(), "--known-at", recorded.isoformat()
    )
    late = {entry["kind"]: entry for entry in found["known_later"]}
    assert late["case.step-completed"]["occurred_at"] < late["case.step-completed"]["at"]
    assert "triage" in {step["task"] for step in found["open_steps"]}
    unknown = replayed(
        run, installation.case, "--at", then.isoformat(), "--known-at", then.isoformat()
    )
    assert unknown["known_later"] == []


def test_a_case_is_played_at_once_where_nobody_watches(
    installation: Installation, run: Run
) -> None:
    said = run("replay", installation.case, "--watch", "--speed", 0.1)
    assert said.status == 0, said.err
    history = installation.service.history(installation.case)
    opened = installation.service.state(installation.case).opened
    assert said.out.count(f"presa-in-carico/{opened.version}") >= 1
    assert len(said.out.splitlines()) > 2 * len(history)
