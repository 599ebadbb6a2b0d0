"""One reading of a stretch of the log: chains, conformance, and whatever looks on beside them.

Events are read originator by originator: memory holds one originator at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import msgspec

from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from domain.proof.audit import Flaw, chain_flaws
from domain.proof.leaves import Leaves
from domain.proof.reading import GREATEST, LEAST, Hashed, by_originator
from domain.publishing.installing import PackRefused
from domain.publishing.registry import PublishedRegistry
from domain.territories.editions import read_editions
from domain.verifying.conforming import Conformity, Ground, Held, History, Taken
from protocols.engine.events import CaseOpened
from protocols.registry import Registry
from protocols.territory import load_territory

# Of a log that was altered all over, so many differences are told of each kind and stretch.
_MOST = 1_000
_TELL = 1_000

Item = TypeVar("Item")


class Interrupted(Exception):
    """Asked to stop."""


class Stretch(NamedTuple):
    """The originators after one id and up to another."""

    after: UUID
    until: UUID


WHOLE = Stretch(LEAST, GREATEST)


def stretches(count: int) -> list[Stretch]:
    """So many of about the same size, for ids are random. ``count``: a power of two."""
    ends = [UUID(int=(number << 128) // count) for number in range(count)] + [GREATEST]
    return [Stretch(*pair) for pair in pairwise(ends)]


class Beside(Protocol):
    """Whoever looks at the events as they are read, to compare something with them."""

    def begin(self, stretch: Stretch | None) -> None:
        """A stretch begins, of which every originator will be shown; None: only some of all."""
        ...

    def take(self, originator: UUID, history: History) -> None:
        """All events of an originator."""
        ...

    def end(self) -> list[Any]:
        """What differs in the stretch."""
        ...

    def close(self) -> None: ...


class Known(msgspec.Struct, frozen=True):
    """What an interrupted verification found of a stretch, where nothing differed: the log went up
    to ``until``; ``digest``: hex, of the hashes up to there, case by case."""

    until: int
    digest: str
    held: Held
    taken: Taken


class Part(msgspec.Struct):
    """What was found in a stretch. ``events``: whose hashes were computed; ``spared``: events of
    cases that were not decided again, because that had been done before; ``more``: differences
    that were found and are not told."""

    events: int = 0
    spared: int = 0
    conformity: Conformity = msgspec.field(default_factory=Conformity)
    flaws: list[Flaw] = []
    beside: list[Any] = []
    more: int = 0
    digest: str = ""

    @property
    def differs(self) -> bool:
        found = self.conformity
        return bool(self.flaws or found.findings or found.unknown or self.beside)


class Checker:
    """What one process checks with, prepared once. ``tick`` is told how many events were read since
    it was last called, and may raise Interrupted."""

    def __init__(
        self,
        recorder: CaseLogRecorder,
        pack: Path,
        beside: Callable[[Ground], Beside] | None = None,
        tick: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._recorder = recorder
        self._ground = Ground(
            _registry(pack, recorder), load_territory(pack), read_editions(recorder)
        )
        self._beside = beside(self._ground) if beside is not None else None
        self._tick = tick

    def stretch(
        self, stretch: Stretch, until: int, leaves: Leaves, known: Known | None = None
    ) -> Part:
        """All originators of the stretch, up to position ``until``.

        With what is ``known`` of it, every hash is computed all the same, and what was known is
        thrown away unless they are the hashes of then.
        """
        if known is None:
            return self._whole(stretch, until, leaves)
        part = self._continued(stretch, until, leaves, known)
        return part or self._whole(stretch, until, leaves)

    def some(self, groups: Iterable[list[Hashed]], leaves: Leaves) -> Part:
        """Originators' events, from wherever they are read."""
        part = Part()
        self._begin(None)
        for events in self._ticking(groups):
            self._take(part, events, leaves)
        return self._ended(part)

    def close(self) -> None:
        if self._beside is not None:
            self._beside.close()

    def _whole(self, stretch: Stretch, until: int, leaves: Leaves) -> Part:
        part, digest = Part(), sha256()
        self._begin(stretch)
        for events in self._groups(stretch, until):
            self._take(part, events, leaves)
            digest.update(b"".join([event.hash for event in events]))
        part.digest = digest.hexdigest()
        return self._ended(part)

    def _continued(self, stretch: Stretch, until: int, leaves: Leaves, known: Known) -> Part | None:
        """None where the hashes are not those of then."""
        part, digest, then = Part(), sha256(), sha256()
        conformity = part.conformity
        conformity.held, conformity.taken = dict(known.held), dict(known.taken)
        self._begin(None)
        for events in self._groups(stretch, until):
            digest.update(b"".join([event.hash for event in events]))
            then.update(b"".join([e.hash for e in events if e.position <= known.until]))
            if events[-1].position > known.until:
                conformity.held.pop(str(events[0].originator), None)
                self._take(part, events, leaves)
                continue
            part.flaws.extend(chain_flaws(events, leaves))
            part.events += len(events)
            part.spared += len(events)
            conformity.cases += events[0].topic == _OPENED
            _cut(part)
        part.digest = digest.hexdigest()
        self._ended(part)
        return part if then.hexdigest() == known.digest else None

    def _begin(self, stretch: Stretch | None) -> None:
        if self._beside is not None:
            self._beside.begin(stretch)

    def _take(self, part: Part, events: list[Hashed], leaves: Leaves) -> None:
        originator = events[0].originator
        part.flaws.extend(chain_flaws(events, leaves))
        part.events += len(events)
        history = part.conformity.check(originator, events, self._ground)
        if self._beside is not None:
            self._beside.take(originator, history)
        _cut(part)

    def _ended(self, part: Part) -> Part:
        if self._beside is not None:
            part.beside = self._beside.end()
            _cut(part)
        return part

    def _groups(self, stretch: Stretch, until: int) -> Iterator[list[Hashed]]:
        events = by_originator(self._recorder, until, *stretch)
        return self._ticking(list(group) for _, group in groupby(events, _ORIGINATOR))

    def _ticking(self, groups: Iterable[list[Hashed]]) -> Iterator[list[Hashed]]:
        read = 0
        for events in groups:
            yield events
            read += len(events)
            if read >= _TELL:
                self._tick(read)
                read = 0
        self._tick(read)


def _registry(pack: Path, recorder: CaseLogRecorder) -> Registry:
    """What is in force; the pack's alone where the log contradicts it, as the events will show."""
    own = Registry.load(pack)
    published = PublishedRegistry(own, recorder)
    try:
        published.refresh()
    except PackRefused:
        return own
    return published


_ORIGINATOR = attrgetter("originator")
_OPENED = topic_of(CaseOpened)


def _cut(part: Part) -> None:
    conformity = part.conformity
    if len(conformity.findings) > 2 * _MOST:
        part.more += _first(conformity.findings)
    if len(part.flaws) > 2 * _MOST:
        part.more += _first(part.flaws)
    if len(part.beside) > _MOST:
        part.more += len(part.beside) - _MOST
        del part.beside[_MOST:]


def _first(found: list[Any]) -> int:
    """Keep those of the first positions; how many were dropped."""
    found.sort(key=attrgetter("position"))
    dropped = len(found) - _MOST
    del found[_MOST:]
    return dropped
