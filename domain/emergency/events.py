"""Events of emergency access, in the case that it opens."""

from __future__ import annotations

from datetime import datetime

from protocols.engine.events import Body


class EmergencyAccessOpened(Body, frozen=True):
    """`by`, a staff id, reads these categories until that instant. `access`: its id; `grounds`: by
    which policies it could be opened; `review_by`: the last instant to review it in time;
    `reason` is what they typed."""

    typed = ("reason",)

    access: str
    by: str
    categories: tuple[str, ...]
    until: datetime
    review_by: datetime
    reason: str
    grounds: tuple[str, ...] = ()


class EmergencyAccessReviewed(Body, frozen=True):
    """Whether it was justified, by somebody other than who opened it. A review that says no closes
    what is still open."""

    typed = ("note",)

    access: str
    by: str
    justified: bool
    note: str = ""
