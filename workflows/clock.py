"""Moving a training installation's clock, so that everything due happens, in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
import psycopg

from domain.clock import MovableClock
from domain.installation import installation_kind
from domain.log.datastore import CaseLogDatastore
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.settings import Settings
from protocols.text import Text
from workflows import due
from workflows.due import Waiting

PATIENCE = 30.0
"""Seconds that a case may take to move on at one instant."""

# A lost notification is noticed after this long.
_LOOK_AGAIN = 0.5

Progress = Callable[[datetime], None]


class AdvanceReport(msgspec.Struct, frozen=True):
    """``start``, ``end``: the clock before and after, UTC; ``instants``: how many distinct ones
    something was due at; ``moves``: how many times a case had something due; ``seconds``: real."""

    start: datetime
    end: datetime
    instants: int
    moves: int
    seconds: float


class AdvanceStuck(Exception):
    """Something due did not happen in time. The clock stands at ``at``; ``case`` is None where the
    conductor itself does not follow."""

    def __init__(self, message: Text, at: datetime, case: str | None = None) -> None:
        super().__init__(message.it)
        self.message = message
        self.at = at
        self.case = case


def advance(
    settings: Settings,
    to: datetime | timedelta,
    progress: Progress | None = None,
    *,
    patience: float = PATIENCE,
) -> AdvanceReport:
    """`ClockDriver.advance`, once. Raises what it raises."""
    with ClockDriver(settings, patience=patience) as driver:
        return driver.advance(to, progress)


class ClockDriver:
    """Moves a training installation's clock, any number of times, over connections of its own.

    Raises Refused where the installation is not for training, LogUnavailable or
    psycopg.OperationalError where Postgres is away.
    """

    def __init__(self, settings: Settings, *, patience: float = PATIENCE) -> None:
        if installation_kind(settings.database_url) != "training":
            raise _not_training()
        due.migrate(settings.database_url)
        self._patience = patience
        self._connection: psycopg.Connection[Any] = psycopg.connect(
            settings.database_url, autocommit=True, connect_timeout=5
        )
        self._recorder = CaseLogRecorder(CaseLogDatastore(settings.database_url, pool_size=1))
        self._clock = MovableClock(self._recorder.datastore)  # type: ignore[arg-type]
        self._connection.execute(f"LISTEN {due.CONDUCTED}")

    def __enter__(self) -> ClockDriver:
        return self

    def __exit__(self, *_: object) -> None:
        self._recorder.close()
        self._connection.close()

    def advance(self, to: datetime | timedelta, progress: Progress | None = None) -> AdvanceReport:
        """Move the clock to ``to`` (an aware instant, or a time from now), stopping at every
        instant at which something is due until it has happened. Worker and conductor must run.

        ``progress`` is called with each instant reached.

        Raises:
            Refused: ``to`` is past.
            AdvanceStuck: something due did not happen within ``patience`` seconds.
            LogUnavailable: Postgres is away.
        """
        began = monotonic()
        start = self._clock.now()
        target = start + to if isinstance(to, timedelta) else to
        if target <= start:
            raise _past()
        instants = moves = 0
        self._settle(start)
        while True:
            at = due.next_due(self._connection)
            if at is None or at > target:
                break
            moves += len(due.due_cases(self._connection, at))
            instants += 1
            self._reach(at)
            self._settle(at)
            if progress is not None:
                progress(at)
        self._reach(target)
        return AdvanceReport(start, self._clock.now(), instants, moves, monotonic() - began)

    def _reach(self, instant: datetime) -> None:
        # Real time passes too: the clock may have got there by itself.
        if instant > self._clock.now():
            self._clock.advance_to(instant)
        else:
            self._connection.execute("SELECT pg_notify('clock', '')")

    def _settle(self, instant: datetime) -> None:
        """Until the conductor has worked to the log's end, nothing is due at ``instant``, and no
        automation is under way. Patience starts anew whenever something has moved."""
        deadline = monotonic() + self._patience
        before: object = None
        while True:
            now = self._obstacle(instant)
            if now is None:
                return
            if now != before:
                before, deadline = now, monotonic() + self._patience
            left = deadline - monotonic()
            if left <= 0:
                raise _stuck(now, instant)
            for _ in self._connection.notifies(timeout=min(left, _LOOK_AGAIN), stop_after=1):
                pass

    def _obstacle(self, instant: datetime) -> tuple[int, Waiting | None] | None:
        position = due.position(self._connection)
        end = self._recorder.last_position()
        if position < end:
            return position, None
        waiting = due.due_cases(self._connection, instant) or due.automating_cases(self._connection)
        return (position, waiting[0]) if waiting else None


def _stuck(obstacle: tuple[int, Waiting | None], instant: datetime) -> AdvanceStuck:
    position, waiting = obstacle
    if waiting is None:
        return AdvanceStuck(
            Text(
                it=f"L'orologio è fermo al {instant:%d/%m/%Y %H:%M} UTC: il conduttore non segue "
                f"il registro (fermo all'evento {position}). Controllare con `cantiere doctor` che "
                "conduttore e Temporal siano in funzione, poi ripetere.",
                en=f"The clock stands at {instant:%Y-%m-%d %H:%M} UTC: the conductor does not "
                f"follow the log (it is at event {position}). Check with `cantiere doctor` that "
                "conductor and Temporal are running, then try again.",
            ),
            instant,
        )
    return AdvanceStuck(
        Text(
            it=f"L'orologio è fermo al {instant:%d/%m/%Y %H:%M} UTC: il caso {waiting.case} non è "
            "andato avanti. Controllare con `cantiere doctor` che il worker sia in funzione, "
            "poi ripetere.",
            en=f"The clock stands at {instant:%Y-%m-%d %H:%M} UTC: case {waiting.case} has not "
            "moved on. Check with `cantiere doctor` that the worker is running, then try again.",
        ),
        instant,
        str(waiting.case),
    )


def _not_training() -> Refused:
    return Refused(
        "forbidden",
        "clock_not_movable",
        Text(
            it="L'orologio si può spostare solo in un'installazione di formazione, e questa non "
            "lo è.",
            en="The clock can be moved only in a training installation, and this is not one.",
        ),
        Text(
            it="Usare un'altra installazione, avviata con `cantiere up --training`.",
            en="Use another installation, started with `cantiere up --training`.",
        ),
    )


def _past() -> Refused:
    return Refused(
        "invalid",
        "clock_goes_forward",
        Text(
            it="L'orologio va solo avanti.",
            en="The clock only goes forward.",
        ),
        Text(
            it="Indicare un momento futuro, per esempio 40d.",
            en="Give a moment to come, for example 40d.",
        ),
    )
