"""Since 2.1.0: a referral is completed by who sent it, minutes have names, a project its costs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from protocols.facts import ProjectSigned
from tests.engine.gwt import Given, complete, correct, pass_time
from tests.packs.shipped import (
    TERRITORY,
    authorised,
    in_team,
    referred,
    registered,
    signed,
    triaged,
)

LATER = date(2026, 4, 1)
PRESENT = [
    {"person": "mr-segrate-1", "role": "municipal_referent"},
    {"person": "asst-1", "role": "asst_referent"},
    {"person": "afol-1", "role": "work_referent"},
]
BUDGET = [
    {"item": "allowance", "amount": 1500.10, "payer": "comune"},
    {"item": "insurance", "amount": 99.20, "payer": "promoter"},
]


def incomplete(service: str) -> Given:
    case = referred(service, on=LATER)
    missing = complete("register_referral", "incomplete", needs=["work"], missing=["reason"])
    return case.did(missing)


@pytest.mark.parametrize(
    "service",
    sorted(
        service.id
        for service in TERRITORY.services.values()
        if service.kind not in ("ACCESS_DESK", "SELF")
    ),
)
def test_each_service_completes_what_it_sent(service: str) -> None:
    task = incomplete(service).task("complete_referral")
    assert (task.role, task.scope, task.deputy) == (
        "referrer",
        f"service:{service}",
        "desk_operator",
    )
    assert TERRITORY.holders("referrer", task.scope, LATER)


@pytest.mark.parametrize("service", ["desk-015205", "self"])
def test_a_desk_completes_what_it_sent_and_what_a_person_asked_for(service: str) -> None:
    task = incomplete(service).task("complete_referral")
    assert (task.role, task.scope) == ("desk_operator", "comune:015205")


def test_what_is_said_to_be_given_is_given_and_the_path_goes_on() -> None:
    case = incomplete("cps-melzo")
    assert "triage" not in case.open

    def refused(**data: Any) -> list[str]:
        decided = case.when(complete("complete_referral", "completed", **data))
        return [problem.field for problem in decided.refused("form_invalid").fields]

    assert refused() == ["data.given"]
    assert refused(given=["reason", "assent"]) == ["data.reason", "data.assent"]
    whole = {"given": ["reason", "assent"], "reason": "Cerca casa.", "assent": "agrees"}
    case = case.did(complete("complete_referral", "completed", **whole))
    assert case.open >= {"triage", "acknowledge_referral"}


def test_what_cannot_be_completed_is_returned() -> None:
    case = incomplete("caf-cgil").did(complete("complete_referral", "not_completed"))
    assert case.state.ended == "returned"


def test_a_silent_service_is_reminded_and_then_the_desk_and_the_district_are_called_in() -> None:
    case = incomplete("cps-melzo")
    task = case.task("complete_referral")
    assert task.due is not None
    assert task.remind is not None
    assert task.remind < task.due
    assert [rung.role for rung in task.ladder] == ["desk_operator", "district_referent"]
    late = case.on(task.ladder[1].at.date().isoformat()).did(pass_time())
    assert "complete_referral" in late.open
    assert not late.state.ended


def discussing() -> Given:
    return in_team(authorised(triaged(registered(referred("desk-015205", on=LATER)))))


def test_the_minutes_say_who_was_there_three_at_least_and_nobody_twice() -> None:
    case = discussing()

    def decided(present: Any) -> Any:
        return case.when(complete("conference", "admit", held_on="2026-04-01", present=present))

    for present in (3, PRESENT[:2], [*PRESENT[:2], PRESENT[0]]):
        assert decided(present).refused("form_invalid").fields
    assert decided(PRESENT).refusal is None


def test_the_projects_lines_come_to_a_total_that_is_committed() -> None:
    case = discussing().did(
        complete("conference", "admit", held_on="2026-04-01", present=PRESENT),
        complete("countersign_minutes", "signed", signed_on="2026-04-01"),
    )
    written = {"kind": "TRAINEESHIP", "ends_on": "2027-03-01", "stream": "fondo-poverta"}
    by_hand = complete("draft_project", "drafted", **written, amount=3)
    assert case.when(by_hand).refused("form_invalid").fields[0].field == "data.amount"
    none = case.did(complete("draft_project", "drafted", **written))
    assert "amount" not in none.state.data["draft_project"]
    case = case.did(complete("draft_project", "drafted", **written, budget=BUDGET))
    assert case.state.data["draft_project"]["amount"] == 1599.30
    (project,) = case.when(complete("sign_project", "signed", signed_on="2026-04-01")).of(
        ProjectSigned
    )
    assert (project.stream, project.amount) == ("fondo-poverta", 1599.30)
    assert "carry_out_project" in signed(case).open
    corrected = case.did(correct("draft_project", budget=BUDGET[:1]))
    assert corrected.state.data["draft_project"]["amount"] == 1500.10


def test_whatever_a_person_writes_freely_is_kept_sealed() -> None:
    plan = incomplete("cps-melzo").plan
    # A machine writes these: what letters are made of, and why a host comes where it does.
    by_machine = {"letter", "ranking", "communication", "reminder", "attendance"}

    def open_text(fields: dict[str, Any]) -> list[str]:
        return [
            name
            for name, field in fields.items()
            if not field.personal
            and (field.type in ("text", "note") or open_text(field.fields or {}))
        ]

    written = {name: open_text(form.fields) for name, form in plan.protocol.forms.items()}
    assert {name for name, fields in written.items() if fields} <= by_machine
