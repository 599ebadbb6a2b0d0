"""Starting the workflow of every open case again from the log: Temporal may have lost them all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice

import psycopg

from domain.migration.handle import migrations
from domain.service import CaseService
from domain.settings import Settings
from workflows import due
from workflows.conductor import AT_ONCE
from workflows.connection import connect, prepare_namespace
from workflows.due import Waiting
from workflows.open_cases import every_case
from workflows.telling import tell_migration, tell_moved

Progress = Callable[[int], None]

_BATCH = 200


def rebuild_workflows(
    settings: Settings, progress: Progress | None = None, *, service: CaseService | None = None
) -> int:
    """Signal-with-start the workflow of every open case; return how many. Harmless to repeat, and
    while people work. ``progress`` is called with the number done so far.

    Raises:
        TemporalUnavailable, RPCError: Temporal is away.
        LogUnavailable: Postgres is away.
    """
    own = service or CaseService.connect(settings)
    try:
        return asyncio.run(_rebuild(settings, own, progress))
    finally:
        if service is None:
            own.close()


async def _rebuild(settings: Settings, service: CaseService, progress: Progress | None) -> int:
    client = await connect(settings)
    await prepare_namespace(settings, client)
    await asyncio.to_thread(due.migrate, settings.database_url)
    at_once = asyncio.Semaphore(AT_ONCE)

    async def tell(waiting: Waiting) -> None:
        async with at_once:
            await tell_moved(client, waiting)

    done = 0
    cases = every_case(service)
    while batch := await asyncio.to_thread(lambda: list(islice(cases, _BATCH))):
        running = [waiting for waiting in batch if not waiting.ended]
        await asyncio.gather(*map(tell, running))
        await asyncio.to_thread(_remember, settings, batch)
        done += len(running)
        if progress is not None:
            progress(done)
    under_way = ("running", "paused", "reverting")
    for plan in await asyncio.to_thread(lambda: list(migrations(service))):
        if plan.status in under_way:
            await tell_migration(client, plan.id)
    return done


def _remember(settings: Settings, batch: list[Waiting]) -> None:
    with psycopg.connect(settings.database_url, connect_timeout=5) as connection:
        due.save(connection, batch, None)
