"""The daily digest: a Temporal Schedule that each hour asks for the mails of whoever chose it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import psycopg
from temporalio import activity, workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

from domain.notices import book, outbox
from domain.notices.settings import MailSettings
from domain.service import CaseService
from domain.settings import Settings
from workflows.names import TASK_QUEUE

SCHEDULE = "notice-digests"
EVERY = timedelta(hours=1)
LATE = 3
"""Hours by which a digest may come late, as when Temporal was away; after them there is none."""

_TIMEOUT = timedelta(minutes=10)


@workflow.defn(name="notice-digests")
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
        now = self._service.clock.now().astimezone(self._service.territory.timezone)
        url = self._settings.database_url
        with psycopg.connect(url, autocommit=True, connect_timeout=4) as connection:
            waiting = book.who_has_unread(connection) & set(self._mail.addresses())
            chosen = book.preferences(connection, waiting)
            due = [
                person
                for person, choice in chosen.items()
                if choice.digest is not None and choice.digest <= now.hour < choice.digest + LATE
            ]
            for person in due:
                outbox.ask_digest(connection, person, now.date())
        return len(due)


async def keep_digests(client: Client, *, task_queue: str = TASK_QUEUE) -> None:
    """See that the schedule is there; an operator's change of it is left alone."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            "notice-digests", id=SCHEDULE, task_queue=task_queue, execution_timeout=_TIMEOUT
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )
    with suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(SCHEDULE, schedule)
