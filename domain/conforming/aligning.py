"""The best alignment of a trace with a protocol that a bounded search finds.

Alignments: A. Adriansyah, Aligning Observed and Modeled Behavior (2014). A *sync* is an event that
the protocol allows where it stands; a *log* move is an event that it does not, passed over; a
*model* move is something that the protocol wanted and the log does not have. Log and model moves
cost 1 each; what the log never records costs nothing.

The search is best first, cheapest and then farthest along the trace: a trace that conforms is
followed without a detour. Between two syncs, log moves come before model moves (they commute), and
only such model moves are tried as may help what comes next (`influence`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from domain.conforming.endings import NOTHING, ONE, UNSEEN, End, Endings
from domain.conforming.influence import Influence
from domain.conforming.meaning import Act
from domain.conforming.ways import Given, Members, Standing, Way, Ways

_MOST_TRIED = 2500


class Move(NamedTuple):
    """`position`: the act (from 0) that it is, or before which it stands. `way` is None for a log
    move; `seen`: whether the log would have recorded it."""

    kind: Literal["sync", "log", "model"]
    position: int
    way: Way | None = None
    seen: bool = True


class Alignment(NamedTuple):
    """`cost` in whole moves; `root`: how the case was opened. `exact`: no cheaper one exists within
    what was supposed of the log's silence; False where the search was cut short."""

    cost: int
    root: Way
    moves: tuple[Move, ...]
    exact: bool


class _Reached(NamedTuple):
    cost: int
    standing: Standing
    position: int
    after_model: bool
    move: Move | None
    before: _Reached | None
    # What conforms has been tried from here; the rest is not before all that costs no more.
    stuck: bool = False


class Aligner:
    """Aligns traces with one plan. `recorded`: the names that the log may say; `running`: a trace
    need not have come to its end."""

    def __init__(self, ways: Ways, recorded: frozenset[str], running: bool = False) -> None:
        self.ways = ways
        self.plan = ways.plan
        self.running = running
        self._influence = Influence(self.plan, ways.watch.reads)
        self._recorded = recorded
        self._seen = {name: self._is_seen(name) for name in (*self.plan.names, *self.plan.events)}
        self._endings = Endings(ways, self._seen)
        self._shortest: dict[Given, tuple[int, bool]] = {}
        # Step (or event) → the (field, step) pairs whose members its answers name.
        self._feeds: dict[str, list[tuple[str, str]]] = {}
        for name, plan in self.plan.steps.items():
            if plan.step.each and plan.step.each.count("."):
                source, field = plan.step.each.split(".")[:2]
                self._feeds.setdefault(source, []).append((field, name))

    def align(self, acts: tuple[Act, ...], given: Given = ()) -> Alignment:
        if self.ways.forget():
            self._endings.forget()
        return self._search(acts, given)

    def shortest(self, given: Given = ()) -> int:
        """The cost of a trace without events: what at least a case has to go through."""
        if given not in self._shortest:
            found = self._search((), given)
            self._shortest[given] = (found.cost, found.exact)
        return self._shortest[given][0]

    def seen(self, name: str) -> bool:
        return self._seen[name]

    # ── the search ───────────────────────────────────────────────────────────────────────────

    def _search(self, acts: tuple[Act, ...], given: Given) -> Alignment:
        queue: list[tuple[int, int, int, _Reached]] = []
        best: dict[tuple[int, int, bool], int] = {}
        # Where nothing fits what the log says of the case, it is judged without that.
        roots = self.ways.roots(given) or self.ways.roots(())
        count = 0

        def reach(found: _Reached) -> None:
            nonlocal count
            known = best.get((found.standing.number, found.position, found.after_model))
            if known is not None and known <= found.cost:
                return
            if found.after_model:
                free = best.get((found.standing.number, found.position, False))
                if free is not None and free <= found.cost:
                    return
            best[found.standing.number, found.position, found.after_model] = found.cost
            count += 1
            heappush(queue, (found.cost, -found.position, count, found))

        for root in roots:
            reach(_Reached(0, root.to, 0, False, None, None))
        start = {root.to.number: root for root in reversed(roots)}
        farthest = queue[0][3]
        tried = 0
        finished: tuple[int, _Reached, End] | None = None
        while queue:
            here = heappop(queue)[3]
            if finished is not None and here.cost >= finished[0]:
                break
            tried += 1
            if (here.position, -here.cost) > (farthest.position, -farthest.cost):
                farthest = here
            if tried > _MOST_TRIED:
                if finished is None:
                    here = self._dive(farthest, acts)
                    end = self._end(here.standing)
                    finished = (here.cost + end.cost, here, end)
                return self._aligned(finished, start, len(acts), exact=False)
            if here.position == len(acts):
                end = self._end(here.standing)
                total = here.cost + end.cost
                if finished is None or total < finished[0]:
                    finished = (total, here, end)
                continue
            if here.stuck:
                for following in self._detours(here, acts):
                    reach(following)
                continue
            for following in self._syncs(here, acts):
                reach(following)
            count += 1
            later = here._replace(stuck=True)
            heappush(queue, (here.cost + UNSEEN, -here.position, count, later))
        assert finished is not None
        return self._aligned(finished, start, len(acts), exact=finished[2].exact)

    def _syncs(self, here: _Reached, acts: tuple[Act, ...]) -> Iterator[_Reached]:
        position = here.position
        for way in self._ways(here.standing, acts[position], acts, position + 1):
            move = Move("sync", position, way)
            yield _Reached(here.cost, way.to, position + 1, False, move, here)

    def _detours(self, here: _Reached, acts: tuple[Act, ...]) -> Iterator[_Reached]:
        standing, position = here.standing, here.position
        act = acts[position]
        if not here.after_model:
            move = Move("log", position)
            yield _Reached(here.cost + ONE, standing, position + 1, False, move, here)
        helpful = frozenset[str]().union(*(self._influence.upon(name) for name in act.names))
        for name in self._possible(standing, helpful):
            model = Act((name,), name in self.plan.events)
            for way in self._ways(standing, model, acts, position):
                if way.to.state.ended or way.to.number == standing.number:
                    continue
                cost = here.cost + (ONE if self._seen[name] else UNSEEN)
                move = Move("model", position, way, self._seen[name])
                yield _Reached(cost, way.to, position, True, move, here)

    def _possible(self, standing: Standing, helpful: frozenset[str]) -> Iterator[str]:
        if not standing.state.ended:
            for name in self.ways.open_steps(standing.state):
                if name in helpful:
                    yield name
        for name, event in self.plan.events.items():
            # Nobody supposes an end, or what only completes a step that can be done by itself.
            does = event.event.opens or event.event.again or event.event.reopens
            if name in helpful and does and not event.event.ends:
                yield name

    def _dive(self, here: _Reached, acts: tuple[Act, ...]) -> _Reached:
        """To the end of the trace without looking left or right."""
        while here.position < len(acts):
            act, position = acts[here.position], here.position
            ways = self._ways(here.standing, act, acts, position + 1)
            if ways:
                move = Move("sync", position, ways[0])
                here = _Reached(here.cost, ways[0].to, position + 1, False, move, here)
            else:
                cost = here.cost + ONE
                move = Move("log", position)
                here = _Reached(cost, here.standing, position + 1, False, move, here)
        return here

    def _aligned(
        self, finished: tuple[int, _Reached, End], start: dict[int, Way], length: int, exact: bool
    ) -> Alignment:
        cost, reached, end = finished
        path: list[Move] = []
        here = reached
        while here.before is not None:
            assert here.move is not None
            path.append(here.move)
            here = here.before
        path.reverse()
        path += [Move("model", length, way, seen) for way, seen in end.moves]
        told = tuple(move._replace(way=move.way and move.way.told()) for move in path)
        return Alignment(cost // ONE, start[here.standing.number].told(), told, exact)

    def _end(self, standing: Standing) -> End:
        return NOTHING if self.running else self._endings.of(standing)

    # ── what the log says ────────────────────────────────────────────────────────────────────

    def _is_seen(self, name: str) -> bool:
        if name in self._recorded:
            return True
        events = self.plan.events.items()
        return any(
            event in self._recorded and any(step == name for step, _ in plan.wanted_by)
            for event, plan in events
        )

    def _ways(self, standing: Standing, act: Act, acts: tuple[Act, ...], ahead: int) -> list[Way]:
        """With as many members as the trace goes on for, where this act's answers name them."""
        if not any(name in self._feeds for name in act.names):
            return self.ways.by(standing, act)
        found: dict[int, Way] = {}
        for members in self._members(act.names, acts, ahead):
            for way in self.ways.by(standing, act, members):
                found.setdefault(way.to.number, way)
        return list(found.values())

    def _members(
        self, names: tuple[str, ...], acts: tuple[Act, ...], position: int
    ) -> list[Members]:
        """As many as there are before something that depends on their step, and as many as there
        are at all before they are named anew: who is left may still come when it has gone on."""
        first: dict[str, int] = {}
        whole: dict[str, int] = {}
        for name in names:
            for field, step in self._feeds.get(name, ()):
                here, all_ = self._ahead(step, name, acts, position)
                if all_:
                    first[field], whole[field] = here, all_
        return list(dict.fromkeys((tuple(first.items()), tuple(whole.items()))))

    def _ahead(
        self, step: str, source: str, acts: tuple[Act, ...], position: int
    ) -> tuple[int, int]:
        plan = self.plan.steps[step]
        if plan.copies:
            inside = [n for copy in plan.copies for n in self.plan.steps[copy].inside]
            done = Counter(act.names for act in acts[position:] if act.names[0] in inside)
            most = min(max(done.values(), default=0), len(plan.copies))
            return most, most
        after = set(plan.closure) - {step}
        first = count = 0
        for act in acts[position:]:
            if step in act.names:
                count += 1
            elif source in act.names:
                break
            elif count and not first and not after.isdisjoint(act.names):
                first = count
        return first or count, count
