"""Conformance of a log with a protocol: each trace's fitness and deviations, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from domain.conforming.aligning import EFFORT, Aligner, Alignment
from domain.conforming.deviations import KINDS, Deviation, Told
from domain.conforming.meaning import Act, Ignored, Meaning, Token
from domain.conforming.standing import Given
from domain.conforming.terms import Terms
from domain.conforming.timeliness import Timed, judged, judged_alike
from domain.conforming.waiting import waits
from domain.conforming.ways import Ways
from domain.exchange.trace import LoggedEvent, LoggedTrace
from protocols.engine.plan import Plan
from protocols.territory import Territory
from protocols.text import Text

# Of so many different traces what was found is remembered.
_MOST_ALIKE = 20_000
_MOST_WORDS = 100_000
_MOST_NAMED = 1_000


class Conformance(NamedTuple):
    """One trace. `fitness` 0–1: one less the cost of the best alignment found over the worst, which
    passes over every event and does without them all that a case needs (Adriansyah 2014). It
    judges what was done and in which order; when and by whom are deviations of their own.
    `exact`: no better alignment exists. Where the search was cut short (False) there may be: one
    of `deviates` moves was found, none has fewer than `at_least`."""

    case: str
    events: int
    fitness: float
    deviations: tuple[Deviation, ...]
    exact: bool
    at_least: int
    deviates: int

    @property
    def conforms(self) -> bool:
        return not self.deviations


class Totals(msgspec.Struct):
    """`conforming`: traces with no deviation; `fitting`: with fitness 1. `mean_fitness` is over the
    traces. `by_step`: step → kind → times. `not_recorded`: steps that no activity stands for, which
    therefore nobody is held to. `cut_short`: traces whose search was."""

    traces: int = 0
    events: int = 0
    ignored: int = 0
    conforming: int = 0
    fitting: int = 0
    mean_fitness: float = 1.0
    least_fitness: float = 1.0
    variants: int = 0
    cut_short: int = 0
    by_kind: dict[str, int] = {}
    by_step: dict[str, dict[str, int]] = {}
    unknown: dict[str, int] = {}
    not_recorded: list[str] = []

    def add(self, other: Totals) -> None:
        """Those of further traces of the same log."""
        both = self.traces + other.traces
        if both:
            whole = self.mean_fitness * self.traces + other.mean_fitness * other.traces
            self.mean_fitness = whole / both
        self.least_fitness = min(self.least_fitness, other.least_fitness)
        for name in ("traces", "events", "ignored", "conforming", "fitting", "variants"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cut_short += other.cut_short
        for kind, times in other.by_kind.items():
            self.by_kind[kind] = self.by_kind.get(kind, 0) + times
        for step, kinds in other.by_step.items():
            of = self.by_step.setdefault(step, {})
            for kind, times in kinds.items():
                of[kind] = of.get(kind, 0) + times
        for name, times in other.unknown.items():
            if name in self.unknown or len(self.unknown) < _MOST_NAMED:
                self.unknown[name] = self.unknown.get(name, 0) + times


class _Alike(msgspec.Struct):
    """What was found of a trace holds for those that are like it."""

    alignment: Alignment
    fitness: float
    places: list[int]
    deviations: tuple[Deviation, ...]
    ignored: int
    unknown: int
    timed: Timed | None = None


class Check:
    """Checks traces one by one; `totals` are of those checked so far.

    `running`: a case need not have ended. `remember`: traces that are alike are aligned once.
    `effort`: after so many tries without a result the search commits itself to what it has.
    """

    def __init__(
        self,
        plan: Plan,
        territory: Territory,
        meaning: Meaning,
        *,
        today: date,
        running: bool = False,
        remember: bool = True,
        effort: int = EFFORT,
    ) -> None:
        self.plan = plan
        self.meaning = meaning
        self.totals = Totals()
        self.begin_totals()
        self._ways = Ways(plan, territory, today)
        self._aligner = Aligner(self._ways, meaning.recorded, running, effort)
        self._told = Told(meaning)
        self._terms = Terms(self._ways, self._told)
        self._remember = remember
        self._alike: dict[tuple[Given, tuple[int, ...]], _Alike] = {}
        self._tokens: dict[Token, int] = {}
        self._roles = {name: self._may(name) for name in (*plan.names, *plan.events)}

    def begin_totals(self) -> None:
        """Count anew."""
        self.totals = Totals(
            by_kind=dict.fromkeys(KINDS, 0),
            not_recorded=[name for name in self.plan.names if name not in self.meaning.recorded],
        )
        self._sum = 0.0

    def traces(self, traces: Iterable[LoggedTrace]) -> Iterator[Conformance]:
        for trace in traces:
            yield self.trace(trace)

    def trace(self, trace: LoggedTrace) -> Conformance:
        meaning, events = self.meaning, trace.events
        read = meaning.token
        tokens = [read(event) for event in events]
        given = meaning.given(trace)
        numbers = self._tokens
        key = (given, tuple(numbers.setdefault(token, len(numbers)) for token in tokens))
        alike = self._alike.get(key) if self._remember else None
        if alike is None:
            alike = self._aligned(tokens, events, given)
            if len(self._alike) >= _MOST_ALIKE or len(numbers) >= _MOST_WORDS:
                self._alike.clear()
                numbers.clear()
            else:
                self._alike[key] = alike
            self.totals.variants += 1
        times = self._times(alike, events, given)
        late = {found.position for found in times if found.kind == "late"}
        roles = self._wrong_roles(alike, events, late)
        found = (*alike.deviations, *times, *roles)
        if len(found) > len(alike.deviations):
            found = tuple(sorted(found, key=lambda deviation: deviation.position))
        self._count(alike, events, found)
        count = len(events) - alike.ignored
        alignment, unknown = alike.alignment, alike.unknown
        return Conformance(
            trace.case, count, alike.fitness, found, alignment.exact,
            alignment.at_least + unknown, alignment.cost + unknown,
        )  # fmt: skip

    def _aligned(
        self, tokens: Sequence[Token], events: Sequence[LoggedEvent], given: Given
    ) -> _Alike:
        acts = tuple(token for token in tokens if isinstance(token, Act))
        ignored = sum(isinstance(token, Ignored) for token in tokens)
        unknown = len(tokens) - len(acts) - ignored
        alignment = self._aligner.align(acts, given)
        worst = len(acts) + unknown + self._aligner.shortest(given)
        fitness = 1.0 - (alignment.cost + unknown) / worst if worst else 1.0
        activities = [event.activity for event in events]
        deviations = self._told.deviations(tokens, activities, alignment)
        places = [n for n, token in enumerate(tokens) if isinstance(token, Act)]
        counted = waits(self._terms, alignment, places, len(events), given)
        timed = None if counted is None else Timed((), counted)
        fitness = max(0.0, fitness)
        return _Alike(alignment.told(), fitness, places, deviations, ignored, unknown, timed)

    def _times(
        self, alike: _Alike, events: Sequence[LoggedEvent], given: Given
    ) -> tuple[Deviation, ...]:
        timed = alike.timed
        if timed is not None and timed.waits == ():
            return ()
        times = [event.at for event in events if event.at is not None]
        if len(times) < len(events):
            # Without its instants a trace is judged by its order alone.
            return ()
        activities = [event.activity for event in events]
        if timed is not None and timed.waits is not None:
            return judged_alike(self._terms, timed.waits, times, activities, given)
        alignment = alike.alignment
        alike.timed = judged(self._terms, alignment, alike.places, times, activities, given)
        return alike.timed.deviations

    # ── roles ────────────────────────────────────────────────────────────────────────────────

    def _may(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """The roles that may do it, and those that may besides once it is late; none where the
        protocol leaves it open."""
        roles = self.plan.protocol.roles
        if name in self.plan.events:
            return frozenset(self.plan.protocol.events[name].by), frozenset()
        step = self.plan.protocol.steps[name]
        role = step.role or (step.automation.fallback if step.automation else None)
        if role is None or (step.each and step.each.count(".") == 1):
            # Each of several members may come with a role of their own.
            return frozenset(), frozenset()
        may = {role, roles[role].deputy or role, roles[role].held_as or role}
        called = {rung.to for rung in step.due.overdue} if step.due else set()
        return frozenset(may), frozenset(called - {"deputy"})

    def _wrong_roles(
        self, alike: _Alike, events: Sequence[LoggedEvent], late: set[int]
    ) -> Iterator[Deviation]:
        for move in alike.alignment.moves:
            if move.kind != "sync" or move.way is None:
                continue
            place = alike.places[move.position]
            event, name = events[place], move.way.name
            said = self.meaning.roles(event)
            may, called = self._roles[name]
            if not said or not may or not may.isdisjoint(said):
                continue
            if place + 1 in late and not called.isdisjoint(said):
                continue
            title, listed = self._told.title(name), ", ".join(sorted(may))
            message = Text(
                f"Evento {place + 1}: «{title.it}» fatto da «{said[0]}»; spetta a: {listed}.",
                f"Event {place + 1}: “{title.in_('en')}” was done by “{said[0]}”; it is for: "
                f"{listed}.",
            )
            yield Deviation("wrong_role", place + 1, name, event.activity, message)

    # ── totals ───────────────────────────────────────────────────────────────────────────────

    def _count(
        self, alike: _Alike, events: Sequence[LoggedEvent], found: Sequence[Deviation]
    ) -> None:
        totals = self.totals
        totals.traces += 1
        totals.events += len(events) - alike.ignored
        totals.ignored += alike.ignored
        totals.conforming += not found
        totals.fitting += alike.fitness == 1.0
        totals.cut_short += not alike.alignment.exact
        self._sum += alike.fitness
        totals.mean_fitness = self._sum / totals.traces
        totals.least_fitness = min(totals.least_fitness, alike.fitness)
        for deviation in found:
            totals.by_kind[deviation.kind] += 1
            if deviation.step:
                of = totals.by_step.setdefault(deviation.step, Counter())
                of[deviation.kind] = of.get(deviation.kind, 0) + 1
            else:
                times, name = totals.unknown, deviation.activity
                if name in times or len(times) < _MOST_NAMED:
                    times[name] = times.get(name, 0) + 1
