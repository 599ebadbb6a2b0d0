"""Where the engine can go from where a case stands, found out once and remembered.

The engine is run as the checker runs it: what a log does not say (answers to forms, attributes of
the case) is supposed in each way that makes a difference, once the engine asks for it. What it does
in one case it does in all that are alike in what it looks at (`effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from domain.conforming.effects import Effect, Learned, Play
from domain.conforming.engine import Engine
from domain.conforming.meaning import Act
from domain.conforming.places import UNSAID, Places, Values
from domain.conforming.standing import Doing, Given, Members, Standing, Variant, Way
from domain.conforming.supposing import MoreAnswers, Supposed
from domain.conforming.trying import Trying
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
_MOST_DOINGS = 100_000


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
        self.reopens = any(event.event.reopens for event in plan.events.values())
        self._numbers: dict[Values, Standing] = {}
        self._roots: dict[Given, list[Way]] = {}
        self._doings: dict[tuple[Act, Members], Doing] = {}
        self._each = {self.places.steps[name] for name, of in plan.steps.items() if of.step.each}
        self._later = {name: self._asked_later(name) for name in (*plan.names, *plan.events)}
        self.forgotten = 0

    def forget(self) -> bool:
        """Free the memory where it is full, between one trace and the next; whether it was done."""
        learned = self.engine.learned >= _MOST_LEARNED or len(self._doings) >= _MOST_DOINGS
        if len(self._numbers) < _MOST_KNOWN and not learned:
            return False
        for standing in self._numbers.values():
            # They know one another: taken apart they go at once.
            standing.found.clear()
            standing.notes.clear()
        self._numbers, self._roots = {}, {}
        if learned:
            self._doings, self.engine.learned = {}, 0
        self.forgotten += 1
        return True

    def roots(self, given: Given) -> list[Way]:
        """Where a case of which this is `given` stands when it has been opened."""
        known = self._roots.get(given)
        if known is None:
            known = self._roots[given] = list(self._opened(given))
        return known

    def doing(self, act: Act, members: Members = ()) -> Doing:
        """Holds until the next `forget`."""
        known = self._doings.get((act, members))
        if known is None:
            known = self._doings[act, members] = Doing(act, members)
        return known

    def by(self, standing: Standing, doing: Doing) -> list[Way]:
        """The ways in which this can be done there; none where the protocol does not allow it."""
        known = standing.found.get(doing)
        if known is None:
            known = standing.found[doing] = self._ways(standing, doing)
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

    def _ways(self, standing: Standing, doing: Doing) -> list[Way]:
        if doing.manners is None:
            doing.manners = self._manners(doing)
        best: dict[int, Way] = {}
        for place, variants in doing.manners:
            if place >= 0 and not self._open_to(standing, place):
                continue
            for variant in variants:
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

    def _open_to(self, standing: Standing, place: int) -> bool:
        """Whether the step there has a task that is to be done, or may be given one more."""
        if standing.ended:
            return False
        return bool(standing.live >> place & 1) or (
            place in self._each and self.places.status[place][standing.values[place]] == OPEN
        )

    def _after(self, standing: Standing, effect: Effect, values: Values) -> Standing:
        changed = list(values)
        for place, value in effect.writes:
            changed[place] = value
        if effect.ends:
            # Nothing is open any more.
            self._end(changed, effect)
            return self._stand(tuple(changed), 0, 0)
        busy = standing.busy & effect.kept | effect.busy
        return self._stand(tuple(changed), busy, standing.live & effect.kept | effect.live)

    def _end(self, values: list[int], effect: Effect) -> None:
        places = self.places
        if not self.reopens:
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

    def _manners(self, doing: Doing) -> list[tuple[int, list[Variant]]]:
        act = doing.act
        if act.event:
            return [(-1, [v for name in act.names for v in self._happenings(name, doing)])]
        steps = self.places.steps
        return [(steps[name], list(self._completions(name, doing))) for name in act.names]

    def _happenings(self, name: str, doing: Doing) -> Iterator[Variant]:
        for data in self._data(name, (), doing):
            yield Variant(name, "", data, Learned(self.engine, _happening(self, name, data)))

    def _completions(self, name: str, doing: Doing) -> Iterator[Variant]:
        for outcome, what in self.plan.steps[name].outcomes.items():
            if doing.act.outcome and outcome != doing.act.outcome:
                continue
            for data in self._data(name, what.requires, doing):
                play = _doing(name, outcome, data, self._settled(name, data))
                yield Variant(name, outcome, data, Learned(self.engine, play))

    def _settled(self, name: str, data: dict[str, Any]) -> frozenset[str]:
        return frozenset(self.places.fields.get(name, ())) - self._later[name] | data.keys()

    def _data(self, name: str, requires: tuple[str, ...], doing: Doing) -> list[dict[str, Any]]:
        fixed = dict(doing.act.data)
        for field, count in doing.members:
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
