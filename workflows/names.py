"""What Temporal is told: names of queues, workflows, attributes and commands. Nothing personal."""

from __future__ import annotations

from uuid import UUID, uuid5

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "cantiere"

PROTOCOL = SearchAttributeKey.for_keyword("CantiereProtocol")
STAGE = SearchAttributeKey.for_keyword("CantiereStage")
DISTRICT = SearchAttributeKey.for_int("CantiereDistrict")

MOVED = "moved"
CLOCK_MOVED = "clock_moved"

_PREFIX = "case-"


def workflow_id(case: UUID | str, episode: int) -> str:
    """Id of the workflow of one episode of a case."""
    return f"{_PREFIX}{case}-{episode}"


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
