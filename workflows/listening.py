"""Waiting for Postgres notifications in asyncio, across losses of the connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

import psycopg
from psycopg.sql import SQL, Identifier

_RETRY = 0.3


class Listener:
    """Channels on which something has been said since the last :meth:`wait`.

    What is said while the connection is lost is lost too, so every channel counts as heard
    after each new connection; and nobody should wait without a timeout.
    """

    def __init__(self, database_url: str, channels: Iterable[str]) -> None:
        self._database_url = database_url
        self._channels = tuple(channels)
        self._heard: set[str] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Listener:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def wait(self, timeout: float) -> frozenset[str]:
        """The channels heard; empty after ``timeout`` seconds of silence."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout)
        return self.take()

    def take(self) -> frozenset[str]:
        """The channels heard until now, without waiting."""
        self._news.clear()
        heard, self._heard = frozenset(self._heard), set()
        return heard

    def wake(self) -> None:
        """End a wait early."""
        self._news.set()

    def _hear(self, channels: Iterable[str]) -> None:
        self._heard.update(channels)
        self._news.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database_url, autocommit=True, connect_timeout=4
                ) as connection:
                    for channel in self._channels:
                        await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
                    self._hear(self._channels)
                    async for notice in connection.notifies():
                        self._hear((notice.channel,))
            except psycopg.Error:
                await asyncio.sleep(_RETRY)
