"""What differs between two moments of a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from domain.case.difference import Difference, difference
from domain.case.state import fold
from domain.refusal import Refused
from domain.service import CaseService, unknown_case
from protocols.text import Text


class Between(msgspec.Struct, frozen=True):
    """`since`: null means before the case was opened; the versions are those of the two moments."""

    case: UUID
    since: datetime | None
    until: datetime
    from_version: int
    to_version: int
    difference: Difference


def between_moments(
    service: CaseService, case: UUID, since: datetime | None, until: datetime
) -> Between:
    """Raises Refused (not_found; invalid where the moments are the wrong way round)."""
    if since is not None and since > until:
        raise Refused(
            "invalid",
            "moments_reversed",
            Text(
                "Il primo momento viene dopo il secondo: scambiarli.",
                "The first moment is after the second: exchange them.",
            ),
        )
    history = service.history(case, at=until)
    if not history:
        raise unknown_case(case)
    known = [event for event in history if since is not None and event.at <= since]
    rest = history[len(known) :]
    before = fold(case, known, service.registry)
    after = fold(case, rest, service.registry, before)
    return Between(
        case, since, until, before.version, after.version, difference(before, after, rest)
    )
