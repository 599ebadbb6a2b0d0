"""Reads of cases a second through the HTTP application, with the read log and without it.

The application is called as a server would call it, four requests at once, so that no client's work
hides the difference; rounds of the two take turns, and each is compared with its neighbour.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from api.http.app import create_app
from bench import servers
from bench.measuring import Samples, ratio
from bench.path import People, path, service_on
from bench.report import Row
from domain.installation import initialise
from domain.log.migrations import migrate as migrate_log
from domain.reads.events import Read
from domain.reads.journal import ReadJournal
from domain.settings import Settings
from projections.schema import migrate as migrate_projections

UNIT = "reads/s"
# The slowest that a read may become is 1.1 times what it was.
_GOAL = 0.91
_AT_ONCE = 4
_DOORS = {"a case": "/api/v1/cases/{case}", "its history": "/api/v1/cases/{case}/history"}


class _Unlogged(ReadJournal):
    """What is shown is written nowhere: only to be measured against."""

    def take(self, reads: Iterable[Read]) -> None:
        pass


def run(quick: bool = False) -> list[Row]:
    """For each door, the logged reads, which have the goal, and the unlogged."""
    rounds, calls, cases = (2, 40, 4) if quick else (15, 600, 50)
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url, home = servers.database(server), Path(folder)
        migrate_log(url)
        migrate_projections(url)
        initialise(url, "real")
        service = service_on(url, threads=_AT_ONCE)
        people, found = People(date.today()), [uuid4() for _ in range(cases)]
        for case in found:
            for command in islice(path(case, people, date.today()), 6):
                service.handle(command)
        app = create_app(Settings(url, home=home), service)
        try:
            return asyncio.run(_measure(app, people, found, rounds, calls))
        finally:
            app.state.parts.reads.close()
            service.close()


async def _measure(
    app: Any, people: People, cases: Sequence[UUID], rounds: int, calls: int
) -> list[Row]:
    logged = app.state.parts
    parts = {True: logged, False: replace(logged, reads=_Unlogged(*_of(logged)))}
    token = logged.issuer.token(people.municipal.id)
    rows = []
    for name, door in _DOORS.items():
        samples = {True: Samples(), False: Samples()}
        for number in range(rounds + 1):
            # The first round of each warms up; after that the two begin by turns.
            for which in (True, False) if number % 2 else (False, True):
                app.state.parts = parts[which]
                into = samples[which] if number else Samples()
                await _round(app, door, token, cases, calls, into)
        with_log = samples[True].row(f"{name}, logged", UNIT)
        without = samples[False].row(f"{name}, not logged", UNIT)
        rows += [
            with_log.compared(without, _GOAL, ratio(samples[True], samples[False])),
            without,
        ]
    return rows


def _of(parts: Any) -> tuple[Any, Any]:
    return parts.service.recorder, parts.service.clock


async def _round(
    app: Any, door: str, token: str, cases: Sequence[UUID], calls: int, samples: Samples
) -> None:
    left = iter(range(calls))
    waits: list[float] = []

    async def ask() -> None:
        for number in left:
            before = perf_counter()
            await _get(app, door.format(case=cases[number % len(cases)]), token)
            waits.append(perf_counter() - before)

    start = perf_counter()
    await asyncio.gather(*(ask() for _ in range(_AT_ONCE)))
    # What was taken in is written within the same round.
    await asyncio.to_thread(app.state.parts.reads.flush)
    samples.add(waits, perf_counter() - start)


async def _get(app: Any, address: str, token: str) -> None:
    """Raises RuntimeError unless the answer is 200."""
    status = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    if status != [200]:
        raise RuntimeError(f"{address}: {status}")
