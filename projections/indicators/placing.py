"""The placement that a case is in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain.log.recorded import Recorded
from projections.indicators.figures import Placement
from projections.rows import Rows

HIRED = "hired"


def running(rows: Rows, event: Recorded) -> Placement | None:
    """The last placement, if it has not ended."""
    placement: Placement | None = rows.get(
        "placements", event.originator_id, rows.get("cases", event.originator_id).placements
    )
    return placement if placement is not None and placement.ended_at is None else None


def end_placement(rows: Rows, event: Recorded, outcome: str, **changes: Any) -> None:
    """End the placement that is running, if one is: with its own outcome, or the case's reason."""
    placement = running(rows, event)
    if placement is not None:
        rows.put(
            "placements",
            replace(
                awake(placement, event.at),
                outcome=outcome,
                hired=outcome == HIRED,
                ended_at=event.at,
                **changes,
            ),
        )


def awake(placement: Placement, at: datetime) -> Placement:
    """The placement going on again, the days it was suspended for counted."""
    if placement.suspended_at is None:
        return placement
    days = placement.suspended + (at - placement.suspended_at).days
    return replace(placement, suspended_at=None, suspended=days)
