"""Duplicates, merges, restrictions and corrections as they are met through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.http.sparing import TIMES
from domain.person.index import alike
from tests.api.conftest import DESK, REFERENT, People, holder, registry, shared_people
from tests.persons.conftest import somebody

__all__ = ["registry", "shared_people"]

COORDINATOR = holder("coordinator", "joint_office")
OFFICER = holder("protection_officer", "audit")
AUDITOR = holder("auditor", "audit")
ELSEWHERE = holder("desk_operator", "comune:015108")


@pytest.fixture
def people(shared_people: People) -> People:
    return shared_people


def person_of(people: People, case: str) -> str:
    return str(people.service.state(UUID(case)).attributes["person"])


def refer(people: People, person: dict[str, Any], by: str = DESK, **changes: Any) -> Any:
    answer = people.refer(by, person=person, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def end(people: People, case: str) -> None:
    answer = people.post(REFERENT, f"/api/v1/cases/{case}/events/death", {})
    assert answer.status_code == 200, answer.text


def listed_of(people: People, person: str) -> Any:
    path, headers = f"/api/v1/cases?person={person}", people.headers(REFERENT)
    return people.http.get(path, headers=headers).json()["cases"]


def test_a_referral_says_who_may_be_the_same_to_those_who_may_know(people: People) -> None:
    given = somebody(first_name="Zoe")
    known = refer(people, given)
    again = refer(people, given | {"last_name": given["last_name"] + "o"})
    duplicates = again["possible_duplicates"]
    (one,) = duplicates["found"]
    assert one["person"] == person_of(people, known["case"])
    assert one["particulars"]["last_name"] == given["last_name"]
    assert one["cases"] == [known["case"]]
    assert (one["score"], duplicates["hint"]) == (85, None)
    # Nothing was joined by itself.
    assert person_of(people, again["case"]) != one["person"]


def test_a_tax_code_does_not_tell_strangers_which_case_it_has_and_the_asking_is_logged(
    people: People,
) -> None:
    given = somebody(tax_code="BNCLCU84A01F205X", sealed=True)
    case = refer(people, given)["case"]
    seen = people.refer(DESK, person=given).json()
    assert (seen["status"], seen["related"]) == (409, {"case": case})
    elsewhere = {"comune": "015108", "service": "desk-015108"}
    answer = people.refer(ELSEWHERE, person=given, **elsewhere).json()
    assert (answer["status"], answer.get("related")) == (409, None)
    assert case not in str(answer)
    assert "Coordinatore" in answer["remedy"]
    people.last_position()
    people.project()
    reads = people.get(AUDITOR, f"/api/v1/persons/{person_of(people, case)}/reads").json()
    assert (ELSEWHERE, True) in [(row["reader"], row["refused"]) for row in reads["reads"]]


def test_programs_look_for_people_sparingly(people: People) -> None:
    url = people.app.state.parts.settings.database_url
    for path, sought in (("persons", {"person": somebody()}), ("cases", {"pseudonym": "K7"})):

        def searched(path: str = path, sought: dict[str, Any] = sought) -> Any:
            return people.post(OFFICER, f"/api/v1/{path}/search", sought)

        assert searched().status_code == 200
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE web_limits SET times = %s", (TIMES,))
        # Where the minute is over meanwhile, counting begins anew.
        refused = next(a for a in (searched() for _ in range(TIMES + 2)) if a.status_code == 429)
        assert 0 < int(refused.headers["retry-after"]) <= 60
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM web_limits")


def test_elsewhere_it_is_only_said_whom_to_ask(people: People) -> None:
    given = somebody(first_name="Zeno")
    refer(people, given)
    there = refer(people, given, ELSEWHERE, comune="015108", service="desk-015108")
    assert there["possible_duplicates"]["found"] == []
    assert "Coordinatore" in there["possible_duplicates"]["hint"]["it"]
    assert given["last_name"] not in str(there["possible_duplicates"])


def test_of_who_hides_not_even_that(people: People) -> None:
    hidden = somebody(first_name="Nadia")
    refer(people, hidden | {"sealed": True})
    there = refer(people, hidden, ELSEWHERE, comune="015108", service="desk-015108")
    assert there["possible_duplicates"] == {"found": [], "hint": None}
    # Who decides of merges in the whole territory is told; not the name.
    found = people.post(COORDINATOR, "/api/v1/persons/search", {"person": hidden}).json()["found"]
    assert len(found) == 2
    assert all(one["particulars"] == {} for one in found)


def test_a_search_is_a_read_of_those_it_shows(people: People) -> None:
    given = somebody(first_name="Zita")
    case = refer(people, given)["case"]
    answer = people.post(REFERENT, "/api/v1/persons/search", {"person": given})
    assert [one["cases"] for one in answer.json()["found"]] == [[case]]
    people.last_position()
    people.project()
    person = person_of(people, case)
    lines = people.get(AUDITOR, f"/api/v1/persons/{person}/reads").json()["reads"]
    assert ("/api/v1/persons/search", REFERENT, ["identity"]) in [
        (line["door"], line["reader"], line["shown"]) for line in lines
    ]
    wrong = people.post(REFERENT, "/api/v1/persons/search", {"person": {"first_name": "Zita"}})
    assert wrong.status_code == 422


def test_two_who_are_one_are_shown_as_one(people: People) -> None:
    given = somebody(first_name="Tea")
    one = refer(people, given)["case"]
    other = refer(people, given)["case"]
    kept, merged = person_of(people, one), person_of(people, other)
    # Somebody looked at the other before anybody knew.
    assert people.get(REFERENT, f"/api/v1/cases/{other}").status_code == 200
    end(people, other)
    path = f"/api/v1/persons/{kept}/merges"
    duplicates = "/api/v1/persons/duplicates"
    assert people.get(REFERENT, duplicates).status_code == 403
    refused = people.post(REFERENT, f"{path}/{merged}/decision", {"approve": True})
    assert "Coordinatore" in refused.json()["detail"], "roles as people call them"
    assert "_" not in refused.json()["detail"]
    pairs = people.get(COORDINATOR, duplicates)
    assert "Tea" not in pairs.text
    (likely,) = [p for p in pairs.json()["pairs"] if {p["one"], p["other"]} == {kept, merged}]
    assert likely["score"] >= 95
    assert likely["reasons"][0]["it"].startswith("stess")
    people.post(DESK, path, {"merged": merged, "why": "Stessa carta d'identità."})
    people.last_position()
    people.project()
    waiting = people.get(COORDINATOR, "/api/v1/persons/merges").json()["merges"]
    assert (kept, merged, DESK) in [(w["kept"], w["merged"], w["by"]) for w in waiting]
    assert people.get(REFERENT, "/api/v1/persons/merges").status_code == 403
    pairs = people.get(COORDINATOR, duplicates).json()["pairs"]
    assert {kept, merged} not in [{p["one"], p["other"]} for p in pairs], "it waits to be decided"
    done = people.post(COORDINATOR, f"{path}/{merged}/decision", {"approve": True})
    assert done.status_code == 200, done.text
    people.last_position()
    people.project()
    # Whichever id is asked for, the page, the list and the reads are those of one person.
    for asked in (kept, merged):
        page = people.get(REFERENT, f"/api/v1/persons/{asked}").json()
        assert (page["id"], set(page["ids"])) == (kept, {kept, merged})
        assert set(page["cases"]) == {one, other}
        listed = listed_of(people, asked)
        assert {row["id"] for row in listed} == {one, other}
        assert {row["person"] for row in listed} == {kept}
        lines = people.get(AUDITOR, f"/api/v1/persons/{asked}/reads").json()["reads"]
        assert {line["case"] for line in lines} >= {one, other}
        readers = people.get(REFERENT, f"/api/v1/persons/{asked}/readers").json()["readers"]
        assert REFERENT in {line["reader"] for line in readers}
    assert people.get(REFERENT, f"/api/v1/cases/{other}").json()["person"]["id"] == kept
    waiting = people.get(COORDINATOR, "/api/v1/persons/merges").json()["merges"]
    assert kept not in [w["kept"] for w in waiting]
    counted = people.service.recorder.rows(
        "SELECT count(DISTINCT person) FROM indicators.episodes WHERE originator_id = ANY(%b)",
        ([UUID(one), UUID(other)],),
    )
    assert counted == [(1,)]
    undone = people.post(COORDINATOR, f"{path}/{merged}/undo", {"why": "Erano due cugini."})
    assert undone.status_code == 200, undone.text
    assert people.get(REFERENT, f"/api/v1/cases/{other}").json()["person"]["id"] == merged


def test_who_may_see_no_case_of_a_person_does_not_learn_that_there_is_one(people: People) -> None:
    person = person_of(people, refer(people, somebody())["case"])
    assert people.get(ELSEWHERE, f"/api/v1/persons/{person}").status_code == 404
    page = people.get(OFFICER, f"/api/v1/persons/{person}").json()
    assert page["particulars"] == {"withheld": "identity"}


def test_restricted_it_is_stored_and_nothing_else(people: People) -> None:
    given = somebody(first_name="Olga")
    case = refer(people, given)["case"]
    person = person_of(people, case)
    path = f"/api/v1/persons/{person}/restriction"
    body = {"ground": "a", "why": "La nascita è contestata."}
    assert people.post(REFERENT, path, body).status_code == 403
    assert people.post(OFFICER, path, body).status_code == 200
    shown = people.get(REFERENT, f"/api/v1/cases/{case}").json()
    assert shown["restricted"] is True
    assert shown["person"]["particulars"] == {"withheld": "identity"}
    refused = people.triage(case)
    assert (refused.status_code, "art. 18" in refused.text) == (409, True)
    # Not even by a search, or by who wrote the name down.
    assert people.post(DESK, "/api/v1/persons/search", {"person": given}).json()["found"] == []
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    eased = {"to": REFERENT, "ground": "consent", "until": until, "why": "Acconsente."}
    assert people.post(OFFICER, f"{path}/exceptions", eased).status_code == 200
    shown = people.get(REFERENT, f"/api/v1/cases/{case}").json()
    assert shown["person"]["particulars"]["first_name"] == "Olga"
    page = people.get(DESK, f"/api/v1/persons/{person}").json()
    assert page["particulars"] == {"withheld": "identity"}
    assert page["restriction"]["ground"] == "a"
    assert [one["staff"] for one in page["restriction"]["eased"]] == [REFERENT]
    people.project()
    (row,) = listed_of(people, person)
    assert row["restricted"] is True
    assert people.post(OFFICER, f"{path}/lift", {"why": "Era giusta."}).status_code == 200
    assert people.triage(case).status_code == 200
    people.project()
    (row,) = listed_of(people, person)
    assert row["restricted"] is False


def test_a_correction_is_seen_at_once_and_repeated_is_one(people: People) -> None:
    case = refer(people, somebody(first_name="Ada"))["case"]
    path = f"/api/v1/persons/{person_of(people, case)}/correction"
    body = {"fields": {"last_name": "Dell'Orto", "sex": "F"}, "why": "Letto male."}
    first = people.post(DESK, path, body, "corr-1")
    again = people.post(DESK, path, body, "corr-1")
    assert first.json()["version"] == again.json()["version"]
    assert again.json()["replayed"] is True
    particulars = people.get(REFERENT, f"/api/v1/cases/{case}").json()["person"]["particulars"]
    assert particulars["last_name"] == "Dell'Orto"
    wrong = people.post(DESK, path, {"fields": {"birth_date": "domani"}, "why": "Boh."})
    assert wrong.status_code == 422
    assert "domani" not in wrong.text
    refusal = {"fields": ["birth_date"], "why": "L'atto la conferma."}
    assert people.post(DESK, f"{path}/refusal", refusal).status_code == 200


def test_the_figures_follow_a_correction(people: People) -> None:
    given = somebody(first_name="Ugo")
    case = refer(people, given)["case"]
    person = person_of(people, case)
    body = {"fields": {"birth_date": "1951-02-03", "sex": "M"}, "why": "Letto male."}
    assert people.post(DESK, f"/api/v1/persons/{person}/correction", body).status_code == 200
    people.last_position()
    people.project()
    rows = people.service.recorder.rows(
        "SELECT sex, birth_year FROM persons.persons WHERE originator_id = %b", (UUID(person),)
    )
    assert rows == [("M", 1951)]
    found = alike(people.service.recorder, people.service.blind_key, given, "")
    assert [one.person for one in found if one.person == UUID(person) and one.score > 70] == []
