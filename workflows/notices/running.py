"""The role that tells people: threads that follow the log, send mail, and forget what is old."""

from __future__ import annotations

import asyncio
from threading import Event

from domain.notices.settings import MailSettings
from domain.service import CaseService
from domain.settings import Settings
from workflows.connection import service_at_last
from workflows.notices.following import Following, follow
from workflows.notices.forgetting import keep_tidy
from workflows.notices.posting import post


async def run_notifier(
    settings: Settings, stop: asyncio.Event, *, service: CaseService | None = None
) -> None:
    """Tell people until `stop`; wait for Postgres while it is away. Raises SettingsError."""
    mail = MailSettings.from_environment()
    own = service or await service_at_last(settings, stop)
    if own is None:
        return
    halt, url = Event(), settings.database_url
    try:
        working = [
            asyncio.to_thread(follow, Following(own, mail), url, halt),
            asyncio.to_thread(keep_tidy, own, url, halt),
        ]
        if mail is not None:
            working.append(asyncio.to_thread(post, mail, url, halt))
        running = asyncio.gather(*working)
        await stop.wait()
        halt.set()
        await running
    finally:
        halt.set()
        if service is None:
            own.close()
