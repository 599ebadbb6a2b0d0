"""The hourly checkpoint: a Temporal Schedule that has the log's head signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from domain.person.forgetting import complete_erasures
from domain.proof.keys import KeyProblem
from domain.proof.place import archive_of, signer_of
from domain.proof.sealing import SealRefused, origin_of, seal
from domain.service import CaseService
from domain.settings import Settings
from workflows.names import TASK_QUEUE
from workflows.schedules import keep

SCHEDULE = "log-checkpoint"
EVERY = timedelta(hours=1)
_TIMEOUT = timedelta(minutes=30)

log = structlog.get_logger()


@workflow.defn(name=SCHEDULE)
class CheckpointWorkflow:
    """One checkpoint. What is refused fails the workflow, and stays to be seen."""

    @workflow.run
    async def run(self) -> dict[str, Any]:
        return await workflow.execute_activity(
            "seal_log",
            start_to_close_timeout=_TIMEOUT,
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary="sigillo del registro",
        )


class SealActivities:
    """The activity over one case service's log."""

    def __init__(self, settings: Settings, service: CaseService) -> None:
        self._settings = settings
        self._service = service

    @activity.defn(name="seal_log")
    def seal_log(self) -> dict[str, Any]:
        """Make a checkpoint: its size and how many events are newly sealed. What an erasure that
        was cut off has left is destroyed first."""
        complete_erasures(self._service)
        recorder, home = self._service.recorder, self._settings.home
        try:
            archive = archive_of(home)
            installation = origin_of(recorder).rpartition("/")[2]
            sealed = seal(recorder, archive, signer_of(home, installation, archive=archive))
        except SealRefused as refused:
            log.error("checkpoint refused", code=refused.code, position=refused.position)
            raise ApplicationError(refused.code, type="SealRefused", non_retryable=True) from None
        except KeyProblem:
            log.error("checkpoint refused", code="key")
            raise ApplicationError("key", type="KeyProblem", non_retryable=True) from None
        return {"size": sealed.checkpoint.size, "new": sealed.new}


async def keep_schedule(client: Client, *, task_queue: str = TASK_QUEUE) -> None:
    """See that the schedule is there."""
    await keep(client, SCHEDULE, EVERY, _TIMEOUT, task_queue)
