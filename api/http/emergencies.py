"""Emergency access: opened with a reason, known at once to those who answer, then reviewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import (
    CATEGORIES,
    Reader,
    Sight,
    may_read,
    may_read_field,
    may_review_emergencies,
)
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.withheld import origins, withheld
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.access.reading import about_emergency
from domain.case.commands import Actor
from domain.emergency.alerting import whom_to_alert
from domain.emergency.commands import LONGEST, OpenEmergencyAccess, ReviewEmergencyAccess
from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.emergency.everywhere import accesses
from domain.emergency.ledger import Access
from domain.refusal import Refused
from domain.service import CaseService, Receipt, unknown_case
from protocols.engine.run import Run
from protocols.language.forms import Category
from protocols.text import Text

router = APIRouter(prefix="/api/v1", tags=["accesso d'emergenza"], route_class=ReadRoute)

_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
_ACCESS = "0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111"
_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
Reason = Annotated[
    str, Field(max_length=LONGEST, description="Resta riservato: lo legge chi verifica.")
]


class OpeningBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reason": "In pronto soccorso, non risponde: serve il piano di crisi.",
                    "categories": ["identity", "clinical"],
                }
            ]
        },
    )

    reason: Reason
    categories: Annotated[list[Category], Field(min_length=1, max_length=5)]


class ReviewBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"justified": True, "note": "Sentito il medico."}]},
    )

    justified: bool
    note: Reason


class Opened(msgspec.Struct, frozen=True):
    """`alerted`: staff who are to know; `until`: when it ends; `position`: the log's."""

    case: UUID
    access: str
    version: int
    position: int
    replayed: bool
    categories: list[str]
    until: datetime
    review_by: datetime
    alerted: list[str]


class AccessLine(msgspec.Struct, frozen=True):
    """`reason`, `note`: what was typed, or the category withheld. `justified`: null until reviewed;
    `may_review`: whether the asker may say."""

    case: UUID
    access: str
    by: str
    role: str
    categories: list[str]
    opened_at: datetime
    until: datetime
    open: bool
    review_by: datetime
    overdue: bool
    reason: Any
    reviewed_by: str
    reviewed_at: datetime | None
    justified: bool | None
    note: Any
    may_review: bool


class AccessLines(msgspec.Struct, frozen=True):
    """Those not reviewed yet first, the oldest first."""

    accesses: list[AccessLine]


_OPENED = Opened(
    _CASE, _ACCESS, 12, 431, False, ["clinical", "identity"],
    datetime(2026, 3, 12, 17, 30, tzinfo=UTC), datetime(2026, 3, 19, 23, 0, tzinfo=UTC),
    ["mr-melzo-1", "dpo-1"],
)  # fmt: skip
_LINES = AccessLines(
    [
        AccessLine(
            _CASE, _ACCESS, "cr-melzo-1", "clinical_referent", ["clinical", "identity"], _AT,
            _OPENED.until, True, _OPENED.review_by, False, {"withheld": "social"}, "", None, None,
            "", False,
        )
    ]
)  # fmt: skip


@router.post(
    "/cases/{case}/emergency-access",
    status_code=201,
    responses=shape(Opened, "Aperto.", _OPENED, 201),
    summary="Apre un accesso d'emergenza",
)
def open_emergency(
    case: UUID, body: OpeningBody, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Per qualche ora, alle categorie indicate; lo sanno subito il case manager e chi protegge i
    dati. · For some hours, to the categories named; those who answer for the case know at once."""
    command = command_id(door, key)
    receipt = break_glass(
        door.service, door.reader, case, command, body.reason, list(body.categories),
        door.looks.refused,
    )  # fmt: skip
    return Json(opened(door.service, receipt, str(command)), 201, replay_header(receipt))


def break_glass(
    service: CaseService,
    reader: Reader,
    case: UUID,
    command: UUID,
    reason: str,
    categories: list[str],
    refused: Callable[[UUID, UUID | None], object],
) -> Receipt:
    """`refused`: told of the case and its person where no policy lets the asker in, for the read
    log. Raises Refused (not_found also where the asker may not know that the case exists)."""
    if not categories or not set(categories) <= set(CATEGORIES):
        names = ", ".join(CATEGORIES)
        raise Refused(
            "invalid",
            "unknown_category",
            Text(f"Le categorie sono: {names}.", f"The categories are: {names}."),
        )
    sight = sights(service, [case]).get(case)
    if sight is None:
        raise unknown_case(case)
    grounds = emergency_grounds(reader, sight, categories)
    if not grounds:
        refused(case, sight.person)
        if not may_read(reader, sight, "summary"):
            raise unknown_case(case)
    return service.handle(
        OpenEmergencyAccess(
            command_id=command,
            actor=Actor(reader.id, reader.holds),
            case=case,
            reason=reason,
            categories=tuple(categories),
            grounds=grounds,
        )
    )


def emergency_grounds(reader: Reader, sight: Sight, categories: list[str]) -> tuple[str, ...]:
    """The policies that let the reader open all of these categories; none if they may not."""
    found: set[str] = set()
    for category in categories:
        allowed = [v.answer for v in about_emergency(reader, sight, category)]
        by = {policy.id for answer in allowed if answer.permitted for policy in answer.by}
        if not by:
            return ()
        found |= by
    return tuple(sorted(found))


def opened(service: CaseService, receipt: Receipt, access: str) -> Opened:
    """What the answer to an opening says, the same when it is repeated."""
    state = service.state(receipt.case)
    found = next(one for one in state.emergencies if one.access == access)
    run = Run(service.plan(state), state, found.opened_at, service.territory)
    return Opened(
        receipt.case,
        access,
        receipt.version,
        receipt.position,
        receipt.replayed,
        list(found.categories),
        found.until,
        found.review_by,
        list(whom_to_alert(service.territory, run, found.by)),
    )


@router.post(
    "/cases/{case}/emergency-access/{access}/review",
    responses=shape(AccessLines, "Verificato.", _LINES),
    summary="Dice se un accesso d'emergenza era giustificato",
)
def review(
    case: UUID,
    access: Annotated[str, Path(max_length=36, examples=[_ACCESS])],
    body: ReviewBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Chi dice di no chiude anche ciò che è ancora aperto. · A no closes what is still open."""
    command = command_id(door, key)
    door.sight(case)
    receipt = door.service.handle(
        ReviewEmergencyAccess(
            command_id=command,
            actor=door.actor,
            case=case,
            access=access,
            justified=body.justified,
            note=body.note,
        )
    )
    lines = [line for line in lines_of(door, door.sight(case), case) if line.access == access]
    return Json(AccessLines(lines), 200, replay_header(receipt))


@router.get(
    "/cases/{case}/emergency-accesses",
    responses=shape(AccessLines, "Gli accessi.", _LINES),
    summary="Gli accessi d'emergenza a un caso",
)
def of_case(case: UUID, door: Identified) -> Json:
    """Chi l'ha aperto, fino a quando, e che cosa ne è stato detto. · Who opened it, and why."""
    return Json(AccessLines(_pending_first(lines_of(door, door.sight(case), case))))


@router.get(
    "/emergency-accesses",
    responses=shape(AccessLines, "Gli accessi.", _LINES),
    summary="Gli accessi d'emergenza che chi chiede deve conoscere",
)
def everywhere(
    door: Identified,
    pending: Annotated[bool, Query(description="Solo quelli da verificare.")] = True,
) -> Json:
    """Per chi verifica, tutti; per gli altri, dei casi che possono vedere. · For reviewers all, for
    others those of the cases that they may see."""
    known = {
        case: found
        for case, found in accesses(door.service).items()
        if not pending or any(one.justified is None for one in found)
    }
    lines: list[AccessLine] = []
    for case, sight in sights(door.service, list(known)).items():
        if may_read(door.reader, sight, "summary"):
            door.admitted(case, sight)
            lines += lines_of(door, sight, case)
    if pending:
        lines = [line for line in lines if line.justified is None]
    return Json(AccessLines(_pending_first(lines)))


def lines_of(door: Door, sight: Sight, case: UUID) -> list[AccessLine]:
    """Of one case, the oldest first."""
    service = door.service
    history = service.history(case)
    state = service.state(case)
    assert state.opened is not None
    reader = service.personal_reader(state.opened.person)
    reviews = may_review_emergencies(door.reader)
    of = origins(history)
    typed: dict[tuple[str, str], tuple[Any, str]] = {}
    for event in history:
        body = event.body
        if isinstance(body, (EmergencyAccessOpened, EmergencyAccessReviewed)):
            origin = of[event.originator_version]
            may = reviews or may_read_field(door.reader, sight, "social", True, origin)
            door.looks.saw("social", may)
            name = body.typed[0]
            said = reader.typed(event, name) if may else withheld("social")
            typed[(body.access, name)] = (said, event.role or "")
    now = service.clock.now()
    return [_line(door, case, one, typed, reviews, now) for one in state.emergencies]


def _line(
    door: Door,
    case: UUID,
    one: Access,
    typed: dict[tuple[str, str], tuple[Any, str]],
    reviews: bool,
    now: datetime,
) -> AccessLine:
    reason, role = typed[(one.access, "reason")]
    pending = one.justified is None
    return AccessLine(
        case,
        one.access,
        one.by,
        role,
        list(one.categories),
        one.opened_at,
        one.until,
        one.open_at(now),
        one.review_by,
        pending and one.review_by <= now,
        reason,
        one.reviewed_by,
        one.reviewed_at,
        one.justified,
        typed.get((one.access, "note"), ("", ""))[0],
        reviews and pending and one.by != door.reader.id,
    )


def _pending_first(lines: list[AccessLine]) -> list[AccessLine]:
    return sorted(lines, key=lambda line: (line.justified is not None, line.opened_at))
