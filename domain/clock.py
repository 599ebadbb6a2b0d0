"""The time, in UTC: the true one, or the one of a training installation.

A moved clock is an offset kept in the database and read at each call, so that all
processes agree on it to the microsecond: the time is the database server's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from psycopg.rows import tuple_row

from domain.installation import SOMETHING_WRITTEN
from domain.log.datastore import CaseLogDatastore, patiently
from protocols.text import Text

_NOW = "SELECT clock_timestamp() + offset_ FROM clock"
# Seconds, not days: a day added to a timestamp follows the session's daylight saving.
_ADVANCE = """
    UPDATE clock SET offset_ = make_interval(
        secs => extract(epoch FROM %(to)s::timestamptz - clock_timestamp())::double precision)
    WHERE %(to)s::timestamptz > clock_timestamp() + offset_
    RETURNING pg_notify('clock', %(to)s::timestamptz::text)
"""


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class ClockRefused(Exception):
    """The clock may not be moved so; ``message`` says why and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


class SystemClock:
    """The true time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """The time of a training installation; the true time where nobody has moved it.

    Pass the recorder's datastore to share its pool.
    """

    def __init__(self, datastore: CaseLogDatastore) -> None:
        self._datastore = datastore

    def now(self) -> datetime:
        """The installation's time.

        Raises:
            LogUnavailable: Postgres did not answer in time.
        """
        return patiently(self._datastore, lambda connection, _: _scalar(connection, _NOW))

    def advance_to(self, instant: datetime) -> datetime:
        """Move the clock forward to ``instant`` (aware), for all processes at once.

        Everybody listening on the channel ``clock`` is told. Returns the new time.

        Raises:
            ClockRefused: the installation is not for training, or the instant is past.
            ValueError: the instant has no time zone.
            LogUnavailable: Postgres did not answer in time.
        """
        if instant.tzinfo is None:
            raise ValueError("an instant needs its time zone: use an aware datetime")
        return patiently(
            self._datastore,
            lambda connection, number: _advance(connection, instant, again=number > 0),
        )

    def begin_at(self, instant: datetime) -> datetime:
        """Set the clock to any ``instant`` (aware), also a past one, while the log
        holds nothing but the texts that came with the program.

        Raises:
            ClockRefused: the installation is not for training, or has cases already.
            LogUnavailable: Postgres did not answer in time.
        """
        return patiently(self._datastore, lambda connection, _: _begin(connection, instant))


_BEGIN = f"""
    UPDATE clock SET offset_ = make_interval(
        secs => extract(epoch FROM %(to)s::timestamptz - clock_timestamp())::double precision)
    WHERE EXISTS (SELECT FROM installation WHERE kind = 'training')
      AND NOT {SOMETHING_WRITTEN}
"""


def _begin(connection: psycopg.Connection[Any], instant: datetime) -> datetime:
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute(_BEGIN, {"to": instant}).rowcount != 1:
            raise ClockRefused(
                Text(
                    it="L'orologio si può mettere indietro solo in un'installazione di formazione "
                    "ancora senza casi.",
                    en="The clock can be set back only in a training installation that has no "
                    "cases yet.",
                )
            )
        return _scalar(connection, _NOW)


def _advance(connection: psycopg.Connection[Any], instant: datetime, *, again: bool) -> datetime:
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute("SELECT FROM installation WHERE kind = 'training'").fetchone() is None:
            raise ClockRefused(
                Text(
                    it="L'orologio si può spostare solo in un'installazione di formazione, "
                    "e questa non lo è.",
                    en="The clock can be moved only in a training installation, "
                    "and this is not one.",
                )
            )
        moved = cursor.execute(_ADVANCE, {"to": instant}).fetchone() is not None
        # Tried again after a lost answer, the clock may be there by our own doing.
        if not moved and not again:
            raise ClockRefused(
                Text(
                    it="L'orologio va solo avanti: indicare un momento futuro rispetto all'ora "
                    "dell'installazione.",
                    en="The clock only goes forward: give a moment later than the "
                    "installation's time.",
                )
            )
        return _scalar(connection, _NOW)


def _scalar(connection: psycopg.Connection[Any], query: str) -> datetime:
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        row = cursor.execute(query, prepare=True).fetchone()
    assert row is not None
    return row[0].astimezone(UTC)
