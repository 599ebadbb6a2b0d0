"""The erasures that wait for somebody to decide them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from domain.person.erasing import hindrance, standing
from domain.person.events import ErasureRequested
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService

# Of the topics that the index `stored_events_erasures` is made of.
_WAITING = """
    SELECT originator_id FROM (
        SELECT DISTINCT ON (originator_id) originator_id, topic FROM stored_events
        WHERE topic IN ('person.erasure-requested', 'person.erasure-declined',
            'person.person-erased')
        ORDER BY originator_id, originator_version DESC
    ) latest WHERE topic = 'person.erasure-requested'
"""


class Asked(msgspec.Struct, frozen=True):
    """`why`: as it was written; `hindrance`: what forbids it at this moment, null if nothing."""

    person: UUID
    ground: str
    why: str
    asked_by: str
    asked_at: datetime
    hindrance: Text | None


def asked_erasures(service: CaseService) -> list[Asked]:
    """The oldest first. Raises LogUnavailable, VaultProblem."""
    found = [_asked(service, row[0]) for row in service.recorder.rows(_WAITING)]
    return sorted(found, key=lambda one: (one.asked_at, str(one.person)))


def _asked(service: CaseService, person: UUID) -> Asked:
    history = service.history(person)
    event = next(e for e in reversed(history) if isinstance(e.body, ErasureRequested))
    refused = hindrance(service, event.body.ground, standing(service, person))
    return Asked(
        person,
        event.body.ground,
        service.personal_reader(person).typed(event, "why"),
        event.actor,
        event.at,
        refused.message if refused else None,
    )
