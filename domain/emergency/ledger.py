"""The emergency accesses of a case, as its events made them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed

BODIES: tuple[type[Any], ...] = (EmergencyAccessOpened, EmergencyAccessReviewed)


class Access(msgspec.Struct, frozen=True):
    """`justified`: null until it is reviewed. Times in UTC."""

    access: str
    by: str
    categories: tuple[str, ...]
    opened_at: datetime
    until: datetime
    review_by: datetime
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    justified: bool | None = None

    def open_at(self, at: datetime) -> bool:
        """Whether it lets its owner read at that instant."""
        return at < self.until and self.justified is not False


Accesses = tuple[Access, ...]


def after(known: Accesses, body: Any, at: datetime) -> Accesses:
    """The accesses after one more event; the oldest first."""
    if isinstance(body, EmergencyAccessOpened):
        return (
            *known,
            Access(body.access, body.by, body.categories, at, body.until, body.review_by),
        )
    if isinstance(body, EmergencyAccessReviewed):
        return tuple(
            replace(one, reviewed_by=body.by, reviewed_at=at, justified=body.justified)
            if one.access == body.access
            else one
            for one in known
        )
    return known


def opened_for(known: Iterable[Access], at: datetime) -> frozenset[tuple[str, str]]:
    """(staff, category) that may be read at that instant."""
    return frozenset(
        (one.by, category) for one in known if one.open_at(at) for category in one.categories
    )
