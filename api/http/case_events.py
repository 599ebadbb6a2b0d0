"""Case events: what may happen to a case at any time, and members added to a running step."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import Instant
from api.http.shapes import Json, shape
from api.http.task_view import FieldShape, fields_of
from api.http.tasks import Seen, past
from api.http.writing import WRITTEN, IdempotencyKey, as_seen, command_id, submit
from domain.case import commands as c
from domain.case.standing import standing_in_roles
from domain.refusal import Refused
from protocols.engine.moves import why_not
from protocols.engine.run import Run
from protocols.text import Text

router = APIRouter(prefix="/api/v1/cases", tags=["eventi di un caso"], route_class=ReadRoute)


class PossibleEvent(msgspec.Struct, frozen=True):
    """`why_not`: why it cannot happen now, null if it can; `may_report`: whether the asker may."""

    event: str
    title: Text
    roles: list[str]
    may_report: bool
    why_not: Text | None
    form: list[FieldShape]


class PossibleEvents(msgspec.Struct, frozen=True):
    case: UUID
    version: int
    events: list[PossibleEvent]


class ReportBody(Seen):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"data": {}}]})

    data: dict[str, Any] = {}
    occurred_at: Annotated[
        Instant | None, Field(description="Quando è avvenuto, se prima di ora.")
    ] = None


class MemberBody(Seen):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"step": "assess", "member": "cr-melzo-1"}]}
    )

    step: Annotated[str, Field(min_length=1, max_length=60)]
    member: Annotated[str, Field(min_length=1, max_length=60, description="L'id di un operatore.")]


EventName = Annotated[str, Path(max_length=60, examples=["no_show"])]


@router.get(
    "/{case}/events",
    responses=shape(
        PossibleEvents,
        "Gli eventi del protocollo.",
        PossibleEvents(UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"), 9, []),
    ),
    summary="Che cosa può accadere ora a un caso",
)
def possible(case: UUID, door: Identified) -> Json:
    """E perché il resto non può. · And why the rest cannot."""
    door.sight(case, "data")
    return Json(possible_events(door, case))


def possible_events(door: Door, case: UUID) -> PossibleEvents:
    service = door.service
    state = service.state(case)
    plan = service.plan(state)
    run = Run(plan, state, service.clock.now(), service.territory)

    def may(roles: tuple[str, ...]) -> bool:
        try:
            standing_in_roles(run, roles, door.actor)
        except Refused:
            return False
        return True

    forms = plan.protocol.forms
    return PossibleEvents(
        case,
        state.version,
        [
            PossibleEvent(
                name,
                event.event.title,
                list(event.event.by),
                may(event.event.by),
                why_not(run, event),
                fields_of(forms[event.event.form] if event.event.form else None),
            )
            for name, event in plan.events.items()
        ],
    )


@router.post("/{case}/events/{event}", responses=WRITTEN, summary="Registra un evento del caso")
def report(
    case: UUID,
    event: EventName,
    door: Identified,
    body: ReportBody | None = None,
    key: IdempotencyKey = None,
) -> Json:
    """Un'assenza, una crisi, un cambio di residenza, … · A no-show, a crisis, a move, …"""
    command = command_id(door, key)
    door.sight(case)
    body = body or ReportBody()
    return submit(
        door,
        c.ReportEvent(
            command_id=command,
            actor=door.actor,
            case=case,
            event=event,
            data=body.data,
            occurred_at=past(door, body.occurred_at),
            **as_seen(body.expected_version),
        ),
    )


@router.post("/{case}/members", responses=WRITTEN, summary="Aggiunge una persona a un passo aperto")
def add_member(case: UUID, body: MemberBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Un compito in più, per esempio una valutazione. · One more task, an assessment say."""
    command = command_id(door, key)
    door.sight(case)
    return submit(
        door,
        c.AddMember(
            command_id=command,
            actor=door.actor,
            case=case,
            step=body.step,
            member=body.member,
            **as_seen(body.expected_version),
        ),
    )
