"""Doing what is asked of a migration plan: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from domain.case.commands import Command
from domain.log.errors import Conflict
from domain.migration import commands as k
from domain.migration import events as m
from domain.migration import refusals
from domain.migration.state import POSSIBLE, Migration, fold
from domain.migration.survey import Survey, survey
from domain.migration.ways import Asked
from domain.publishing.standing import DESIGN, MANAGEMENT, role_in
from domain.reactions import Batch, recorded
from domain.service import CaseService, Receipt
from protocols.documents import DocumentError
from protocols.engine.plan import Plan
from protocols.migration.mapping import Mapping
from protocols.registry import UnknownProtocol

_ATTEMPTS = 8
_PLANNED = "migration.planned"


def migration(service: CaseService, plan: UUID) -> Migration:
    """Raises Refused (not_found), LogUnavailable."""
    found = fold(plan, service.history(plan))
    if found is None:
        raise refusals.unknown(plan)
    return found


def migrations(service: CaseService) -> Iterator[Migration]:
    """Every plan, oldest first. Raises LogUnavailable."""
    for plan in service.recorder.originators_of(_PLANNED):
        yield migration(service, plan)


def versions(
    service: CaseService, protocol: str, from_version: str, to_version: str
) -> tuple[tuple[Plan, ...], tuple[Plan, ...]]:
    """Each with what cases of it may follow: a base, also with its variants; the one that was
    named comes first. Raises Refused (not_found, invalid)."""
    try:
        return (
            service.registry.around(protocol, from_version),
            service.registry.around(protocol, to_version),
        )
    except UnknownProtocol as error:
        raise refusals.unknown_version(error.message) from None
    except DocumentError as error:
        raise refusals.unreadable(error) from None


def asked_of(
    service: CaseService, protocol: str, from_version: str, to_version: str, mapping: Mapping
) -> Asked:
    """As of today. Raises Refused."""
    versions(service, protocol, from_version, to_version)
    today = service.clock.now().astimezone(service.territory.timezone).date()
    return Asked(protocol, from_version, to_version, mapping, today)


def surveyed(service: CaseService, asked: Asked) -> Survey:
    """Raises LogUnavailable."""
    return survey(service.recorder, service.registry, service.territory, asked, service.clock.now())


def plan_migration(
    service: CaseService,
    command: k.PlanMigration,
    look: Callable[[Asked], Survey] | None = None,
) -> Receipt:
    """`look`: who surveys the cases, this process unless said. Raises Refused, LogUnavailable."""
    role = role_in(command.actor, DESIGN)
    refusals.check_reason(command.reason)
    row = service.recorder.command(command.command_id)
    if row is not None:
        return service.repeated(row, command)
    asked = asked_of(
        service, command.protocol, command.from_version, command.to_version, command.mapping
    )
    old, new = versions(service, command.protocol, command.from_version, command.to_version)
    found = look(asked) if look else surveyed(service, asked)
    if not found.cases:
        same = asked.from_version == asked.to_version
        raise refusals.same_version(asked) if same else refusals.no_cases(asked)
    cases, routes = found.moving()
    body = m.Planned(
        asked.protocol,
        asked.from_version,
        asked.to_version,
        (old[0].digest, new[0].digest),
        asked.mapping,
        found.counts(),
        found.why(),
        cases,
        found.digest(),
        command.reason,
        routes,
        asked.day,
    )
    events = recorded(command.case, 0, [body], command, role, service.clock.now())
    try:
        return service.record(command.case, command, Batch(events))
    except Conflict:
        raise refusals.not_now("planned") from None


def approve(service: CaseService, command: k.ApproveMigration) -> Receipt:
    """By management, and not by whoever planned it. Raises Refused, LogUnavailable."""

    def decided(state: Migration) -> tuple[m.Approved, str]:
        role = role_in(command.actor, MANAGEMENT)
        if command.actor.id == state.planned_by:
            raise refusals.own_work()
        given = command.digest.lower()
        if len(given) < 12 or not state.plan.digest.startswith(given):
            raise refusals.another_plan(state.plan.digest)
        refusals.check_reason(command.reason)
        return m.Approved(state.plan.digest, command.reason), role

    return _do(service, command, m.Approved, decided)


def start(service: CaseService, command: k.StartMigration) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(service, command, m.Started, lambda _: (m.Started(), _either(command)))


def pause(service: CaseService, command: k.PauseMigration) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(service, command, m.Paused, lambda _: (m.Paused(), _either(command)))


def resume(service: CaseService, command: k.ResumeMigration) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(service, command, m.Resumed, lambda _: (m.Resumed(), _either(command)))


def ask_revert(service: CaseService, command: k.RevertPlan) -> Receipt:
    """By management. Raises Refused, LogUnavailable."""
    refusals.check_reason(command.reason)
    return _do(
        service,
        command,
        m.RevertAsked,
        lambda _: (m.RevertAsked(command.reason), role_in(command.actor, MANAGEMENT)),
    )


def finish(service: CaseService, command: k.FinishMigration) -> Receipt:
    """By the machine. Raises Refused, LogUnavailable."""
    body = m.Finished(command.moved, command.left)
    return _do(service, command, m.Finished, lambda _: (body, refusals.machine(command.actor)))


def finish_revert(service: CaseService, command: k.FinishRevert) -> Receipt:
    """By the machine. Raises Refused, LogUnavailable."""
    body = m.Reverted(command.reverted, command.kept)
    return _do(service, command, m.Reverted, lambda _: (body, refusals.machine(command.actor)))


def _either(command: Command) -> str:
    return role_in(command.actor, DESIGN, MANAGEMENT)


def _do(
    service: CaseService,
    command: Command,
    kind: type[Any],
    decided: Callable[[Migration], tuple[msgspec.Struct, str]],
) -> Receipt:
    for _ in range(_ATTEMPTS):
        entries, row = service.recorder.read_with_command(command.case, 0, command.command_id)
        if row is not None:
            return service.repeated(row, command)
        state = fold(command.case, service.mapper.read_all(entries))
        if state is None:
            raise refusals.unknown(command.case)
        body, role = decided(state)
        if state.status not in POSSIBLE[kind]:
            raise refusals.not_now(state.status)
        now = service.clock.now()
        events = recorded(command.case, state.version, [body], command, role, now)  # type: ignore[list-item]
        try:
            return service.record(command.case, command, Batch(events))
        except Conflict:
            continue
    raise refusals.too_busy()
