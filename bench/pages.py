"""How long people wait for their pages, over 20,000 cases and a million events.

A real server and a client with a session, one request at a time: what one person feels. All cases
are of the one district whose referent asks, so that every open task is in that person's list.
"""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread, current_thread
from time import perf_counter, sleep
from typing import Any

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI

from api.http.app import create_app
from api.web.desk import COOKIE
from api.web.inbox.view import task_address
from api.web.schema import migrate as migrate_pages
from bench import servers
from bench.generated import fill
from bench.path import PACK, People, long_path, service_on, territory
from bench.report import Row
from domain.installation import initialise
from domain.settings import Settings
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from protocols.registry import Registry

UNIT = "ms, p95"
_EVENTS = 1_000_000
# Of about 50 events each, which take more than a year: 10,000 tasks are open at the end.
_NEW_CASES_A_DAY = 20
# Milliseconds at the 95th percentile; issue 5 §3.
_INBOX_GOAL = 150.0
# Of styles, scripts and the page itself, as they are sent; fonts and pictures come later. §9.
_FIRST_VIEW_KB = 150.0
_PACKINGS = {"over TLS": "gzip, br", "in the clear": "gzip"}
_LOADED = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


def run(quick: bool = False) -> list[Row]:
    """Rows with the 95th percentile; the inbox has the goal."""
    calls = 10 if quick else 200
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = servers.database(server)
        events = fill(url, 1_000 if quick else _EVENTS, long_path, _NEW_CASES_A_DAY)
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
            counted = connection.execute("SELECT count(*) FROM inbox.cases").fetchone()
            assert counted is not None
        person = People(date.today()).municipal.id
        app = create_app(Settings(url, home=Path(folder)), service)
        much = f"{found[0][2]:,} open tasks, {counted[0]:,} cases, {events:,} events"
        addresses = {
            f"inbox, {much}": ["/"],
            "inbox, overdue": ["/?vista=ritardo"],
            "a case": [f"/casi/{case}" for case, _, _ in found],
            "a task": [task_address(case, task) for case, task, _ in found],
        }
        with _served(app) as address, _statements() as sent:
            secret = app.state.pages.state.sessions.begin(person)
            client = httpx.Client(base_url=address, headers={"Cookie": f"{COOKIE}={secret}"})
            return [
                *(_row(client, sent, name, pages, calls) for name, pages in addresses.items()),
                *(_first_view(client, name, packing) for name, packing in _PACKINGS.items()),
            ]


def _first_view(client: httpx.Client, name: str, packing: str) -> Row:
    """Kilobytes that a browser which was never here is sent before it can draw the list."""
    page = client.get("/")
    accepted = {"Accept-Encoding": packing}
    loaded = [client.get(address, headers=accepted) for address in _LOADED.findall(page.text)]
    assert loaded, "no styles"
    sizes = [answer.raise_for_status().num_bytes_downloaded / 1024 for answer in (page, *loaded)]
    total = sum(sizes)
    return Row(
        f"first view of the inbox, without fonts, {name}", total, "KB",
        goal=f"< {_FIRST_VIEW_KB:g} KB", met=total < _FIRST_VIEW_KB, detail={"KB": sizes[0]},
    )  # fmt: skip


@contextmanager
def _statements() -> Iterator[list[str]]:
    """What requests send to the database; the empty ones that try a connection are among them."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        if current_thread().name.startswith("AnyIO"):
            sent.append(str(query))
        return execute(self, query, *arguments, **named)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def _row(client: httpx.Client, sent: list[str], name: str, pages: list[str], calls: int) -> Row:
    waits: list[float] = []
    size = most = 0
    for number in range(calls + 5):
        sent.clear()
        before = perf_counter()
        answer = client.get(pages[number % len(pages)])
        took = perf_counter() - before
        answer.raise_for_status()
        assert answer.status_code == 200, "not logged in"
        size = max(size, len(answer.content))
        most = max(most, len(sent)) if number >= 5 else 0
        if number >= 5:
            waits.append(took)
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)] * 1000
    detail = {"pages/s": len(waits) / sum(waits), "p50 ms": waits[len(waits) // 2] * 1000}
    detail |= {"KB": size / 1024, "statements": most}
    if not name.startswith("inbox"):
        return Row(name, p95, UNIT, detail=detail)
    return Row(name, p95, UNIT, goal=f"< {_INBOX_GOAL:g} ms", met=p95 < _INBOX_GOAL, detail=detail)


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    configuration = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    listener = configuration.bind_socket()
    # As the socket has that the server makes for itself: no waiting between parts of an answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
