"""The HTTP application on a real Postgres, with the shipped territory and a small protocol."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from api.http.app import create_app
from api.stack.postgres import EmbeddedPostgres
from domain.clock import MovableClock
from domain.documents.place import documents_of
from domain.installation import initialise
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from domain.settings import Settings
from projections import storage
from projections.models import read_models
from projections.projector import Projector, run
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory
from tests.listening import listening

TERRITORY = load_territory(default_pack())
MELZO = "015142"
MINI = Path(__file__).parents[1] / "packs" / "mini" / "protocols" / "mini"


def holder(role: str, scope: str) -> str:
    """The id of whoever holds the role today, deputies last."""
    return TERRITORY.holders(role, scope, datetime.now(UTC).date())[0][0]


DESK = holder("desk_operator", f"comune:{MELZO}")
REFERENT = holder("municipal_referent", f"comune:{MELZO}")
DISTRICT = holder("district_referent", f"district:{TERRITORY.district_of(MELZO)}")


class People:
    """The application as its users meet it: each request is somebody's."""

    def __init__(self, app: FastAPI, http: httpx.Client) -> None:
        self.app = app
        self.http = http

    @property
    def service(self) -> Any:
        return self.app.state.parts.service

    def headers(self, person: str | None, **more: str) -> dict[str, str]:
        found = {name.replace("_", "-"): value for name, value in more.items()}
        if person is not None:
            found["Authorization"] = f"Bearer {self.app.state.parts.issuer.token(person)}"
        return found

    def get(self, person: str | None, path: str, **parameters: Any) -> Any:
        return self.http.get(path, params=parameters, headers=self.headers(person))

    def post(self, person: str | None, path: str, body: Any, key: str | None = None) -> Any:
        headers = self.headers(person, Idempotency_Key=key or str(uuid4()))
        return self.http.post(path, json=body, headers=headers)

    def refer(self, by: str = DESK, key: str | None = None, **changes: Any) -> Any:
        return self.post(by, "/api/v1/referrals", referral(**changes), key)

    def case(self, **changes: Any) -> str:
        answer = self.refer(**changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["case"]

    def complete(
        self,
        person: str,
        case: str,
        task: str,
        outcome: str = "done",
        data: dict[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        path = f"/api/v1/tasks/{case}:{task.replace('#', '%23')}/complete"
        key = more.pop("key", None)
        return self.post(person, path, {"outcome": outcome, "data": data or {}, **more}, key)

    def triage(self, case: str, outcome: str = "complex", **more: Any) -> Any:
        return self.complete(REFERENT, case, "triage", outcome, {"need": "work"}, **more)

    def last_position(self) -> int:
        # Reads of before come into the log in their own time.
        assert self.app.state.parts.reads.flush()
        return self.service.recorder.last_position()

    @property
    def projector(self) -> Projector:
        service = self.service
        models = read_models(service.registry, service.territory)
        return Projector(self.app.state.parts.settings.database_url, service.recorder, models)

    def project(self) -> None:
        """Bring the read models to the end of the log."""
        projector = self.projector
        with storage.connect(projector.database_url) as connection:
            projector.catch_up(connection)

    @contextmanager
    def projecting(self) -> Iterator[None]:
        """Keep the read models at the end of the log meanwhile."""
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(self.projector, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def referral(**changes: Any) -> dict[str, Any]:
    return {
        "protocol": "mini",
        "service": "cps-melzo",
        "comune": "Melzo",
        "referred_on": datetime.now(UTC).date().isoformat(),
        "person": {"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
        **changes,
    }


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The shipped protocols, and the small one beside them."""
    folder = tmp_path_factory.mktemp("packs") / "pack"
    shutil.copytree(default_pack() / "protocols", folder / "protocols")
    shutil.copytree(MINI, folder / "protocols" / "mini")
    return Registry.load(folder)


@pytest.fixture
def people(database_url: str, tmp_path: Path, registry: Registry) -> Iterator[People]:
    """The application with an empty log of this test's own."""
    with _application(database_url, tmp_path / "home", registry) as application:
        yield application


@pytest.fixture(scope="module")
def shared_people(
    postgres_server: EmbeddedPostgres,
    _template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    registry: Registry,
) -> Iterator[People]:
    """One application for the tests of a module that leave nothing, or nothing that matters."""
    name = f"shared_{uuid4().hex}"
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {_template_database}")
        url, home = postgres_server.url("cantiere", name), tmp_path_factory.mktemp("home")
        with _application(url, home, registry) as application:
            yield application
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _application(url: str, home: Path, registry: Registry) -> Iterator[People]:
    initialise(url, "training")
    recorder = CaseLogRecorder.connect(url)
    clock = MovableClock(recorder.datastore)  # type: ignore[arg-type]
    documents = documents_of(home)
    service = CaseService(recorder, registry, TERRITORY, clock, b"k" * 32, documents=documents)
    app = create_app(Settings(url, home=home, training=True), service)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield People(app, http)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind a real server; its address."""
    configuration = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    listener = listening(configuration)
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
