"""Where the engine can go from where a case stands, found out once and remembered.

The engine is run as the checker runs it: what a log does not say (answers to forms, attributes of
the case) is supposed in each way that makes a difference, once the engine asks for it. What it does
in one case it does in all that are alike in what it looks at (`effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from domain.conforming.effects import Effect, Engine, Learned, Play, Trying
from domain.conforming.meaning import Act
from domain.conforming.places import UNSAID, Places, Values
from domain.conforming.supposing import MoreAnswers, Supposed
from protocols.checker.answers import MISSING
from protocols.checker.likeness import Likeness
from protocols.checker.reads import KEPT, form_of
from protocols.checker.trial import Ask, Watch
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.language.formula import OPEN
from protocols.territory import Territory

_MOST_ASKED = 64
# About a kilobyte and a half each.
_MOST_KNOWN = 120_000
_MOST_LEARNED = 30_000
# (field, how many): the members that a step's answers name, for a step `each` of whom follows.
Members = tuple[tuple[str, int], ...]
Given = tuple[tuple[str, Any], ...]


class Standing:
    """One of the places where a case can stand. `number`: alike ones have the same; `busy`, `live`:
    the bits of its steps that keep the case open, that are to be done; `found`: the ways from here
    that are known; `notes`: what else is known of it, by whoever found it out."""

    __slots__ = ("busy", "ended", "found", "live", "notes", "number", "values")

    def __init__(self, number: int, values: Values, busy: int, live: int, ended: str) -> None:
        self.number = number
        self.values = values
        self.busy = busy
        self.live = live
        self.ended = ended
        self.found: dict[Any, list[Way]] = {}
        self.notes: dict[Any, Any] = {}


class Way(NamedTuple):
    """From one standing to another: this step (or event) with this outcome and these answers.
    `supposed`: what had to be supposed of the case (`case.x`) and of earlier answers
    (`step.field`); `opens`: the steps of which it opens or schedules a task."""

    to: Standing
    name: str
    outcome: str
    data: dict[str, Any]
    supposed: tuple[tuple[str, Any], ...]
    opens: tuple[str, ...]

    def told(self) -> Way:
        """To be kept: what was done, without the whole case to which it led."""
        return self._replace(to=_NOWHERE)


_NOWHERE = Standing(0, (), 0, 0, "")


class _Variant(NamedTuple):
    """One manner of doing a step (or of an event happening)."""

    name: str
    outcome: str
    data: dict[str, Any]
    learned: Learned


class Ways:
    """The moves of one plan. Remembers where it has been and what it has learned of the engine;
    forgets it where that is much."""

    def __init__(self, plan: Plan, territory: Territory, today: date) -> None:
        self.plan = plan
        self.territory = territory
        self.watch = Watch(plan, territory, today)
        self._answers = MoreAnswers(plan, territory, self.watch.reads, today)
        self.places = Places(plan, Likeness(plan, self.watch.reads, limits=True))
        self.engine = Engine(plan, self.places, self.watch, self._answers)
        self._all = frozenset(plan.names)
        self._reopens = any(event.event.reopens for event in plan.events.values())
        self._numbers: dict[Values, Standing] = {}
        self._roots: dict[Given, list[Way]] = {}
        self._variants: dict[tuple[Act, Members], list[_Variant]] = {}
        self._later = {name: self._asked_later(name) for name in (*plan.names, *plan.events)}
        self.forgotten = 0

    def forget(self) -> bool:
        """Free the memory where it is full, between one trace and the next; whether it was done."""
        if len(self._numbers) < _MOST_KNOWN and self.engine.learned < _MOST_LEARNED:
            return False
        for standing in self._numbers.values():
            # They know one another: taken apart they go at once.
            standing.found.clear()
            standing.notes.clear()
        self._numbers, self._roots = {}, {}
        if self.engine.learned >= _MOST_LEARNED:
            self._variants, self.engine.learned = {}, 0
        self.forgotten += 1
        return True

    def roots(self, given: Given) -> list[Way]:
        """Where a case of which this is `given` stands when it has been opened."""
        known = self._roots.get(given)
        if known is None:
            known = self._roots[given] = list(self._opened(given))
        return known

    def by(self, standing: Standing, act: Act, members: Members = ()) -> list[Way]:
        """The ways in which this can be done there; none where the protocol does not allow it."""
        key = (act, members)
        known = standing.found.get(key)
        if known is None:
            known = standing.found[key] = self._ways(standing, act, members)
        return known

    def open_steps(self, standing: Standing) -> tuple[str, ...]:
        """Steps with a task that is open, or will be by the mere passing of time."""
        return self.places.names(standing.live)

    def bits(self, names: Iterable[str]) -> int:
        """The bits of these steps; events have none."""
        steps, mask = self.places.steps, 0
        for name in names:
            if name in steps:
                mask |= 1 << steps[name]
        return mask

    def status(self, standing: Standing, step: str) -> str:
        place = self.places.steps[step]
        return self.places.status[place][standing.values[place]]

    # ── one move ─────────────────────────────────────────────────────────────────────────────

    def _ways(self, standing: Standing, act: Act, members: Members) -> list[Way]:
        variants = self._variants.get((act, members))
        if variants is None:
            variants = self._variants[act, members] = list(self._manners(act, members))
        best: dict[int, Way] = {}
        status = self.places.status
        for variant in variants:
            if not act.event:
                place = self.places.steps[variant.name]
                value = standing.values[place]
                if standing.ended or not (
                    standing.live >> place & 1
                    or (self.plan.steps[variant.name].step.each and status[place][value] == OPEN)
                ):
                    continue
            for effect, values in variant.learned.effects(standing.values, standing.busy):
                to = self._after(standing, effect, values)
                if to.number not in best:
                    data = variant.data
                    if effect.own:
                        said = {key: v for key, v in effect.own if v is not MISSING}
                        data = {**data, **said}
                    best[to.number] = Way(
                        to, variant.name, variant.outcome, data, effect.supposed, effect.opens
                    )
        return list(best.values())

    def _after(self, standing: Standing, effect: Effect, values: Values) -> Standing:
        places = self.places
        changed = list(values)
        if effect.ends:
            self._end(changed, effect)
            return self._stand(tuple(changed), *places.masks(tuple(changed)))
        busy, live, steps = standing.busy, standing.live, len(places.busy)
        for place, value in effect.writes:
            if place < steps:
                of_busy, of_live = places.busy[place], places.live[place]
                was = changed[place]
                busy += of_busy[value] - of_busy[was]
                live += of_live[value] - of_live[was]
            changed[place] = value
        return self._stand(tuple(changed), busy, live)

    def _end(self, values: list[int], effect: Effect) -> None:
        for place, value in effect.writes:
            values[place] = value
        places = self.places
        if not self._reopens:
            ended = values[places.ended]
            values[:] = [0] * len(values)
            values[places.ended] = ended
            return
        written = {place for place, _ in effect.writes}
        for place in places.steps.values():
            if place not in written:
                values[place] = places.after_end(place, values[place])

    def _stand(self, values: Values, busy: int, live: int) -> Standing:
        known = self._numbers.get(values)
        if known is None:
            ended = self.places.pieces[self.places.ended][values[self.places.ended]]
            known = Standing(len(self._numbers) + 1, values, busy, live, ended)
            self._numbers[values] = known
        return known

    # ── what there is to be done ─────────────────────────────────────────────────────────────

    def _asked_later(self, name: str) -> frozenset[str]:
        """The fields that only conditions read: those are answered once one does."""
        fills = self.plan.steps[name].fills if name in self.plan.steps else ()
        if fills or name in self.plan.events or name not in self.places.fields:
            return frozenset()
        named = {
            step.step.each.split(".")[1]
            for step in self.plan.steps.values()
            if step.step.each and step.step.each.split(".")[0] == name
        }
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        return frozenset(
            key
            for key in self.places.fields[name]
            if key in fields and key not in named and not fields[key].personal
        )

    def _manners(self, act: Act, members: Members) -> Iterator[_Variant]:
        for name in act.names:
            if act.event:
                for data in self._data(name, (), act, members):
                    play = _happening(self, name, data)
                    yield _Variant(name, "", data, Learned(self.engine, play))
                continue
            for outcome, what in self.plan.steps[name].outcomes.items():
                if act.outcome and outcome != act.outcome:
                    continue
                for data in self._data(name, what.requires, act, members):
                    play = _doing(name, outcome, data, self._settled(name, data))
                    yield _Variant(name, outcome, data, Learned(self.engine, play))

    def _settled(self, name: str, data: dict[str, Any]) -> frozenset[str]:
        return frozenset(self.places.fields.get(name, ())) - self._later[name] | data.keys()

    def _data(
        self, name: str, requires: tuple[str, ...], act: Act, members: Members
    ) -> list[dict[str, Any]]:
        fixed = dict(act.data)
        for field, count in members:
            fixed[field] = self._answers.with_members(name, field, count)
        merged: list[dict[str, Any]] = []
        for data in self._answers.begun(name, requires, self._later[name]):
            whole = {**data, **fixed}
            if whole not in merged:
                merged.append(whole)
        return merged

    # ── the beginning ────────────────────────────────────────────────────────────────────────

    def _opened(self, given: Given) -> Iterator[Way]:
        """The engine opens the case, once for each value of what it asks for."""
        pending: list[dict[str, Any]] = [{}]
        tried = 0
        while pending:
            supposed = pending.pop(0)
            assumed = {**dict(given), **supposed}
            tried += 1
            run = Supposed(self.watch, State(self.plan.names), self.watch.start, assumed, self._all)
            try:
                moves.open_case(run, run.open_with())
            except Ask as ask:
                if tried < _MOST_ASKED:
                    values = self.watch.referrals.fitting(
                        ask.path, self.watch.answers.attribute(ask.path), assumed, MISSING
                    )
                    pending += [{**supposed, ask.path: value} for value in values]
                continue
            except (moves.Impossible, LookupError, ValueError, TypeError, AttributeError):
                continue
            yield Way(self._root(run.state, assumed), "", "", {}, tuple(supposed.items()), ())

    def _root(self, state: State, assumed: dict[str, Any]) -> Standing:
        if self.engine.opened is None:
            self.engine.opened = state.opened
            self.engine.attributes = dict(state.attributes)
        values = list(self.places.of(state, {}))
        for path, place in self.places.attributes.items():
            first, _, name = path.partition(".")
            kept = first == "case" and name in KEPT and name != "source"
            known = state.attributes.get(name, UNSAID) if kept else assumed.get(path, UNSAID)
            values[place] = self.places.value(place, known)
        return self._stand(tuple(values), *self.places.masks(tuple(values)))


def _doing(step: str, outcome: str, data: dict[str, Any], settled: frozenset[str]) -> Play:
    def play(run: Trying, own: tuple[tuple[str, Any], ...]) -> None:
        said = {key: value for key, value in own if value is not MISSING}
        run.do(step, outcome, {**data, **said}, settled | {key for key, _ in own})

    return play


def _happening(ways: Ways, name: str, data: dict[str, Any]) -> Play:
    source = ways.plan.events[name].event.source

    def play(run: Trying, own: tuple[tuple[str, Any], ...]) -> None:
        if source and not run.state.ended:
            run.need("case.source")
        moves.happen(run, name, data)

    return play
