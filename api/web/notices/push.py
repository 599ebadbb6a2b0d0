"""What is said to pages while they are open (server-sent events, HTML standard § 9.2): that the
list of tasks has changed, and how many notices wait. One listener in each process, whatever the
number of browsers; a page without scripts is brought up to date by loading it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Any, NamedTuple

import psycopg
import structlog
from fastapi import APIRouter, Request
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.http.door import door_of
from api.web.desk import COOKIE
from api.web.sessions import Session
from domain.notices import book
from projections.inbox.changes import fingerprint, moved_since
from protocols.territory import UnknownName
from workflows.listening import Listener
from workflows.notices.following import CHANNEL

router = APIRouter()
log = structlog.get_logger(__name__)

_CHANNELS = ("projected", CHANNEL)
_GATHER = 0.7
"""Seconds in which changes are gathered: a person is told of a burst once."""
_LOOK = 30.0
_CHECK, _PING = 1.0, 20.0
_LONGEST = 600.0
"""Seconds after which a stream ends and the browser asks again: who has been logged out meanwhile
gets no other."""
_AT_ONCE_EACH = 8


class Glance(NamedTuple):
    """What a page would show: its list's fingerprint, and how many notices wait."""

    tasks: str
    unread: int


class Watcher:
    """One open page. `holds`: `role scope`; `seen`: what it has been told of."""

    def __init__(self, person: str, holds: list[str], seen: Glance) -> None:
        self.person = person
        self.holds = holds
        self.seen = seen
        self.news: asyncio.Queue[str] = asyncio.Queue()


class Pushes:
    """The pages that are open in this process, and the one task that looks for all of them."""

    def __init__(self, database_url: str, pool: ConnectionPool[Any]) -> None:
        self._database_url = database_url
        self._pool = pool
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self.ending: Callable[[], bool] = lambda: False
        """Whether the program is about to stop: streams then end by themselves."""

    def full(self, person: str) -> bool:
        """Whether the person has more pages open than anybody looks at."""
        return sum(each.person == person for each in self._watchers) >= _AT_ONCE_EACH

    def join(self, watcher: Watcher) -> None:
        self._watchers.add(watcher)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def look(self, person: str, holds: list[str]) -> Glance:
        with self._pool.connection() as connection:
            tasks = fingerprint(connection, person, holds)
            return Glance(tasks, book.unread(connection, person))

    def moved(self, person: str, holds: list[str], position: int) -> bool:
        with self._pool.connection() as connection:
            return moved_since(connection, person, holds, position)

    async def _run(self) -> None:
        """Until nobody watches any more."""
        async with Listener(self._database_url, _CHANNELS) as listener:
            while self._watchers:
                await listener.wait(_LOOK)
                await asyncio.sleep(_GATHER)
                listener.take()
                for watcher in tuple(self._watchers):
                    await self._tell(watcher)

    async def _tell(self, watcher: Watcher) -> None:
        try:
            now = await run_in_threadpool(self.look, watcher.person, watcher.holds)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("open pages wait for the database", error=type(error).__name__)
            return
        if now.tasks != watcher.seen.tasks:
            watcher.news.put_nowait("event: elenco\ndata:\n\n")
        if now.unread != watcher.seen.unread:
            watcher.news.put_nowait(f"event: avvisi\ndata: {now.unread}\n\n")
        watcher.seen = now


@router.get("/eventi")
async def events(request: Request, da: str = "") -> Response:
    """`da`: the position of the log that the page shows. 204, after which a browser does not ask
    again, for who is not logged in. To listen is not to be there: the session grows no longer."""
    pushes: Pushes = request.app.state.pushes
    session = await run_in_threadpool(_session, request)
    if session is None or pushes.full(session.person):
        return Response(status_code=204)
    try:
        reader = door_of(request, session.person, session.acting).reader
    except UnknownName:
        return Response(status_code=204)
    holds = [f"{role} {scope}" for role, scope, _ in reader.holds]
    seen = await run_in_threadpool(pushes.look, reader.id, holds)
    shown = int(da) if da.isdecimal() and len(da) < 19 else None
    # What moved between the page and this look is found by its position in the log.
    late = shown is not None and await run_in_threadpool(pushes.moved, reader.id, holds, shown)
    watcher = Watcher(reader.id, holds, seen)
    if late:
        watcher.news.put_nowait("event: elenco\ndata:\n\n")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    body = _stream(request, pushes, watcher)
    return StreamingResponse(body, 200, headers, "text/event-stream")


def _session(request: Request) -> Session | None:
    secret = request.cookies.get(COOKIE, "")
    found: Session | None = request.app.state.sessions.find(secret, seen=False) if secret else None
    return found if found is not None and found.alive else None


async def _stream(request: Request, pushes: Pushes, watcher: Watcher) -> AsyncIterator[str]:
    pushes.join(watcher)
    try:
        yield "retry: 3000\n\n"
        end, ping = monotonic() + _LONGEST, monotonic() + _PING
        while not pushes.ending() and monotonic() < end:
            try:
                yield await asyncio.wait_for(watcher.news.get(), _CHECK)
            except TimeoutError:
                if monotonic() > ping:
                    ping = monotonic() + _PING
                    yield ": \n\n"
    finally:
        pushes.leave(watcher)
