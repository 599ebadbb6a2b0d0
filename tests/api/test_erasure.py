"""Erasure through the door: asked by one, decided by another, and then nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.vault.fields import ERASED
from tests.api.conftest import DESK, REFERENT, TERRITORY, People, holder
from tests.api.test_searching import IVO

ASKS = holder("coordinator", "joint_office")
DECIDES = next(
    person
    for person, _ in TERRITORY.holders("management", "management", datetime.now(UTC).date())
    if person != ASKS
)
AUDITOR = holder("auditor", "audit")


@pytest.fixture
def ended(people: People) -> tuple[str, str]:
    """A case that has ended, and its person."""
    case = people.case(person=IVO)
    people.complete(REFERENT, case, "triage", "simple", {"need": "work", "notes": "Segreto."})
    people.post(REFERENT, f"/api/v1/cases/{case}/events/death", {})
    state = people.service.state(UUID(case))
    assert state.ended == "deceased"
    return case, state.attributes["person"]


def _ask(people: People, person: str, **body: Any) -> Any:
    given = {"ground": "unlawful", "why": "Raccolti senza titolo.", **body}
    return people.post(ASKS, f"/api/v1/persons/{person}/erasure", given)


def test_asked_by_one_decided_by_another_and_then_nowhere(
    people: People, ended: tuple[str, str]
) -> None:
    case, person = ended
    assert _ask(people, person).status_code == 200
    (waits,) = people.get(DECIDES, "/api/v1/erasures").json()["erasures"]
    assert (waits["person"], waits["why"], waits["hindrance"]) == (
        person, "Raccolti senza titolo.", None,
    )  # fmt: skip
    decision = f"/api/v1/persons/{person}/erasure/decision"
    assert people.post(ASKS, decision, {"approve": True}).status_code == 403
    done = people.post(DECIDES, decision, {"approve": True}, key="once")
    assert (done.status_code, done.json()["replayed"]) == (200, False)
    assert people.post(DECIDES, decision, {"approve": True}, key="once").json()["replayed"]
    people.project()
    assert people.get(DECIDES, "/api/v1/erasures").json()["erasures"] == []
    detail = people.get(REFERENT, f"/api/v1/cases/{case}").json()["person"]
    assert set(detail["particulars"].values()) == {ERASED}
    found = people.post(REFERENT, "/api/v1/cases/search", {"tax_code": IVO["tax_code"]})
    assert found.json()["cases"] == []
    for path in ("", "/history", "/state", "/timeline"):
        text = people.get(REFERENT, f"/api/v1/cases/{case}{path}").text
        assert not any(value in text for value in ("Segreto", IVO["last_name"], IVO["tax_code"]))


def test_an_open_case_a_hold_and_a_wrong_ground_forbid_it(
    people: People, ended: tuple[str, str]
) -> None:
    _, person = ended
    hold = f"/api/v1/persons/{person}/hold"
    assert people.post(DECIDES, hold, {"why": "Causa in corso."}).status_code == 200
    assert _ask(people, person).json()["type"].endswith("legal_hold")
    assert people.post(DECIDES, hold, {"why": "Finita.", "lift": True}).status_code == 200
    assert _ask(people, person, ground="perché sì").status_code == 422
    assert _ask(people, person, why="").status_code == 422
    assert _ask(people, person, ground="retention_over").status_code == 409
    assert _ask(people, "0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111").status_code == 404
    assert _ask(people, person).status_code == 200
    assert _ask(people, person).json()["type"].endswith("asked_already")
    declined = {"approve": False, "why": "Atti dovuti."}
    decision = f"/api/v1/persons/{person}/erasure/decision"
    assert people.post(DECIDES, decision, declined).status_code == 200
    assert people.post(DECIDES, decision, declined).status_code == 409


def test_only_those_concerned_see_what_waits(people: People) -> None:
    assert people.get(AUDITOR, "/api/v1/erasures").status_code == 200
    assert people.get(DESK, "/api/v1/erasures").status_code == 403
