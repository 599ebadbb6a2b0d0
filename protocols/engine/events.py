"""What the engine says has happened. Bodies of log events; `protocols.engine.state` applies them.

All instants are UTC datetimes. `task` is a task key: the step's name, or `step#instance` for one
of several (`each`, `every`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

import msgspec

from protocols.language.formula import Mark


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of an event in the log. Its topic and `class_version` are stable for ever."""

    class_version: ClassVar[int] = 1
    typed: ClassVar[tuple[str, ...]] = ()
    """Fields that people type freely: kept as what is personal is, readable with the key only."""


class CaseOpened(Body, frozen=True):
    """Which text the case follows (pinned by content hash), and the attributes guards may read."""

    protocol: str
    version: str
    digest: str
    person: str
    source: str
    service: str
    comune: str
    district: int
    referred_on: date
    attributes: dict[str, Any] = {}


class StepScheduled(Body, frozen=True):
    """The step may open, but only at `opens_at`."""

    task: str
    step: str
    round: int
    opens_at: datetime
    instance: str = ""


class Rung(msgspec.Struct, frozen=True):
    """One rung of a ladder of escalation: at this instant this role, in this scope, is called."""

    at: datetime
    role: str
    scope: str


class StepOpened(Body, frozen=True):
    """A task is there to be done.

    `role`, `scope`: who may do it; `assignee`: a staff member's id when the data name a person;
    `automation`: the machine does it, `role` only if the machine gives up.
    """

    task: str
    step: str
    round: int
    role: str
    scope: str
    instance: str = ""
    assignee: str = ""
    automation: str = ""
    deputy: str = ""
    due: datetime | None = None
    remind: datetime | None = None
    ladder: tuple[Rung, ...] = ()
    priority: int = 0


class StepCompleted(Body, frozen=True):
    """Done, with an outcome. `data` may be read by guards, `personal` by authorised people only.

    `as_deputy`: the actor stood in for the role; `settles`: this task settled its step, with
    `outcome_of_step` (differs from `outcome` where a step has many tasks). `event`: the case event
    that had been kept for it. `signed`: who signed, in order, where two had to.
    """

    task: str
    step: str
    round: int
    outcome: str
    instance: str = ""
    data: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    as_deputy: bool = False
    settles: bool = True
    outcome_of_step: str = ""
    event: str = ""
    signed: tuple[str, ...] = ()


class StepSigned(Body, frozen=True):
    """The first of two signatures: `by` (a staff id) would complete the task so. It stays open
    until another person signs the same; who signs something else takes the first one's place."""

    task: str
    step: str
    round: int
    outcome: str
    by: str
    instance: str = ""
    data: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    as_deputy: bool = False


class ScopeOpened(Body, frozen=True):
    """A step with a sub-protocol has begun: what is inside may open.

    `member`: whom it is for, where it is one of several; `fresh`: the steps and events inside
    whose counts of earlier rounds no longer bind; `no_room`: members for whom there is no copy.
    """

    step: str
    round: int
    member: str = ""
    fresh: tuple[str, ...] = ()
    no_room: tuple[str, ...] = ()


class ScopeLeft(Body, frozen=True):
    """A sub-protocol has come to an end, and with it its step. What was still to do inside was
    taken away before (TasksWithdrawn)."""

    step: str
    round: int
    outcome: str


class StepsOut(Body, frozen=True):
    """Steps that will not happen in this round: their formula is false or their guard failed."""

    steps: tuple[str, ...]


class TasksWithdrawn(Body, frozen=True):
    """Open or scheduled tasks taken away. `out` and `done` are the steps that are settled by it:
    done where some of their tasks had been done, or with the `outcome` that an event gave them."""

    tasks: tuple[str, ...]
    why: str
    out: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    outcome: str = ""


class RoundStarted(Body, frozen=True):
    """`step` and everything that depends on it returns to waiting; `tasks` were open there."""

    step: str
    cause: str
    reset: tuple[str, ...]
    tasks: tuple[str, ...] = ()


class Reminded(Body, frozen=True):
    task: str


class Escalated(Body, frozen=True):
    """Overdue: `role` in `scope` is called in, and may act. `rung` counts from 0."""

    task: str
    rung: int
    role: str
    scope: str


class CaseEventHappened(Body, frozen=True):
    """`kept`: nothing waited for it, and it waits for the step that will want it."""

    event: str
    data: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    kept: bool = False


class ClocksPaused(Body, frozen=True):
    cause: str


class Shift(msgspec.Struct, frozen=True):
    """A task's instants after a pause."""

    task: str
    opens_at: datetime | None = None
    due: datetime | None = None
    remind: datetime | None = None
    ladder: tuple[Rung, ...] = ()


class ClocksResumed(Body, frozen=True):
    cause: str
    shifts: tuple[Shift, ...] = ()


class ResultSet(Body, frozen=True):
    """The reason with which the case (or the sub-protocol of the step `scope`) will end, once
    nothing is left to do."""

    result: str
    scope: str = ""


class EpisodeStarted(Body, frozen=True):
    episode: int
    cause: str


class CaseEnded(Body, frozen=True):
    """`tasks` were still open and are withdrawn. `silent`: nothing more is sent to anybody;
    `scopes`: the steps whose sub-protocols had not come to an end."""

    reason: str
    silent: bool = False
    tasks: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


class StepSkipped(Body, frozen=True):
    """Exception: an authorised role left the step out."""

    typed = ("reason",)

    step: str
    reason: str
    tasks: tuple[str, ...] = ()


class StepForced(Body, frozen=True):
    """Exception: an authorised role opened the step although its condition did not hold."""

    typed = ("reason",)

    step: str
    reason: str


class StepRedone(Body, frozen=True):
    """Exception: an authorised role had the step done again. A RoundStarted follows."""

    typed = ("reason",)

    step: str
    reason: str


class DataCorrected(Body, frozen=True):
    """A correction of what a step recorded. The old values stay in the log; nothing is re-decided.

    Only the changed fields are given.
    """

    typed = ("reason",)

    step: str
    reason: str
    instance: str = ""
    data: dict[str, Any] = {}
    personal: dict[str, Any] = {}


class AutomationGaveUp(Body, frozen=True):
    """The machine tried `attempts` times; the task now belongs to its role. `error` is a class of
    fault, never a message that could carry data."""

    task: str
    attempts: int
    error: str


class TaskCarried(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task that is open or scheduled after the case has changed version, as it then is.

    `was`: its key before, '' for one that was not open. `signed`: the first of two signatures, if
    there was one, still counts.
    """

    key: str
    step: str
    round: int
    status: str
    was: str = ""
    instance: str = ""
    role: str = ""
    scope: str = ""
    assignee: str = ""
    automation: str = ""
    deputy: str = ""
    due: datetime | None = None
    remind: datetime | None = None
    ladder: tuple[Rung, ...] = ()
    rung: int = 0
    priority: int = 0
    opens_at: datetime | None = None
    opened_at: datetime | None = None
    ignores_pause: bool = False
    claimed_by: str = ""
    signed: bool = False


class Migrated(Body, frozen=True):
    """The case follows another text from here on: `version` with its `digest`.

    `migration`: the plan by which it was moved. `steps`, `outcomes` (`step.outcome` → outcome) and
    `events`: what has another name in the new text, by the old one; `decisions`: the answers that
    were given for cases like this one (question → answer); `deadlines`: keep or recompute. What
    follows from these: `marks` of all steps of the new text, `tasks` that are open or scheduled,
    `withdrawn` (old keys), `forgotten` case events that the new text does not know, `pauses` by
    their causes in the new text, and which of those are `resumed`; `enclosed`: sub-protocols that
    the case turns out to be inside of, having begun their steps one by one → the reason with which
    that will end, '' where none was set.
    """

    migration: str
    protocol: str
    version: str
    digest: str
    marks: dict[str, Mark]
    steps: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    events: dict[str, str] = {}
    decisions: dict[str, str] = {}
    deadlines: str = "keep"
    tasks: tuple[TaskCarried, ...] = ()
    withdrawn: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    enclosed: dict[str, str] = {}


class MigrationReverted(Body, frozen=True):
    """The case is again where it was before its last migration, on the text that it followed then.
    `tasks`: those that are open or scheduled, with who has taken them meanwhile; `withdrawn`: those
    that the migration had opened; `pauses`, `paused_at`: as they were."""

    migration: str
    protocol: str
    version: str
    digest: str
    tasks: tuple[TaskCarried, ...] = ()
    withdrawn: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    paused_at: datetime | None = None
