"""Restriction (Reg. UE 2016/679 art. 18): stored, and nothing else, until it is lifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from domain.conformance import check_case
from domain.person.correcting import CorrectPerson, correct_person
from domain.person.restricting import (
    EaseRestriction,
    LiftRestriction,
    RestrictPerson,
    ease_restriction,
    lift_restriction,
    restrict_person,
)
from domain.person.state import person_of
from domain.service import CaseService
from tests.domain.conftest import TERRITORY
from tests.persons.conftest import (
    DESK,
    OFFICER,
    REFERENT,
    Open,
    about,
    end,
    propose,
    refusal,
    somebody,
)

LATER = datetime.now(UTC) + timedelta(days=10)


def restrict(service: CaseService, person: UUID, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": OFFICER, "case": person, "ground": "a",
        "why": "La data di nascita è contestata.",
    }  # fmt: skip
    restrict_person(service, RestrictPerson(**{**fields, **changes}))


def ease(service: CaseService, person: UUID, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": OFFICER, "case": person, "to": REFERENT.id,
        "ground": "consent", "until": LATER, "why": "La persona acconsente.",
    }  # fmt: skip
    ease_restriction(service, EaseRestriction(**{**fields, **changes}))


def lift(service: CaseService, person: UUID, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": OFFICER, "case": person, "why": "Era giusta.",
    }  # fmt: skip
    lift_restriction(service, LiftRestriction(**{**fields, **changes}))


def claim(service: CaseService, case: UUID) -> None:
    service.handle(c.ClaimTask(command_id=uuid4(), actor=REFERENT, case=case, task="triage"))


def test_nobody_works_on_it_until_it_is_lifted(service: CaseService, opened: Open) -> None:
    case = opened()
    person = about(service, case)
    restrict(service, person)
    assert refusal(claim, service, case).code == "processing_restricted"
    assert refusal(restrict, service, person).code == "restriction_as_asked"
    lift(service, person)
    claim(service, case)
    assert refusal(lift, service, person).code == "restriction_as_asked"
    assert not check_case(case, service.history(case), service.registry, TERRITORY).findings


def test_time_goes_on_and_nothing_is_sent(service: CaseService, opened: Open) -> None:
    case = opened()
    before = service.agenda(case)
    restrict(service, about(service, case))
    service.handle(c.PassTime(command_id=uuid4(), actor=c.Actor("system:clock"), case=case))
    now = service.agenda(case)
    assert (now.next_at, now.open) == (before.next_at, before.open)
    assert now.automations == ()


def test_by_name_and_for_a_time_somebody_may(service: CaseService, opened: Open) -> None:
    case = opened()
    person = about(service, case)
    assert refusal(ease, service, person).code == "restriction_as_asked"
    restrict(service, person)
    ease(service, person)
    claim(service, case)
    release = c.ReleaseTask(command_id=uuid4(), actor=REFERENT, case=case, task="triage")
    service.handle(release)
    restriction = service.state(case).restriction
    assert restriction is not None
    # To the second: the instant itself is too late.
    assert not restriction.binds(REFERENT.id, LATER - timedelta(seconds=1))
    assert restriction.binds(REFERENT.id, LATER)
    assert restriction.binds(DESK.id, LATER - timedelta(days=1))


@pytest.mark.parametrize(
    "changes",
    [{"ground": "curiosity"}, {"to": "nobody"}, {"until": LATER + timedelta(days=400)}],
)
def test_an_exception_is_one_that_the_law_knows(
    service: CaseService, opened: Open, changes: dict[str, Any]
) -> None:
    person = about(service, opened())
    restrict(service, person)
    assert refusal(ease, service, person, **changes).code == "restriction_invalid"


def test_who_protects_data_decides_on_a_ground_of_the_law(
    service: CaseService, opened: Open
) -> None:
    person = about(service, opened())
    assert refusal(restrict, service, person, actor=DESK).code == "role_not_held"
    assert refusal(restrict, service, person, ground="e").code == "restriction_invalid"
    assert refusal(restrict, service, person, why=" ").code == "reason_invalid"


def test_no_new_case_no_merge_and_a_correction_only_by_who_protects(
    service: CaseService, opened: Open
) -> None:
    given = somebody(tax_code="LCCNDA90A41F205C")
    case, other = opened(given), opened()
    person = about(service, case)
    end(service, case)
    restrict(service, person)
    assert refusal(opened, given).code == "processing_restricted"
    propose_refused = refusal(propose, service, person, about(service, other))
    assert propose_refused.code == "processing_restricted"
    fields: dict[str, Any] = {
        "command_id": uuid4(), "case": person, "fields": {"phone": "333 0001112"},
        "why": "Chiesto dalla persona.",
    }  # fmt: skip
    by_desk = CorrectPerson(**fields, actor=DESK)
    assert refusal(correct_person, service, by_desk).code == "processing_restricted"
    correct_person(service, CorrectPerson(**fields, actor=OFFICER))
    assert person_of(service, person).restriction is not None
