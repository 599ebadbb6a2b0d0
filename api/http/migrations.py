"""Moving running cases to another version: designers plan, management approves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

import msgspec
from fastapi import APIRouter

from api.http.access import may_read_drafts
from api.http.door import Door, Identified
from api.http.migration_shapes import (
    ANSWERED,
    PREVIEW,
    VIEW,
    ApprovalBody,
    MigrationList,
    MigrationView,
    PlanBody,
    PlanPreview,
    preview_of,
    view_of,
)
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.running import count
from domain.refusal import FieldProblem
from domain.service import Receipt
from protocols.documents import DocumentError
from protocols.migration.mapping import Mapping, read_mapping
from protocols.text import Text

router = APIRouter(prefix="/api/v1/migrations", tags=["migrazioni"])

_PLANS = UUID("a3f0c9d4-5a0e-5c57-8f0b-0f6d7c1e2b34")


@router.get(
    "",
    responses=shape(MigrationList, "I piani.", MigrationList([VIEW])),
    summary="Elenca i piani di migrazione",
)
def list_migrations(door: Identified) -> Json:
    """Dal più vecchio. · The oldest first."""
    _admit(door)
    return Json(MigrationList([_view(door, plan.id) for plan in h.migrations(door.service)]))


@router.post(
    "/preview",
    responses=shape(PlanPreview, "Che cosa accadrebbe.", PREVIEW),
    summary="Che cosa farebbe un cambio di versione ai casi aperti",
)
def preview(body: PlanBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Caso per caso, senza registrare nulla. · Case by case; nothing is recorded."""
    _admit(door)
    # Asked for as of every POST, although nothing is written.
    command_id(door, key)
    service = door.service
    asked = h.asked_of(
        service, body.protocol, body.from_version, body.to_version, _mapping(door, body)
    )
    return Json(preview_of(asked, h.surveyed(service, asked)))


@router.post(
    "",
    status_code=201,
    responses=shape(MigrationView, "Registrato.", VIEW, 201),
    summary="Registra un piano di migrazione",
)
def plan(body: PlanBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Di chi disegna i protocolli; va approvato. · By a designer; it is to be approved."""
    _admit(door)
    number = command_id(door, key)
    command = k.PlanMigration(
        command_id=number,
        actor=door.actor,
        case=uuid5(_PLANS, str(number)),
        protocol=body.protocol,
        from_version=body.from_version,
        to_version=body.to_version,
        mapping=_mapping(door, body),
        reason=body.reason,
    )
    return _written(door, h.plan_migration(door.service, command), 201)


@router.get("/{migration}", responses=ANSWERED, summary="Un piano di migrazione")
def one_migration(migration: UUID, door: Identified) -> Json:
    """E a che punto è. · And how far it has come."""
    _admit(door)
    return Json(_view(door, migration))


@router.post("/{migration}/approve", responses=ANSWERED, summary="Approva un piano")
def approve(
    migration: UUID, body: ApprovalBody, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Al livello gestionale, non chi l'ha preparato. · By management, not by the planner."""
    command = k.ApproveMigration(
        command_id=command_id(door, key),
        actor=door.actor,
        case=migration,
        digest=body.digest,
        reason=body.reason,
    )
    return _written(door, h.approve(door.service, command))


@router.post("/{migration}/start", responses=ANSWERED, summary="Comincia a spostare i casi")
def start(migration: UUID, door: Identified, key: IdempotencyKey = None) -> Json:
    """Un piano approvato. · An approved plan."""
    return _simply(door, h.start, k.StartMigration, migration, key)


@router.post("/{migration}/pause", responses=ANSWERED, summary="Sospende un piano in corso")
def pause(migration: UUID, door: Identified, key: IdempotencyKey = None) -> Json:
    """I casi già spostati restano. · Cases that have moved stay."""
    return _simply(door, h.pause, k.PauseMigration, migration, key)


@router.post("/{migration}/resume", responses=ANSWERED, summary="Riprende un piano sospeso")
def resume(migration: UUID, door: Identified, key: IdempotencyKey = None) -> Json:
    """Da dove era. · From where it was."""
    return _simply(door, h.resume, k.ResumeMigration, migration, key)


@router.post("/{migration}/revert", responses=ANSWERED, summary="Annulla un piano")
def revert(migration: UUID, door: Identified, key: IdempotencyKey = None) -> Json:
    """Tornano indietro i casi su cui non si è lavorato. · Cases go back that nobody worked on."""
    return _simply(door, h.ask_revert, k.RevertPlan, migration, key)


def _simply(
    door: Door, does: Callable[..., Receipt], kind: type[Any], migration: UUID, key: str | None
) -> Json:
    command = kind(command_id=command_id(door, key), actor=door.actor, case=migration)
    return _written(door, does(door.service, command))


def _written(door: Door, receipt: Receipt, status: int = 200) -> Json:
    return Json(_view(door, receipt.case), status, replay_header(receipt))


def _view(door: Door, migration: UUID) -> MigrationView:
    found = h.migration(door.service, migration)
    return view_of(found, *count(door.service, found))


def _mapping(door: Door, body: PlanBody) -> Mapping:
    """As it is read from a file. Raises Refused, Problem (422)."""
    old, new = h.versions(door.service, body.protocol, body.from_version, body.to_version)
    written = msgspec.json.encode(body.mapping.model_dump())
    try:
        return read_mapping(written, "mapping", old, new)
    except DocumentError as error:
        raise Problem(
            422,
            "mapping_invalid",
            Text("La corrispondenza dei nomi non va bene.", "The mapping is not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(
                FieldProblem(f"mapping.{problem.where}", problem.message)
                for problem in error.problems
            ),
        ) from None


def _admit(door: Door) -> None:
    if not may_read_drafts(door.reader):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le migrazioni riguardano chi disegna i protocolli e chi li decide.",
                "Migrations concern those who design protocols and those who decide on them.",
            ),
        )
