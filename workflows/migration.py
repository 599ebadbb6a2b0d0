"""A migration plan being carried out, as Temporal sees it: steps of a few cases each.

It holds no truth: which case has moved is in the log, and a step that is repeated moves nothing
twice. It can be terminated and started again at any time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from temporalio import workflow
from temporalio.common import RetryPolicy

from domain.migration.running import Advance
from workflows.names import MIGRATION

_FOREVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
_LONGEST = timedelta(minutes=30)
# A worker that died is noticed after this long.
_HEARTBEAT = timedelta(seconds=4)
_STEPS = 300
"""After which the workflow turns over, so that its history stays short."""

_WAITS = ("paused",)
_GOES_ON = ("running", "reverting")


@workflow.defn(name=MIGRATION)
class MigrationWorkflow:
    """Its arguments: the plan, and where an earlier run of it had come to."""

    def __init__(self) -> None:
        self._news = False
        self._at: dict[str, Any] = {}

    @workflow.signal
    def moved(self) -> None:
        """Somebody has decided something about the plan."""
        self._news = True

    @workflow.query
    def progress(self) -> dict[str, Any]:
        """The builtins of an :class:`Advance`; empty before the first step."""
        return self._at

    @workflow.run
    async def run(self, plan: str, phase: str = "", cursor: int = 0) -> None:
        for _ in range(_STEPS):
            # Lowered first: news that comes during the step is looked at again.
            self._news = False
            self._at = await workflow.execute_activity(
                "advance_migration",
                args=[plan, phase, cursor],
                start_to_close_timeout=_LONGEST,
                heartbeat_timeout=_HEARTBEAT,
                retry_policy=_FOREVER,
                summary=f"migrazione: dal caso {cursor}",
            )
            at = msgspec.convert(self._at, Advance)
            phase, cursor = at.phase, at.cursor
            workflow.set_current_details(f"{at.status}: {cursor}/{at.total}")
            if at.status in _WAITS:
                await workflow.wait_condition(lambda: self._news)
            elif at.status not in _GOES_ON and not self._news:
                return
        workflow.continue_as_new(args=[plan, phase, cursor])
