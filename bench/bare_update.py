"""A workflow with nothing in it but an update that runs one activity."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow


@workflow.defn
class BareCase:
    """Answers `command` updates until it is told to stop."""

    @workflow.init
    def __init__(self, case: str) -> None:
        self._case = case
        self._stopped = False

    @workflow.run
    async def run(self, case: str) -> None:
        await workflow.wait_condition(lambda: self._stopped)

    @workflow.update
    async def command(self, number: int) -> None:
        await workflow.execute_activity(
            "insert", args=[self._case, number], start_to_close_timeout=timedelta(seconds=30)
        )

    @workflow.signal
    def stop(self) -> None:
        self._stopped = True
