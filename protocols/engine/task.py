"""One thing to do, as the engine sees it."""

from __future__ import annotations

from datetime import datetime

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
