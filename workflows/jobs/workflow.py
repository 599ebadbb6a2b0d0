"""A job as Temporal sees it: one activity, done again for as long as it breaks off."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

_AGAIN = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
)
_LONGEST = timedelta(hours=1)
# A worker that died is noticed after this long; one on a busy machine must not seem dead.
_HEARTBEAT = timedelta(seconds=15)


async def _do(job: str, summary: str) -> None:
    await workflow.execute_activity(
        "do_job",
        job,
        start_to_close_timeout=_LONGEST,
        heartbeat_timeout=_HEARTBEAT,
        retry_policy=_AGAIN,
        summary=summary,
    )


@workflow.defn(name="job/check")
class CheckWorkflow:
    @workflow.run
    async def run(self, job: str) -> None:
        await _do(job, "verifica")


@workflow.defn(name="job/diff")
class DiffWorkflow:
    @workflow.run
    async def run(self, job: str) -> None:
        await _do(job, "confronto")


@workflow.defn(name="job/simulate")
class SimulateWorkflow:
    @workflow.run
    async def run(self, job: str) -> None:
        await _do(job, "simulazione")


WORKFLOWS = (CheckWorkflow, DiffWorkflow, SimulateWorkflow)
