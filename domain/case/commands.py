"""What people and the machine may ask of a case. A command is idempotent by its `command_id`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """Who asks. `holds`: the (role, scope, as deputy) triples held on the day of the command.
    The machine is `system:<what>`; it may do what no role is asked for."""

    id: str
    holds: tuple[tuple[str, str, bool], ...] = ()

    @property
    def is_system(self) -> bool:
        return self.id.startswith("system:")


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """`expected`: the version of the case that the actor saw, if it matters to them. `incidental`:
    fields in which two doings of one and the same command may differ."""

    incidental: ClassVar[tuple[str, ...]] = ()

    command_id: UUID
    actor: Actor
    case: UUID
    expected: int | None = None


class Referral(Command, frozen=True, kw_only=True):
    """Opens a case for a person, new or known. `person`: the fields of PersonRegistered's
    `personal`, and sex, pseudonym, anonymous, sealed. `protocol`: an id; the version is the one
    valid on `referred_on`."""

    protocol: str
    service: str
    comune: str
    referred_on: date
    person: dict[str, Any]
    attributes: dict[str, Any] = {}


class CompleteTask(Command, frozen=True, kw_only=True):
    task: str
    outcome: str
    data: dict[str, Any] = {}
    occurred_at: datetime | None = None


class ReportEvent(Command, frozen=True, kw_only=True):
    """A case event of the protocol: no_show, clinical_crisis, death, …"""

    event: str
    data: dict[str, Any] = {}
    occurred_at: datetime | None = None


class ClaimTask(Command, frozen=True, kw_only=True):
    task: str


class ReleaseTask(Command, frozen=True, kw_only=True):
    task: str


class AssignTask(Command, frozen=True, kw_only=True):
    task: str
    to: str
    reason: str = ""


class AddMember(Command, frozen=True, kw_only=True):
    """One more instance of an open `each` step."""

    step: str
    member: str


class SkipStep(Command, frozen=True, kw_only=True):
    step: str
    reason: str


class ForceStep(Command, frozen=True, kw_only=True):
    step: str
    reason: str


class RedoStep(Command, frozen=True, kw_only=True):
    step: str
    reason: str


class CorrectData(Command, frozen=True, kw_only=True):
    step: str
    data: dict[str, Any]
    reason: str
    instance: str = ""


class PassTime(Command, frozen=True, kw_only=True):
    """By the workflow: do all that is due by now (openings, reminders, escalations)."""


class GiveUpAutomation(Command, frozen=True, kw_only=True):
    task: str
    attempts: int
    error: str
