"""Writing a batch of reads: one event on a stream that only one process extends."""

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

AUTHOR = "system:reads"
MOST_AT_ONCE = 200


def command_of(stream: UUID, version: int) -> UUID:
    """No command stands behind a read: each batch has an id of its own all the same."""
    return uuid5(stream, str(version))


class ReadStream:
    """One stream for this process and day, so that nobody else is ever in its way.

    Not thread-safe. A batch whose acknowledgement was lost may be given again: it is written once.
    """

    def __init__(self, recorder: CaseLogRecorder, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock
        self._mapper = CaseLogMapper()
        self._process = uuid4()
        self._day: date | None = None
        self._last = datetime.min.replace(tzinfo=UTC)
        self._stream = self._process
        self._version = 0
        self._pending: Recorded | None = None

    def write(self, reads: Sequence[Read]) -> int:
        """The position of the event. At most `MOST_AT_ONCE` reads. Raises LogUnavailable: then the
        same reads are to be given again."""
        # The very event of before, for the log compares it with what it may hold already.
        event = self._pending or self._next(reads)
        self._pending = event
        try:
            position = self._recorder.append([self._mapper.to_stored_event(event)]).last
        except Conflict:
            position = self._found(event)
        self._version = event.originator_version
        self._pending = None
        return position

    def _next(self, reads: Sequence[Read]) -> Recorded:
        # A machine's clock may be set back a little; what was written before stays before.
        now = self._last = max(self._clock.now(), self._last)
        if now.date() != self._day:
            self._day = now.date()
            self._stream, self._version = uuid5(self._process, self._day.isoformat()), 0
        version = self._version + 1
        return Recorded(
            originator_id=self._stream,
            originator_version=version,
            at=now,
            actor=AUTHOR,
            command_id=command_of(self._stream, version),
            body=ReadsRecorded(tuple(reads)),
        )

    def _found(self, event: Recorded) -> int:
        """Where the event stands, written by an attempt whose answer was lost. Raises Conflict."""
        wanted = self._mapper.to_stored_event(event)
        for entry in self._recorder.read(event.originator_id, event.originator_version - 1):
            if (entry.topic, entry.state) == (wanted.topic, wanted.state):
                return entry.position
            break
        # Somebody else writes here, which nobody may: leave the stream to them.
        self._process, self._day, self._pending = uuid4(), None, None
        raise Conflict(event.originator_id)
