"""Reads on their way to the log: taken in at once, written in batches by a thread.

An answer that shows a case leaves only after its read was taken in here, which writes it into a
file (`domain.reads.spool`). What was taken in is in the log after `PAUSE` seconds; what a killed
process leaves, the next one brings there. Where the log cannot be written, nothing taken in is
given up, and once too much waits, or for too long, reading is refused: `ReadsUnlogged`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep

import structlog

from domain.clock import Clock
from domain.log.errors import LogError
from domain.log.recorder import CaseLogRecorder
from domain.reads.events import Read
from domain.reads.spool import Place, Spool, left
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
        folder: Path | None = None,
        *,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
    ) -> None:
        """`folder`: of the files, shared by all processes of an installation on this machine.
        Without it, what waits is in memory only."""
        self._stream = ReadStream(recorder, clock)
        self._folder = folder
        self._spool: Spool | None = None
        self._most = most_waiting
        self._patience = patience
        self._waiting: deque[Read] = deque()
        self._writing: list[Read] = []
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
            waiting, before = self._waiting, len(self._waiting) + len(self._writing)
            late = before and monotonic() - self._since > self._patience
            if self._closing or late or before + len(new) > self._most:
                raise ReadsUnlogged
            self._keep(new)
            if not before:
                self._since = monotonic()
            waiting.extend(new)
            if self._thread is None:
                self.begin()
            # Woken for the first, to count the pause, and when there are enough.
            if len(waiting) == len(new) or len(waiting) >= MOST_AT_ONCE:
                self._changed.notify_all()

    def begin(self) -> None:
        """Bring into the log what processes that were killed have left."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="reads", daemon=True)
                self._thread.start()

    def flush(self, timeout: float = 5.0) -> bool:
        """Write what waits, now; whether all of it came into the log in `timeout` seconds."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, timeout)

    def close(self) -> None:
        """Write what waits and take in nothing more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_LAST_TRIES + 5.0)
        unwritten = len(self._waiting) + len(self._writing)
        if unwritten:
            log.error("reads_unwritten", count=unwritten)
        if self._spool is not None:
            self._spool.end(empty=not unwritten)

    def _keep(self, new: tuple[Read, ...]) -> None:
        if self._folder is None:
            return
        try:
            if self._spool is None:
                self._spool = Spool.new(self._folder)
            self._spool.keep(new)
        except OSError as error:
            log.warning("reads_not_kept", error=type(error).__name__)
            raise ReadsUnlogged from None

    def _run(self) -> None:
        self._recover()
        while (place := self._cut()) is not None:
            # The very same batch again, for it may be in the log though nobody said so.
            if not self._write(place, self._writing):
                return
            self._written(place)

    def _recover(self) -> None:
        try:
            for spool in left(self._folder) if self._folder else ():
                whole = False
                try:
                    for place, reads in spool.batches():
                        if not self._write(place, reads):
                            return
                        spool.done(place)
                        log.info("reads_recovered", count=len(reads))
                    whole = True
                finally:
                    spool.end(empty=whole)
        except (OSError, ValueError) as error:
            # Left where it is for somebody to look at.
            log.error("reads_not_recovered", error=type(error).__name__)

    def _write(self, place: Place, reads: list[Read]) -> bool:
        """As often as it takes; False when the process ends before."""
        until = None
        while True:
            try:
                self._stream.write_at(place, reads)
            except Exception as error:
                # Whatever it is, the reads stay, and reading stops when its patience ends.
                log.warning("reads_wait", count=len(reads), error=type(error).__name__)
            else:
                return True
            if self._closing:
                until = until or monotonic() + _LAST_TRIES
                if monotonic() > until:
                    return False
            sleep(_AGAIN)

    def _cut(self) -> Place | None:
        """Wait for reads, and make a batch of them; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            pause = self._since + PAUSE - monotonic()
            self._changed.wait_for(self._enough, max(0.0, pause))
            self._writing = list(self._waiting)
            self._waiting.clear()
            place = self._stream.place()
            if self._spool is not None:
                try:
                    self._spool.cut(place)
                except OSError as error:
                    # Somebody has removed the files: those to come get others.
                    log.warning("reads_not_kept", error=type(error).__name__)
                    self._spool.end(empty=False)
                    self._spool = None
            return place

    def _enough(self) -> bool:
        return self._hurry or self._closing or len(self._waiting) >= MOST_AT_ONCE

    def _written(self, place: Place) -> None:
        with self._changed:
            if self._spool is not None:
                try:
                    self._spool.done(place)
                except OSError as error:
                    log.warning("reads_not_kept", error=type(error).__name__)
            self._writing = []
            self._since = monotonic()
            if not self._waiting:
                self._hurry = False
            self._changed.notify_all()
