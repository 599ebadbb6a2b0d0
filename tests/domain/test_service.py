from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from domain.refusal import Refused
from domain.service import CaseService
from tests.domain.conftest import MELZO, holder, referral


def triage(case: UUID, outcome: str = "complex", **changes: object) -> c.CompleteTask:
    fields = {
        "command_id": uuid4(),
        "actor": holder("municipal_referent", f"comune:{MELZO}"),
        "case": case,
        "task": "triage",
        "outcome": outcome,
        "data": {"need": "work"},
    }
    return c.CompleteTask(**{**fields, **changes})  # type: ignore[arg-type]


def test_completing_a_step_opens_the_next_in_the_same_transaction(
    service: CaseService, case: UUID
) -> None:
    service.handle(triage(case))
    assert {task.key for task in service.state(case).open_tasks()} == {"team", "letter"}


def test_a_repeated_command_gets_the_first_answer_and_writes_nothing(
    service: CaseService, case: UUID
) -> None:
    command = triage(case)
    first = service.handle(command)
    again = service.handle(command)
    assert again.replayed
    assert (again.version, again.position, again.events) == (
        first.version,
        first.position,
        first.events,
    )


def test_a_command_id_cannot_be_used_for_other_content(service: CaseService, case: UUID) -> None:
    command = triage(case)
    service.handle(command)
    with pytest.raises(Refused) as refused:
        service.handle(triage(case, "simple", command_id=command.command_id))
    assert refused.value.code == "command_reused"


def test_what_the_process_remembers_equals_the_fold_of_the_log(
    service: CaseService, case: UUID
) -> None:
    service.handle(triage(case))
    remembered = service.state(case)
    folded = service.state(case, version=remembered.version)
    for name in remembered._fields:
        assert getattr(remembered, name) == getattr(folded, name), name


def test_a_second_referral_of_the_same_person_names_the_open_case(service: CaseService) -> None:
    person = {"first_name": "Ivo", "last_name": "Rossi", "tax_code": "RSSMRA85T10A562S"}
    first = service.handle(referral(person=person))
    before = service.recorder.last_position()
    with pytest.raises(Refused) as refused:
        service.handle(referral(person=person))
    assert refused.value.code == "duplicate_referral"
    assert refused.value.related == {"case": str(first.case)}
    assert service.recorder.last_position() == before
