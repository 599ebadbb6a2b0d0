"""One thing to do, and a sub-protocol that runs, as the engine sees them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from protocols.engine import events as e

SCHEDULED = "scheduled"


class Task(Struct, frozen=True, gc=False):
    """One thing to do, in its current round. `status`: scheduled, open, done or out.

    `rung` is the next rung of the ladder; `ignores_pause` marks tasks opened during a pause;
    `signature` is the first of two, without what is personal.
    """

    key: str
    step: str
    round: int
    status: str
    instance: str = ""
    role: str = ""
    scope: str = ""
    assignee: str = ""
    automation: str = ""
    deputy: str = ""
    due: datetime | None = None
    remind: datetime | None = None
    ladder: tuple[e.Rung, ...] = ()
    rung: int = 0
    priority: int = 0
    opens_at: datetime | None = None
    opened_at: datetime | None = None
    settled_at: datetime | None = None
    outcome: str = ""
    ignores_pause: bool = False
    claimed_by: str = ""
    signature: e.StepSigned | None = None

    @property
    def taken_by(self) -> str:
        """Whose it is to do now. Who has signed it has done their part: that they had taken it
        keeps nobody from signing next."""
        signed = self.signature is not None and self.signature.by == self.claimed_by
        return "" if signed else self.claimed_by


class Standing(NamedTuple):
    """Since when a sub-protocol runs, until when it ran, with which reason it will end ('' while
    none was set)."""

    opened_at: datetime
    left_at: datetime | None = None
    result: str = ""
