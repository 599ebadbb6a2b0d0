"""Bad input gets a clear answer and leaves no trace in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.conftest import DESK, DISTRICT, REFERENT, People, referral

PERSON = referral()["person"]
# Always the same: the processes that share the suite must collect the same tests.
NO_CASE = UUID(int=7)


@pytest.fixture
def people(shared_people: People) -> People:
    return shared_people


@pytest.fixture
def untouched(people: People) -> Iterator[None]:
    """The log is the same after the test as before."""
    position = people.last_position()
    yield
    assert people.last_position() == position


def raw(people: People, body: bytes, kind: str = "application/json") -> Any:
    return people.http.post(
        "/api/v1/referrals",
        content=body,
        headers=people.headers(DESK, Idempotency_Key=str(uuid4()), Content_Type=kind),
    )


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"comune": "Cassano Dada"}, 422, "comune"),
        ({"comune": "Roma"}, 422, "comune"),
        ({"service": "cps-melz"}, 422, "service"),
        ({"referred_on": "2999-01-01"}, 422, "referred_on"),
        ({"referred_on": "0000-01-01"}, 422, "referred_on"),
        ({"referred_on": "ieri"}, 422, "referred_on"),
        ({"referred_on": 7}, 422, "referred_on"),
        ({"person": {**PERSON, "birth_date": "2999-01-01"}}, 422, "person.birth_date"),
        ({"person": {**PERSON, "tax_code": "RSSMRA85T10A562X"}}, 422, "person.tax_code"),
        ({"person": {"first_name": "Ivo"}}, 422, "person.last_name"),
        ({"person": {**PERSON, "first_name": "Ivo\0"}}, 422, "person.first_name"),
        ({"person": {**PERSON, "first_name": "\u202eovI"}}, 422, "person.first_name"),
        ({"person": "Ivo"}, 422, "person"),
        ({"attributes": {"mood": "bad"}}, 422, "attributes.mood"),
        ({"attributes": {"minor": 10**30}}, 422, "attributes.minor"),
        ({"servce": "cps-melzo"}, 422, "servce"),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
@pytest.mark.usefixtures("untouched")
def test_a_wrong_referral_is_refused_naming_the_field(
    people: People, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = people.refer(**changes)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert field in fields(answer)


@pytest.mark.usefixtures("untouched")
def test_refusals_are_said_in_italian_and_in_english_if_preferred(people: People) -> None:
    body = referral(comune="Cassano Dada")
    headers = people.headers(DESK, Idempotency_Key="k")
    italian = people.http.post("/api/v1/referrals", json=body, headers=headers)
    assert "Forse «Cassano d'Adda»?" in italian.json()["errors"][0]["message"]
    english = people.http.post(
        "/api/v1/referrals", json=body, headers={**headers, "Accept-Language": "en-GB, it;q=0.5"}
    )
    assert "Perhaps" in english.json()["errors"][0]["message"]
    assert english.headers["Content-Language"] == "en"


@pytest.mark.usefixtures("untouched")
def test_an_answer_never_repeats_what_was_sent(people: People) -> None:
    secret = "RSSMRA85T10A562X"
    for changes in (
        {"person": {**PERSON, "tax_code": secret}},
        {"person": {**PERSON, "birth_date": secret}},
        {"referred_on": secret},
        {"person": secret},
        {"attributes": {"measure": secret}},
    ):
        answer = people.refer(**changes)
        assert answer.status_code == 422
        assert secret not in answer.text


def test_ordinary_but_awkward_names_are_taken(people: People) -> None:
    for name in ("Niccolò", "D’Angelo", "O'Brien", "Łukasz", "李", "Zoë 🙂"):
        assert people.refer(person={"first_name": name, "last_name": "Rossi"}).status_code == 201


def test_a_second_referral_of_the_same_person_names_the_open_case(people: People) -> None:
    person = {**PERSON, "tax_code": "RSSMRA85T10A562S"}
    case = people.case(person=person)
    position = people.last_position()
    answer = people.refer(person=person)
    assert (answer.status_code, answer.json()["related"]) == (409, {"case": case})
    assert people.last_position() == position


@pytest.mark.parametrize(
    ("task", "outcome", "data", "status", "code", "field"),
    [
        ("conference", "admit", {}, 409, "step_not_open", None),
        ("triaje", "complex", {}, 404, "unknown_step", None),
        ("triage", "comples", {"need": "work"}, 409, "unknown_outcome", None),
        ("triage", "complex", {}, 422, "form_invalid", "data.need"),
        ("triage", "complex", {"need": 7}, 422, "form_invalid", "data.need"),
        ("triage", "complex", {"need": "money"}, 422, "form_invalid", "data.need"),
        ("triage", "complex", {"need": "work", "nots": "x"}, 422, "form_invalid", "data.nots"),
        (
            "triage",
            "complex",
            {"need": "work", "notes": "a\0"},
            422,
            "request_invalid",
            "data.notes",
        ),
        ("triage", "", {"need": "work"}, 422, "request_invalid", "outcome"),
    ],
)
def test_a_wrong_completion_is_refused(
    people: People,
    task: str,
    outcome: str,
    data: dict[str, Any],
    status: int,
    code: str,
    field: str | None,
) -> None:
    case = people.case()
    position = people.last_position()
    answer = people.complete(REFERENT, case, task, outcome, data)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, code)
    if field:
        assert fields(answer) == [field]
    assert people.last_position() == position


def test_what_is_recorded_cannot_be_still_to_come(people: People) -> None:
    case = people.case()
    answer = people.triage(case, occurred_at="2199-01-01T00:00:00Z")
    assert (answer.status_code, fields(answer)) == (422, ["occurred_at"])
    assert people.triage(case, occurred_at="2020-01-01T00:00:00").status_code == 422


def test_an_exception_needs_a_reason_and_a_role(people: People) -> None:
    case = people.case()
    position = people.last_position()
    path = f"/api/v1/cases/{case}/exceptions"
    skip = {"kind": "skip", "step": "triage", "reason": "già fatta altrove"}
    assert people.post(REFERENT, path, skip).status_code == 403
    assert people.post(DISTRICT, path, {**skip, "reason": "  "}).status_code == 422
    assert people.post(DISTRICT, path, {**skip, "kind": "undo"}).status_code == 422
    assert people.post(DISTRICT, path, {**skip, "step": "tri"}).status_code == 404
    assert people.last_position() == position
    assert people.post(DISTRICT, path, skip).status_code == 200


def test_a_command_on_a_case_that_has_moved_is_refused(people: People) -> None:
    case = people.case()
    assert people.triage(case, expected_version=1).json()["type"].endswith("case_moved")
    version = people.get(REFERENT, f"/api/v1/cases/{case}").json()["version"]
    assert people.triage(case, expected_version=version).status_code == 200


# ── what is not even JSON ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"person": NaN}', 400),
        (b'{"person": "\\ud800"}', 400),
        (b'{"person": ' + b"[" * 41 + b"]" * 41 + b"}", 400),
        (b"[" * 200_000, 400),
        (b'{"person": 1e999}', 400),
        (b"[]", 422),
        (b"null", 422),
        (b"", 422),
        (b'"' + b"a" * 999_000 + b'"', 422),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
@pytest.mark.usefixtures("untouched")
def test_a_body_that_is_not_a_json_object_is_refused(
    people: People, body: bytes, status: int
) -> None:
    answer = raw(people, body)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "x"],
)
@pytest.mark.usefixtures("untouched")
def test_another_content_type_is_refused(people: People, kind: str) -> None:
    assert raw(people, json.dumps(referral()).encode(), kind).status_code == 415


def test_a_huge_body_is_refused_while_it_arrives(people: People) -> None:
    sent = 0

    def stream() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(800):
            sent += 65_536
            yield b" " * 65_536

    headers = people.headers(DESK, Idempotency_Key="huge", Content_Type="application/json")
    # The server may close before the client has finished: that too is a refusal.
    with suppress(httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        answer = people.http.post("/api/v1/referrals", content=stream(), headers=headers)
        assert answer.status_code == 413
    assert sent < 20_000_000
    declared = raw(people, b" " * 1_000_001)
    assert declared.status_code == 413
    assert people.refer().status_code == 201


# ── addresses ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/cases?stat=open", 422),
        ("/api/v1/cases?state=shut", 422),
        ("/api/v1/cases?limit=201", 422),
        ("/api/v1/cases?limit=1&limit=2", 422),
        ("/api/v1/cases?cursor=zzz", 422),
        ("/api/v1/cases?district=99999999999999999999", 422),
        ("/api/v1/cases?stage=%00", 400),
        ("/api/v1/cases?stage=%ff%fe", 200),
        ("/api/v1/cases?person=x", 422),
        ("/api/v1/cases/x", 422),
        ("/api/v1/cases/%00", 400),
        ("/api/v1/cases/%ED%A0%80", 422),
        (f"/api/v1/cases/{NO_CASE}/state?at=0001-01-01T00:00:00%2B14:00", 422),
        (f"/api/v1/cases/{NO_CASE}/state?at=2026-01-01", 422),
        (f"/api/v1/cases/{NO_CASE}/state?version=0", 422),
        ("/api/v1/tasks/x", 404),
        ("/api/v1/tasks?due_before=tomorrow", 422),
        ("/api/v1/hosts?free=maybe", 422),
        ("/api/v1/protocols/presa-in-carico/9.9.9", 404),
        ("/api/v1/reports/funel?published=true", 404),
        ("/api/v1/reports/board?published=true&from=2026-02-01&to=2026-01-01", 422),
        ("/api/v1/nothing", 404),
    ],
)
@pytest.mark.usefixtures("untouched")
def test_a_wrong_address_is_answered_clearly(people: People, path: str, status: int) -> None:
    answer = people.http.get(path, headers=people.headers(REFERENT))
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_misspelt_parameter_is_told_its_right_name(people: People) -> None:
    problem = people.get(REFERENT, "/api/v1/cases", distric=5).json()
    assert problem["errors"][0]["field"] == "query.distric"
    assert "district" in problem["errors"][0]["message"]


def test_other_methods_are_told_what_is_allowed(people: People) -> None:
    headers = people.headers(REFERENT)
    deleted = people.http.delete("/api/v1/hosts", headers=headers)
    assert (deleted.status_code, deleted.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    options = people.http.options("/api/v1/hosts")
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert people.http.options("/api/v1/nothing").status_code == 404
    head = people.http.head("/api/v1/protocols", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
