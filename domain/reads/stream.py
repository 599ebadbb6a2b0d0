"""Writing a batch of reads, on a stream that only one process extends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4, uuid5

from domain.clock import Clock
from domain.log.errors import Conflict
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.reads.events import Read, ReadsRecorded
from domain.reads.spool import Place

AUTHOR = "system:reads"
MOST_AT_ONCE = 200


def command_of(stream: UUID, version: int) -> UUID:
    """No command stands behind a read: each batch has an id of its own all the same."""
    return uuid5(stream, str(version))


class ReadStream:
    """One stream for this process and day, so that nobody else is ever in its way.

    Not thread-safe. A batch whose acknowledgement was lost may be given again, by whatever process:
    its place tells that it is written.
    """

    def __init__(self, recorder: CaseLogRecorder, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock
        self._mapper = CaseLogMapper()
        self._process = uuid4()
        self._day: date | None = None
        self._last = datetime.min.replace(tzinfo=UTC)
        self._next = Place(self._process, 1)

    def place(self) -> Place:
        """Where the next batch begins."""
        day = self._now().date()
        if day != self._day:
            self._day = day
            self._next = Place(uuid5(self._process, day.isoformat()), 1)
        return self._next

    def write(self, reads: Sequence[Read]) -> None:
        """`write_at` the next place. Raises LogUnavailable."""
        self.write_at(self.place(), reads)

    def write_at(self, place: Place, reads: Sequence[Read]) -> None:
        """As many events as it takes; those that are there already stay as they are. Raises
        LogUnavailable: then the same reads are to be given again, at the same place."""
        stream, version = place
        for start in range(0, len(reads), MOST_AT_ONCE):
            self._append(stream, version, tuple(reads[start : start + MOST_AT_ONCE]))
            version += 1
        if stream == self._next.stream:
            self._next = Place(stream, version)

    def _append(self, stream: UUID, version: int, reads: tuple[Read, ...]) -> None:
        event = Recorded(
            originator_id=stream,
            originator_version=version,
            at=self._now(),
            actor=AUTHOR,
            command_id=command_of(stream, version),
            body=ReadsRecorded(reads),
        )
        try:
            self._recorder.append([self._mapper.to_stored_event(event)])
        except Conflict:
            if not self._recorder.read(stream, version - 1):
                raise

    def _now(self) -> datetime:
        # A machine's clock may be set back a little; what was written before stays before.
        self._last = max(self._clock.now(), self._last)
        return self._last
