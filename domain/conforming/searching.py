"""The search for the best alignment of one trace: best first, as `aligning` says.

It is the innermost loop of a conformance check. What was reached is therefore a plain tuple, and
what can be done where a case stands is looked up where it was noted.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush, heappushpop
from operator import itemgetter
from typing import TYPE_CHECKING

from domain.conforming.endings import ONE, End
from domain.conforming.meaning import Act
from domain.conforming.reach import Source
from domain.conforming.standing import Standing, Way

if TYPE_CHECKING:
    from domain.conforming.aligning import Aligner

# (cost, standing, position, supposed, way, before): `position` acts of the trace are behind it.
# `supposed`: by a model move; by a log move where there is no `way`, else by a sync. `before`: None
# where the search began.
Reached = tuple[int, Standing, int, bool, Way | None, "Reached | None"]
# (the least that the whole can cost, steps that are missing, -position, which one, stage, what).
_Entry = tuple[int, int, int, int, int, Reached]
_ENDED = 1_000_000


class Search:
    """Of one trace. The queue holds what was reached, each with the least that the whole can cost
    by that way, and what is to be tried there next: 0 what conforms, then each detour in turn."""

    def __init__(self, of: Aligner, acts: tuple[Act, ...], begins: Iterable[Standing]) -> None:
        self.of = of
        self.acts = acts
        self.doings = [of.doing(act) for act in acts]
        self.queue: list[_Entry] = []
        self.count = 0
        # By position: standing → the least that it was reached for by an event, by a supposition.
        self.best: list[dict[Standing, int]] = []
        self.best_supposed: list[dict[Standing, int]] = []
        # The bits of the steps that the trace never says, and that it would.
        said = of.ways.bits(name for act in acts for name in act.names)
        self.unsaid = 0 if of.running else of.would_say & ~said
        self.lasting = of.reach.lasting(acts) if self.unsaid else 0
        self._begin()
        self.farthest: Reached | None = None
        for standing in begins:
            self._push(self._reached(0, standing, 0, False, None, None, 0))

    def run(self) -> tuple[Reached, End, int | None]:
        """What was reached at the end of the trace, how it ends from there, and the least that any
        alignment costs where the search was cut short (None where this one is the best)."""
        of, acts, doings, queue = self.of, self.acts, self.doings, self.queue
        length, effort, dearer, ways_by = len(acts), of.effort, of.least, of.ways.by
        reached, entered = self._reached, self._entered
        at_least: int | None = None
        tried = 0
        # What was reached last: mostly it is also what is to be tried next.
        last: _Entry | None = None
        while True:
            least, _, _, _, stage, here = heappushpop(queue, last) if last else heappop(queue)
            last = None
            if stage == _ENDED:
                return here, of.end(here[1]), at_least
            tried += 1
            if tried > effort:
                if at_least is None:
                    at_least = least
                tried = 0
                self._go_on_from_the_farthest()
                continue
            cost, standing, position, _, _, _ = here
            if position == length:
                last = entered(cost + of.end(standing).cost, _ENDED, here)
            elif stage:
                self._detour(here, stage - 1)
            else:
                doing, following = doings[position], position + 1
                if doing is None:
                    ways = of.by(standing, acts[position], acts, following)
                else:
                    found = standing.found.get(doing)
                    ways = ways_by(standing, doing) if found is None else found
                for way in ways:
                    if last:
                        heappush(queue, last)
                    last = reached(cost, way.to, following, False, way, here, cost)
                more = cost + dearer
                heappush(queue, entered(more if more > least else least, 1, here))

    def _begin(self) -> None:
        length = len(self.acts) + 1
        self.best = [{} for _ in range(length)]
        self.best_supposed = [{} for _ in range(length)]

    def _go_on_from_the_farthest(self) -> None:
        """What lies behind is given up: the rest of the trace is aligned from there."""
        assert self.farthest is not None
        self.queue.clear()
        self._begin()
        self._push(self._reached(*self.farthest, self.farthest[0]))

    def _push(self, entry: _Entry | None) -> None:
        if entry is not None:
            heappush(self.queue, entry)

    def _entered(self, least: int, stage: int, here: Reached) -> _Entry:
        """For the queue."""
        self.count += 1
        missing = here[1].busy & self.unsaid
        if missing & self.lasting and least < here[0] + ONE:
            least = here[0] + ONE
        return least, missing.bit_count(), -here[2], self.count, stage, here

    def _reached(
        self,
        cost: int,
        standing: Standing,
        position: int,
        supposed: bool,
        way: Way | None,
        before: Reached | None,
        least: int,
    ) -> _Entry | None:
        """For the queue; None where as much was reached before at no higher cost."""
        best = self.best[position]
        known = best.get(standing)
        if known is not None and known <= cost:
            return None
        if supposed:
            best = self.best_supposed[position]
            known = best.get(standing)
            if known is not None and known <= cost:
                return None
        best[standing] = cost
        found = (cost, standing, position, supposed, way, before)
        far = self.farthest
        if far is None or position > far[2] or (position == far[2] and cost < far[0]):
            self.farthest = found
        return self._entered(least, 0, found)

    # ── detours ──────────────────────────────────────────────────────────────────────────────

    def _detour(self, here: Reached, number: int) -> None:
        """The detour of this number: 0 passes over the act, the others suppose something."""
        cost, standing, position, supposed, _, _ = here
        of, acts = self.of, self.acts
        detours = self._detours(standing, position)
        if number == 0:
            if not supposed:
                more = cost + ONE
                self._push(self._reached(more, standing, position + 1, False, None, here, more))
        else:
            least, name = detours[number - 1]
            more, least = cost + of.costs[name], cost + least
            for way in of.by(standing, of.supposed[name], acts, position):
                to = way.to
                if not to.ended and to is not standing:
                    most = max(least, more)
                    self._push(self._reached(more, to, position, True, way, here, most))
        if number < len(detours):
            self._push(self._entered(cost + detours[number].cost, number + 2, here))

    def _detours(self, standing: Standing, position: int) -> tuple[Source, ...]:
        """What may be supposed where the trace stands: what makes its next act possible; where it
        is, what this takes away, and of an event that nobody heard, what would have heard it."""
        doing = self.doings[position]
        if doing is not None:
            known: tuple[Source, ...] | None = standing.notes.get(doing)
            if known is not None:
                return known
        act, of = self.acts[position], self.of
        ways = of.by(standing, act, self.acts, position + 1)
        found = self._lost(standing, act, ways) if ways else of.reach.sources(standing, act)
        if doing is not None:
            standing.notes[doing] = found
        return found

    def _lost(self, standing: Standing, act: Act, ways: list[Way]) -> tuple[Source, ...]:
        """Cheapest first."""
        of = self.of
        key = ("lost", act)
        lost: tuple[Source, ...] | None = standing.notes.get(key)
        if lost is None:
            left = -1
            for way in ways:
                left &= way.to.live
            names = of.ways.places.names(standing.live & ~left)
            found = [Source(of.costs[name], name) for name in names if name not in act.names]
            if act.event:
                found += of.reach.hearing(standing, act)
            found.sort(key=itemgetter(0))
            lost = standing.notes[key] = tuple(found)
        return lost
