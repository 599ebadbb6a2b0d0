"""Events as the program sees them, and as the log keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event: what happened (``body``) and who recorded it, when and why.

    ``originator_version`` counts from 1 in each originator (case, host, …);
    ``position`` counts from 1 in the whole log and is 0 until the event is in it.
    ``at`` is when it was recorded, ``occurred_at`` when it happened if that differs;
    both are aware datetimes in UTC. ``actor`` is a pseudonymous id.
    """

    originator_id: UUID
    originator_version: int
    position: int = 0
    at: datetime
    actor: str
    role: str | None = None
    command_id: UUID
    body: Any
    occurred_at: datetime | None = None


class Entry(NamedTuple):
    """A row of the log: ``state`` is what the mapper wrote."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes
