"""The command at work on an installation with one case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest

from api.cli.main import main
from domain.case import commands as c
from domain.installation import initialise
from domain.service import CaseService
from domain.settings import Settings
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
MELZO = "015142"


def holder(role: str, scope: str) -> c.Actor:
    today = datetime.now(UTC).date()
    person = TERRITORY.holders(role, scope, today)[0][0]
    held = TERRITORY.memberships(person, today)
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


class Installation(NamedTuple):
    """`case` has been referred and its referral registered."""

    url: str
    home: Path
    service: CaseService
    case: UUID

    def tamper(self, statement: str, *values: object) -> None:
        """Change the log behind everybody's back."""
        with psycopg.connect(self.url) as connection:
            # As somebody could who owns the database: the log's own guards are put aside.
            connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            connection.execute(statement.encode(), values or None)
            connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")


@pytest.fixture
def installation(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    initialise(database_url, "training")
    home = tmp_path / "home"
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CANTIERE_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "300")
    service = CaseService.connect(Settings(database_url, home=home, training=True))
    desk = holder("desk_operator", f"comune:{MELZO}")
    day = service.clock.now().date()
    receipt = service.handle(
        c.Referral(
            command_id=uuid4(),
            actor=desk,
            case=uuid4(),
            protocol="presa-in-carico",
            service="cps-melzo",
            comune=MELZO,
            referred_on=day,
            person={"first_name": "Ivo", "last_name": "Nomesegreto"},
        )
    )
    service.handle(
        c.CompleteTask(
            command_id=uuid4(),
            actor=desk,
            case=receipt.case,
            task="register_referral",
            outcome="complete",
            data={"needs": ["work"]},
        )
    )
    yield Installation(database_url, home, service, receipt.case)
    service.close()


class Said(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `cantiere` in this process."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["cantiere", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)

    return run
