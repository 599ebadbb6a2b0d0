"""The cheapest way found from where a case stands to its end: what a trace that stops lacks."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

from domain.conforming.meaning import Act
from domain.conforming.standing import Standing, Way
from domain.conforming.ways import Ways

# Integers keep sums exact: what the log does not record costs next to nothing, but not nothing.
ONE = 1000
UNSEEN = 1
_MOST_TO_END = 1500


class End(NamedTuple):
    """`moves`: each with whether the log would have recorded it. `exact`: False where no end was
    found within the limits, and the cost is only guessed."""

    cost: int
    moves: tuple[tuple[Way, bool], ...]
    exact: bool


NOTHING = End(0, (), True)


class Endings:
    """Remembers the way out of each standing. `seen`: the names that the log would record."""

    def __init__(self, ways: Ways, seen: dict[str, bool]) -> None:
        self.ways = ways
        self.plan = ways.plan
        self._seen = seen
        self._recorded = ways.bits(name for name in self.plan.names if seen[name])
        self._acts = {name: Act((name,)) for name in self.plan.names}
        self._ends: dict[int, End] = {}

    def forget(self) -> None:
        self._ends.clear()

    def of(self, standing: Standing) -> End:
        if standing.ended:
            return NOTHING
        known = self._ends.get(standing.number)
        if known is None:
            known = self._ends[standing.number] = self._way_out(standing)
        return known

    def _way_out(self, standing: Standing) -> End:
        count = 0
        path: dict[int, tuple[int, Way, bool]] = {}
        costs = {standing.number: 0}
        queue: list[tuple[int, int, int, Standing]] = [(0, 0, 0, standing)]
        tried = 0
        done: set[int] = set()
        while queue and tried < _MOST_TO_END:
            here = heappop(queue)[3]
            if here.number in done:
                continue
            done.add(here.number)
            tried += 1
            cost = costs[here.number]
            if here.ended:
                return End(cost, self._told(path, standing, here), True)
            for name in self._next_steps(here):
                seen = self._seen[name]
                total = cost + (ONE if seen else UNSEEN)
                for way in self.ways.by(here, self.ways.doing(self._acts[name])):
                    if total >= costs.get(way.to.number, total + 1):
                        continue
                    costs[way.to.number] = total
                    path[way.to.number] = (here.number, way, seen)
                    count += 1
                    left = ONE * self._left(way.to)
                    # Of equally good ones, the one that is farther along.
                    heappush(queue, (total + left, left, count, way.to))
        # No way out within the limits: each step that is open will have to be done.
        return End(ONE * max(1, self._left(standing)), (), False)

    def _told(
        self, path: dict[int, tuple[int, Way, bool]], start: Standing, end: Standing
    ) -> tuple[tuple[Way, bool], ...]:
        told: list[tuple[Way, bool]] = []
        number = end.number
        while number != start.number:
            number, way, seen = path[number]
            told.append((way, seen))
        return tuple(reversed(told))

    def _next_steps(self, here: Standing) -> tuple[str, ...]:
        """The steps to be tried next; one where it may go before all the others."""
        return self.ways.places.names(here.busy & here.live or here.live)

    def _left(self, standing: Standing) -> int:
        """How many steps that the log would record hold the case open."""
        if standing.ended:
            return 0
        return (standing.busy & standing.live & self._recorded).bit_count()
