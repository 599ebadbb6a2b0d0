"""Sends the mails that wait, one after the other; a mail that fails does not stop the next."""

from __future__ import annotations

from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from domain.notices import book, outbox
from domain.notices.outbox import Mail
from domain.notices.settings import MailSettings
from domain.settings import SettingsError
from workflows.notices.mail import NotSent, compose, deliver

_POLL = 2.0
_LONGEST_PAUSE = 5.0

log = structlog.get_logger(__name__)


def send_next(connection: Connection[Any], settings: MailSettings) -> bool:
    """Send the mail that has waited longest; False where none waits. The row is held while the
    server is spoken to, so that nobody else sends it. Raises psycopg.Error."""
    with connection.transaction():
        mail = outbox.take(connection)
        if mail is None:
            return False
        try:
            _send(connection, mail, settings)
        except NotSent as failure:
            if failure.for_good:
                outbox.failed(connection, mail, failure.problem)
                log.error("mail failed", mail=mail.id, problem=failure.problem)
            elif not outbox.try_again(connection, mail, failure.problem):
                log.error("mail given up", mail=mail.id, problem=failure.problem)
    return True


def _send(connection: Connection[Any], mail: Mail, settings: MailSettings) -> None:
    waiting = book.unread(connection, mail.person)
    if mail.about.startswith("digest ") and not waiting:
        outbox.dropped(connection, mail)
        return
    try:
        address = settings.addresses().get(mail.person)
    except SettingsError:
        raise NotSent("addresses_unreadable") from None
    if address is None:
        raise NotSent("no_address", for_good=True)
    deliver(compose(mail, settings, address, waiting), settings)
    outbox.sent(connection, mail)


def post(settings: MailSettings, database_url: str, stop: Event) -> None:
    """Until `stop`. Whatever fails is tried again."""
    pause = 0.2
    while not stop.is_set():
        try:
            with psycopg.connect(database_url, autocommit=True, connect_timeout=4) as connection:
                while not stop.is_set():
                    pause = 0.2
                    if not send_next(connection, settings):
                        stop.wait(_POLL)
        except psycopg.Error as error:
            log.warning("mail waits for the database", error=type(error).__name__)
        except Exception as error:
            log.error("mail failed and goes on", error=type(error).__name__)
        stop.wait(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
