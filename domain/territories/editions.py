"""The editions of the territory's rules in a log, and which of them held when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from domain.territories.events import Installed
from protocols.territory import Territory
from protocols.territory.written import read_territory

_TERRITORIES = UUID("0f9c1c0e-6a5d-4a3c-9d0c-6c1c2a9f2f43")


def originator_of(territory: str) -> UUID:
    """The originator of a territory's events."""
    return uuid5(_TERRITORIES, territory)


class Edition(NamedTuple):
    """The territory's rules as they were installed at an instant; `position`: in the log."""

    position: int
    at: datetime
    digest: str
    text: str

    @property
    def territory(self) -> Territory:
        """Raises ValueError where this program cannot read its text."""
        return _read(self.text)


# What is asked of a territory is remembered with it: the same text is the same object.
_read = lru_cache(maxsize=16)(read_territory)


class Editions:
    """Oldest first. The first one counts also for what was before it: whatever an installation
    went by until then, nothing else was ever written down."""

    def __init__(self, editions: Iterable[Edition] = ()) -> None:
        self._all = sorted(editions)
        self._positions = [edition.position for edition in self._all]

    def __len__(self) -> int:
        return len(self._all)

    @property
    def last(self) -> Edition | None:
        return self._all[-1] if self._all else None

    def before(self, position: int) -> Edition | None:
        """The one under which the event at the position was decided; None: the log has none."""
        if not self._all:
            return None
        return self._all[max(0, bisect_right(self._positions, position) - 1)]

    def at(self, instant: datetime) -> Edition | None:
        """The one that held at the instant (aware); None: the log has none.

        In the log's order, not the clock's: a training clock is set back once.
        """
        held = (edition for edition in reversed(self._all) if edition.at <= instant)
        return next(held, self._all[0] if self._all else None)


NO_EDITIONS = Editions()


def editions_of(events: Iterable[Recorded]) -> Editions:
    """Those of a territory's events."""
    return Editions(
        Edition(event.position, event.at, event.body.digest, event.body.text)
        for event in events
        if isinstance(event.body, Installed)
    )


def read_editions(recorder: CaseLogRecorder) -> Editions:
    """All that the log has; what this program cannot read is left to `cantiere verify`, which names
    it. Raises LogUnavailable."""
    mapper, found = CaseLogMapper(), []
    for originator in recorder.originators_of(topic_of(Installed)):
        for entry in recorder.read(originator):
            try:
                found.append(mapper.read(entry))
            except UnreadableEvent:
                continue
    return editions_of(found)
