"""The role as it runs: what is written to the log becomes a mail."""

from __future__ import annotations

import asyncio

import pytest

from domain.notices import book
from domain.notices.book import Preferences
from domain.notices.settings import MailSettings
from domain.settings import Settings
from tests.notices.conftest import REFERENT, Postman, Town
from workflows.notices.running import run_notifier


def test_a_command_becomes_a_mail(
    town: Town, mail: MailSettings, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.choose(town.connection, REFERENT.id, Preferences("each", None))
    for name, value in (
        ("HOST", "127.0.0.1"),
        ("PORT", str(mail.port)),
        ("SECURITY", "none"),
        ("FROM", mail.sender),
        ("PEOPLE", str(mail.people)),
    ):
        monkeypatch.setenv(f"CANTIERE_SMTP_{name}", value)
    monkeypatch.setenv("CANTIERE_PUBLIC_URL", "https://casi.example.org")

    async def run() -> None:
        stop = asyncio.Event()
        role = asyncio.create_task(run_notifier(Settings(town.url), stop, service=town.service))
        await asyncio.to_thread(town.refer)
        while not postman.taken:
            assert not role.done()
            await asyncio.sleep(0.05)
        stop.set()
        await asyncio.wait_for(role, 30)

    asyncio.run(asyncio.wait_for(run(), 60))
    assert postman.recipients == ["referente@example.org"]
