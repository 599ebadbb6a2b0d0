"""The daily digest: a Temporal Schedule that each hour asks for the mails of whoever chose it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy

from domain.notices import book, outbox
from domain.notices.settings import MailSettings
from domain.service import CaseService
from domain.settings import Settings
from workflows.names import TASK_QUEUE
from workflows.schedules import keep

SCHEDULE = "notice-digests"
EVERY = timedelta(hours=1)
LATE = timedelta(hours=3)
"""By how much a digest may come late, as when Temporal was away; after that there is none."""

_TIMEOUT = timedelta(minutes=10)


@workflow.defn(name=SCHEDULE)
class DigestWorkflow:
    """One hour's digests."""

    @workflow.run
    async def run(self) -> int:
        asked: int = await workflow.execute_activity(
            "ask_digests",
            start_to_close_timeout=_TIMEOUT,
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary="riepiloghi del giorno",
        )
        return asked


class DigestActivities:
    """The activity over one case service's clock and calendar."""

    def __init__(
        self, settings: Settings, service: CaseService, mail: MailSettings | None = None
    ) -> None:
        self._settings = settings
        self._service = service
        self._mail = mail

    @activity.defn(name="ask_digests")
    def ask_digests(self) -> int:
        """Put into the outbox the digests that are due, at most one a person and day; how many
        people have one due. Nobody has who has read everything. Raises SettingsError."""
        if self._mail is None:
            return 0
        now, zone = self._service.clock.now(), self._service.territory.timezone
        url = self._settings.database_url
        with psycopg.connect(url, autocommit=True, connect_timeout=4) as connection:
            waiting = book.who_has_unread(connection) & set(self._mail.addresses())
            chosen = book.preferences(connection, waiting)
            due = [
                (person, day)
                for person, choice in chosen.items()
                if (day := due_day(choice.digest, now, zone)) is not None
            ]
            for person, day in due:
                outbox.ask_digest(connection, person, day)
        return len(due)


def due_day(hour: int | None, now: datetime, zone: ZoneInfo) -> date | None:
    """The day whose digest, chosen for that hour, is to leave now; None for none. That of 23 may
    come after midnight; an hour that the clocks leap over comes when they have, one that they
    repeat is that of its first time."""
    if hour is None:
        return None
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if at <= now < at + LATE:
            return day
    return None


async def keep_digests(client: Client, *, task_queue: str = TASK_QUEUE) -> None:
    """See that the schedule is there."""
    await keep(client, SCHEDULE, EVERY, _TIMEOUT, task_queue)
