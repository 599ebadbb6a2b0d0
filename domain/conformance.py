"""Whether a case's history is what its protocol says: each command is done again and compared.

Pure. The engine that decided is asked again with the same action at the same instant; what it says
must be what is in the log, deadlines included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from domain.case import events as c
from domain.case.state import CaseState
from domain.case.version_changes import VersionChanges, version_changes
from domain.disclosure import ledger as disclosures
from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.refusal import Refused
from domain.territories.editions import NO_EDITIONS, Editions
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.facts import FactError
from protocols.registry import Registry, UnknownProtocol
from protocols.territory import Territory
from protocols.text import Text


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it should be, at an event of an originator. No values: they could be
    about a person."""

    originator: UUID
    position: int
    code: str
    message: Text


class Checked(msgspec.Struct, frozen=True):
    """A case's history, checked. `place`: the (host, kind) that the case holds at the end."""

    commands: int
    place: tuple[str, str] | None
    findings: list[Finding]


def check_case(
    case: UUID,
    history: Sequence[Recorded],
    registry: Registry,
    territory: Territory,
    editions: Editions = NO_EDITIONS,
) -> Checked:
    """`history`: all events of the case, in order. Each command is decided again under the edition
    of the territory that held then; under `territory` where the log has none."""
    opened = history[0].body
    if not isinstance(opened, e.CaseOpened):
        return Checked(0, None, [_finding(history[0], "not_opened", _NOT_OPENED)])
    try:
        plan = registry.get(opened.protocol, opened.version)
    except UnknownProtocol as error:
        return Checked(0, None, [_finding(history[0], "unknown_protocol", error.message)])
    findings = []
    if plan.digest != opened.digest:
        findings.append(_finding(history[0], "digest", _DIGEST))
    state = CaseState(case, plan)
    commands = 0
    for _, group in groupby(history, lambda event: event.command_id):
        events = list(group)
        commands += 1
        held = editions.before(events[0].position)
        under = held.territory if held else territory
        if type(events[0].body) in (e.Migrated, e.MigrationReverted):
            changes = version_changes(registry, under)
            plan, state, finding = _check_move(changes, plan, state, events, history)
        else:
            state, finding = _check_command(plan, state, events, under)
        if finding is not None:
            findings.append(finding)
            if state is None:
                return Checked(commands, None, findings)
    return Checked(commands, state.place, findings)


def _check_command(
    plan: Plan, state: CaseState, events: list[Recorded], territory: Territory
) -> tuple[Any, Finding | None]:
    """(the state afterwards, None where it cannot be told; what is wrong, if anything is)."""
    first = events[0]
    bodies = [event.body for event in events]
    kind = type(bodies[0])
    if kind in _NO_MOVE:
        after, finding = _apply(state, events)
        return after, finding or _untimely(state, events, territory)
    run = Run(plan, state, first.at, territory)
    finding = None
    try:
        _again(run, bodies, first.actor)
    except (moves.Impossible, FactError, _Unexplained) as reason:
        code = getattr(reason, "code", "fact_incomplete")
        finding = _finding(first, "not_allowed", _not_allowed(bodies[0], code))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        finding = _finding(first, "cannot_follow", _cannot_follow(bodies[0], error))
    else:
        finding = _compare(run.emitted, events)
        if finding is None:
            after = run.state
            assert isinstance(after, CaseState)
            after.version = events[-1].originator_version
            return after, None
    after, broken = _apply(state, events)
    return after, broken or finding


def _check_move(
    changes: VersionChanges,
    plan: Plan,
    state: CaseState,
    events: list[Recorded],
    history: Sequence[Recorded],
) -> tuple[Plan, Any, Finding | None]:
    """As `_check_command`, with the plan that the case follows from here on."""
    first = events[0]
    try:
        to, run = changes.again(plan, state, first, history[: first.originator_version - 1])
    except UnknownProtocol as error:
        return plan, None, _finding(first, "unknown_protocol", error.message)
    except Refused as refused:
        after, broken = _apply(state, events)
        finding = _finding(first, "not_allowed", _not_allowed(first.body, refused.code))
        return plan, None, broken or finding
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return plan, None, _finding(first, "cannot_follow", _cannot_follow(first.body, error))
    known = to.digest == first.body.digest
    differs = _compare(run.emitted, events) if known else _finding(first, "digest", _DIGEST)
    if differs is None:
        return to, _at(run, events), None
    after, broken = _apply(state, events)
    return to, after, broken or differs


def _at(run: Run, events: list[Recorded]) -> CaseState:
    after = run.state
    assert isinstance(after, CaseState)
    after.version = events[-1].originator_version
    return after


def _apply(state: CaseState, events: list[Recorded]) -> tuple[Any, Finding | None]:
    after = state.copy()
    for event in events:
        try:
            after.apply(event.body, event.at)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            return None, _finding(event, "cannot_follow", _cannot_follow(event.body, error))
        after.version = event.originator_version
    return after, None


def _untimely(state: CaseState, events: list[Recorded], territory: Territory) -> Finding | None:
    """What the clock, or another event, does not bear out: expiries, emergencies, reviews."""
    for event in events:
        body = event.body
        if isinstance(body, DisclosureExpired):
            due = disclosures.expired(state.disclosures, event.at, territory.timezone)
            if body not in due:
                return _finding(event, "not_expired", _not_allowed(body, "not_expired"))
        elif isinstance(body, DisclosureExpiring):
            # How many days before is the territory's choice, which may have changed since.
            if not any(
                (one.task, one.until) == (body.task, body.until)
                and not one.warned
                and one.status(event.at, territory.timezone) == "in_force"
                for one in state.disclosures
            ):
                return _finding(event, "not_expiring", _not_allowed(body, "not_expiring"))
        elif isinstance(body, EmergencyAccessOpened):
            if not (event.at < body.until and body.by == event.actor and body.grounds):
                return _finding(event, "emergency", _not_allowed(body, "emergency"))
        elif isinstance(body, EmergencyAccessReviewed):
            opened = {one.access: one for one in state.emergencies}.get(body.access)
            if opened is None or opened.reviewed_by or opened.by == body.by != event.actor:
                return _finding(event, "review", _not_allowed(body, "review"))
    return None


class _Unexplained(Exception):
    code = "no_such_action"


def _again(run: Run, bodies: list[Any], actor: str) -> None:
    """Do the command again from the event that says what was asked."""
    first = bodies[0]
    if isinstance(first, e.TasksWithdrawn) and len(bodies) > 1:
        # Late tasks of a step are withdrawn before the step is forced.
        first = bodies[1]
    move = _MOVES.get(type(first))
    if isinstance(first, e.StepOpened) and not actor.startswith("system:"):
        moves.add_member(run, first.step, {"person": first.instance, "role": first.role})
    elif isinstance(first, e.ScopeOpened) and (around := run.plan.steps[first.step].within):
        moves.add_member(run, around, first.member)
    elif move is None:
        raise _Unexplained
    else:
        move(run, first)


_NO_MOVE = frozenset(
    {
        c.TaskClaimed, c.TaskReleased, c.TaskAssigned, c.NoteWritten, e.DataCorrected,
        *c.OF_THE_PERSON, DocumentAttached, DocumentWithdrawn, DisclosureExpiring,
        DisclosureExpired,
        EmergencyAccessOpened, EmergencyAccessReviewed,
    }
)  # fmt: skip

_MOVES: dict[type, Callable[[Run, Any], None]] = {
    e.CaseOpened: moves.open_case,
    e.StepCompleted: lambda run, b: moves.complete(
        run, b.task, b.outcome, b.data, b.personal, b.as_deputy, b.signed[-1] if b.signed else ""
    ),
    e.StepSigned: lambda run, b: moves.complete(
        run, b.task, b.outcome, b.data, b.personal, b.as_deputy, b.by
    ),
    e.CaseEventHappened: lambda run, b: moves.happen(run, b.event, b.data, b.personal),
    e.StepSkipped: lambda run, b: moves.skip(run, b.step, b.reason),
    e.StepForced: lambda run, b: moves.force(run, b.step, b.reason),
    e.StepRedone: lambda run, b: moves.redo(run, b.step, b.reason),
    e.AutomationGaveUp: lambda run, b: moves.give_up(run, b.task, b.attempts, b.error),
    e.StepOpened: lambda run, b: moves.pass_time(run),
    e.Reminded: lambda run, b: moves.pass_time(run),
    e.Escalated: lambda run, b: moves.pass_time(run),
}


def _compare(expected: list[Any], events: list[Recorded]) -> Finding | None:
    """The first event that is not the expected one."""
    for index, event in enumerate(events):
        if index >= len(expected):
            return _finding(event, "surplus", _surplus(event.body))
        if expected[index] != event.body:
            return _finding(event, "differs", _differs(expected[index], event.body))
    if len(expected) > len(events):
        return _finding(events[-1], "missing", _missing(expected[len(events)]))
    return None


def _fields(expected: Any, body: Any) -> Iterator[str]:
    for name in body.__struct_fields__:
        if getattr(expected, name) != getattr(body, name):
            yield name


# ── what is said ─────────────────────────────────────────────────────────────────────────────

_NOT_OPENED = Text(
    "La storia del caso non comincia con la sua apertura.",
    "The case's history does not begin with its opening.",
)
_DIGEST = Text(
    "Il testo del protocollo non è quello che il caso ha fissato all'apertura.",
    "The protocol's text is not the one that the case pinned when it was opened.",
)


def _finding(event: Recorded, code: str, message: Text) -> Finding:
    return Finding(event.originator_id, event.position, code, message)


def _not_allowed(body: Any, code: str) -> Text:
    topic = topic_of(type(body))
    return Text(
        f"Secondo il protocollo {topic} qui non era possibile ({code}).",
        f"By the protocol {topic} was not possible here ({code}).",
    )


def _cannot_follow(body: Any, error: Exception) -> Text:
    topic, fault = topic_of(type(body)), type(error).__name__
    return Text(
        f"{topic} non può seguire ciò che lo precede ({fault}).",
        f"{topic} cannot follow what comes before it ({fault}).",
    )


def _surplus(body: Any) -> Text:
    topic = topic_of(type(body))
    return Text(
        f"{topic} non doveva seguire da questo comando.",
        f"{topic} should not have followed from this command.",
    )


def _missing(expected: Any) -> Text:
    topic = topic_of(type(expected))
    return Text(f"Manca {topic}.", f"{topic} is missing.")


def _differs(expected: Any, body: Any) -> Text:
    topic = topic_of(type(body))
    if type(expected) is not type(body):
        wanted = topic_of(type(expected))
        return Text(f"Al posto di {wanted} c'è {topic}.", f"There is {topic} instead of {wanted}.")
    fields = ", ".join(_fields(expected, body))
    return Text(
        f"{topic} differisce da ciò che dice il motore in: {fields}.",
        f"{topic} differs from what the engine says in: {fields}.",
    )
