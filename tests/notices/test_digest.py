"""One mail a day for whoever wants it and has something to read; none otherwise."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from temporalio.client import Client

from domain.clock import MovableClock
from domain.notices import book
from domain.notices.book import Preferences
from domain.notices.settings import MailSettings
from domain.settings import Settings
from tests.notices.conftest import DISTRICT, REFERENT, TERRITORY, Postman, Town
from workflows.notices.digest import SCHEDULE, DigestActivities, DigestWorkflow, keep_digests
from workflows.notices.posting import send_next


def at(town: Town, hour: int, days: int = 0) -> None:
    """Move the clock to that hour, in the territory, of the next day or a later one."""
    clock, zone = town.service.clock, TERRITORY.timezone
    assert isinstance(clock, MovableClock)
    day = clock.now().astimezone(zone).date() + timedelta(days=days)
    clock.advance_to(datetime.combine(day, time(hour, 5), zone).astimezone(UTC))


@pytest.fixture
def digests(town: Town, mail: MailSettings) -> DigestActivities:
    book.choose(town.connection, REFERENT.id, Preferences("never", 9))
    town.refer()
    town.tell(mail)
    return DigestActivities(Settings(town.url), town.service, mail)


def test_it_comes_once_a_day_at_its_hour(
    town: Town, mail: MailSettings, postman: Postman, digests: DigestActivities
) -> None:
    at(town, 8, days=1)
    assert digests.ask_digests() == 0
    at(town, 9)
    for _ in range(3):
        digests.ask_digests()
    at(town, 11)
    digests.ask_digests()
    assert [row[:3] for row in town.mails()] == [(REFERENT.id, "digest", "waiting")]
    assert send_next(town.connection, mail)
    text = str(postman.taken[0].get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
    assert "c'è un avviso che non hai ancora letto" in text
    at(town, 9, days=1)
    digests.ask_digests()
    assert len(town.mails()) == 2


def test_nothing_to_read_no_digest_chosen_or_too_late_no_mail(
    town: Town, mail: MailSettings, postman: Postman, digests: DigestActivities
) -> None:
    at(town, 12, days=1)
    assert digests.ask_digests() == 0
    at(town, 9, days=1)
    assert digests.ask_digests() == 1
    latest = book.listed(town.connection, REFERENT.id)[0].id
    book.mark_read(town.connection, REFERENT.id, until=latest)
    assert send_next(town.connection, mail)
    assert postman.taken == []
    assert town.mails()[0][2] == "dropped"
    at(town, 9, days=1)
    assert digests.ask_digests() == 0
    book.choose(town.connection, DISTRICT.id, Preferences("each", None))
    town.connection.execute("UPDATE notices SET person = %s, read_at = NULL", (DISTRICT.id,))
    assert digests.ask_digests() == 0
    assert DigestActivities(Settings(town.url), town.service, None).ask_digests() == 0


def test_the_schedule_is_kept_and_asks(
    town: Town, mail: MailSettings, digests: DigestActivities, temporal_address: str
) -> None:
    """The worker's schedule, started by hand, as it fires each hour."""
    from concurrent.futures import ThreadPoolExecutor

    from temporalio.worker import Worker

    from workflows.worker import workflow_runner

    async def fire() -> int:
        client = await Client.connect(temporal_address)
        for _ in range(2):
            await keep_digests(client, task_queue="digests-test")
        handle = client.get_schedule_handle(SCHEDULE)
        try:
            with ThreadPoolExecutor(2) as threads:
                async with Worker(
                    client,
                    task_queue="digests-test",
                    workflows=[DigestWorkflow],
                    activities=[digests.ask_digests],
                    activity_executor=threads,
                    workflow_runner=workflow_runner(),
                ):
                    found: int = await client.execute_workflow(
                        DigestWorkflow.run, id="digests-by-hand", task_queue="digests-test"
                    )
            described = await handle.describe()
            assert described.schedule.spec.intervals[0].every == timedelta(hours=1)
            return found
        finally:
            await handle.delete()

    at(town, 9, days=1)
    assert asyncio.run(fire()) == 1
    assert [row[:3] for row in town.mails()] == [(REFERENT.id, "digest", "waiting")]
