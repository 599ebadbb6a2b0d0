"""The daily sweep: a Temporal Schedule that removes files of documents that nothing refers to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from domain.documents.sweeping import sweep
from domain.proof.keys import KeyProblem
from domain.proof.place import archive_of
from domain.refusal import Refused
from domain.service import CaseService
from domain.settings import Settings
from workflows.names import TASK_QUEUE
from workflows.schedules import keep

SWEEP = "documents-sweep"
_EVERY = timedelta(days=1)
_TIMEOUT = timedelta(hours=1)

log = structlog.get_logger()


@workflow.defn(name=SWEEP)
class SweepWorkflow:
    """One sweep."""

    @workflow.run
    async def run(self) -> dict[str, Any]:
        return await workflow.execute_activity(
            "sweep_documents",
            start_to_close_timeout=_TIMEOUT,
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=10)),
            summary="documenti senza evento",
        )


class SweepActivities:
    """The activity over one case service's documents."""

    def __init__(self, settings: Settings, service: CaseService) -> None:
        self._settings = settings
        self._service = service

    @activity.defn(name="sweep_documents")
    def sweep_documents(self) -> dict[str, Any]:
        """How many files were removed, and their bytes: leavings of uploads that died, and what a
        withdrawal or an erasure that was cut off left."""
        documents = self._service.documents
        if documents is None:
            return {"removed": 0, "size": 0}
        recorder = self._service.recorder
        try:
            sealed = archive_of(self._settings.home).last_size() or 0
        except KeyProblem:
            raise ApplicationError("key", type="KeyProblem", non_retryable=True) from None
        try:
            # True time: a training clock that was moved says nothing of files.
            swept = sweep(recorder, documents.store, datetime.now(UTC), sealed=sealed)
        except Refused as refused:
            log.error("documents not swept", code=refused.code)
            raise ApplicationError(refused.code, type="SweepRefused", non_retryable=True) from None
        if swept.removed:
            log.info("documents swept", removed=swept.removed, size=swept.size)
        return {"removed": swept.removed, "size": swept.size}


async def keep_sweeping(client: Client, *, task_queue: str = TASK_QUEUE) -> None:
    """See that the schedule is there."""
    await keep(client, SWEEP, _EVERY, _TIMEOUT, task_queue)
