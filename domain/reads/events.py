"""Events of the read log: many reads in one, so that looking costs next to nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from protocols.engine.events import Body


class Read(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Somebody looked, or was refused. Nothing personal: ids, names of roles, categories.

    `by`: a staff id; `roles`: what they held then, as `role@scope`; `grounds`: by which relations
    they read (`api.http.access`), none where they were refused; `door`: the address as it is
    declared, or the command; `shown`, `withheld`: categories of data that the answer held in the
    clear, or hid. `case` and `person` are null where the question was not about one.
    """

    at: datetime
    by: str
    door: str
    case: UUID | None = None
    person: UUID | None = None
    roles: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    refused: bool = False


class ReadsRecorded(Body, frozen=True):
    """What one process answered in a moment, in order."""

    reads: tuple[Read, ...]
