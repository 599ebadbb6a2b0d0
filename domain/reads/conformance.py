"""Whether a stream of the read log is what a process writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from domain.conformance import Finding
from domain.log.recorded import Recorded
from domain.reads.events import Read, ReadsRecorded
from domain.reads.stream import AUTHOR, MOST_AT_ONCE, command_of
from protocols.text import Text


def check_reads(originator: UUID, history: Sequence[Recorded]) -> Iterator[Finding]:
    """`history`: all events of the stream, in order."""
    last: datetime | None = None
    for event in history:
        fault = _fault(event)
        if last is not None and event.at < last:
            fault = fault or "backwards"
        last = event.at
        if fault:
            yield Finding(
                originator,
                event.position,
                f"read_{fault}",
                Text(
                    "Il registro delle consultazioni non è come un programma lo scrive.",
                    "The read log is not as a program writes it.",
                ),
            )


def _fault(event: Recorded) -> str:
    body = event.body
    if not isinstance(body, ReadsRecorded):
        return "foreign"
    if event.actor != AUTHOR or event.command_id != command_of(
        event.originator_id, event.originator_version
    ):
        return "author"
    if not 0 < len(body.reads) <= MOST_AT_ONCE:
        return "size"
    return next((fault for read in body.reads if (fault := _line(read))), "")


def _line(read: Read) -> str:
    if not read.by or not read.door:
        return "incomplete"
    # Whoever is refused sees nothing; nothing is both seen whole and by nobody's right.
    if read.refused and (read.shown or read.grounds):
        return "refused_and_shown"
    if read.shown and not read.grounds:
        return "groundless"
    return ""
