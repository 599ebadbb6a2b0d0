"""The application service for one request that shows much: what it reads, it reads once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from api.http.access import Sight
from domain.case.commands import Command
from domain.clock import Clock
from domain.log.recorded import Recorded
from domain.reactions import Batch
from domain.service import CaseService, Receipt
from domain.vault.events import PersonalReader


class ReadOnce(CaseService):
    """Each stream is read once, so that all parts of an answer are of the same moment and ask the
    database the same, however many they are. An attempt to write forgets everything that was read.
    For one request: never kept, never shared between two."""

    def __init__(self, service: CaseService) -> None:
        # The parts are shared with the service: its pool, its cache and the lock on it.
        vars(self).update(vars(service))
        self.clock = self._moment = _Moment(service.clock)
        self._streams: dict[UUID, list[Recorded]] = {}
        self._readers: dict[UUID, PersonalReader] = {}
        self.sights: dict[UUID, Sight] = {}

    def personal_reader(self, person: UUID | str) -> PersonalReader:
        key = UUID(str(person))
        if key not in self._readers:
            self._readers[key] = super().personal_reader(key)
        return self._readers[key]

    def _events(self, originator: UUID, after: int) -> Iterator[Recorded]:
        if originator not in self._streams:
            self._streams[originator] = list(super()._events(originator, 0))
            self.time_passed()
        stream = self._streams[originator]
        return (event for event in stream if event.originator_version > after)

    def _append(self, batch: Batch, command: Command, fingerprint: bytes) -> Receipt:
        try:
            return super()._append(batch, command, fingerprint)
        finally:
            # Also where somebody else was quicker: what is decided again must be read again.
            self._streams.clear()
            self._readers.clear()
            self.sights.clear()
            self.time_passed()

    def time_passed(self) -> None:
        """The log was read: the time is asked again when it is next needed."""
        self._moment.passed()


class _Moment:
    """The time, asked again after each reading of the log: never earlier than what was read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: datetime | None = None

    def now(self) -> datetime:
        if self._now is None:
            self._now = self._clock.now()
        return self._now

    def passed(self) -> None:
        self._now = None
