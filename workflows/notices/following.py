"""Follows the log and tells people. What is told and how far it has come are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from domain.log.errors import LogUnavailable
from domain.log.follower import Follower
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder
from domain.notices import book, outbox
from domain.notices.settings import MailSettings
from domain.notices.telling import ENDED, TOPICS, Place, told_of
from domain.refusal import Refused
from domain.service import CaseService
from domain.settings import SettingsError

BATCH = 200
CHANNEL = "notices"
"""On which it is said that somebody has been told something."""

_POLL = 1.0
_SHORTEST, _LONGEST_PAUSE = 0.2, 5.0
_MOVE = "UPDATE notices_position SET position = greatest(position, %s)"

log = structlog.get_logger(__name__)


class Following:
    """One follower of the log. Any number may run at once: they take turns."""

    def __init__(self, service: CaseService, mail: MailSettings | None = None) -> None:
        self._service = service
        self._mail = mail

    @property
    def recorder(self) -> CaseLogRecorder:
        return self._service.recorder

    def take(self, connection: Connection[Any], entries: Sequence[Entry]) -> None:
        """Tell of these events, save those that another follower has told of meanwhile.
        Raises psycopg.Error, LogUnavailable; then nobody has been told of any."""
        with connection.transaction():
            told = book.told_until(connection, hold=True)
            news = [
                self._tell(connection, entry)
                for entry in entries
                if entry.position > told and self._concerns(entry)
            ]
            connection.execute(_MOVE, (entries[-1].position,))
            if any(news):
                connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _concerns(self, entry: Entry) -> bool:
        return entry.topic in TOPICS or entry.topic == ENDED

    def _tell(self, connection: Connection[Any], entry: Entry) -> bool:
        if entry.topic == ENDED:
            outbox.drop_of_case(connection, entry.originator_id)
            return False
        try:
            state = self._service.state(entry.originator_id)
            plan = self._service.plan(state)
            event = self._service.mapper.read(entry)
            now = self._service.clock.now()
            told = told_of(Place(self._service.territory, plan, state, now), event)
        except LogUnavailable:
            raise
        except Exception as error:
            if isinstance(error, Refused) and error.kind == "unavailable":
                raise LogUnavailable from error
            # One broken case must not hold up all others; `cantiere verify` names it.
            log.error("nobody told", position=entry.position, error=type(error).__name__)
            return False
        if told is None:
            return False
        protocol = plan.protocol
        case = book.Case(entry.originator_id, protocol.protocol, protocol.version)
        reachable = self._reachable() & set(told.persons)
        chosen = book.preferences(connection, reachable)
        mailed = [person for person in reachable if chosen[person].mailed(told.kind)]
        book.write(connection, told, entry.position, case, event.at, mailed)
        return True

    def _reachable(self) -> set[str]:
        if self._mail is None:
            return set()
        try:
            return set(self._mail.addresses())
        except SettingsError:
            log.error("addresses unreadable")
            return set()


def follow(following: Following, database_url: str, stop: Event) -> None:
    """Until `stop`. Whatever fails is tried again."""
    follower = Follower(following.recorder, database_url, poll=_POLL)
    pause = _SHORTEST
    while not stop.is_set():
        try:
            with psycopg.connect(database_url, autocommit=True, connect_timeout=4) as connection:
                for entries in follower.batches(book.told_until(connection), stop, BATCH):
                    following.take(connection, entries)
                    pause = _SHORTEST
        except (psycopg.Error, LogUnavailable) as error:
            log.warning("notices wait for the database", error=type(error).__name__)
        except Exception as error:
            log.error("notices failed and go on", error=type(error).__name__)
        stop.wait(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
