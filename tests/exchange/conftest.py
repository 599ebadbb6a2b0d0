"""One installation with three cases, for the tests of what is exported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from api.cli.main import main
from api.stack.postgres import EmbeddedPostgres
from domain.case import commands as c
from domain.installation import initialise
from domain.service import CaseService
from domain.settings import Settings
from tests.conftest import _database
from tests.exchange.logs import TERRITORY

MELZO = "015142"


class Installation(NamedTuple):
    """`cases`: each has been referred; the last was registered and closed as outside the area.
    `names`: what must not be in an export: true ids of cases, persons and staff, and names."""

    url: str
    home: Path
    cases: list[UUID]
    names: set[str]


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def installation(
    postgres_server: EmbeddedPostgres,
    _template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("home")
    for url in _database(postgres_server, _template_database):
        initialise(url, "training")
        with _environment(DATABASE_URL=url, CANTIERE_HOME=str(home), COLUMNS="300"):
            service = CaseService.connect(Settings(url, home=home, training=True))
            try:
                yield Installation(url, home, *_cases(service))
            finally:
                service.close()


def _cases(service: CaseService) -> tuple[list[UUID], set[str]]:
    today = datetime.now(UTC).date()
    person = TERRITORY.holders("desk_operator", f"comune:{MELZO}", today)[0][0]
    held = TERRITORY.memberships(person, today)
    desk = c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))
    cases = []
    for number in range(3):
        cases.append(
            service.handle(
                c.Referral(
                    command_id=uuid4(),
                    actor=desk,
                    case=uuid4(),
                    protocol="presa-in-carico",
                    service="cps-melzo",
                    comune=MELZO,
                    referred_on=service.clock.now().date(),
                    person={"first_name": f"Ivo{number}", "last_name": "Nomesegreto"},
                )
            ).case
        )
    outcomes = ("complete", "incomplete", "outside_area")
    for case, outcome in zip(cases, outcomes, strict=True):
        service.handle(
            c.CompleteTask(
                command_id=uuid4(),
                actor=desk,
                case=case,
                task="register_referral",
                outcome=outcome,
                data={"needs": ["work"]},
            )
        )
    names = {str(case) for case in cases} | {person, "Nomesegreto", "Ivo0", MELZO}
    names |= {service.state(case).opened.person for case in cases}  # type: ignore[union-attr]
    return cases, names


class Said(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `cantiere` in this process."""
    # Reading the territory is slow, and not what these tests are about.
    for module in ("api.cli.conformance", "api.cli.log_export"):
        monkeypatch.setattr(f"{module}.load_territory", lambda _: TERRITORY)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["cantiere", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)

    return run
