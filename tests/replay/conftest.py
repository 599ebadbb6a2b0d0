"""A case in which a fact was recorded three weeks after it happened, behind the real API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
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


class Told(NamedTuple):
    """`opened`; `happened`: the triage; `between`: an instant after that; `recorded`: when it was
    told, three weeks after it happened."""

    people: People
    case: UUID
    opened: datetime
    happened: datetime
    between: datetime
    recorded: datetime

    def replay(self, **asked: Any) -> Any:
        words = {
            name.replace("from_", "from"): value.isoformat()
            if isinstance(value, datetime)
            else value
            for name, value in asked.items()
        }
        answer = self.people.get(AUDITOR, f"/api/v1/cases/{self.case}/replay", **words)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def told(shared_people: People) -> Told:
    case = UUID(shared_people.case())
    service = shared_people.service
    opened = service.history(case)[-1].at
    happened = opened + timedelta(days=2)
    service.clock.advance_to(happened + timedelta(weeks=3))
    done = shared_people.complete(
        REFERENT, str(case), "triage", "complex", {"need": "work"},
        occurred_at=happened.isoformat(),
    )  # fmt: skip
    assert done.status_code == 200, done.text
    recorded = service.history(case)[-1].at
    held = TERRITORY.memberships(DISTRICT, service.clock.now().date())
    actor = c.Actor(DISTRICT, tuple((m.role, m.scope, m.deputy) for m in held))
    service.handle(
        c.SkipStep(
            command_id=uuid4(), actor=actor, case=case, step="team", reason="Valutato altrove.",
        )
    )  # fmt: skip
    shared_people.last_position()
    shared_people.project()
    return Told(shared_people, case, opened, happened, happened + timedelta(days=1), recorded)
