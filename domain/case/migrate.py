"""Moving one case to another version of its protocol, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from domain.case import events as c
from domain.case.commands import Command
from domain.case.decide import Decision
from domain.case.state import CaseState
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.documents import DocumentError
from protocols.engine import events as e
from protocols.engine.carrying import Renaming
from protocols.engine.migrating import migrate, revert
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.migration.carrying import unchanged
from protocols.migration.mapping import Mapping
from protocols.migration.placing import Placer
from protocols.registry import Registry
from protocols.territory import Territory
from protocols.text import Text

# What may have happened since a move that is taken back: who holds a task, who was reminded, who
# wrote to whom, and what became known of the person.
UNDONE_WITH_IT = (
    c.TaskClaimed, c.TaskReleased, c.TaskAssigned, c.NoteWritten, e.Reminded, e.Escalated,
    *c.OF_THE_PERSON, DocumentAttached, DocumentWithdrawn,
)  # fmt: skip
# One for each combination of variants that a case may come from and go to.
_MOST_PLACERS = 128


class MigrateCase(Command, frozen=True, kw_only=True):
    """By the machine, for the plan `migration`. `digest`: of the text that the case moves to.
    `day`: where the plan is for a base, the one on which the variants of a case were looked up."""

    migration: str
    protocol: str
    from_version: str
    to_version: str
    digest: str
    mapping: Mapping
    day: date | None = None


class RevertMigration(Command, frozen=True, kw_only=True):
    """By the machine: back to where the case was before the plan `migration` moved it."""

    migration: str


class Placers:
    """What is known of pairs of versions, so that it is worked out once for many cases."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._known: dict[object, Placer] = {}

    def of(self, old: Plan, new: Plan, mapping: Mapping, migration: str) -> Placer:
        """Thread-safe enough: at worst a pair is worked out twice."""
        names = (tuple(sorted(mapping.steps.items())), tuple(sorted(mapping.events.items())))
        pair = (old.protocol.type_name, old.digest, new.protocol.type_name, new.digest, *names)
        like = self._known.get(pair)
        if like is None:
            if len(self._known) >= _MOST_PLACERS:
                self._known.clear()
            like = self._known[pair] = Placer(old, new, mapping, self._territory)
        return Placer(old, new, mapping, self._territory, migration, like)


def migrate_case(
    registry: Registry, placers: Placers, territory: Territory, state: CaseState,
    command: MigrateCase, now: datetime,
) -> Decision:  # fmt: skip
    """Raises Refused (forbidden, conflict), UnknownProtocol."""
    role = _machine(command)
    assert state.opened is not None
    if (state.opened.protocol, state.opened.version) != (command.protocol, command.from_version):
        raise Refused(
            "conflict",
            "case_elsewhere",
            Text(
                f"Il caso segue {state.opened.protocol} {state.opened.version}, non "
                f"{command.from_version}.",
                f"The case follows {state.opened.protocol} {state.opened.version}, not "
                f"{command.from_version}.",
            ),
        )
    old = registry.get(command.protocol, command.from_version)
    new = registry.get(command.protocol, command.to_version)
    if new.digest != command.digest:
        raise _not("text_changed", ("digest",))
    if command.day is not None and not _same_combination(registry, state, command, command.day):
        raise _not("other_combination", ("other-combination",))
    placement = placers.of(old, new, command.mapping, command.migration).place(state, now)
    if placement.event is None:
        raise _not(placement.verdict, placement.why)
    run = Run(new, state, now, territory)
    migrate(run, placement.event)
    return _decision(run, role)


def _same_combination(
    registry: Registry, state: CaseState, command: MigrateCase, day: date
) -> bool:
    """Whether what is known of the case by now still leads to the combination of the plan."""
    base = command.to_version.partition("+")[0]
    try:
        plan = registry.combination(command.protocol, base, day, state.attributes)
    except DocumentError:
        return False
    return plan.protocol.version == command.to_version


def revert_case(
    registry: Registry, territory: Territory, state: CaseState, history: Sequence[Recorded],
    command: RevertMigration, now: datetime,
) -> Decision:  # fmt: skip
    """`history`: all of the case. Raises Refused (forbidden, conflict), UnknownProtocol."""
    role = _machine(command)
    moved = last_move(history)
    if moved is None or moved.migration != command.migration or state.before is None:
        raise _not("not_moved", ("not-moved",))
    if state.ended:
        raise _not("ended", ("ended",))
    if not nothing_done_since(history):
        raise _not("already_worked", ("already-worked",))
    assert state.before.opened is not None
    opened = state.before.opened
    run = Run(registry.get(opened.protocol, opened.version), state, now, territory)
    revert(run, reversal(state, moved))
    return _decision(run, role)


def last_move(history: Sequence[Recorded]) -> e.Migrated | None:
    """The move that the case stands on; None where there is none, or it was taken back."""
    for event in reversed(history):
        if isinstance(event.body, e.MigrationReverted):
            return None
        if isinstance(event.body, e.Migrated):
            return event.body
    return None


def nothing_done_since(history: Sequence[Recorded]) -> bool:
    """Whether the case has only been held and reminded of since its last move."""
    for index in range(len(history) - 1, -1, -1):
        if isinstance(history[index].body, e.Migrated):
            command = history[index].command_id
            since = (event for event in history[index:] if event.command_id != command)
            return all(isinstance(event.body, UNDONE_WITH_IT) for event in since)
    return False


def reversal(state: CaseState, moved: e.Migrated) -> e.MigrationReverted:
    """The move taken back, with who holds which task by now."""
    before = state.before
    assert before is not None
    assert before.opened is not None
    names = Renaming(moved)
    carried_over = {task.was for task in moved.tasks}
    tasks = []
    met = set()
    for key in before.open:
        was = before.tasks[key]
        now = state.tasks.get(names.key(was)) if key in carried_over else None
        if now is None or now.key not in state.open:
            tasks.append(unchanged(was, was.step, ""))
            continue
        met.add(now.key)
        task = unchanged(was, was.step, now.key)
        if (now.role, now.scope) == (was.role, was.scope):
            task = msgspec.structs.replace(task, claimed_by=now.claimed_by)
        if moved.deadlines == "keep":
            task = msgspec.structs.replace(task, remind=now.remind, rung=now.rung)
        tasks.append(task)
    gone = tuple(key for key in state.open if key not in met)
    opened = before.opened
    return e.MigrationReverted(
        moved.migration, opened.protocol, opened.version, opened.digest, tuple(tasks), gone,
        before.pauses, before.paused_at,
    )  # fmt: skip


def _decision(run: Run, role: str) -> Decision:
    state = run.state
    assert isinstance(state, CaseState)
    state.version += len(run.emitted)
    return Decision(run.emitted, state, role)


def _machine(command: Command) -> str:
    if not command.actor.is_system:
        raise Refused(
            "forbidden", "machine_only", Text("Lo fa la macchina.", "Only the machine does this.")
        )
    return command.actor.id


def _not(code: str, why: tuple[str, ...]) -> Refused:
    listed = ", ".join(why)
    return Refused(
        "conflict",
        f"migration_{code}",
        Text(f"Il caso non si può spostare: {listed}.", f"The case cannot be moved: {listed}."),
        related={"why": listed},
    )
