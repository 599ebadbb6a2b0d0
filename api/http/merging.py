"""Two registrations of one human being: proposed, decided, and undone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import After
from api.http.person_writing import DONE, PERSON, Why, done
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id
from domain.person.merging import (
    DecideMerge,
    PartPersons,
    ProposeMerge,
    decide_merge,
    part_persons,
    propose_merge,
)
from projections.persons.queries import MergeWaiting, merges_waiting
from protocols.text import Text

router = APIRouter(prefix="/api/v1/persons", tags=["persone"], route_class=ReadRoute)

OTHER = UUID("5d3f7a10-2c4e-5f61-8a77-91b2c3d4e5f6")


class Merge(BaseModel):
    """`merged`: the id of the registration that is the same human being."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"merged": str(OTHER), "why": "Stessa carta d'identità."}]},
    )

    merged: UUID
    why: Why


class MergeDecision(BaseModel):
    """`why`: needed where it is declined."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True}]})

    approve: bool
    why: Why = ""


class Parting(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"why": "Erano due cugini."}]}
    )

    why: Why


class MergesWaiting(msgspec.Struct, frozen=True):
    """Proposed and not decided, the oldest first."""

    merges: list[MergeWaiting]


_WAITING = MergesWaiting(
    [MergeWaiting(PERSON, OTHER, "desk-melzo", datetime(2026, 3, 12, 9, 30, tzinfo=UTC))]
)


_NOT_SHOWN = Text(
    "Le unioni proposte le vede chi le decide.",
    "Proposed merges are shown to those who decide them.",
)


def may_see_joins(door: Door) -> bool:
    """Whether one is shown what is joined everywhere: who decides it, and who audits."""
    shown_to = {*door.service.territory.records.joins.approved_by, "auditor"}
    return any(role in shown_to for role, _, _ in door.reader.holds)


def check_joins(door: Door, said: Text) -> None:
    """Raises Problem (403) with what is said to everybody else."""
    if not may_see_joins(door):
        raise Problem(403, "not_for_this_role", said)


@router.get(
    "/merges",
    responses=shape(MergesWaiting, "Le proposte.", _WAITING),
    summary="Le unioni proposte, da decidere",
)
def waiting(door: Identified, after: After = 0) -> Json:
    """Per chi le decide e chi verifica. · For those who decide and those who audit."""
    check_joins(door, _NOT_SHOWN)
    door.wait(after, "persons")
    with door.reading() as connection:
        found = merges_waiting(connection)
    for one in found:
        for person in (one.kept, one.merged):
            door.looks.admitted({"merging"}, None, person)
    return Json(MergesWaiting(found))


@router.post(
    "/{person}/merges", responses=DONE, summary="Propone di unire due registrazioni di una persona"
)
def propose(person: UUID, body: Merge, door: Identified, key: IdempotencyKey = None) -> Json:
    """`person` è quella che resta; decide un altro operatore. · `person` is the one that is kept;
    somebody else decides."""
    command = ProposeMerge(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        merged=body.merged,
        why=body.why,
    )
    return done(propose_merge(door.service, command))


@router.post(
    "/{person}/merges/{merged}/decision", responses=DONE, summary="Approva o respinge un'unione"
)
def decide(
    person: UUID, merged: UUID, body: MergeDecision, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Da allora i casi di entrambe sono di chi resta. · From then on the cases of both are those
    of the one that is kept."""
    command = DecideMerge(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        merged=merged,
        approve=body.approve,
        why=body.why,
    )
    return done(decide_merge(door.service, command))


@router.post("/{person}/merges/{merged}/undo", responses=DONE, summary="Separa due persone unite")
def part(
    person: UUID, merged: UUID, body: Parting, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Ciò che si è aperto dopo l'unione resta a chi era rimasta. · What was opened after the merge
    stays with the one that was kept."""
    command = PartPersons(
        command_id=command_id(door, key),
        actor=door.actor,
        case=person,
        merged=merged,
        why=body.why,
    )
    return done(part_persons(door.service, command))
