"""Doing what is asked of a protocol's texts: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable

from domain.case.commands import Command
from domain.log.errors import Conflict
from domain.publishing import commands as k
from domain.publishing import decide, refusals
from domain.publishing.decide import Decision, Ground
from domain.publishing.events import Proof
from domain.publishing.proving import in_use, proof_of, prove, rests_on
from domain.publishing.standing import DESIGN, role_in
from domain.publishing.state import Edition, Publishing, fold
from domain.reactions import Batch, recorded
from domain.service import CaseService, Receipt
from protocols.checker import Report
from protocols.documents import DocumentError
from protocols.language.library import Source

_ATTEMPTS = 8


def publishing(service: CaseService, protocol: str, *, version: int | None = None) -> Publishing:
    """The protocol's texts now, or after `version` of its events. Raises LogUnavailable."""
    empty = Publishing.of(protocol)
    return fold(empty, service.history(empty.id, version=version))


def edition(service: CaseService, protocol: str, label: str) -> Edition:
    """One of them. Raises Refused (not_found), LogUnavailable."""
    return decide.edition_of(publishing(service, protocol), label)


def save_draft(service: CaseService, command: k.SaveDraft) -> Receipt:
    """Raises Refused, LogUnavailable."""
    role_in(command.actor, DESIGN)
    try:
        source = Source(command.text, f"{command.protocol}.yaml")
    except DocumentError as error:
        raise refusals.unreadable(error.problems) from None
    return _do(
        service,
        command,
        command.protocol,
        lambda state: decide.save_draft(state, command, source, _ground(service)),
    )


def propose(service: CaseService, command: k.Propose) -> Receipt:
    """Runs the checker on the text as it is now. Raises Refused, LogUnavailable."""
    proved: dict[str, Proof] = {}

    def decided(state: Publishing) -> Decision:
        found = decide.proposable(state, command)
        if found.digest not in proved:
            report = report_on(service, state, found)
            proved[found.digest] = proof_of(report, command.reasons)
        return decide.propose(state, command, proved[found.digest])

    return _do(service, command, command.protocol, decided)


def report_on(service: CaseService, state: Publishing, found: Edition) -> Report:
    """The checker's report on a text today, with the published ones. Raises LogUnavailable."""
    ground = _ground(service)
    drafts = [
        _source(state.protocol, other)
        for other in state.editions.values()
        if not other.in_force and other.label != found.label
    ]
    source = _source(state.protocol, found)
    return prove(source, ground.territory, ground.registry, ground.today, drafts)


def approve(service: CaseService, command: k.Approve) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(service, command, command.protocol, lambda state: decide.approve(state, command))


def reject(service: CaseService, command: k.Reject) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(service, command, command.protocol, lambda state: decide.reject(state, command))


def publish(service: CaseService, command: k.Publish) -> Receipt:
    """Raises Refused, LogUnavailable."""

    def decided(state: Publishing) -> Decision:
        found = decide.publishable(state, command)
        ground = _ground(service)
        source = _source(command.protocol, found)
        digest = rests_on(source, ground.territory, in_use(ground.registry, ground.today))
        return decide.publish(state, command, source, digest, ground)

    return _do(service, command, command.protocol, decided)


def retire(service: CaseService, command: k.Retire) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _do(
        service,
        command,
        command.protocol,
        lambda state: decide.retire(state, command, _ground(service)),
    )


def _source(protocol: str, found: Edition) -> Source:
    return Source(found.text, f"{protocol}/{found.label}.yaml")


def _ground(service: CaseService) -> Ground:
    territory = service.territory
    today = service.clock.now().astimezone(territory.timezone).date()
    return Ground(service.registry, territory, today)


def _do(
    service: CaseService,
    command: Command,
    protocol: str,
    decided: Callable[[Publishing], Decision],
) -> Receipt:
    """Once: a command that is in the log already is answered as it was then."""
    empty = Publishing.of(protocol)
    for _ in range(_ATTEMPTS):
        entries, row = service.recorder.read_with_command(empty.id, 0, command.command_id)
        if row is not None:
            return service.repeated(row, command)
        state = fold(empty, service.mapper.read_all(entries))
        decision = decided(state)
        now = service.clock.now()
        events = recorded(empty.id, state.version, decision.bodies, command, decision.role, now)
        try:
            return service.record(empty.id, command, Batch(events))
        except Conflict:
            continue
    raise refusals.too_busy()
