"""Who did what with a version, when and why, with the checker's report at that moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from domain.log.recorded import Recorded
from domain.publishing import events as p

Kind = Literal[
    "installed", "drafted", "changed", "proposed", "approved", "rejected", "published", "retired"
]

_KINDS: dict[type[Any], Kind] = {
    p.Installed: "installed",
    p.Drafted: "drafted",
    p.DraftChanged: "changed",
    p.Proposed: "proposed",
    p.Approved: "approved",
    p.Rejected: "rejected",
    p.Published: "published",
    p.Retired: "retired",
}


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened to a version. `by`: a staff member's id, or the machine's;
    `position`: of the event in the log; `proof` and `reasons`: of a proposal."""

    at: datetime
    by: str
    role: str
    kind: Kind
    digest: str
    reason: str
    position: int
    valid_from: date | None = None
    until: date | None = None
    proof: p.Proof | None = None
    reasons: dict[str, str] = {}


def moments(events: Iterable[Recorded], label: str) -> list[Moment]:
    """Of one version, oldest first."""
    return [
        Moment(
            event.at,
            event.actor,
            event.role or "",
            _KINDS[type(event.body)],
            getattr(event.body, "digest", ""),
            getattr(event.body, "reason", ""),
            event.position,
            getattr(event.body, "valid_from", None),
            getattr(event.body, "until", None),
            getattr(event.body, "proof", None),
            getattr(event.body, "reasons", {}),
        )
        for event in events
        if event.body.label == label
    ]
