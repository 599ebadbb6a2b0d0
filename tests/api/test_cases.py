"""A case through the door: its state and history at any time, its events, exceptions, lists."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import DESK, DISTRICT, REFERENT, People


def test_the_state_as_it_stood_at_a_version_and_at_an_instant(people: People) -> None:
    case = people.case()
    before = people.get(REFERENT, f"/api/v1/cases/{case}").json()["version"]
    at = people.service.clock.now()
    people.triage(case)

    def triage(**when: Any) -> str:
        state = people.get(REFERENT, f"/api/v1/cases/{case}/state", **when).json()
        return next(step["status"] for step in state["steps"] if step["step"] == "triage")

    assert triage() == "done"
    assert triage(version=before) == "open"
    assert triage(at=at.isoformat()) == "open"


def test_the_history_stops_where_it_is_asked_to(people: People) -> None:
    case = people.case()
    people.triage(case)
    whole = people.get(REFERENT, f"/api/v1/cases/{case}/history").json()
    first = people.get(REFERENT, f"/api/v1/cases/{case}/history", version=1).json()
    assert [event["kind"] for event in first["events"]] == ["case.case-opened"]
    assert whole["events"][0] == first["events"][0]
    instants = [datetime.fromisoformat(event["at"]) for event in whole["events"]]
    assert instants == sorted(instants)
    before = people.get(REFERENT, f"/api/v1/cases/{case}/history", at="1999-01-01T00:00:00Z")
    assert before.status_code == 404


def test_a_case_event_says_why_it_cannot_happen(people: People) -> None:
    case = people.case()
    listed = people.get(REFERENT, f"/api/v1/cases/{case}/events").json()["events"]
    possible = {event["event"]: event for event in listed}
    assert possible["crisis"]["why_not"] is None
    assert possible["crisis"]["may_report"]
    assert possible["host_withdrawal"]["why_not"]["it"]
    refused = people.post(REFERENT, f"/api/v1/cases/{case}/events/reentry", {})
    assert refused.status_code == 409
    answer = people.post(REFERENT, f"/api/v1/cases/{case}/events/crisis", {})
    assert "clinical_return" in {task["step"] for task in answer.json()["open_tasks"]}
    assert people.get(REFERENT, f"/api/v1/cases/{case}").json()["paused"] == ["crisis"]


def test_a_correction_leaves_the_old_value_in_the_history(people: People) -> None:
    case = people.case()
    people.triage(case)
    body = {"step": "triage", "data": {"need": "health"}, "reason": "refuso"}
    path = f"/api/v1/cases/{case}/corrections"
    assert people.post(REFERENT, path, body).status_code == 200
    assert (
        people.get(REFERENT, f"/api/v1/cases/{case}/state").json()["data"]["triage"]["need"]
        == "health"
    )
    events = people.get(REFERENT, f"/api/v1/cases/{case}/history").json()["events"]
    needs = [event["body"]["data"]["need"] for event in events if event["body"].get("data")]
    assert needs == ["work", "health"]


def test_members_are_added_to_a_step_while_it_is_open(people: People) -> None:
    case = people.case()
    people.triage(case)
    members = [{"person": REFERENT, "role": "municipal_referent"}]
    people.complete(DISTRICT, case, "team", "done", {"manager": REFERENT, "members": members})
    added = people.post(
        DISTRICT, f"/api/v1/cases/{case}/members", {"step": "assess", "member": DESK}
    )
    assert added.status_code == 200, added.text
    assert f"assess#{DESK}" in {task["task"] for task in added.json()["open_tasks"]}
    task = people.get(DESK, f"/api/v1/tasks/{case}:assess%23{DESK}").json()
    assert task["may_act"]
    assert people.complete(DESK, case, f"assess#{DESK}").status_code == 200


def test_a_claimed_task_is_left_to_whoever_took_it(people: People) -> None:
    case = people.case()
    task = f"/api/v1/tasks/{case}:triage"
    assert people.post(REFERENT, f"{task}/claim", {}).status_code == 200
    refused = people.complete(DISTRICT, case, "triage", "complex", {"need": "work"})
    assert refused.json()["type"].endswith("task_claimed")
    assert people.post(REFERENT, f"{task}/release", {}).status_code == 200
    assigned = people.post(REFERENT, f"{task}/assign", {"to": DISTRICT, "reason": "ferie"})
    assert assigned.status_code == 200
    assert people.complete(DISTRICT, case, "triage", "complex", {"need": "work"}).status_code == 200


def test_of_two_people_completing_a_task_at_once_one_wins(people: People) -> None:
    case = people.case()
    barrier = threading.Barrier(2)
    answers: list[Any] = []

    def complete(person: str, outcome: str) -> None:
        barrier.wait()
        answers.append(people.complete(person, case, "triage", outcome, {"need": "work"}))

    threads = [
        threading.Thread(target=complete, args=args)
        for args in ((REFERENT, "complex"), (DISTRICT, "simple"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert loser.json()["type"] == "urn:cantiere:problem:task_done"
    events = people.get(REFERENT, f"/api/v1/cases/{case}/history").json()["events"]
    assert [e["kind"] for e in events].count("case.step-completed") == 1


def test_a_list_waits_for_what_one_has_just_done_or_says_it_is_late(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = people.case()
    position = people.triage(case).json()["position"]
    with monkeypatch.context() as hurried:
        hurried.setattr("api.http.door.WAIT_SECONDS", 0.1)
        late = people.get(REFERENT, "/api/v1/tasks", after=position)
    assert (late.status_code, late.headers["Retry-After"]) == (503, "2")
    beyond = people.get(REFERENT, "/api/v1/tasks", after=position + 1)
    assert beyond.json()["type"] == "urn:cantiere:problem:after_the_end"
    waiting: list[Any] = []
    asking = threading.Thread(
        target=lambda: waiting.append(people.get(REFERENT, "/api/v1/tasks", after=position))
    )
    asking.start()
    people.project()
    asking.join()
    assert waiting[0].status_code == 200


def test_pages_follow_one_another_without_gaps(people: People) -> None:
    made = {people.case() for _ in range(5)}
    people.project()
    seen: list[str] = []
    cursor = ""
    while True:
        page = people.get(REFERENT, "/api/v1/cases", limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["cases"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert len(seen) == 5
    assert set(seen) == made


def test_cases_are_found_by_what_is_late_by_pseudonym_and_by_comune(people: People) -> None:
    late = people.case()
    clock = people.service.clock
    clock.advance_to(clock.now() + timedelta(days=60))
    anonymous = people.case(
        person={"anonymous": True, "pseudonym": "K7"}, referred_on=str(clock.now().date())
    )
    people.project()

    def found(**filters: Any) -> list[str]:
        answer = people.get(REFERENT, "/api/v1/cases", **filters)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["cases"]]

    assert found(overdue=True) == [late]
    assert found(comune="melzo") == [anonymous, late]
    assert found(comune="Gorgonzola") == []
    assert found(state="ended") == []
    assert found(open_step="triage", protocol="mini", source="PSYCHIATRIC_CENTRE", stage="start")
    assert people.get(REFERENT, "/api/v1/cases", comune="Mlzo").status_code == 422
    tasks = people.get(REFERENT, "/api/v1/tasks", overdue=True).json()["tasks"]
    assert [task["case"] for task in tasks] == [late]


def test_the_inbox_is_ones_own(people: People) -> None:
    case = people.case()
    people.triage(case)
    people.project()
    mine = people.get(DISTRICT, "/api/v1/tasks").json()["tasks"]
    assert [(task["task"], task["via"]) for task in mine] == [("team", "role")]
    assert people.get(DESK, "/api/v1/tasks").json()["tasks"] == []
    of_cases = people.get(DESK, "/api/v1/tasks", mine=False).json()["tasks"]
    assert [task["task"] for task in of_cases] == ["team"]


def test_the_timeline_tells_the_case_in_words(people: People) -> None:
    case = people.case()
    people.triage(case)
    people.project()
    page = people.get(REFERENT, f"/api/v1/cases/{case}/timeline", limit=2).json()
    assert len(page["entries"]) == 2
    rest = people.get(
        REFERENT, f"/api/v1/cases/{case}/timeline", after_version=page["after_version"]
    ).json()
    assert rest["after_version"] is None
    assert any("Analisi preliminare" in entry["it"] for entry in rest["entries"])
    assert "D'Adda" not in str(page) + str(rest)
