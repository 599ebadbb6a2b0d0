"""What Temporal is told: names of queues, workflows, attributes and commands. Nothing personal."""

from __future__ import annotations

from uuid import UUID, uuid5

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "cantiere"
JOBS_QUEUE = "cantiere-jobs"
"""Apart, so that no long computation keeps a case waiting."""

PROTOCOL = SearchAttributeKey.for_keyword("CantiereProtocol")
STAGE = SearchAttributeKey.for_keyword("CantiereStage")
DISTRICT = SearchAttributeKey.for_int("CantiereDistrict")

MIGRATION = "migration"
"""Type of the workflow that carries a migration plan out."""

MOVED = "moved"
CLOCK_MOVED = "clock_moved"

_PREFIX = "case-"


def workflow_id(case: UUID | str, episode: int) -> str:
    """Id of the workflow of one episode of a case."""
    return f"{_PREFIX}{case}-{episode}"


def migration_workflow_id(plan: UUID | str) -> str:
    """Id of the workflow that carries a migration plan out."""
    return f"{MIGRATION}/{plan}"


def job_workflow_id(job: UUID) -> str:
    """Id of the workflow of a designer's job."""
    return f"job-{job}"


def case_and_episode(workflow: str) -> tuple[UUID, int] | None:
    """The inverse of :func:`workflow_id`; None for the id of another kind of workflow."""
    case, _, episode = workflow.removeprefix(_PREFIX).rpartition("-")
    if not workflow.startswith(_PREFIX) or not episode.isdecimal():
        return None
    try:
        return UUID(case), int(episode)
    except ValueError:
        return None


def command_id(case: UUID, purpose: str) -> UUID:
    """Id of a command the machine gives: the same purpose in the same case is the same command."""
    return uuid5(case, purpose)
