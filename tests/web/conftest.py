"""The pages in a real Chromium, over a real Postgres, with cases in several states.

`installation` is one application for a whole module, its read models kept up meanwhile; `desk`
gives the page of somebody who is logged in; what every page must be is in `checks.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page

from api.demo.desk import Desk as ApiDesk
from api.demo.stories import path
from api.demo.story import Story
from api.stack.postgres import EmbeddedPostgres
from api.web.desk import COOKIE
from api.web.sessions import Sessions
from domain.installation import initialise
from domain.service import CaseService
from projections.models import read_models
from projections.projector import Projector, run
from protocols.territory import default_pack
from tests.web.checks import watched
from tests.web.chromium import MISSING, find_chromium, launched
from tests.web.serving import application, serving

MELZO, VIGNATE = "015142", "015237"

# Of presa-in-carico.
NEWEST = "2.1.0"


# Of a module, not of the run: while Playwright is there, no other test can have an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with launched(*found) as browser:
        yield browser


class Installation:
    """`app` behind a real server at `address`; `api` writes as anybody through the API; `service`
    is its application service. `cases`: seeded ones by name (see `seed`)."""

    def __init__(self, app: FastAPI, address: str, database_url: str) -> None:
        self.app = app
        self.address = address
        self.database_url = database_url
        self.service: CaseService = app.state.parts.service
        self.territory = self.service.territory
        self.api = ApiDesk(address, app.state.parts.issuer.token)
        self.stories: dict[str, Story] = {}

    @property
    def sessions(self) -> Sessions:
        return self.app.state.pages.state.sessions

    @property
    def cases(self) -> dict[str, str]:
        return {name: story.case for name, story in self.stories.items()}

    def story(self, name: str, comune: str = MELZO, **who: Any) -> Story:
        """A case that has just been referred."""
        story = Story(name, self.api, self.service)
        person = {"first_name": "Nora", "last_name": "D'Adda", "sex": "F", **who}
        desk = self.holder("desk_operator", f"comune:{comune}")
        service = {MELZO: "cps-melzo"}.get(comune, "cps-melzo")
        story.refer(desk, service=service, comune=comune, who=person)
        self.stories[name] = story
        return story

    def holder(self, role: str, scope: str) -> str:
        today = self.service.clock.now().astimezone(self.territory.timezone).date()
        return self.territory.holders(role, scope, today)[0][0]

    def seed(self) -> None:
        """Cases of presa-in-carico: `referred` (register_referral open), `registered`
        (triage open), `triaged` (authorisation open), `team` (constitute_team open), `assessing`
        (four assessments open, of different members)."""
        needs = ["work", "housing"]
        names = ("referred", "registered", "triaged", "team", "assessing")
        for reached, name in enumerate(names):
            story = self.story(name, last_name=f"Prova {name}")
            if reached >= 1:
                path.registered(story, needs)
            if reached >= 2:
                path.triaged(story, "complex", needs)
            if reached >= 3:
                path.authorised(story)
            if reached >= 4:
                members = path.psychiatric_team(story)
                story.do("constitute_team", "complete", members)

    def wait_for_views(self) -> None:
        """Until the read models are at the end of the log."""
        from projections.models import NAMES
        from projections.waiting import wait_for

        position = self.service.recorder.last_position()
        assert wait_for(self.app.state.parts.pool, NAMES, position, 20.0)

    def run(self, query: str, *parameters: Any) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(query.encode(), parameters)


def with_newest(made: Path) -> Path:
    """A copy of the pack in which the newest version of presa-in-carico is in force on any day
    that a test may be run on."""
    shutil.copytree(default_pack(), made)
    folder = made / "protocols" / "presa-in-carico"
    newest = f"of: {NEWEST}\n"
    for file in (folder / f"{NEWEST}.yaml", *sorted((folder / "variants").glob("*.yaml"))):
        text = file.read_text(encoding="utf-8")
        if file.stem == NEWEST or newest in text:
            said = re.sub(r"(?m)^valid_from: .*$", "valid_from: 2024-01-01", text, count=1)
            file.write_text(said, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def pack() -> Path:
    """The territory pack of the installation; a module may have another."""
    return default_pack()


@pytest.fixture(scope="module")
def installation(
    pack: Path,
    postgres_server: EmbeddedPostgres,
    _template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """One seeded training installation for the tests of a module."""
    with (
        database(postgres_server, _template_database) as url,
        installed(url, tmp_path_factory.mktemp("home"), pack) as found,
    ):
        found.seed()
        found.wait_for_views()
        yield found


@contextmanager
def database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The address of a database with the whole schema and no rows."""
    name = f"web_{uuid4().hex}"
    with psycopg.connect(server.url("cantiere", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.url("cantiere", name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def installed(url: str, home: Path, pack: Path | None = None) -> Iterator[Installation]:
    """The application behind a real server, and its projector."""
    initialise(url, "training")
    app = application(url, home, pack)
    service: CaseService = app.state.parts.service
    models = read_models(service.registry, service.territory)
    stop = threading.Event()
    projector = Projector(url, service.recorder, models)
    projecting = threading.Thread(target=run, args=(projector, stop))
    with serving(app) as address:
        projecting.start()
        try:
            found = Installation(app, address, url)
            yield found
            found.api.close()
        finally:
            stop.set()
            projecting.join()


Desk = Callable[..., Page]


@pytest.fixture
def context(
    browser: Browser, installation: Installation
) -> Iterator[Callable[..., BrowserContext]]:
    """`context(**options)`: a browser of somebody's own, closed after the test. Options are
    Playwright's: `java_script_enabled=False`, `viewport={...}`."""
    with _closing() as opened:

        def make(**options: Any) -> BrowserContext:
            made = browser.new_context(
                base_url=installation.address, locale="it-IT", timezone_id="Europe/Rome", **options
            )
            made.set_default_timeout(10_000)
            opened.append(made)
            return made

        yield make


@contextmanager
def _closing() -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for each in opened:
        with suppress(Exception):
            each.close()


@pytest.fixture
def desk(context: Callable[..., BrowserContext], installation: Installation) -> Desk:
    """`desk(person, **options)`: an empty page of a browser in which that person is logged in."""

    def enter(person: str, **options: Any) -> Page:
        made = context(**options)
        secret = installation.sessions.begin(person)
        made.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": secret,
                    "url": installation.address.replace("http:", "https:"),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return watched(made.new_page())

    return enter
