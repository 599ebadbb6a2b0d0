"""Telling Temporal of a job. Temporal may be away: a job waits until it can be told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.settings import Settings
from workflows.connection import TemporalUnavailable, connect
from workflows.jobs.request import Kind
from workflows.names import JOBS_QUEUE, job_workflow_id

# Somebody waits for the answer, and the job can wait.
_PATIENCE = timedelta(seconds=3)

log = structlog.get_logger()


def tell(settings: Settings, job: UUID, kind: Kind) -> bool:
    """Start the job's workflow, if it does not run; whether Temporal heard of it."""

    async def start(client: Client) -> None:
        await client.start_workflow(
            f"job/{kind}",
            str(job),
            id=job_workflow_id(job),
            task_queue=JOBS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            rpc_timeout=_PATIENCE,
        )

    return _say(settings, start)


def tell_cancelled(settings: Settings, job: UUID) -> bool:
    """Cancel the job's workflow, if it runs; whether Temporal heard of it."""

    async def cancel(client: Client) -> None:
        try:
            await client.get_workflow_handle(job_workflow_id(job)).cancel(rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    return _say(settings, cancel)


def _say(settings: Settings, what: Callable[[Client], Coroutine[Any, Any, None]]) -> bool:
    async def say() -> None:
        await what(await connect(settings, patience=0.0))

    try:
        asyncio.run(say())
    except (TemporalUnavailable, RPCError) as error:
        log.warning("job_not_told", reason=type(error).__name__)
        return False
    return True
