"""Following the log: every event, in order, as soon as it is committed."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from time import monotonic

import psycopg

from domain.log.errors import LogUnavailable
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder

_CHECK = 0.2


class Follower:
    """Batches of the log after a position, for ever.

    It sleeps on the channel ``stored_events`` and looks by itself every ``poll``
    seconds, should a notification be lost. Where Postgres goes away it waits for it.
    """

    def __init__(self, recorder: CaseLogRecorder, database_url: str, *, poll: float = 5.0) -> None:
        self._recorder = recorder
        self._database_url = database_url
        self._poll = poll

    def batches(self, after: int, stop: Event, size: int = 500) -> Iterator[list[Entry]]:
        """Non-empty lists of at most ``size`` events after position ``after``, until ``stop``."""
        while not stop.is_set():
            try:
                # Listening begins before the first look: nothing can fall between the two.
                with psycopg.connect(
                    self._database_url, autocommit=True, connect_timeout=4
                ) as connection:
                    connection.execute("LISTEN stored_events")
                    while not stop.is_set():
                        entries = self._recorder.read_from(after, size)
                        if entries:
                            yield entries
                            after = entries[-1].position
                        if len(entries) < size:
                            self._sleep(connection, stop)
            except (psycopg.OperationalError, LogUnavailable):
                stop.wait(_CHECK)

    def _sleep(self, connection: psycopg.Connection, stop: Event) -> None:
        until = monotonic() + self._poll
        while not stop.is_set() and monotonic() < until:
            if any(True for _ in connection.notifies(timeout=_CHECK, stop_after=1)):
                return
