"""The command as an update of a Temporal workflow, which writes in an activity."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import ConnectionPool
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench import servers
from bench.bare_update import BareCase
from bench.measuring import Case
from bench.rivals import COMMANDS_OF_A_CASE, INSERT, RECEIVED

_QUEUE = "bench"
_THREADS = 16


class BareTemporal:
    """On the embedded server, with the pragmas that Cantiere gives it, and without a sandbox."""

    name = "bare Temporal update with one activity"

    @contextmanager
    def cases(self, database_url: str, number: int) -> Iterator[list[Case]]:
        with psycopg.connect(database_url) as connection:
            connection.execute(RECEIVED)
        with (
            servers.temporal() as address,
            ConnectionPool(database_url, min_size=2, max_size=_THREADS) as pool,
            _Loop() as loop,
        ):
            ready = loop.run(_begin(address, pool, number))
            try:
                yield [_calls(loop, handle) for handle in ready.handles]
            finally:
                loop.run(ready.end())


def _calls(loop: _Loop, handle: WorkflowHandle[Any, Any]) -> Case:
    return [partial(_command, loop, handle, number) for number in range(COMMANDS_OF_A_CASE)]


def _command(loop: _Loop, handle: WorkflowHandle[Any, Any], number: int) -> None:
    loop.run(handle.execute_update(BareCase.command, number))


class _Ready:
    """A running worker and its workflows, all started."""

    def __init__(self, worker: Worker, threads: ThreadPoolExecutor) -> None:
        self._worker = worker
        self._threads = threads
        self._running = asyncio.create_task(worker.run())
        self.handles: list[WorkflowHandle[Any, Any]] = []

    async def begin(self, client: Client, number: int) -> None:
        for _ in range(number):
            case = str(uuid4())
            self.handles.append(
                await client.start_workflow(
                    BareCase.run, case, id=f"bench-{case}", task_queue=_QUEUE
                )
            )
        # Whoever has answered once has its first workflow task behind it.
        for handle in self.handles:
            await handle.execute_update(BareCase.command, -1)

    async def end(self) -> None:
        await self._worker.shutdown()
        await self._running
        self._threads.shutdown()


async def _begin(address: str, pool: ConnectionPool[Any], number: int) -> _Ready:
    @activity.defn
    def insert(case: str, command: int) -> None:
        with pool.connection() as connection:
            connection.execute(INSERT, (UUID(case), command), prepare=True)

    client = await Client.connect(address)
    threads = ThreadPoolExecutor(_THREADS)
    worker = Worker(
        client,
        task_queue=_QUEUE,
        workflows=[BareCase],
        activities=[insert],
        activity_executor=threads,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    ready = _Ready(worker, threads)
    try:
        await ready.begin(client, number)
    except BaseException:
        await ready.end()
        raise
    return ready


class _Loop:
    """An event loop in a thread of its own, so that threads can call coroutines."""

    def __enter__(self) -> _Loop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
