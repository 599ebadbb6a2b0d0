"""The conductor: follows the log and tells Temporal which case has moved. At least once.

It decides nothing. Its position is saved only after Temporal has heard, and a workflow that
hears of a version twice passes over the second time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.agenda import Agenda
from domain.log.datastore import CaseLogDatastore, patiently
from domain.log.errors import LogUnavailable
from domain.log.recorded import Entry
from domain.refusal import Refused
from domain.service import CaseService
from domain.settings import Settings
from workflows import due
from workflows.activities import WORKFLOW
from workflows.connection import (
    PASSING,
    TemporalUnavailable,
    connect_at_last,
    service_at_last,
)
from workflows.due import Waiting
from workflows.listening import Listener
from workflows.telling import tell_clock, tell_ended, tell_migration, tell_moved

T = TypeVar("T")

BATCH = 500
AT_ONCE = 32
"""Signals under way together."""

LOST_AFTER = 10.0
"""Seconds after which a timer that has not fired has been lost, perhaps with Temporal's own
database; also how often the conductor looks for such."""

_POLL = 1.0
_LONGEST_PAUSE = 5.0

_CASE_TOPICS = ("case.", "fact.")
_EPISODE = "case.episode-started"
# What people decide of a migration plan, and its workflow must act on.
_PLAN_NEWS = frozenset(
    f"migration.{what}" for what in ("started", "paused", "resumed", "revert-asked")
)

log = structlog.get_logger()


async def run_conductor(
    settings: Settings,
    stop: asyncio.Event,
    *,
    service: CaseService | None = None,
    lost_after: float = LOST_AFTER,
) -> None:
    """Conduct until ``stop``. Waits for Postgres and Temporal as long as they are away."""
    client = await connect_at_last(settings, stop)
    if client is None:
        return
    own = service or await service_at_last(settings, stop)
    if own is None:
        return
    try:
        await Conductor(own, client, settings.database_url, lost_after).run(stop)
    finally:
        if service is None:
            own.close()


class Conductor:
    """One follower of the log. Any number may run at once."""

    def __init__(
        self,
        service: CaseService,
        client: Client,
        database_url: str,
        lost_after: float = LOST_AFTER,
    ) -> None:
        self._lost_after = lost_after
        self._service = service
        self._client = client
        self._database_url = database_url
        self._datastore = CaseLogDatastore(database_url, pool_size=1, max_size=2)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="conductor")
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Conduct until ``stop``."""
        try:
            async with Listener(self._database_url, ("stored_events", "clock")) as listener:
                watch = asyncio.create_task(_wake_on(stop, listener))
                try:
                    await self._follow(stop, listener)
                finally:
                    watch.cancel()
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._datastore.close()

    async def _follow(self, stop: asyncio.Event, listener: Listener) -> None:
        await self._patiently(stop, lambda: self._in_thread(due.migrate, self._database_url))
        position = await self._patiently(stop, lambda: self._remembered(due.position)) or 0
        loop = asyncio.get_running_loop()
        care_at = loop.time() + self._lost_after
        while not stop.is_set():
            read = partial(self._service.recorder.read_from, position, BATCH)
            entries = await self._patiently(stop, partial(self._in_thread, read))
            if entries:
                await self._patiently(stop, partial(self._conduct, entries))
                position = entries[-1].position
            if len(entries or ()) < BATCH:
                heard = await listener.wait(_POLL)
                late = timedelta(seconds=0 if "clock" in heard else self._lost_after)
                if "clock" in heard or loop.time() >= care_at:
                    care_at = loop.time() + self._lost_after
                    await self._patiently(stop, partial(self._wake_due, late))

    async def _conduct(self, entries: Sequence[Entry]) -> None:
        """Tell of each case in the batch once, then remember."""
        told: set[UUID] = set()
        begun: set[UUID] = set()
        cases: dict[UUID, None] = {}
        plans: dict[UUID, None] = {}
        for entry in entries:
            if entry.topic in _PLAN_NEWS:
                plans[entry.originator_id] = None
            if entry.topic.startswith(_CASE_TOPICS):
                cases[entry.originator_id] = None
                if entry.topic == _EPISODE:
                    begun.add(entry.originator_id)
                if not self._is_known(entry):
                    told.add(entry.originator_id)
        waiting = [w for w in await asyncio.gather(*map(self._waiting, cases)) if w]
        await asyncio.gather(
            *(self._tell(tell_moved, w) for w in waiting if w.case in told),
            *(
                self._tell(partial(tell_ended, episode=w.episode - 1), w)
                for w in waiting
                if w.case in begun
            ),
            *(tell_migration(self._client, plan) for plan in plans),
        )
        await self._remembered(partial(_save, waiting=waiting, position=entries[-1].position))

    async def _wake_due(self, late: timedelta) -> None:
        now = await self._in_thread(self._service.clock.now)
        waiting = await self._remembered(lambda c: due.due_cases(c, now - late))
        await asyncio.gather(*(self._tell(tell_clock, w) for w in waiting))

    def _is_known(self, entry: Entry) -> bool:
        """Whether the workflow wrote it itself, in the very task in which it reads its agenda."""
        try:
            return self._service.mapper.read(entry).actor == WORKFLOW.id
        except Exception:
            # The agenda will say what is wrong with it.
            return False

    async def _waiting(self, case: UUID) -> Waiting | None:
        agenda = await read_agenda(self._in_thread, self._service, case)
        return Waiting.of(agenda) if agenda else None

    async def _tell(
        self, tell: Callable[[Client, Waiting], Awaitable[None]], waiting: Waiting
    ) -> None:
        async with self._at_once:
            await tell_patiently(tell, self._client, waiting)

    # ── patience ─────────────────────────────────────────────────────────────────────────────

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    async def _remembered(self, query: Callable[[due.Connection], T]) -> T:
        return await self._in_thread(
            patiently, self._datastore, lambda connection, _: query(connection)
        )

    async def _patiently(
        self, stop: asyncio.Event, attempt: Callable[[], Awaitable[T]]
    ) -> T | None:
        """``attempt`` until it succeeds; None if the conductor is stopped first."""
        pause = 0.1
        while not stop.is_set():
            try:
                return await attempt()
            except Exception as error:
                if not passes(error):
                    raise
                log.warning("conductor_waits", error=type(error).__name__, seconds=pause)
            await _pause(stop, pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return None


async def read_agenda(
    in_thread: Callable[..., Awaitable[Agenda]], service: CaseService, case: UUID
) -> Agenda | None:
    """The agenda; None, with a line in the program's log, for a case that cannot be read: one
    broken case must not hold up all others, and ``cantiere verify`` names it."""
    try:
        return await in_thread(service.agenda, case)
    except LogUnavailable:
        raise
    except Exception as error:
        if isinstance(error, Refused) and error.kind == "unavailable":
            raise
        log.error("case_unreadable", case=str(case), error=type(error).__name__)
        return None


async def tell_patiently(
    tell: Callable[[Client, Waiting], Awaitable[None]], client: Client, waiting: Waiting
) -> None:
    """Tell Temporal; a case that it refuses for good is named in the program's log."""
    try:
        await tell(client, waiting)
    except RPCError as error:
        if passes(error):
            raise
        log.error("workflow_refused", case=str(waiting.case), status=error.status.name)


def passes(error: BaseException) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, RPCError):
        # A server that has just started does not know its own namespace yet.
        return error.status in PASSING | {RPCStatusCode.NOT_FOUND}
    if isinstance(error, Refused):
        return error.kind == "unavailable"
    return isinstance(
        error, (LogUnavailable, TemporalUnavailable, OSError, psycopg.OperationalError)
    )


def _save(connection: due.Connection, waiting: Iterable[Waiting], position: int) -> None:
    due.save(connection, waiting, position)


async def _wake_on(stop: asyncio.Event, listener: Listener) -> None:
    await stop.wait()
    listener.wake()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
