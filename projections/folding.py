"""Events into rows: one loop for the projector, the rebuild and the verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import compress
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import structlog

from domain.collecting import collector_at_rest
from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from projections.model import ReadModel
from projections.parked import AFTER_PARKED, Parked
from projections.rows import Rows

__all__ = ["Batch", "Fold", "Unreadable", "batches", "collector_at_rest"]

log = structlog.get_logger(__name__)

_TRIES = 3
_body_of = attrgetter("body")


class Unreadable(NamedTuple):
    """An event of the log that this program cannot read."""

    originator_id: UUID
    position: int
    topic: str
    error_class: str


class Batch(NamedTuple):
    """Events in log order, decoded once for all models, up to position `last`."""

    events: list[Recorded]
    unreadable: list[Unreadable]
    last: int

    @classmethod
    def of(cls, mapper: CaseLogMapper, entries: Sequence[Entry], after: int) -> Batch:
        """Decode; `after` is the position that the entries follow."""
        last = entries[-1].position if entries else after
        try:
            return cls(list(map(mapper.read, entries)), [], last)
        except UnreadableEvent:
            return cls(*_one_by_one(mapper, entries), last)


def _one_by_one(
    mapper: CaseLogMapper, entries: Iterable[Entry]
) -> tuple[list[Recorded], list[Unreadable]]:
    events, unreadable = [], []
    for entry in entries:
        try:
            events.append(mapper.read(entry))
        except UnreadableEvent as error:
            unreadable.append(
                Unreadable(entry.originator_id, entry.position, entry.topic, type(error).__name__)
            )
    return events, unreadable


def batches(
    recorder: CaseLogRecorder, mapper: CaseLogMapper, after: int, until: int, size: int
) -> Iterator[tuple[int, Batch]]:
    """The log after one position and up to another, as (position before it, batch); the next batch
    is being read while one is worked on."""
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        ahead = reader.submit(recorder.read_from, after, size, until)
        while entries := ahead.result():
            before, after = after, entries[-1].position
            ahead = reader.submit(recorder.read_from, after, size, until)
            yield before, Batch.of(mapper, entries, before)


class Fold:
    """One model, its rows, and who is blocked by a parked event.

    `parked` collects what this fold put aside since it was last emptied.
    """

    def __init__(
        self, model: ReadModel, rows: Rows, blocked: dict[UUID, int] | None = None
    ) -> None:
        self.model = model
        self.rows = rows
        self.blocked = blocked if blocked is not None else {}
        self.parked: list[Parked] = []

    def touched(self, batch: Batch, after: int) -> set[UUID]:
        """Originators whose rows the batch may read or change."""
        handlers = self.model.handlers
        return {
            event.originator_id
            for event in batch.events
            if type(event.body) in handlers and event.position > after
        }

    def apply(self, batch: Batch, after: int = 0) -> None:
        """Apply the events of the batch that follow position `after`."""
        for unreadable in batch.unreadable:
            if unreadable.position > after:
                self._park(*unreadable)
        model, rows, blocked = self.model, self.rows, self.blocked
        handlers = model.handlers
        begin = rows.begin
        # Most of what a model looks at is not for it: nothing is done in Python for that.
        events = batch.events
        if after and events and events[0].position <= after:
            events = [event for event in events if event.position > after]
        found = list(map(handlers.get, map(type, map(_body_of, events))))
        for event, handler in compress(zip(events, found, strict=True), found):
            assert handler is not None
            body = event.body
            if blocked and blocked.get(event.originator_id, event.position) < event.position:
                self._park(event.originator_id, event.position, topic_of(type(body)), AFTER_PARKED)
                continue
            begin()
            try:
                handler(model, rows, event, body)
            except Exception as error:
                self._again(event, error)

    def _again(self, event: Recorded, error: Exception) -> None:
        for _ in range(_TRIES - 1):
            self.rows.roll_back()
            self.rows.begin()
            try:
                self.model.apply(self.rows, event)
            except Exception as another:
                error = another
            else:
                return
        self.rows.roll_back()
        topic, fault = topic_of(type(event.body)), type(error).__name__
        # Neither the event nor the error's message: both may hold a person's data.
        log.error(
            "event parked", model=self.model.name, position=event.position, topic=topic, error=fault
        )
        self._park(event.originator_id, event.position, topic, fault)

    def _park(self, originator: UUID, position: int, topic: str, fault: str) -> None:
        self.parked.append(Parked(self.model.name, originator, position, topic, fault))
        self.blocked[originator] = min(position, self.blocked.get(originator, position))
