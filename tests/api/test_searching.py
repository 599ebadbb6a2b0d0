"""Cases are found by what is personal without its being in any address."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import DESK, REFERENT, People, holder, referral

SEARCH = "/api/v1/cases/search"
IVO = {
    "first_name": "Ivo", "last_name": "D'Adda", "sex": "M", "birth_date": "1984-05-31",
    "tax_code": "DDAVIO84E31F205T",
}  # fmt: skip


def _found(people: People, **body: Any) -> list[str]:
    answer = people.post(REFERENT, SEARCH, body)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["cases"]]


def test_a_person_is_found_by_tax_code_and_by_the_beginning_of_a_pseudonym(people: People) -> None:
    named = people.case(person=IVO)
    anonymous = people.case(person={"anonymous": True, "pseudonym": "Kà7 dell'Adda"})
    people.project()
    assert _found(people, tax_code=IVO["tax_code"]) == [named]
    assert _found(people, tax_code=f" {IVO['tax_code'].lower()} ") == [named]
    assert _found(people, pseudonym="kÀ7") == [anonymous]
    assert _found(people, pseudonym="dell'Adda") == []
    (row,) = people.post(REFERENT, SEARCH, {"pseudonym": "kà"}).json()["cases"]
    assert row["pseudonym"] == "Kà7 dell'Adda"
    listed = {row["id"]: row for row in people.get(REFERENT, "/api/v1/cases").json()["cases"]}
    assert listed[anonymous]["pseudonym"] == "Kà7 dell'Adda"
    assert listed[named]["pseudonym"] == ""
    tasks = people.get(REFERENT, "/api/v1/tasks", mine="false").json()["tasks"]
    assert {task["pseudonym"] for task in tasks if task["case"] == anonymous} == {"Kà7 dell'Adda"}
    assert people.get(REFERENT, f"/api/v1/cases/{anonymous}").json()["person"]["pseudonym"] == (
        "Kà7 dell'Adda"
    )


def test_who_may_not_see_a_case_does_not_find_it(people: People) -> None:
    people.case(person=IVO)
    people.project()
    answer = people.post("nobody-at-all", SEARCH, {"tax_code": IVO["tax_code"]})
    assert answer.status_code == 401
    elsewhere = holder("municipal_referent", "comune:015230")
    found = people.post(elsewhere, SEARCH, {"tax_code": IVO["tax_code"]})
    assert (found.status_code, found.json()["cases"]) == (200, [])


def test_a_search_is_by_one_thing_and_its_answer_repeats_nothing(people: People) -> None:
    for body in (
        {},
        {"tax_code": " ", "pseudonym": ""},
        {"tax_code": IVO["tax_code"], "pseudonym": "K7"},
        {"tax_code": "RSSMRA80A01H501Z"},
        {"pseudonym": "x" * 121},
        {"surname": "Rossi"},
    ):
        answer = people.post(REFERENT, SEARCH, body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"], body
        for value in body.values():
            assert not value.strip() or value not in answer.text


def test_the_read_models_keep_no_pseudonym_readable(people: People) -> None:
    assert people.post(DESK, "/api/v1/referrals", _referral()).status_code == 201
    people.project()
    kept = "SELECT count(*) FROM persons.persons WHERE pseudonym LIKE 'sealed:%%'"
    assert people.service.recorder.rows(kept) == [(1,)]


def _referral() -> dict[str, Any]:
    return referral(person={"anonymous": True, "pseudonym": "Prudenza"})
