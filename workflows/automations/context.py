"""What an automation is given and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from domain.case.state import CaseState
from domain.log.recorded import Recorded
from domain.service import CaseService
from protocols.engine.events import DataCorrected, StepCompleted
from protocols.engine.plan import Plan


@dataclass(frozen=True)
class AutomationContext:
    """One task to be done. ``now``: the case clock, UTC; ``today``: the day in the territory."""

    service: CaseService
    case: UUID
    state: CaseState
    plan: Plan
    task: str
    step: str
    now: datetime
    today: date

    @property
    def number(self) -> str:
        """The case's pseudonymous number, as letters show it."""
        return case_number(self.case)

    @cached_property
    def history(self) -> list[Recorded]:
        """The events of the case, oldest first."""
        return self.service.history(self.case)

    def answers(self) -> Iterator[dict[str, Any]]:
        """What the steps and their corrections recorded, latest first."""
        for event in reversed(self.history):
            if isinstance(event.body, (StepCompleted, DataCorrected)):
                yield event.body.data

    def latest(self, field: str, default: Any = None) -> Any:
        """The last answer to ``field``, in whichever step it was given."""
        given = (data[field] for data in self.answers() if data.get(field) is not None)
        return next(given, default)


class AutomationResult(msgspec.Struct, frozen=True):
    """How the task ended, and its form's data."""

    outcome: str = "done"
    data: dict[str, Any] = {}


class AutomationFault(Exception):
    """It did not work. ``kind`` is a class of fault that carries no data; without ``retryable``
    a person is called at once."""

    def __init__(self, kind: str, *, retryable: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        self.retryable = retryable


def case_number(case: UUID) -> str:
    """First eight hexadecimal digits of the case's id, in capitals: short enough to be dictated."""
    return case.hex[:8].upper()
