"""Forgets old notices and what became of old mails: they were never the record of anything."""

from __future__ import annotations

from threading import Event

import psycopg
import structlog

from domain.log.errors import LogUnavailable
from domain.notices import book, outbox
from domain.service import CaseService

_EVERY = 3600.0

log = structlog.get_logger(__name__)


def tidy(service: CaseService, database_url: str) -> None:
    """Notices older than `book.KEPT`, mails that left or failed longer ago than `outbox.KEPT`.
    Raises psycopg.Error, LogUnavailable."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=4) as connection:
        book.forget(connection, service.clock.now() - book.KEPT)
        outbox.forget_old(connection)


def keep_tidy(service: CaseService, database_url: str, stop: Event) -> None:
    """Every hour until `stop`; one that fails is made good by the next."""
    while not stop.is_set():
        try:
            tidy(service, database_url)
        except (psycopg.Error, LogUnavailable) as error:
            log.warning("old notices are kept for now", error=type(error).__name__)
        stop.wait(_EVERY)
