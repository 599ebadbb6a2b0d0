"""What the person of a case authorised to be disclosed, and what of it holds now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter

from api.http.access import Sight
from api.http.door import Identified
from api.http.looks import ReadRoute
from api.http.shapes import Json, shape
from domain.case.state import CaseState
from domain.disclosure import ledger
from domain.disclosure.ledger import Ledger
from domain.log.recorded import Recorded
from domain.service import CaseService

router = APIRouter(prefix="/api/v1/cases", tags=["autorizzazioni"], route_class=ReadRoute)


class AuthorisationLine(msgspec.Struct, frozen=True):
    """`source`: the service that tells; `recipients`: those who may be told now, `excluded`: those
    taken out by the person since. `status`: in_force, withdrawn, refused, replaced or expired;
    `ended_at`: since when it no longer holds, `expires_at`: the first instant at which it will
    not (null: without end)."""

    task: str
    source: str
    recipients: list[str]
    excluded: list[str]
    categories: list[str]
    purpose: str
    given_at: datetime
    until: date | None
    expires_at: datetime | None
    status: str
    ended_at: datetime | None


class FlowLine(msgspec.Struct, frozen=True):
    """What passes now: data recorded by one circle, read by another."""

    recorded_by: str
    read_by: str
    categories: list[str]


class Disclosures(msgspec.Struct, frozen=True):
    """`authorisations`: the oldest first."""

    case: UUID
    version: int
    at: datetime
    authorisations: list[AuthorisationLine]
    flows: list[FlowLine]


_EXAMPLE = Disclosures(
    UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"),
    21,
    datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
    [
        AuthorisationLine(
            "authorise_disclosure", "cps-melzo", ["municipality", "employment"], [],
            ["social", "work"], "taking_in_charge", datetime(2026, 1, 20, 10, 0, tzinfo=UTC),
            date(2027, 1, 20), datetime(2027, 1, 20, 23, 0, tzinfo=UTC), "in_force", None,
        )
    ],
    [FlowLine("health_provider", "municipality", ["social", "work"])],
)  # fmt: skip


@router.get(
    "/{case}/disclosures",
    responses=shape(Disclosures, "Le autorizzazioni.", _EXAMPLE),
    summary="Che cosa la persona ha autorizzato a comunicare",
)
def disclosures(case: UUID, door: Identified) -> Json:
    """Date, negate, ritirate, scadute, e che cosa passa ora. · And what passes now."""
    sight = door.sight(case)
    return Json(disclosures_of(door.service, door.service.state(case), sight))


def disclosures_of(service: CaseService, state: CaseState, sight: Sight) -> Disclosures:
    """As they stand at the instant of `sight`."""
    passing: dict[tuple[str, str], list[str]] = {}
    for flow in sorted(sight.flows):
        passing.setdefault(flow[:2], []).append(flow.category)
    return Disclosures(
        state.id,
        state.version,
        sight.at,
        lines_of(state.disclosures, sight.at, service.territory.timezone),
        [FlowLine(*between, categories) for between, categories in passing.items()],
    )


def in_force(
    history: Iterable[Recorded], at: datetime, timezone: ZoneInfo
) -> list[AuthorisationLine]:
    """By which data may pass at that instant, and for what purpose."""
    known: Ledger = ()
    for event in history:
        if isinstance(event.body, ledger.BODIES):
            known = ledger.after(known, event.body, event.at)
    return [line for line in lines_of(known, at, timezone) if line.status == "in_force"]


def lines_of(known: Ledger, at: datetime, timezone: ZoneInfo) -> list[AuthorisationLine]:
    return [
        AuthorisationLine(
            one.task,
            one.source,
            list(one.left()),
            list(one.excluded),
            list(one.categories),
            one.purpose,
            one.given_at,
            one.until,
            one.expires_at(timezone),
            status := one.status(at, timezone),
            one.expires_at(timezone) if status == "expired" else one.ended_at,
        )
        for one in known
    ]
