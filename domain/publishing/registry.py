"""The protocols in force: the territory pack's, and those published since, read from the log."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog

from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from domain.publishing import events as p
from domain.publishing.installing import check_same
from domain.publishing.state import Edition, Publishing, evolve, fold, originator_of
from protocols.documents import DocumentError
from protocols.engine.plan import Plan
from protocols.language.library import Key, Library, Source
from protocols.language.load import read_source
from protocols.registry import Registry, UnknownProtocol, Validity

log = structlog.get_logger(__name__)

_FIRST = (p.Installed, p.Drafted)


class PublishedRegistry(Registry):
    """A registry that looks for news in the log: for the version of a new case always, for a text
    that it has not, and when its list is asked for. Thread-safe.

    What has been read never changes, so that plans are kept; only what is new is read.
    """

    def __init__(self, pack: Registry, recorder: CaseLogRecorder) -> None:
        """Reads nothing yet: Postgres may still be away."""
        self._pack = pack
        self._recorder = recorder
        self._mapper = CaseLogMapper()
        self._guard = threading.Lock()
        self._known: dict[str, Publishing] = {}
        self._now = pack

    @property
    def library(self) -> Library:  # type: ignore[override]
        """The texts in force, also those published a moment ago. Raises LogUnavailable."""
        self.refresh()
        return self._now.library

    def all(self) -> tuple[Plan, ...]:
        """Raises LogUnavailable."""
        self.refresh()
        return self._now.all()

    def get(self, protocol: str, version: str) -> Plan:
        """Raises UnknownProtocol, DocumentError, LogUnavailable."""
        try:
            return self._now.get(protocol, version)
        except UnknownProtocol:
            self.refresh()
            return self._now.get(protocol, version)

    def valid_on(
        self, protocol: str, day: date, attributes: Mapping[str, Any] | None = None
    ) -> Plan:
        """Raises UnknownProtocol, DocumentError, LogUnavailable."""
        known = self._known.get(protocol)
        seen = known.version if known else 0
        # One indexed read, and mostly of nothing: others may publish at any moment.
        if self._recorder.read(originator_of(protocol), seen):
            self.refresh()
        return self._now.valid_on(protocol, day, attributes)

    def combination(
        self, protocol: str, version: str, day: date, attributes: Mapping[str, Any] | None = None
    ) -> Plan:
        """Of the texts that are known by now: whoever plans refreshes first. Raises
        UnknownProtocol, DocumentError, LogUnavailable."""
        self.get(protocol, version)
        return self._now.combination(protocol, version, day, attributes)

    def validity(self, key: Key) -> Validity:
        return self._now.validity(key)

    def snapshot(self) -> Registry:
        """What is in force now, without looking for news later. Raises LogUnavailable."""
        self.refresh()
        return self._now

    def refresh(self) -> None:
        """Read what is new of every protocol. Raises LogUnavailable, PackRefused."""
        with self._guard:
            fresh = self._fresh()
            moved = {**self._known, **fresh}
            if any(_in_force(state) != _in_force(self._known.get(n)) for n, state in fresh.items()):
                self._now = self._grown(moved)
            self._known = moved

    def _fresh(self) -> dict[str, Publishing]:
        found: dict[str, Publishing] = {}
        known = {state.id: state for state in self._known.values()}
        for topic in map(topic_of, _FIRST):
            for originator in self._recorder.originators_of(topic):
                state = known.get(originator)
                entries = self._recorder.read(originator, state.version if state else 0)
                try:
                    events = list(self._mapper.read_all(entries))
                except UnreadableEvent as error:
                    # `cantiere verify` names it; the other protocols go on.
                    log.error("protocol_unreadable", position=error.position, topic=error.topic)
                    continue
                if state is None and events:
                    state = evolve(Publishing.of(events[0].body.protocol), events.pop(0))
                if state is not None and entries:
                    found[state.protocol] = fold(state, events)
        return found

    def _grown(self, states: Mapping[str, Publishing]) -> Registry:
        """The registry with all that is in force by now."""
        library, validity = self._pack.library, {}
        plans = {(p.protocol.protocol, p.protocol.version): p for p in self._now.all()}
        new: list[Source] = []
        for state in states.values():
            for edition in _in_force(state).values():
                key = (state.protocol, edition.label)
                assert edition.valid_from is not None
                validity[key] = Validity(edition.valid_from, edition.until)
                own = library.labelled(*key)
                if own is not None:
                    check_same(own, edition.digest)
                elif source := self._now.library.labelled(*key) or _source(state, edition):
                    new.append(source)
        library = Library([*library.sources(), *new])
        for source in new:
            if not source.variant and source.key not in plans:
                try:
                    plans[source.key] = read_source(source, library).plan
                except DocumentError as error:
                    _unreadable(source.key, error)
        grown = Registry(plans.values(), library, validity)
        # Combinations that have been put together stand: no text of theirs can have changed.
        grown._plans = {**self._now._plans, **grown._plans}
        return grown


def _in_force(state: Publishing | None) -> dict[str, Edition]:
    editions = state.editions if state else {}
    return {label: edition for label, edition in editions.items() if edition.in_force}


def _source(state: Publishing, edition: Edition) -> Source | None:
    try:
        return Source(edition.text, f"{state.protocol}/{edition.label}.yaml")
    except DocumentError as error:
        _unreadable((state.protocol, edition.label), error)
        return None


def _unreadable(key: Key, error: DocumentError) -> None:
    """A text of a program other than this one: what follows it waits, all else goes on."""
    log.error("published_text_unreadable", protocol="/".join(key), problems=len(error.problems))
