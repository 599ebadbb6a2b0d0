"""The events of a bundle as readable JSON, beside the bytes that are proved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.evidence.collecting import Evidence, Stored
from domain.evidence.naming import SEALED, Naming
from domain.vault.events import PersonalReader
from domain.vault.fields import is_sealed

ReaderOf = Callable[[UUID], PersonalReader]
"""What opens the personal data of a person."""


class TranscribedEvent(msgspec.Struct, frozen=True):
    """`file`: where the bytes are that were hashed; `hash`, `previous`: hexadecimal; `originator`:
    case or person."""

    position: int
    originator: str
    version: int
    kind: str
    at: str
    occurred_at: datetime | None
    by: str
    role: str | None
    command: str
    hash: str
    previous: str
    file: str
    body: dict[str, Any]


class Transcript(msgspec.Struct, frozen=True):
    """`full`: personal values stand in the clear. `size`: of the checkpoint."""

    case: str
    person: str
    full: bool
    size: int
    events: list[TranscribedEvent]


def file_of(one: Stored) -> str:
    """Path in the archive of the bytes of an event, without its ending."""
    return f"eventi/{one.event.position:010}"


def transcribe(evidence: Evidence, naming: Naming, readers: ReaderOf | None) -> Transcript:
    """`readers` is given for a full bundle only. Raises FieldAltered, VaultProblem."""
    naming.meet(one.event.actor for one in evidence.stored)
    return Transcript(
        str(evidence.case),
        naming.anonymous(str(evidence.person)),
        readers is not None,
        evidence.checkpoint.size,
        [_event(evidence, one, naming, readers) for one in evidence.stored],
    )


def _event(
    evidence: Evidence, one: Stored, naming: Naming, readers: ReaderOf | None
) -> TranscribedEvent:
    event = one.event
    body: dict[str, Any] = naming.anonymous(msgspec.to_builtins(event.body, str_keys=True))
    body |= _personal(evidence, one, readers)
    return TranscribedEvent(
        event.position,
        "case" if event.originator_id == evidence.case else "person",
        event.originator_version,
        one.topic,
        _at(one),
        event.occurred_at,
        naming.staff(event.actor),
        event.role,
        str(event.command_id),
        one.hash.hex(),
        one.previous.hex(),
        f"{file_of(one)}.bin",
        body,
    )


def _personal(evidence: Evidence, one: Stored, readers: ReaderOf | None) -> dict[str, Any]:
    """What is personal or was typed in the event, opened or shown to be sealed."""
    event, found = one.event, dict[str, Any]()
    of_case = event.originator_id == evidence.case
    reader = readers(evidence.person if of_case else event.originator_id) if readers else None
    if personal := getattr(event.body, "personal", None):
        found["personal"] = reader.opened(event) if reader else dict.fromkeys(personal, SEALED)
    for name in event.body.typed:
        if text := getattr(event.body, name):
            shown = SEALED if is_sealed(text) else text
            found[name] = reader.typed(event, name) if reader else shown
    return found


class _At(msgspec.Struct):
    at: str


def _at(one: Stored) -> str:
    """As it is written in the stored bytes, so that anybody can compare."""
    state = one.entry[69 + len(one.topic.encode()) :]
    return msgspec.json.decode(state, type=_At).at
