"""The registry of hosts through the door."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import DESK, REFERENT, People, holder

KEEPER = holder("work_referent", "employment")
BAKERY = {"name": "Panificio dell'Adda", "comune": "Cassano d'Adda", "staff": 8, "places": 2}


def register(people: People, **changes: Any) -> Any:
    return people.post(KEEPER, "/api/v1/hosts", {**BAKERY, **changes})


def test_a_host_is_registered_changed_and_listed(people: People) -> None:
    made = register(people, kinds=["TRAINEESHIP"])
    assert made.status_code == 201, made.text
    host = made.json()["host"]
    changed = people.http.patch(
        f"/api/v1/hosts/{host}",
        json={"places": 1},
        headers=people.headers(KEEPER, Idempotency_Key="change"),
    )
    assert changed.status_code == 200
    people.project()
    seen = people.get(REFERENT, f"/api/v1/hosts/{host}", after=changed.json()["position"]).json()
    assert (seen["host"]["places"], seen["host"]["comune"]) == (1, "015059")
    assert seen["caps"] == {"TRAINEESHIP": 1}
    assert [row["id"] for row in people.get(REFERENT, "/api/v1/hosts").json()["hosts"]] == [host]


def test_registering_twice_with_one_key_makes_one_host(people: People) -> None:
    first = people.post(KEEPER, "/api/v1/hosts", BAKERY, "one")
    again = people.post(KEEPER, "/api/v1/hosts", BAKERY, "one")
    assert again.json() == {**first.json(), "replayed": True}
    assert people.post(KEEPER, "/api/v1/hosts", {**BAKERY, "places": 3}, "one").status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"comune": "Casano"}, "comune"),
        ({"staff": -1}, "staff"),
        ({"places": 1.5}, "places"),
        ({"kinds": ["TRAINESHIP"]}, "kinds"),
        ({"name": "  "}, "name"),
        ({"jobs": ["\u202e"]}, "jobs"),
    ],
)
def test_a_wrong_host_is_refused_naming_the_field(
    people: People, changes: dict[str, Any], field: str
) -> None:
    answer = register(people, **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert people.last_position() == 0


def test_only_keepers_of_the_registry_may_write_in_it(people: People) -> None:
    assert people.post(DESK, "/api/v1/hosts", BAKERY).status_code == 403
    unknown = people.http.patch(
        f"/api/v1/hosts/{uuid4()}",
        json={"places": 1},
        headers=people.headers(KEEPER, Idempotency_Key="x"),
    )
    assert unknown.status_code == 404


def test_whoever_is_excluded_is_shown_nowhere(people: People) -> None:
    case = people.case()
    person = people.get(REFERENT, f"/api/v1/cases/{case}").json()["person"]["id"]
    host = register(people).json()["host"]
    path = f"/api/v1/hosts/{host}/exclusions"
    assert people.post(REFERENT, path, {"person": person}).status_code == 200
    assert people.post(REFERENT, path, {"person": str(uuid4())}).status_code == 422
    people.project()
    assert person not in people.get(KEEPER, f"/api/v1/hosts/{host}").text
