"""The idempotency key: the same request twice is one; two requests under one key are refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import DESK, REFERENT, People, referral


def test_the_same_key_and_body_get_the_same_answer_and_write_once(people: People) -> None:
    key = str(uuid4())
    first = people.refer(key=key)
    position = people.last_position()
    again = people.refer(key=key)
    assert again.status_code == first.status_code == 201
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert again.json() == {**first.json(), "replayed": True}
    assert people.last_position() == position


def test_a_repeated_completion_answers_as_it_did_even_after_the_case_moved(people: People) -> None:
    case = people.case()
    key = str(uuid4())
    first = people.triage(case, key=key)
    people.post(REFERENT, f"/api/v1/cases/{case}/events/crisis", {})
    assert people.triage(case, key=key).json() == {**first.json(), "replayed": True}


def test_one_key_for_two_different_requests_is_refused(people: People) -> None:
    key = str(uuid4())
    people.refer(key=key)
    position = people.last_position()
    answer = people.refer(key=key, comune="Gorgonzola")
    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:cantiere:problem:command_reused",
    )
    assert people.last_position() == position


def test_the_same_key_of_two_people_means_two_requests(people: People) -> None:
    case = people.case()
    key = str(uuid4())
    task = f"/api/v1/tasks/{case}:triage"
    claimed = people.post(REFERENT, f"{task}/claim", {}, key)
    assert claimed.status_code == 200
    other = people.post(DESK, f"{task}/claim", {}, key)
    assert other.json()["type"] == "urn:cantiere:problem:role_not_held"


@pytest.mark.parametrize("key", [None, "", "x" * 201, "a\x7fb"])
def test_a_write_without_a_usable_key_is_refused_and_says_so(
    people: People, key: str | None
) -> None:
    headers = people.headers(DESK)
    if key is not None:
        headers["Idempotency-Key"] = key
    answer = people.http.post("/api/v1/referrals", json=referral(), headers=headers)
    assert answer.status_code == 400
    problem: dict[str, Any] = answer.json()
    assert problem["errors"][0]["field"] == "header.Idempotency-Key"
    assert people.last_position() == 0
