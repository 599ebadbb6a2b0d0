"""The worker of jobs: few at a time, on a queue of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner

from workflows.jobs.activities import JobActivities
from workflows.jobs.workflow import WORKFLOWS
from workflows.names import JOBS_QUEUE

AT_ONCE = 2
"""Jobs that one worker does at a time; the others wait."""

_GRACE = timedelta(seconds=5)
# A cancelled job should not go on for long.
_HEARTBEATS = timedelta(seconds=1)


def make_jobs_worker(
    client: Client,
    activities: JobActivities,
    threads: ThreadPoolExecutor,
    runner: WorkflowRunner,
) -> Worker:
    """A worker of jobs, not yet running. `threads`: at least `AT_ONCE`."""
    return Worker(
        client,
        task_queue=JOBS_QUEUE,
        workflows=list(WORKFLOWS),
        activities=activities.all(),
        activity_executor=threads,
        workflow_runner=runner,
        max_concurrent_activities=AT_ONCE,
        graceful_shutdown_timeout=_GRACE,
        max_heartbeat_throttle_interval=_HEARTBEATS,
        default_heartbeat_throttle_interval=_HEARTBEATS,
    )
