"""Reads on their way to the log: taken in at once, written in batches by a thread.

An answer that shows a case leaves only after its read was taken in here. What was taken in is in
the log after `PAUSE` seconds, and at the latest when the process ends in good order; a process that
is killed loses the reads of its last moment. Where the log cannot be written, nothing taken in is
given up, and once too much waits, or for too long, reading is refused: `ReadsUnlogged`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from itertools import islice
from time import monotonic, sleep

import structlog

from domain.clock import Clock
from domain.log.errors import LogError
from domain.log.recorder import CaseLogRecorder
from domain.reads.events import Read
from domain.reads.stream import MOST_AT_ONCE, ReadStream
from protocols.text import Text

log = structlog.get_logger(__name__)

PAUSE = 0.2
"""Seconds in which reads gather before they are written."""
PATIENCE = 10.0
"""Seconds that a read may wait unwritten before no other is allowed."""
MOST_WAITING = 5_000

_AGAIN = 0.5
_LAST_TRIES = 8.0


class ReadsUnlogged(LogError):
    """Reads cannot be written down at the moment, so that none may happen."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                it="Le consultazioni non si possono registrare in questo momento, e senza "
                "registrarle i dati non si mostrano: riprovare tra qualche secondo.",
                en="Reads cannot be recorded at the moment, and unrecorded no data are shown: "
                "try again in a few seconds.",
            )
        )


class ReadJournal:
    """Thread-safe. Its thread begins with the first read."""

    def __init__(
        self,
        recorder: CaseLogRecorder,
        clock: Clock,
        *,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._stream = ReadStream(recorder, clock)
        self._most = most_waiting
        self._patience = patience
        self._waiting: deque[Read] = deque()
        self._changed = threading.Condition()
        # Since when the oldest read waits, in monotonic seconds.
        self._since = 0.0
        self._hurry = self._closing = False
        self._thread: threading.Thread | None = None

    def take(self, reads: Iterable[Read]) -> None:
        """Take in what is about to be shown, or was refused. Raises ReadsUnlogged: then nothing may
        be shown."""
        new = tuple(reads)
        if not new:
            return
        with self._changed:
            waiting = self._waiting
            late = waiting and monotonic() - self._since > self._patience
            if self._closing or late or len(waiting) + len(new) > self._most:
                raise ReadsUnlogged
            if not waiting:
                self._since = monotonic()
            waiting.extend(new)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="reads", daemon=True)
                self._thread.start()
            # Woken for the first, to count the pause, and when there are enough.
            if len(waiting) == len(new) or len(waiting) >= MOST_AT_ONCE:
                self._changed.notify_all()

    def flush(self, timeout: float = 5.0) -> bool:
        """Write what waits, now; whether all of it came into the log in `timeout` seconds."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def close(self) -> None:
        """Write what waits and take in nothing more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_LAST_TRIES + 5.0)
        if self._waiting:
            log.error("reads_unwritten", count=len(self._waiting))

    def _write(self) -> None:
        until = None
        while batch := self._batch():
            # The very same batch again, for it may be in the log though nobody said so.
            while not self._append(batch):
                if self._closing:
                    until = until or monotonic() + _LAST_TRIES
                    if monotonic() > until:
                        return
                sleep(_AGAIN)
            self._written(len(batch))

    def _append(self, batch: list[Read]) -> bool:
        try:
            self._stream.write(batch)
        except Exception as error:
            # Whatever it is, the reads stay, and reading stops when its patience ends.
            log.warning("reads_wait", count=len(self._waiting), error=type(error).__name__)
            return False
        return True

    def _batch(self) -> list[Read]:
        """The next reads to write, the oldest first; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._waiting:
                left = self._since + PAUSE - monotonic()
                self._changed.wait_for(self._enough, max(0.0, left))
            return list(islice(self._waiting, MOST_AT_ONCE))

    def _enough(self) -> bool:
        return self._hurry or self._closing or len(self._waiting) >= MOST_AT_ONCE

    def _written(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._since = monotonic()
            if not self._waiting:
                self._hurry = False
            self._changed.notify_all()
