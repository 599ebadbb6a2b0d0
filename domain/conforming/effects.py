"""What the engine does with a case, learned by watching it once.

A move is tried on one case. At which places of its state the engine looked is noted, in order, with
what it found there, and which places it changed. In whatever case the same is found at the same
places the engine, which is deterministic, would look no further and change the same: there it need
not be asked. What was learned of a move is a tree of such findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from domain.conforming.engine import Engine
from domain.conforming.findings import Fork, remember
from domain.conforming.places import Values
from domain.conforming.trying import Trying
from domain.conforming.watched import Watched
from protocols.checker.trial import Ask
from protocols.engine import moves

_MOST_ASKED = 64


class Effect(NamedTuple):
    """`writes`: the places that change, with their new values. `kept`, `busy`, `live`: the bits of
    the steps that do not change, of those of the others that then keep the case open, that are then
    to be done. `ends`: the case ends, and with it all that is open. `supposed`: what had to be
    supposed, attributes (`case.x`) and earlier answers (`step.field`); `own`: the answers with
    which this was done, besides those it was tried with. `opens`: the steps of which a task was
    opened, or scheduled."""

    writes: tuple[tuple[int, int], ...]
    kept: int
    busy: int
    live: int
    ends: bool
    supposed: tuple[tuple[str, Any], ...]
    own: tuple[tuple[str, Any], ...]
    opens: tuple[str, ...]


class _Asked(NamedTuple):
    """The engine wants to know something; for each value the place that then has it (-1: it is an
    answer of what is being done)."""

    ways: tuple[tuple[int, int, Learned], ...]

    def after(self, values: Values) -> Iterator[tuple[Learned, Values]]:
        for place, value, following in self.ways:
            if place < 0:
                yield following, values
            else:
                yield following, (*values[:place], value, *values[place + 1 :])


class _Impossible:
    """The protocol does not allow it."""


_IMPOSSIBLE = _Impossible()
_Leaf = Effect | _Asked | _Impossible
Play = Callable[[Trying, tuple[tuple[str, Any], ...]], None]
_NOWHERE: frozenset[int] = frozenset()


class Learned:
    """What is known of one move. `supposed`, `own`: what is said beside the values at hand;
    `places`: those that it says."""

    __slots__ = ("engine", "own", "places", "play", "root", "supposed")

    def __init__(
        self,
        engine: Engine,
        play: Play,
        supposed: tuple[tuple[str, Any], ...] = (),
        places: frozenset[int] = _NOWHERE,
        own: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        self.engine = engine
        self.play = play
        self.own = own
        self.supposed = supposed
        self.places = places
        self.root: Fork | _Leaf | None = None

    def effects(self, values: Values, busy: int) -> Iterable[tuple[Effect, Values]]:
        """What it leads to from `values`, each with the values in which what was supposed is there.
        `busy`: the bits of the steps that keep the case open."""
        found = self._find(values, busy)
        if type(found) is Effect:
            return ((found, values),)
        return self._supposed(found, values, busy) if type(found) is _Asked else ()

    def _supposed(
        self, asked: _Asked, values: Values, busy: int
    ) -> Iterator[tuple[Effect, Values]]:
        pending = list(asked.after(values))
        tried = 1
        while pending:
            learned, here = pending.pop(0)
            found = learned._find(here, busy)
            tried += 1
            if type(found) is Effect:
                yield found, here
            elif type(found) is _Asked and tried < _MOST_ASKED:
                pending += found.after(here)

    def _find(self, values: Values, busy: int) -> _Leaf:
        node: Any = self.root
        while type(node) is Fork:
            question = node.question
            if question >= 0:
                node = node.answers.get(values[question])
            else:
                node = node.answers.get(busy & question != 0)
        if node is None:
            node = self._learn(values, busy)
        found: _Leaf = node
        return found

    def _learn(self, values: Values, busy: int) -> _Leaf:
        engine = self.engine
        state = engine.state(values, self.places)
        engine.learned += 1
        run = Trying(engine, state, busy)
        leaf: _Leaf
        try:
            self.play(run, self.own)
            leaf = self._effect(run, state)
        except Ask as ask:
            state.asleep = True
            leaf = _Asked(tuple(self._following(ask.path, run, values)))
        except (moves.Impossible, LookupError, ValueError, TypeError, AttributeError):
            leaf = _IMPOSSIBLE
        looked = (
            (question, values[question] if question >= 0 else busy & question != 0)
            for question in state.looked
        )
        self.root = remember(self.root, looked, leaf)
        return leaf

    def _effect(self, run: Trying, state: Watched) -> Effect:
        places, writes = self.engine.places, state.written()
        kept, busy, live = -1, 0, 0
        for place, value in writes:
            if place < len(places.busy):
                kept &= ~(1 << place)
                busy |= places.busy[place][value]
                live |= places.live[place][value]
        opens = tuple(dict.fromkeys(run.opens))
        return Effect(writes, kept, busy, live, run.whole, self.supposed, self.own, opens)

    def _following(
        self, path: str, run: Trying, values: Values
    ) -> Iterator[tuple[int, int, Learned]]:
        engine, step = self.engine, path.partition(".")[0]
        is_own = step == run.doing and engine.places.data.get(step) in run.state.changed
        own = run.state.data[step] if is_own else None
        for place, number, value in engine.values_of(path, values, own):
            supposed, said, places = self.supposed, self.own, self.places
            if is_own:
                said = (*said, (path.partition(".")[2], value))
            else:
                supposed, places = (*supposed, (path, value)), places | {place}
            yield place, number, Learned(engine, self.play, supposed, places, said)
