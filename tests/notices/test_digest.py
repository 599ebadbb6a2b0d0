"""One mail a day for whoever wants it and has something to read; none otherwise."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from temporalio.client import Client

from domain.clock import MovableClock
from domain.notices import book
from domain.notices.book import Preferences
from domain.notices.settings import MailSettings
from domain.settings import Settings
from tests.notices.conftest import DISTRICT, REFERENT, TERRITORY, Postman, Town
from workflows.notices.digest import (
    EVERY,
    SCHEDULE,
    DigestActivities,
    DigestWorkflow,
    due_day,
    keep_digests,
)
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


@pytest.mark.parametrize("hour", [0, 2, 3, 7, 22, 23])
@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23), date(2026, 12, 30)])
def test_every_day_has_one_digest_whatever_the_clocks_do(first: date, hour: int) -> None:
    """Asked each hour over the days on which clocks are put forward and back, and the new year."""
    zone = TERRITORY.timezone
    begin = datetime.combine(first, time(), zone).astimezone(UTC)
    seen: dict[date, datetime] = {}
    for hours in range(5 * 24 + 1):
        now = begin + hours * EVERY
        day = due_day(hour, now, zone)
        if day is not None and day not in seen:
            seen[day] = now
    days = [first + timedelta(days=n) for n in range(5)]
    assert [day for day in seen if day in days] == days
    for day in days:
        local = seen[day].astimezone(zone)
        leapt = day == date(2026, 3, 29) and hour == 2
        assert (local.date(), local.hour) == (day, 3 if leapt else hour)


def test_the_digest_of_the_last_hour_may_come_after_midnight() -> None:
    zone = TERRITORY.timezone
    late = datetime(2027, 1, 1, 0, 40, tzinfo=zone).astimezone(UTC)
    assert due_day(23, late, zone) == date(2026, 12, 31)
    assert due_day(23, late + timedelta(hours=2), zone) is None
    assert due_day(None, late, zone) is None


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
