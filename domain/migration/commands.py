"""What may be asked of a migration plan. `case` is the plan's originator."""

from __future__ import annotations

from domain.case.commands import Command
from protocols.migration.mapping import Mapping


class PlanMigration(Command, frozen=True, kw_only=True):
    """By a designer. `mapping`: as stated; what is recognised is added to it."""

    protocol: str
    from_version: str
    to_version: str
    mapping: Mapping
    reason: str = ""


class ApproveMigration(Command, frozen=True, kw_only=True):
    """`digest`: of the plan that was read, whole or its first 12 digits or more."""

    digest: str
    reason: str = ""


class StartMigration(Command, frozen=True, kw_only=True):
    pass


class PauseMigration(Command, frozen=True, kw_only=True):
    pass


class ResumeMigration(Command, frozen=True, kw_only=True):
    pass


class RevertPlan(Command, frozen=True, kw_only=True):
    """Every moved case goes back on which nothing has been done since."""

    reason: str = ""


class FinishMigration(Command, frozen=True, kw_only=True):
    """By the machine: every case of the plan has been tried."""

    moved: int
    left: tuple[tuple[str, str], ...] = ()


class FinishRevert(Command, frozen=True, kw_only=True):
    """By the machine."""

    reverted: int
    kept: tuple[tuple[str, str], ...] = ()
