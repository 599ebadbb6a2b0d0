"""The worker: runs the case workflows and their activities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from domain.notices.settings import MailSettings
from domain.service import CaseService
from domain.settings import Settings
from protocols.diff.visible import Sees
from workflows.activities import HISTORY_LIMIT, CaseActivities
from workflows.automations import REGISTRY, Run
from workflows.case_workflow import CaseWorkflow
from workflows.connection import connect_at_last, prepare_namespace, service_at_last
from workflows.jobs.activities import JobActivities
from workflows.jobs.worker import make_jobs_worker
from workflows.migration import MigrationWorkflow
from workflows.migration_activities import MigrationActivities
from workflows.names import TASK_QUEUE
from workflows.notices.digest import DigestActivities, DigestWorkflow, keep_digests
from workflows.sealing import CheckpointWorkflow, SealActivities, keep_schedule
from workflows.sweeping import SweepActivities, SweepWorkflow, keep_sweeping

THREADS = 16
# Ours are pure where the workflow uses them; reloading them for each case would be the larger cost.
_PASSED_THROUGH = ("domain", "protocols", "workflows", "msgspec", "pydantic", "cel", "yaml")
_GRACE = timedelta(seconds=5)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox that worker and replayer share."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
    )


def make_worker(
    client: Client,
    activities: CaseActivities,
    threads: ThreadPoolExecutor,
    *,
    task_queue: str = TASK_QUEUE,
    more: Sequence[Callable[..., Any]] = (),
) -> Worker:
    """A worker of cases, plans, checkpoints, digests and sweeps, not yet running.
    `more`: the activities of all but the first."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[
            CaseWorkflow,
            MigrationWorkflow,
            CheckpointWorkflow,
            DigestWorkflow,
            SweepWorkflow,
        ],
        activities=[*activities.all(), *more],
        activity_executor=threads,
        workflow_runner=workflow_runner(),
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        graceful_shutdown_timeout=_GRACE,
    )


async def run_worker(
    settings: Settings,
    stop: asyncio.Event,
    *,
    service: CaseService | None = None,
    automations: Mapping[str, Run] = REGISTRY,
    history_limit: int = HISTORY_LIMIT,
    sees: Sees | None = None,
) -> None:
    """Work until ``stop``, then let what is under way end. Waits for Temporal while it is away.
    ``sees``: who reads what, for the comparison of two versions."""
    client = await connect_at_last(settings, stop)
    if client is None:
        return
    await prepare_namespace(settings, client)
    own = service or await service_at_last(settings, stop)
    if own is None:
        return
    activities = CaseActivities(own, history_limit=history_limit, automations=automations)
    migrations = MigrationActivities(own)
    seals = SealActivities(settings, own)
    digests = DigestActivities(settings, own, MailSettings.from_environment())
    jobs = JobActivities(own, settings.database_url, sees)
    await keep_schedule(client)
    await keep_digests(client)
    await keep_sweeping(client)
    sweeps = SweepActivities(settings, own)
    more = [*migrations.all(), seals.seal_log, digests.ask_digests, sweeps.sweep_documents]
    try:
        with ThreadPoolExecutor(2 * THREADS, thread_name_prefix="activity") as threads:
            async with (
                make_worker(client, activities, threads, more=more),
                make_jobs_worker(client, jobs, threads, workflow_runner()),
            ):
                await stop.wait()
    finally:
        if service is None:
            own.close()
