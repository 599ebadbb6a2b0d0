"""What Temporal does by the clock: one workflow at a time, under one name."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)


async def keep(
    client: Client, name: str, every: timedelta, timeout: timedelta, task_queue: str
) -> None:
    """See that the workflow of this name runs by a schedule of the same name, what was missed for
    less than `every` being made up for; an operator's change of the schedule is left alone."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            name, id=name, task_queue=task_queue, execution_timeout=timeout
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=every),
    )
    with suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(name, schedule)
