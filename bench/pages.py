"""How long people wait for their pages, over a log of a million events.

A real server and a client with a session, one request at a time: what one person feels.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI

from api.http.app import create_app
from api.web.desk import COOKIE
from api.web.schema import migrate as migrate_pages
from bench import servers
from bench.generated import fill
from bench.path import PACK, People, service_on, territory
from bench.report import Row
from domain.installation import initialise
from domain.settings import Settings
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from protocols.registry import Registry

UNIT = "ms, p95"
_EVENTS = 1_000_000
# Milliseconds at the 95th percentile; issue 5 §3.
_INBOX_GOAL = 150.0


def run(quick: bool = False) -> list[Row]:
    """Rows with the 95th percentile; the inbox has the goal."""
    calls = 10 if quick else 200
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = servers.database(server)
        fill(url, 1_000 if quick else _EVENTS)
        migrate(url)
        migrate_pages(url)
        initialise(url, "real")
        service = service_on(url, threads=4)
        rebuild_models(url, service.recorder, read_models(Registry.load(PACK), territory()))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
            found = connection.execute(
                "SELECT t.originator_id, t.task, count(*) OVER () FROM inbox.tasks t"
                " WHERE t.automation = '' ORDER BY t.originator_id LIMIT 200"
            ).fetchall()
        person = People(date.today()).municipal.id
        app = create_app(Settings(url, home=Path(folder)), service)
        addresses = {
            f"inbox, {found[0][2]:,} open tasks": ["/"],
            "inbox, overdue": ["/?vista=ritardo"],
            "a case": [f"/casi/{case}" for case, _, _ in found],
            "a task": [f"/attivita/{case}/{task}" for case, task, _ in found],
        }
        with _served(app) as address:
            secret = app.state.pages.state.sessions.begin(person)
            client = httpx.Client(base_url=address, headers={"Cookie": f"{COOKIE}={secret}"})
            return [_row(client, name, pages, calls) for name, pages in addresses.items()]


def _row(client: httpx.Client, name: str, pages: list[str], calls: int) -> Row:
    waits: list[float] = []
    size = 0
    for number in range(calls + 5):
        before = perf_counter()
        answer = client.get(pages[number % len(pages)])
        took = perf_counter() - before
        answer.raise_for_status()
        assert answer.status_code == 200, "not logged in"
        size = max(size, len(answer.content))
        if number >= 5:
            waits.append(took)
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)] * 1000
    detail = {"pages/s": len(waits) / sum(waits), "p50 ms": waits[len(waits) // 2] * 1000}
    detail["KB"] = size / 1024
    if not name.startswith("inbox"):
        return Row(name, p95, UNIT, detail=detail)
    return Row(name, p95, UNIT, goal=f"< {_INBOX_GOAL:g} ms", met=p95 < _INBOX_GOAL, detail=detail)


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    configuration = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    listener = configuration.bind_socket()
    listener.listen()
    server = uvicorn.Server(configuration)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
