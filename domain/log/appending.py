"""What is handed to the log with the events, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID


@dataclass(frozen=True)
class CommandRow:
    """A command the log has accepted, or is asked to accept, once.

    ``fingerprint`` is a hash of the command's content: the same ``command_id`` with
    another fingerprint is refused. ``originator_id`` is the case (or host, …) the
    command was for, the first event's unless given. ``result`` is whatever the caller
    wants back when the command is repeated. The rest is filled in by the log:
    ``version`` is the originator's version after the command, ``last_position`` the
    end of the log then, and ``first_position`` is None for a command without events.
    """

    command_id: UUID
    fingerprint: bytes
    originator_id: UUID | None = None
    result: bytes | None = None
    first_position: int | None = None
    last_position: int = 0
    version: int = 0
    at: datetime | None = None


class Claim(NamedTuple):
    """``key`` is unique within ``scope`` while ``originator_id`` holds it.

    A key made from personal data must be a blind index (a keyed hash), never the data.
    """

    scope: str
    key: bytes
    originator_id: UUID


@dataclass(frozen=True)
class Claims:
    """Claims taken and released together with the events.

    Releases come first. Taking what one already holds, and releasing what one does
    not hold, change nothing.
    """

    take: tuple[Claim, ...] = field(default=())
    release: tuple[Claim, ...] = field(default=())


NO_CLAIMS = Claims()


@dataclass(frozen=True)
class Appended:
    """Success: ``first`` … ``last`` are the events' positions (``first`` None without events).

    ``replayed`` means that the command had been recorded before, and nothing was written now.
    """

    status: Literal["appended", "replayed"]
    first: int | None
    last: int
    command: CommandRow | None
