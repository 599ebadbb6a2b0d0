"""What the log keeps of an evidence bundle that was handed out."""

from __future__ import annotations

from uuid import UUID, uuid5

from protocols.engine.events import Body


class EvidenceIssued(Body, frozen=True):
    """A bundle of the case was made for the event's actor. Kept in a stream of its own.

    `person`: whom the case was opened for, with whose key the `reason` is sealed; `full`: personal
    data were in it in the clear; `size`: the checkpoint's, under which everything in it is proved;
    `sha256`: of the archive, in hexadecimal; `grounds`: by which right it was asked for.
    """

    typed = ("reason",)

    case: UUID
    person: UUID
    full: bool
    size: int
    sha256: str
    grounds: tuple[str, ...]
    reason: str = ""


def stream_of(case: UUID) -> UUID:
    """The stream that says which bundles of a case were handed out."""
    return uuid5(case, "evidence")
