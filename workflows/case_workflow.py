"""The life of one episode of a case, as Temporal sees it: timers, automations, and nothing else.

It holds no truth. Whatever it does is read from the case's agenda, folded from the log, and
asked of the domain by a command; it can be terminated and started again at any time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

from domain.agenda import Agenda, AutomationDue
from workflows.details import details
from workflows.names import DISTRICT, PROTOCOL, STAGE
from workflows.wire import LOG_UNAVAILABLE, UNKNOWN_CASE, AutomationCall, Failure, Look

# Postgres comes back one day: never give up, never wait long.
_FOREVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
_ANSWER = timedelta(seconds=30)
# Longer pauses between attempts become durable timers instead of holding a workflow task.
_HOLD = timedelta(seconds=2)
_AUTOMATION = timedelta(seconds=60)
_OUTAGE_PAUSE = timedelta(seconds=10)
# A timer shorter than the clocks' disagreement would only come back too early once more.
_SHORTEST = 0.005

_Key = tuple[str, int]


@workflow.defn(dynamic=True)
class CaseWorkflow:
    """Its type is a protocol version, its arguments a case id and an episode."""

    def __init__(self) -> None:
        self._latest = 0
        self._seen = -1
        self._clock_moved = False
        self._automations: dict[_Key, asyncio.Task[None]] = {}
        self._automation_ended = False
        self._shown = ""
        self._attributes: tuple[str, str, int] | None = None

    @workflow.signal
    def moved(self, version: int) -> None:
        """The case is at ``version`` in the log."""
        self._latest = max(self._latest, version)

    @workflow.signal
    def clock_moved(self) -> None:
        """The application's clock was moved: what was to come may be due."""
        self._clock_moved = True

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> None:
        converter = workflow.payload_converter()
        if len(args) != 2:
            raise ApplicationError("expected a case id and an episode", non_retryable=True)
        case: str = converter.from_payload(args[0].payload, str)
        episode: int = converter.from_payload(args[1].payload, int)
        try:
            await self._live(case, episode)
        except FailureError as error:
            if _fault(error) != UNKNOWN_CASE:
                raise
            await self._stop_automations()

    async def _live(self, case: str, episode: int) -> None:
        look = await self._look("agenda", case)
        while not look.agenda.ended and look.agenda.episode == episode:
            agenda = look.agenda
            if agenda.protocol != workflow.info().workflow_type:
                # The case follows another version by now.
                await self._stop_automations()
                workflow.continue_as_new(workflow=agenda.protocol, args=[case, episode])
            self._show(agenda)
            self._start_automations(agenda, case)
            if self._is_too_long(look):
                await self._stop_automations()
                workflow.continue_as_new(args=[case, episode])
            look = await self._look(await self._wait(agenda), case)
        await self._stop_automations()
        self._set_details("")

    async def _wait(self, agenda: Agenda) -> str:
        """Until the case moves or something is due; returns what to ask next."""
        timeout: float | None = None
        if agenda.next_at is not None:
            timeout = (agenda.next_at - agenda.now).total_seconds()
            if timeout <= 0:
                return "pass_time"
        try:
            await workflow.wait_condition(
                self._has_news,
                timeout=None if timeout is None else max(timeout, _SHORTEST),
                timeout_summary=agenda.next_label,
            )
        except TimeoutError:
            return "pass_time"
        return "pass_time" if self._clock_moved else "agenda"

    def _has_news(self) -> bool:
        return self._latest > self._seen or self._clock_moved or self._automation_ended

    async def _look(self, how: str, case: str) -> Look:
        # Lowered first: news that comes while the activity runs is looked at again.
        self._clock_moved = self._automation_ended = False
        answer: dict[str, Any] = await workflow.execute_local_activity(
            how,
            case,
            start_to_close_timeout=_ANSWER,
            retry_policy=_FOREVER,
            local_retry_threshold=_HOLD,
            summary="agenda" if how == "agenda" else "scadenze",
        )
        look = msgspec.convert(answer, Look)
        self._seen = max(self._seen, look.agenda.version)
        return look

    def _is_too_long(self, look: Look) -> bool:
        info = workflow.info()
        length = info.get_current_history_length()
        if info.is_continue_as_new_suggested() or length >= look.history_limit:
            # An automation under way would have to begin again: let it end, within reason.
            return not self._automations or length >= 2 * look.history_limit
        return False

    # ── automations ──────────────────────────────────────────────────────────────────────────

    def _start_automations(self, agenda: Agenda, case: str) -> None:
        due = {(a.task, a.round): a for a in agenda.automations}
        for key in [key for key in self._automations if key not in due]:
            self._automations.pop(key).cancel()
        for key, automation in due.items():
            if key not in self._automations:
                self._automations[key] = asyncio.create_task(
                    self._automate(key, automation, agenda, case)
                )

    async def _automate(
        self, key: _Key, automation: AutomationDue, agenda: Agenda, case: str
    ) -> None:
        call = AutomationCall(case, agenda.episode, automation.task, automation.round)
        try:
            failure = await self._run_automation(automation, call)
            if failure is not None:
                await workflow.execute_local_activity(
                    "give_up",
                    args=[msgspec.to_builtins(call), msgspec.to_builtins(failure)],
                    start_to_close_timeout=_ANSWER,
                    retry_policy=_FOREVER,
                    local_retry_threshold=_HOLD,
                    summary=f"{automation.step}: rinuncia",
                )
        except asyncio.CancelledError:
            return
        except FailureError as error:
            # It stays in the table, so that it is not begun again and again; a person can still
            # skip the step.
            workflow.logger.error("automation stuck: %s: %s", automation.step, _fault(error))
            return
        # Whatever came of it is in the log; the agenda tells whether there is more to do.
        self._automations.pop(key, None)
        self._automation_ended = True

    async def _run_automation(
        self, automation: AutomationDue, call: AutomationCall
    ) -> Failure | None:
        """None once the case needs it no more; a failure when a person must take over."""
        while True:
            try:
                await workflow.execute_activity(
                    automation.automation,
                    msgspec.to_builtins(call),
                    start_to_close_timeout=_AUTOMATION,
                    retry_policy=RetryPolicy(
                        initial_interval=timedelta(seconds=max(automation.pause, 0.001)),
                        backoff_coefficient=2.0,
                        maximum_interval=timedelta(minutes=10),
                        maximum_attempts=automation.attempts,
                    ),
                    summary=f"{automation.step}: {automation.title}",
                )
                return None
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise asyncio.CancelledError from error
                kind = _fault(error)
                if kind != LOG_UNAVAILABLE:
                    return Failure(kind, automation.attempts)
            # The log was away, which is not the automation's fault: its attempts start again.
            await workflow.sleep(_OUTAGE_PAUSE, summary="attesa del registro dei casi")

    async def _stop_automations(self) -> None:
        running = list(self._automations.values())
        self._automations.clear()
        for task in running:
            task.cancel()
        if running:
            await workflow.wait(running)

    # ── what Temporal's own pages show ───────────────────────────────────────────────────────

    def _show(self, agenda: Agenda) -> None:
        self._set_details(details(agenda))
        attributes = (agenda.protocol, agenda.stage, agenda.district)
        if attributes != self._attributes:
            self._attributes = attributes
            updates: list[SearchAttributeUpdate[Any]] = [
                PROTOCOL.value_set(agenda.protocol),
                STAGE.value_set(agenda.stage),
                DISTRICT.value_set(agenda.district),
            ]
            workflow.upsert_search_attributes(updates)

    def _set_details(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            workflow.set_current_details(text)


def _fault(error: FailureError) -> str:
    """The class of fault for which an activity failed; a local one's failure comes unwrapped."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return getattr(cause, "type", None) or type(cause).__name__
