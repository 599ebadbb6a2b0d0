"""Who may read what, through the door; the rules themselves: `tests/access`."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from tests.api.conftest import DESK, DISTRICT, MELZO, REFERENT, TERRITORY, People, holder

ELSEWHERE = holder("municipal_referent", "comune:015205")
AUDITOR = holder("auditor", "audit")
MANAGER = next(
    person
    for person, _ in TERRITORY.holders("management", "management", date.today())
    if f"district:{TERRITORY.district_of(MELZO)}"
    not in {held.scope for held in TERRITORY.memberships(person, date.today())}
)
DESIGNER = holder("designer", "design")


def test_a_case_that_may_not_be_seen_looks_like_one_that_does_not_exist(people: People) -> None:
    case = people.case()
    missing = uuid4()
    for path in ("", "/history", "/state", "/timeline", "/events"):
        hidden = people.get(ELSEWHERE, f"/api/v1/cases/{case}{path}")
        unknown = people.get(ELSEWHERE, f"/api/v1/cases/{missing}{path}")
        assert (hidden.status_code, hidden.json()["type"]) == (404, unknown.json()["type"]), path
        assert hidden.text.replace(case, "") == unknown.text.replace(str(missing), "")
    assert people.triage(case).status_code == 200
    assert people.complete(ELSEWHERE, case, "team").status_code == 404


def test_lists_hold_only_cases_that_may_be_seen(people: People) -> None:
    case = people.case()
    people.project()
    assert [row["id"] for row in people.get(REFERENT, "/api/v1/cases").json()["cases"]] == [case]
    assert people.get(ELSEWHERE, "/api/v1/cases").json()["cases"] == []
    assert people.get(DESIGNER, "/api/v1/cases").json()["cases"] == []
    assert len(people.get(AUDITOR, "/api/v1/cases").json()["cases"]) == 1
    everything = people.get(ELSEWHERE, "/api/v1/tasks", mine=False).json()["tasks"]
    assert everything == []


def test_clinical_notes_are_withheld_from_those_who_may_not_read_them(people: People) -> None:
    case = people.case()
    data = {"need": "work", "notes": "dorme poco"}
    assert people.complete(REFERENT, case, "triage", "complex", data).status_code == 200
    for person, notes in (
        (REFERENT, "dorme poco"),
        (DISTRICT, {"withheld": "clinical"}),
        (AUDITOR, {"withheld": "clinical"}),
        (DESK, {"withheld": "clinical"}),
    ):
        events = people.get(person, f"/api/v1/cases/{case}/history").json()["events"]
        body = next(e["body"] for e in events if e["kind"] == "case.step-completed")
        assert body["personal"]["notes"] == notes, person
        assert body["data"]["need"] == "work"


def test_names_are_withheld_from_the_auditor(people: People) -> None:
    case = people.case()
    seen = people.get(AUDITOR, f"/api/v1/cases/{case}").json()
    assert seen["person"]["particulars"] == {"withheld": "identity"}
    assert "D'Adda" not in people.get(AUDITOR, f"/api/v1/cases/{case}/history").text
    assert "D'Adda" not in people.get(AUDITOR, f"/api/v1/cases/{case}/state").text


def test_where_a_sealed_case_lives_is_in_no_list_and_no_answer(people: People) -> None:
    person = {"first_name": "Nadia", "last_name": "Rossi", "sealed": True}
    case = people.case(person=person)
    people.project()
    for who in (REFERENT, AUDITOR):
        listed = people.get(who, "/api/v1/cases").json()["cases"]
        assert [(row["id"], row["comune"]) for row in listed] == [(case, "")]
    for path in (
        "/api/v1/cases",
        "/api/v1/tasks?mine=false",
        f"/api/v1/tasks/{case}:triage",
        f"/api/v1/cases/{case}",
        f"/api/v1/cases/{case}/state",
        f"/api/v1/cases/{case}/history",
        f"/api/v1/cases/{case}/timeline",
    ):
        answer = people.http.get(path, headers=people.headers(AUDITOR))
        assert answer.status_code == 200
        assert case in answer.text
        assert MELZO not in answer.text, path


def test_a_task_is_done_only_by_those_whose_role_it_is(people: People) -> None:
    case = people.case()
    refused = people.complete(DESK, case, "triage", "complex", {"need": "work"})
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:cantiere:problem:role_not_held",
    )
    assert people.complete(DISTRICT, case, "triage", "complex", {"need": "work"}).status_code == 200


def test_management_sees_the_caseload_and_no_data(people: People) -> None:
    case = people.case()
    assert people.get(MANAGER, f"/api/v1/cases/{case}").status_code == 200
    refused = people.get(MANAGER, f"/api/v1/cases/{case}/history")
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:cantiere:problem:not_for_this_role",
    )


def test_reports_are_refused_to_those_who_may_have_only_published_ones(people: People) -> None:
    people.project()
    assert people.get(DESK, "/api/v1/reports/board").status_code == 403
    assert people.get(DESK, "/api/v1/reports/board", published=True).status_code == 200
    assert people.get(MANAGER, "/api/v1/reports/board").status_code == 200
