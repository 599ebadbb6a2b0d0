"""Questions over all cases, for those who audit: what somebody did, where a step was late."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers.audit import Act, Acts, IrregularCase, IrregularCases, did, late
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import After, Cursor, Instant, Limit, Word
from api.http.replaying import auditing
from api.http.shapes import Json, shape
from domain.log.recorded import Recorded
from protocols.engine.events import CaseOpened

router = APIRouter(prefix="/api/v1/audit", tags=["verifica"], route_class=ReadRoute)

_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
_AT = datetime.fromisoformat("2026-03-12T09:30:00+00:00")
_ACTS = Acts(
    "mr-melzo-1",
    [
        Act(
            _AT, None, _CASE, 4711, UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111"),
            "case.step-completed", "triage", "municipal_referent", False, 3,
        )
    ],
    False,
)  # fmt: skip
_LATE = IrregularCases(
    "triage",
    [IrregularCase(_CASE, "late", _AT, "triage", _AT, "mr-melzo-1", "municipal_referent", "", [])],
    False,
)

Since = Annotated[Instant | None, Query(alias="from", description="Da, compreso.")]
Until = Annotated[Instant | None, Query(alias="to", description="A, compreso.")]


@router.get(
    "/did", responses=shape(Acts, "Gli atti.", _ACTS), summary="Tutto ciò che un operatore ha fatto"
)
def what_somebody_did(
    door: Identified,
    person: Annotated[Word, Query(description="L'id di un operatore.")],
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """In ogni caso, dal più vecchio, uno per comando. · In all cases, oldest first."""
    grounds = auditing(door)
    door.wait(after, "timeline")
    with door.reading() as connection:
        found = did(door.service, connection, person, since, until, limit, cursor)
    door.looks.admitted(grounds, None, None)
    return Json(found)


@router.get(
    "/late",
    responses=shape(IrregularCases, "I casi.", _LATE),
    summary="I casi in cui un passo fu in ritardo, tralasciato, forzato o rifatto",
)
def where_a_step_was_late(
    door: Identified,
    step: Annotated[Word, Query(description="Il nome del passo.")],
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """Con il motivo scritto per ogni eccezione; dal più vecchio. · With the reason that was written
    for each exception; oldest first."""
    grounds = auditing(door)
    door.wait(after, "indicators")
    about: dict[UUID, CaseOpened] = {}

    def reason(event: Recorded) -> str:
        case = event.originator_id
        opened = about.get(case) or about.setdefault(case, _opening(door, case))
        return door.service.personal_reader(opened.person).typed(event, "reason")

    with door.reading() as connection:
        found = late(
            door.service, connection, step, since, until, limit, cursor=cursor, reason=reason
        )
    for case, opened in about.items():
        door.looks.admitted(grounds, case, UUID(opened.person))
        door.looks.saw("social", True)
    if not about:
        door.looks.admitted(grounds, None, None)
    return Json(found)


def _opening(door: Door, case: UUID) -> CaseOpened:
    opened = door.service.state(case).opened
    assert opened is not None
    return opened
