"""The API and a worker on a real Postgres and a real Temporal: designers ask, jobs are done."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from api.http.access import organisation_reads
from api.http.app import create_app
from api.stack.postgres import EmbeddedPostgres
from domain.clock import MovableClock
from domain.installation import initialise
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from domain.settings import Settings
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.api.conftest import TERRITORY, holder, registry, serving, shared_people
from workflows.worker import run_worker

__all__ = ["registry", "shared_people"]

LONG = 90.0
DESIGNER = holder("designer", "design")
_MINI = Path(__file__).parents[1] / "packs" / "mini" / "protocols" / "mini" / "1.0.0.yaml"
MINI = _MINI.read_text(encoding="utf-8")


class Bench:
    """A designer at work: what is asked through the door, and the machine behind it."""

    def __init__(self, settings: Settings, service: CaseService, http: httpx.Client) -> None:
        self.settings = settings
        self.service = service
        self.http = http
        self.issuer: Any = None

    def headers(self, person: str = DESIGNER, **more: str) -> dict[str, str]:
        found = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.issuer.token(person)}", **found}

    def ask(
        self, kind: str, body: Any, *, person: str = DESIGNER, key: str | None = None
    ) -> httpx.Response:
        headers = self.headers(person, Idempotency_Key=key or str(uuid4()))
        return self.http.post(f"/api/v1/jobs/{kind}", json=body, headers=headers)

    def get(self, path: str, *, person: str = DESIGNER, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=self.headers(person, **headers))

    def job(self, kind: str, body: Any) -> str:
        """Asks, and returns where to follow it."""
        answer = self.ask(kind, body)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["Location"])

    def until(
        self, where: str, what: Callable[[Any], bool], *, person: str = DESIGNER
    ) -> list[Any]:
        """Follow a job until `what` is true of it; everything seen on the way."""
        seen = [self.get(where, person=person).json()]
        deadline = monotonic() + LONG
        while not what(seen[-1]):
            assert monotonic() < deadline, seen[-1]
            # As a page that follows a job would: the answer is looked at, never counted on.
            threading.Event().wait(0.05)
            seen.append(self.get(where, person=person).json())
        return seen

    def done(self, where: str) -> Any:
        """The result of a job, once it has one."""
        ended = self.until(where, lambda job: job["ended_at"] is not None)[-1]
        assert ended["state"] == "done", ended
        return self.get(ended["result"]).json()

    @contextlib.contextmanager
    def worker(self) -> Iterator[None]:
        """A worker in a thread and event loop of its own."""
        control: dict[str, Any] = {}
        ready = threading.Event()

        async def main() -> None:
            control["stop"], control["loop"] = asyncio.Event(), asyncio.get_running_loop()
            ready.set()
            await run_worker(
                self.settings, control["stop"], service=self.service, sees=organisation_reads
            )

        thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            control["loop"].call_soon_threadsafe(control["stop"].set)
            thread.join(LONG)
            assert not thread.is_alive(), "the worker did not stop"


def open_service(database_url: str) -> CaseService:
    recorder = CaseLogRecorder.connect(database_url)
    clock = MovableClock(recorder.datastore)  # type: ignore[arg-type]
    return CaseService(recorder, Registry.load(default_pack()), TERRITORY, clock, b"k" * 32)


@contextlib.contextmanager
def at_work(url: str, home: Path, temporal_address: str) -> Iterator[Bench]:
    settings = Settings(url, temporal_address=temporal_address, home=home, training=True)
    service = open_service(url)
    app = create_app(settings, service)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        bench = Bench(settings, service, http)
        bench.issuer = app.state.parts.issuer
        yield bench


@pytest.fixture(scope="module")
def idle(
    postgres_server: EmbeddedPostgres,
    _template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    temporal_address: str,
) -> Iterator[Bench]:
    """An installation without a worker."""
    name = f"jobs_{uuid4().hex}"
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {_template_database}")
        url = postgres_server.url("cantiere", name)
        initialise(url, "training")
        with at_work(url, tmp_path_factory.mktemp("home"), temporal_address) as bench:
            yield bench
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def bench(idle: Bench) -> Iterator[Bench]:
    """The same, with a worker."""
    with idle.worker():
        yield idle
