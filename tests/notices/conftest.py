"""A small installation whose people are told, and a mail server that does as a test says."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from api.stack.postgres import EmbeddedPostgres
from domain.case import commands as c
from domain.clock import MovableClock
from domain.installation import initialise
from domain.log.recorder import CaseLogRecorder
from domain.notices import book
from domain.notices.schema import pass_over
from domain.notices.settings import MailSettings
from domain.service import CaseService
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory
from tests.conftest import _database
from workflows.activities import WORKFLOW
from workflows.notices.following import BATCH, Following

MINI = Path(__file__).parents[1] / "packs" / "mini"
TERRITORY = load_territory(default_pack())
REGISTRY = Registry([*Registry.load(MINI).all(), *Registry.load(default_pack()).all()])
MELZO = "015142"


def holder(role: str, scope: str) -> c.Actor:
    person = TERRITORY.holders(role, scope, date.today())[0][0]
    held = TERRITORY.memberships(person, date.today())
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


REFERENT = holder("municipal_referent", f"comune:{MELZO}")
DISTRICT = holder("district_referent", "district:5")


class Town:
    """People act through it; `told` is what they have been told since it was last asked."""

    def __init__(self, service: CaseService, url: str) -> None:
        self.service = service
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)

    def do(self, kind: type[c.Command], case: UUID, by: c.Actor = REFERENT, **more: Any) -> UUID:
        return self.service.handle(kind(command_id=uuid4(), actor=by, case=case, **more)).case

    def refer(self, by: c.Actor | None = None, protocol: str = "mini") -> UUID:
        return self.do(
            c.Referral,
            uuid4(),
            by or holder("desk_operator", f"comune:{MELZO}"),
            protocol=protocol,
            service="cps-melzo",
            comune=MELZO,
            referred_on=self.service.clock.now().date(),
            person={"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
        )

    def triage(self, case: UUID, outcome: str = "complex") -> UUID:
        return self.do(c.CompleteTask, case, task="triage", outcome=outcome, data={"need": "work"})

    def later(self, days: int, case: UUID | None = None) -> None:
        clock = self.service.clock
        assert isinstance(clock, MovableClock)
        clock.advance_to(clock.now() + timedelta(days=days))
        if case is not None:
            self.do(c.PassTime, case, WORKFLOW)

    def tell(self, mail: MailSettings | None = None) -> None:
        """What the role would do by now."""
        following = Following(self.service, mail)
        while entries := self.service.recorder.read_from(book.told_until(self.connection), BATCH):
            following.take(self.connection, entries)

    def notices(self, person: c.Actor | str = REFERENT) -> list[tuple[str, str]]:
        """(kind, task), the oldest first."""
        who = person if isinstance(person, str) else person.id
        query = "SELECT kind, task FROM notices WHERE person = %s ORDER BY id"
        return self.connection.execute(query, (who,)).fetchall()

    def mails(self) -> list[tuple[Any, ...]]:
        """(person, about's first word, state, problem, attempts)."""
        return self.connection.execute(
            "SELECT person, split_part(about, ' ', 1), state, problem, attempts FROM notice_mails "
            "ORDER BY id"
        ).fetchall()

    def at_once(self) -> None:
        """Pauses before the next attempt are over."""
        self.connection.execute("UPDATE notice_mails SET next_at = clock_timestamp()")


@pytest.fixture(scope="module")
def _town(postgres_server: EmbeddedPostgres, _template_database: str) -> Iterator[Town]:
    with contextmanager(_database)(postgres_server, _template_database) as url:
        initialise(url, "training")
        recorder = CaseLogRecorder.connect(url, pool_size=1, max_size=2)
        clock = MovableClock(recorder.datastore)  # type: ignore[arg-type]
        clock.begin_at(datetime.now(UTC) - timedelta(minutes=1))
        town = Town(CaseService(recorder, REGISTRY, TERRITORY, clock, b"k" * 32), url)
        yield town
        town.connection.close()
        recorder.close()


@pytest.fixture
def town(_town: Town) -> Town:
    """The module's, where nobody has been told of anything and nobody will be of what is past."""
    for table in ("notices", "notice_mails", "notice_preferences"):
        _town.connection.execute(f"DELETE FROM {table}")
    pass_over(_town.connection)
    return _town


Mood = Literal["accept", "refuse", "later", "hang", "drop", "kill"]


class Postman:
    """A mail server. `mood`: takes mail, refuses the recipient for good or for now, does not
    answer, breaks off after the mail has been sent, or kills the sender (`pid`) then."""

    def __init__(self) -> None:
        self.mood: Mood = "accept"
        self.pid = 0
        self.taken: list[Message] = []
        self.recipients: list[str] = []

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood == "refuse":
            return "550 5.1.1 <somebody@example.org> is nobody here"
        if self.mood == "later":
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if self.mood == "hang":
            await asyncio.sleep(60)
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content))
        self.recipients.extend(envelope.rcpt_tos)
        if self.mood == "kill":
            os.kill(self.pid, signal.SIGKILL)
        if self.mood in ("drop", "kill"):
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"


class _AtAnyPort(Controller):
    """Looks whether it has started at the port that it was given."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def _server() -> Iterator[tuple[Postman, int]]:
    postman = Postman()
    controller = _AtAnyPort(postman, hostname="127.0.0.1", port=0, server_hostname="post.example")
    controller.start()
    yield postman, controller.port
    controller.stop(no_assert=True)


@pytest.fixture
def postman(_server: tuple[Postman, int]) -> Postman:
    found = _server[0]
    found.mood, found.taken, found.recipients = "accept", [], []
    return found


@pytest.fixture
def mail(_server: tuple[Postman, int], tmp_path: Path) -> MailSettings:
    people = tmp_path / "posta.yaml"
    people.write_text(f"{REFERENT.id}: referente@example.org\n{DISTRICT.id}: d5@example.org\n")
    return MailSettings(
        "127.0.0.1", _server[1], "none", "", "", "cantiere@example.org",
        "https://casi.example.org/avvisi", people, 1.0,
    )  # fmt: skip
