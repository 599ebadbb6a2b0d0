"""Whether what an originator's events say is what the rules of its kind allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.conformance import Finding, check_case
from domain.evidence.conformance import check_evidence
from domain.evidence.events import EvidenceIssued
from domain.host.events import HostRegistered
from domain.host.state import fold as fold_host
from domain.log.errors import LogError, NewerEvent, UnknownTopic, UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.migration.conformance import check_migration
from domain.migration.events import Planned
from domain.person.conformance import check_person
from domain.person.events import PersonRegistered
from domain.proof.reading import Hashed
from domain.publishing.conformance import check_publishing
from domain.publishing.events import Drafted, Installed
from domain.reads.conformance import check_reads
from domain.reads.events import ReadsRecorded
from domain.territories import events as territories
from domain.territories.conformance import check_territory
from domain.territories.editions import NO_EDITIONS, Editions
from protocols.engine.events import CaseOpened
from protocols.registry import Registry
from protocols.territory import Territory
from protocols.text import Text

Held = dict[str, tuple[str, str]]
"""By case: the (host, kind) of the place that it holds."""
Taken = dict[str, list[tuple[str, str]]]
"""By host: the (case, kind) that it counts as taken."""

_MAPPER = CaseLogMapper()


class Unreadable(NamedTuple):
    """An event that this program cannot read."""

    position: int
    topic: str
    error: UnreadableEvent


class History(NamedTuple):
    """An originator's events, oldest first, those that can be read and those that cannot."""

    events: list[Recorded]
    unreadable: list[Unreadable]


class Unknown(msgspec.Struct, frozen=True):
    """Events of a kind, or in a form, that this program does not know. ``first``: the position of
    the first of ``events`` of them, which is of ``originator``."""

    topic: str
    originator: UUID
    first: int
    events: int
    message: Text


class Ground(NamedTuple):
    """What is checked against. `editions`: the territory's rules, each for the time that it held;
    `territory`: those in use, and the only ones of a log that has none."""

    registry: Registry
    territory: Territory
    editions: Editions = NO_EDITIONS


class Conformity(msgspec.Struct):
    """What has been found so far. `commands` that were decided again; `unknown` by topic."""

    cases: int = 0
    commands: int = 0
    findings: list[Finding] = []
    unknown: dict[str, Unknown] = {}
    held: Held = {}
    taken: Taken = {}

    def check(self, originator: UUID, chain: Sequence[Hashed], ground: Ground) -> History:
        """Take in one originator's events."""
        self.findings.extend(_order(chain))
        history = read_history(chain)
        if history.unreadable:
            for unreadable in history.unreadable:
                self._note(originator, unreadable)
            return history
        try:
            self._conform(originator, history.events, ground)
        except LogError:
            raise
        except Exception as error:
            # What no rule foresees is not what any command has written.
            self.findings.append(_cannot_follow(originator, history.events[0], error))
        return history

    def _note(self, originator: UUID, unreadable: Unreadable) -> None:
        position, topic, error = unreadable
        if isinstance(error, (UnknownTopic, NewerEvent)):
            # There may be as many of them as there are events: the first one is named.
            known = self.unknown.get(topic)
            fresh = Unknown(topic, originator, position, 1, error.message)
            self.unknown[topic] = merged(known, fresh) if known else fresh
            return
        self.findings.append(Finding(originator, position, "unreadable", error.message))

    def _conform(self, originator: UUID, history: list[Recorded], ground: Ground) -> None:
        first = history[0].body
        if isinstance(first, HostRegistered):
            host = fold_host(originator, history)
            assert host is not None
            self.taken[str(originator)] = list(host.taken)
        elif isinstance(first, (Installed, Drafted)):
            self.findings.extend(check_publishing(originator, history, ground.registry))
        elif isinstance(first, Planned):
            self.findings.extend(check_migration(originator, history))
        elif isinstance(first, ReadsRecorded):
            self.findings.extend(check_reads(originator, history))
        elif isinstance(first, territories.Installed):
            self.findings.extend(
                check_territory(originator, history, ground.editions, ground.territory)
            )
        elif isinstance(first, EvidenceIssued):
            self.findings.extend(check_evidence(originator, history))
        elif isinstance(first, PersonRegistered):
            self.findings.extend(check_person(originator, history))
        else:
            self.cases += isinstance(first, CaseOpened)
            checked = check_case(
                originator, history, ground.registry, ground.territory, ground.editions
            )
            self.commands += checked.commands
            self.findings.extend(checked.findings)
            if checked.place is not None:
                self.held[str(originator)] = checked.place


def _cannot_follow(originator: UUID, first: Recorded, error: Exception) -> Finding:
    fault = type(error).__name__
    return Finding(
        originator,
        first.position,
        "cannot_follow",
        Text(
            f"Gli eventi che cominciano qui non si possono seguire ({fault}).",
            f"The events that begin here cannot be followed ({fault}).",
        ),
    )


def merged(one: Unknown, other: Unknown) -> Unknown:
    """Both, with the earlier of the two firsts."""
    earlier = one if one.first <= other.first else other
    return msgspec.structs.replace(earlier, events=one.events + other.events)


def finding_of(unknown: Unknown) -> Finding:
    return Finding(unknown.originator, unknown.first, "unreadable", unknown.message)


def read_history(chain: Sequence[Hashed]) -> History:
    """Decode, upcast to the forms of today."""
    read, entry = _MAPPER.read, Entry._make
    try:
        return History([read(entry(event[:5])) for event in chain], [])
    except UnreadableEvent:
        history = History([], [])
    for event in chain:
        try:
            history.events.append(read(entry(event[:5])))
        except UnreadableEvent as error:
            history.unreadable.append(Unreadable(event.position, event.topic, error))
    return history


def _order(chain: Sequence[Hashed]) -> Iterator[Finding]:
    position = 0
    for version, event in enumerate(chain, start=1):
        if event.version != version or event.position <= position:
            yield Finding(
                event.originator,
                event.position,
                "order",
                Text(
                    f"Dopo la versione {version - 1} viene la {event.version}.",
                    f"After version {version - 1} comes {event.version}.",
                ),
            )
            return
        position = event.position


def places(held: Held, taken: Taken) -> Iterator[Finding]:
    """Cases and hosts must agree on who holds which place."""
    by_host = {(host, case, kind) for host, places in taken.items() for case, kind in places}
    by_case = {(host, case, kind) for case, (host, kind) in held.items()}
    for host, case, _ in sorted(by_host - by_case):
        yield Finding(
            UUID(host),
            0,
            "place_not_held",
            Text(
                f"Il soggetto ospitante conta un posto per il caso {case}, che non lo occupa.",
                f"The host counts a place for case {case}, which does not hold it.",
            ),
        )
    for host, case, _ in sorted(by_case - by_host):
        yield Finding(
            UUID(case),
            0,
            "place_not_taken",
            Text(
                f"Il caso occupa un posto presso {host}, che non lo conta.",
                f"The case holds a place at {host}, which does not count it.",
            ),
        )
