"""Carrying a plan out, a few cases at a time. Every step may be repeated: each case moves once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from uuid import UUID, uuid5

import msgspec
import structlog

from domain.case.commands import Actor, Command
from domain.case.migrate import MigrateCase, RevertMigration
from domain.log.errors import LogUnavailable
from domain.migration import commands as k
from domain.migration.events import Route
from domain.migration.handle import finish, finish_revert, migration
from domain.migration.state import Migration, Status
from domain.refusal import Refused
from domain.service import CaseService

MACHINE = Actor("system:migration")
BATCH = 20
"""Cases in one step: how long a pause may have to wait."""

Phase = Literal["running", "reverting"]

log = structlog.get_logger()


class Advance(msgspec.Struct, frozen=True):
    """Where the plan stands after a step. `cursor`: of `total` cases, how many have been tried in
    this `phase`; `status`: the plan's, which says whether there is more to do."""

    status: Status
    phase: str
    cursor: int
    total: int


def advance(
    service: CaseService, plan: UUID, phase: str, cursor: int, size: int = BATCH
) -> Advance:
    """Try the next cases. `phase`, `cursor`: of the last step; a phase that has changed begins at
    the first case. Raises Refused (not_found), LogUnavailable."""
    state = migration(service, plan)
    cases, routes = state.plan.cases, state.routes()
    if state.status not in ("running", "reverting"):
        return Advance(state.status, phase, cursor, len(cases))
    if state.status != phase:
        cursor = 0
    batch = [UUID(hex=case) for case in cases[cursor : cursor + size]]
    if state.status == "running":
        for case in batch:
            _try(service, moving(state, case, routes[case.hex]))
    else:
        for case in _moved(service, state, batch):
            _try(service, reverting(state, case))
    cursor += len(batch)
    status: Status = state.status
    if cursor >= len(cases):
        status = _end(service, state)
    return Advance(status, state.status, cursor, len(cases))


def moving(state: Migration, case: UUID, route: Route) -> MigrateCase:
    plan = state.plan
    return MigrateCase(
        command_id=uuid5(state.id, str(case)),
        actor=MACHINE,
        case=case,
        migration=str(state.id),
        protocol=plan.protocol,
        from_version=route.from_version,
        to_version=route.to_version,
        digest=route.digests[1],
        mapping=route.mapping,
        # Only a base leaves it to the case which combination it goes to.
        day=None if "+" in plan.to_version else plan.day,
    )


def reverting(state: Migration, case: UUID) -> RevertMigration:
    return RevertMigration(
        command_id=uuid5(state.id, f"revert:{case}"),
        actor=MACHINE,
        case=case,
        migration=str(state.id),
    )


def _end(service: CaseService, state: Migration) -> Status:
    """Count, trying once more whatever did not go through, and say that the plan is done."""
    cases = [UUID(hex=case) for case in state.plan.cases]
    number = uuid5(state.id, f"end of {state.status}:{state.version}")
    if state.status == "running":
        moved = set(_moved(service, state, cases))
        routes = state.routes()
        waiting = (moving(state, case, routes[case.hex]) for case in cases if case not in moved)
        left = _again(service, waiting)
        finish(
            service,
            k.FinishMigration(
                command_id=number, actor=MACHINE, case=state.id, moved=len(cases) - len(left),
                left=left,
            ),
        )  # fmt: skip
        return "finished"
    there = _moved(service, state, cases)
    back = service.recorder.known([reverting(state, case).command_id for case in there])
    going_back = [reverting(state, case) for case in there]
    kept = _again(service, [c for c in going_back if c.command_id not in back])
    finish_revert(
        service,
        k.FinishRevert(
            command_id=number, actor=MACHINE, case=state.id, reverted=len(there) - len(kept),
            kept=kept,
        ),
    )  # fmt: skip
    return "reverted"


def count(service: CaseService, state: Migration) -> tuple[int, int]:
    """How many cases the log says have been moved, and been moved back. Raises LogUnavailable."""
    cases = [UUID(hex=case) for case in state.plan.cases]
    there = _moved(service, state, cases)
    back = service.recorder.known([reverting(state, case).command_id for case in there])
    return len(there), len(back)


def _moved(service: CaseService, state: Migration, cases: Iterable[UUID]) -> list[UUID]:
    """Those that this plan has moved, whatever became of them since."""
    by_command = {uuid5(state.id, str(case)): case for case in cases}
    known = service.recorder.known(list(by_command))
    return [case for command, case in by_command.items() if command in known]


def _again(service: CaseService, commands: Iterable[Command]) -> tuple[tuple[str, str], ...]:
    return tuple((c.case.hex, why) for c in commands if (why := _try(service, c)))


def _try(service: CaseService, command: Command) -> str:
    """'' where it went through, or had before; else why not. One case that cannot be read must not
    hold up the others. Raises LogUnavailable."""
    try:
        service.handle(command)
    except LogUnavailable:
        raise
    except Refused as refused:
        if refused.kind == "unavailable":
            raise
        return refused.related.get("why", refused.code)
    except Exception as error:
        kind = type(error).__name__
        log.error("case_not_migrated", case=str(command.case), error=kind)
        return f"error:{kind}"
    return ""
