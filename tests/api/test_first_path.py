from __future__ import annotations

from tests.api.conftest import DESK, MELZO, REFERENT, People


def test_a_referral_opens_a_case_with_its_first_tasks(people: People) -> None:
    answer = people.refer()
    assert answer.status_code == 201
    receipt = answer.json()
    assert [task["task"] for task in receipt["open_tasks"]] == ["triage"]
    case = people.get(DESK, f"/api/v1/cases/{receipt['case']}").json()
    assert (case["comune"], case["state"]) == (MELZO, "open")
    assert case["person"]["particulars"]["last_name"] == "D'Adda"


def test_a_task_shows_its_form_and_who_may_do_it(people: People) -> None:
    case = people.case()
    task = people.get(REFERENT, f"/api/v1/tasks/{case}:triage").json()
    assert task["may_act"]
    assert [field["name"] for field in task["form"]] == ["need", "notes"]
    assert [outcome["name"] for outcome in task["outcomes"]] == ["simple", "complex"]
    assert REFERENT in task["holders"]


def test_completing_a_task_opens_the_next(people: People) -> None:
    case = people.case()
    answer = people.triage(case)
    assert answer.status_code == 200, answer.text
    assert {task["task"] for task in answer.json()["open_tasks"]} == {"team", "letter"}


def test_lists_show_what_one_has_just_done(people: People) -> None:
    case = people.case()
    position = people.triage(case).json()["position"]
    people.project()
    listed = people.get(REFERENT, "/api/v1/cases", after=position).json()["cases"]
    assert [row["id"] for row in listed] == [case]
    assert listed[0]["open_tasks"] == ["team", "letter"]
