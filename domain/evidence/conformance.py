"""Whether the log of the bundles of a case is what its rules allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.conformance import Finding
from domain.evidence.events import EvidenceIssued, stream_of
from domain.log.recorded import Recorded
from protocols.text import Text

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_evidence(originator: UUID, history: Sequence[Recorded]) -> Iterator[Finding]:
    """`history`: all events of the stream, in order."""
    for event in history:
        fault = _fault(originator, event)
        if fault:
            yield Finding(
                originator,
                event.position,
                f"evidence_{fault}",
                Text(
                    "La consegna di un fascicolo di prova non è come un programma la registra.",
                    "The issue of an evidence bundle is not as a program records it.",
                ),
            )


def _fault(originator: UUID, event: Recorded) -> str:
    body = event.body
    if not isinstance(body, EvidenceIssued):
        return "foreign"
    if stream_of(body.case) != originator:
        return "wrong_originator"
    if not body.grounds:
        return "groundless"
    # Personal data leave the house only with a reason that somebody stated.
    if body.full and not body.reason:
        return "no_reason"
    # A bundle is made of what was in the log before.
    if not 0 < body.size < event.position or not _SHA256.fullmatch(body.sha256):
        return "not_possible"
    return ""
