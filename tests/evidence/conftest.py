"""An installation with a case that has left its path, and what proves it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from tests.api.conftest import (
    DISTRICT,
    REFERENT,
    TERRITORY,
    People,
    holder,
    registry,
    shared_people,
)

__all__ = ["registry", "shared_people"]

AUDITOR = holder("auditor", "audit")
REASON = 'Il coordinamento l\'ha chiesto: #let x = 1, $a^2$ *così* "detto" 😀 مرحبا.'
NAME = "Ivo"
SURNAME = 'D\'Adda # $x$ *a* _b_ "q" <l> @r ' + "ž" * 160


class Told(NamedTuple):
    people: People
    case: UUID


@pytest.fixture(scope="module")
def told(shared_people: People) -> Told:
    """Referred, triaged late, its team skipped for a stated reason; read by somebody."""
    case = UUID(shared_people.case(person={"first_name": NAME, "last_name": SURNAME, "sex": "M"}))
    service = shared_people.service
    due = service.state(case).tasks["triage"].due
    service.clock.advance_to(due + timedelta(days=3))
    done = shared_people.complete(
        REFERENT, str(case), "triage", "complex", {"need": "work", "notes": "Segreto clinico."}
    )
    assert done.status_code == 200, done.text
    held = TERRITORY.memberships(DISTRICT, service.clock.now().date())
    service.handle(
        c.SkipStep(
            command_id=uuid4(),
            actor=c.Actor(DISTRICT, tuple((m.role, m.scope, m.deputy) for m in held)),
            case=case,
            step="team",
            reason=REASON,
        )
    )
    assert shared_people.get(REFERENT, f"/api/v1/cases/{case}").status_code == 200
    assert shared_people.app.state.parts.reads.flush()
    return Told(shared_people, case)
