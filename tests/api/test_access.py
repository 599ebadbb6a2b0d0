"""Who may read what: the matrix of the territory's rules, first pure, then through the door."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from api.http.access import (
    Origin,
    Reader,
    Sight,
    may_read,
    may_read_field,
    may_read_place,
    may_read_tables,
)
from tests.api.conftest import DESK, DISTRICT, MELZO, REFERENT, TERRITORY, People, holder

SIGHT = Sight(
    MELZO, 5, "cps-melzo", "PSYCHIATRIC_CENTRE",
    frozenset({f"comune:{MELZO}", "district:5", "health_provider", "comune:015108"}),
    frozenset({"by-name"}),
)  # fmt: skip


def reader(*scopes: str, name: str = "somebody") -> Reader:
    return Reader(name, tuple(("role", scope, False) for scope in scopes))


MATRIX = [
    # scope, summary, timeline, data, social, clinical, name
    (f"comune:{MELZO}", True, True, True, True, False, True),
    ("district:5", True, True, True, True, False, False),
    ("service:cps-melzo", True, True, True, True, True, True),
    ("health_provider", True, True, True, True, True, False),
    ("comune:015108", True, True, True, True, False, False),
    ("comune:015205", False, False, False, False, False, False),
    ("district:3", False, False, False, False, False, False),
    ("employment", False, False, False, False, False, False),
    ("anti_violence", False, False, False, False, False, False),
    ("management", True, True, False, False, False, False),
    ("steering", False, False, False, False, False, False),
    ("audit", True, True, True, True, True, False),
    ("design", False, False, False, False, False, False),
    ("system", False, False, False, False, False, False),
]


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row[0])
def test_each_scope_reads_what_is_its_own(row: tuple[Any, ...]) -> None:
    scope, summary, timeline, data, social, clinical, name = row
    who = reader(scope)
    assert may_read(who, SIGHT, "summary") is summary
    assert may_read(who, SIGHT, "timeline") is timeline
    assert may_read(who, SIGHT, "data") is data
    assert may_read_field(who, SIGHT, "social", False) is social
    assert may_read_field(who, SIGHT, "clinical", False) is clinical
    assert may_read_field(who, SIGHT, "identity", True) is name


def test_work_integration_reads_a_case_once_it_has_a_task_there() -> None:
    sight = Sight(MELZO, 5, "cps-melzo", scopes=frozenset({"employment"}))
    assert may_read(reader("employment"), sight, "data")
    assert may_read_field(reader("employment"), sight, "work", False)
    assert not may_read_field(reader("employment"), sight, "clinical", False)


def test_an_escalation_calls_management_in_but_shows_no_clinical_data() -> None:
    sight = Sight(MELZO, 5, "cps-melzo", scopes=frozenset({"management"}))
    assert may_read(reader("management"), sight, "data")
    assert not may_read_field(reader("management"), sight, "clinical", False)


def test_whoever_recorded_a_field_reads_it_and_so_does_their_role() -> None:
    who = Reader("me", (("asst_referent", "health_provider", False),))
    assert may_read_field(who, SIGHT, "clinical", True, Origin("x", "y", "me"))
    assert may_read_field(who, SIGHT, "judicial", True, Origin("asst_referent", "health_provider"))
    assert not may_read_field(who, SIGHT, "judicial", True, Origin("other", "health_provider"))


def test_a_case_referred_by_a_desk_opens_no_clinical_data_to_it() -> None:
    sight = Sight(MELZO, 5, "desk-015142", "ACCESS_DESK")
    assert not may_read_field(reader("service:desk-015142"), sight, "clinical", False)


def test_where_a_sealed_case_lives_is_known_only_where_it_is_cared_for() -> None:
    sealed = Sight(MELZO, 5, "cav", scopes=frozenset({"employment"}), sealed=True)
    assert may_read_place(reader(f"comune:{MELZO}"), sealed)
    for scope in ("district:5", "employment", "audit", "management"):
        assert not may_read_place(reader(scope), sealed), scope


def test_full_tables_are_for_those_who_govern_and_audit() -> None:
    for scope in ("management", "steering", "joint_office", "audit"):
        assert may_read_tables(reader(scope), "full"), scope
    for scope in (f"comune:{MELZO}", "employment", "design", "system"):
        assert not may_read_tables(reader(scope), "full"), scope
        assert may_read_tables(reader(scope), "published"), scope
    assert not may_read_tables(Reader("gone"), "published")


# ── through the door ─────────────────────────────────────────────────────────────────────────

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
