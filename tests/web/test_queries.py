"""How many statements a page sends to the database: the same, however much there is to show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import httpx
import psycopg
import pytest

from api.web.desk import COOKIE
from domain.case import commands as c
from domain.case.notes import WriteNote
from tests.web.conftest import MELZO

NOTES, PERSONS = 200, 300
FEW = UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that requests send to Postgres; the projector's are not among them. The empty
    ones with which the pool tries a connection before it lends it are."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.current_thread().name.startswith("AnyIO"):
            sent.append(str(query))
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    return sent


@pytest.fixture(scope="module")
def clerk(installation: Any) -> str:
    found: str = installation.holder("desk_operator", f"comune:{MELZO}")
    return found


@pytest.fixture
def asked(installation: Any, clerk: str, counted: list[str]) -> Iterator[Callable[[str], int]]:
    """How many statements a page sends that is asked for a second time."""
    secret = installation.sessions.begin(clerk)
    with httpx.Client(base_url=installation.address, cookies={COOKIE: secret}) as client:

        def ask(address: str) -> int:
            for _ in range(2):
                counted.clear()
                answer = client.get(address)
                assert answer.status_code == 200, address
            return len(counted)

        yield ask


LISTS = {"/": 18, "/casi": 14, "/segnalazioni": 14, "/segnalazioni/nuova": 10}
"""At most so many."""


def test_a_page_asks_the_same_few_things_however_much_there_is(
    installation: Any, clerk: str, asked: Callable[[str], int]
) -> None:
    story = installation.stories["assessing"]
    task = quote(next(task.key for task in story.state().open_tasks()), safe="")
    pages = {f"/casi/{story.case}": 17, f"/attivita/{story.case}/{task}": 16, **LISTS}
    few = {address: asked(address) for address in pages}
    service, actor = installation.service, _actor(installation, clerk)
    today = service.clock.now().date()
    for number in range(NOTES):
        service.handle(
            WriteNote(
                command_id=uuid5(FEW, f"note {number}"), actor=actor, case=UUID(story.case),
                text=f"Nota {number}",
            )
        )  # fmt: skip
    for number in range(PERSONS):
        service.handle(
            c.Referral(
                command_id=uuid5(FEW, f"referral {number}"), actor=actor,
                case=uuid5(FEW, f"case {number}"), protocol="presa-in-carico",
                service="cps-melzo", comune=MELZO, referred_on=today,
                person={"first_name": "Nora", "last_name": f"Numero {_in_letters(number)}",
                        "birth_date": "1990-01-01", "sex": "F"},
            )
        )  # fmt: skip
    installation.wait_for_views()
    assert {address: asked(address) for address in pages} == few
    assert {address: few[address] for address in pages if few[address] > pages[address]} == {}


def _actor(installation: Any, person: str) -> c.Actor:
    held = installation.territory.memberships(person, installation.service.clock.now().date())
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def _in_letters(number: int) -> str:
    """Names have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
