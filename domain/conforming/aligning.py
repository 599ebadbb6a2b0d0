"""The best alignment of a trace with a protocol that a bounded search finds.

Alignments: A. Adriansyah, Aligning Observed and Modeled Behavior (2014). A *sync* is an event that
the protocol allows where it stands; a *log* move is an event that it does not, passed over; a
*model* move is something that the protocol wanted and the log does not have. Log and model moves
cost 1 each; what the log never records costs nothing.

The search is best first, by the least that the whole can still cost, and then farthest along the
trace: a trace that conforms is followed without a detour. Between two syncs, log moves come before
model moves (they commute), and only such model moves are tried as may help what comes next
(`reach`) or as it takes away. Where that would take too long the search commits itself to the
farthest that it has come: the least that any alignment can cost is told beside what this one does.
"""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from typing import Any, Literal, NamedTuple

from domain.conforming.endings import NOTHING, ONE, UNSEEN, End, Endings
from domain.conforming.meaning import Act
from domain.conforming.reach import Reach, Source
from domain.conforming.ways import Given, Members, Standing, Way, Ways
from protocols.checker.answers import MISSING

# Tries of a search before it commits itself to the farthest that it has come.
EFFORT = 100
_ENDED = 1_000_000


class Move(NamedTuple):
    """`position`: the act (from 0) that it is, or before which it stands. `way` is None for a log
    move; `seen`: whether the log would have recorded it."""

    kind: Literal["sync", "log", "model"]
    position: int
    way: Way | None = None
    seen: bool = True


class Alignment(NamedTuple):
    """`cost` in whole moves; `root`: how the case was opened. `exact`: no cheaper one exists within
    what was supposed of the log's silence; else none costs less than `at_least`."""

    cost: int
    root: Way
    moves: tuple[Move, ...]
    exact: bool
    at_least: int

    def told(self) -> Alignment:
        """To be kept: without the cases to which the moves led."""
        moves = tuple(move._replace(way=move.way and move.way.told()) for move in self.moves)
        return self._replace(root=self.root.told(), moves=moves)


class _Reached(NamedTuple):
    cost: int
    standing: Standing
    position: int
    after_model: bool
    move: Move | None
    before: _Reached | None


class Aligner:
    """Aligns traces with one plan. `recorded`: the names that the log may say; `running`: a trace
    need not have come to its end."""

    def __init__(
        self, ways: Ways, recorded: frozenset[str], running: bool = False, effort: int = EFFORT
    ) -> None:
        self.effort = effort
        self.ways = ways
        self.plan = ways.plan
        self.running = running
        self._recorded = recorded
        self._seen = {name: self._is_seen(name) for name in (*self.plan.names, *self.plan.events)}
        self._endings = Endings(ways, self._seen)
        self.costs = {name: ONE if seen else UNSEEN for name, seen in self._seen.items()}
        self.reach = Reach(ways, self.costs)
        self.would_say = ways.bits(
            name for name, plan in self.plan.steps.items() if self._seen[name] and not plan.scope
        )
        self.least = min(self.costs.values(), default=ONE)
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
        # Where nothing fits what the log says of the case, it is judged without that.
        roots = self.ways.roots(given) or self.ways.roots(())
        start = {root.to.number: root for root in reversed(roots)}
        search = _Search(self, acts, [_Reached(0, root.to, 0, False, None, None) for root in roots])
        finished, end, at_least = search.run()
        path: list[Move] = []
        here = finished
        while here.before is not None:
            if here.move is not None:
                path.append(here.move)
            here = here.before
        path.reverse()
        path += [Move("model", len(acts), way, seen) for way, seen in end.moves]
        cost = (finished.cost + end.cost) // ONE
        least = cost if at_least is None else min(cost, at_least // ONE)
        exact = end.exact and least == cost
        return Alignment(cost, start[here.standing.number], _with_answers(path), exact, least)

    def end(self, standing: Standing) -> End:
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

    def by(self, standing: Standing, act: Act, acts: tuple[Act, ...], ahead: int) -> list[Way]:
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


class _Search:
    """Of one trace. The queue holds what was reached, each with the least that the whole can cost
    by that way, and what is to be tried there next: 0 what conforms, then each detour in turn."""

    def __init__(self, of: Aligner, acts: tuple[Act, ...], roots: list[_Reached]) -> None:
        self.of = of
        self.acts = acts
        self.queue: list[tuple[int, int, int, int, int, _Reached]] = []
        self.best: dict[tuple[int, int, bool], int] = {}
        self.count = 0
        # The bits of the steps that the trace never says, and that it would.
        said = of.ways.bits(name for act in acts for name in act.names)
        self.unsaid = 0 if of.running else of.would_say & ~said
        self.lasting = of.ways.bits(of.reach.lasting(acts)) if self.unsaid else 0
        self.farthest = roots[0]
        for root in roots:
            self._reach(root, 0)

    def run(self) -> tuple[_Reached, End, int | None]:
        """What was reached at the end of the trace, how it ends from there, and the least that any
        alignment costs where the search was cut short (None where this one is the best)."""
        queue, length = self.queue, len(self.acts)
        at_least: int | None = None
        tried = 0
        while True:
            least, _, _, _, stage, here = heappop(queue)
            if stage == _ENDED:
                return here, self.of.end(here.standing), at_least
            tried += 1
            if tried > self.of.effort:
                if at_least is None:
                    at_least = least
                tried = 0
                self._go_on_from_the_farthest()
                continue
            if here.position == length:
                end = self.of.end(here.standing)
                self._push(here.cost + end.cost, _ENDED, here)
            elif stage == 0:
                self._conform(here, least)
            else:
                self._detour(here, stage - 1)

    def _go_on_from_the_farthest(self) -> None:
        """What lies behind is given up: the rest of the trace is aligned from there."""
        self.queue.clear()
        self.best.clear()
        self._reach(self.farthest, self.farthest.cost)

    def _push(self, least: int, stage: int, here: _Reached) -> None:
        self.count += 1
        missing = here.standing.busy & self.unsaid
        left = missing.bit_count()
        if missing & self.lasting and least < here.cost + ONE:
            least = here.cost + ONE
        heappush(self.queue, (least, left, -here.position, self.count, stage, here))

    def _reach(self, found: _Reached, least: int) -> None:
        best, number, position = self.best, found.standing.number, found.position
        key = (number, position, found.after_model)
        known = best.get(key)
        if known is not None and known <= found.cost:
            return
        if found.after_model:
            free = best.get((number, position, False))
            if free is not None and free <= found.cost:
                return
        best[key] = found.cost
        far = self.farthest
        if position > far.position or (position == far.position and found.cost < far.cost):
            self.farthest = found
        self._push(least, 0, found)

    def _conform(self, here: _Reached, least: int) -> None:
        position, acts = here.position, self.acts
        for way in self.of.by(here.standing, acts[position], acts, position + 1):
            move = Move("sync", position, way)
            self._reach(_Reached(here.cost, way.to, position + 1, False, move, here), here.cost)
        self._push(max(least, here.cost + self.of.least), 1, here)

    def _detours(self, here: _Reached) -> list[Source]:
        """What may be supposed where the trace stands: what makes its next act possible; where it
        is, what this takes away."""
        act, of = self.acts[here.position], self.of
        ways = of.by(here.standing, act, self.acts, here.position + 1)
        if not ways:
            return list(of.reach.sources(here.standing, act))
        key = ("lost", act)
        lost = here.standing.notes.get(key)
        if lost is None:
            before = of.ways.open_steps(here.standing)
            left = -1
            for way in ways:
                left &= way.to.live
            kept = of.ways.places.names(here.standing.live & left)
            lost = here.standing.notes[key] = [
                Source(of.costs[name], name)
                for name in before
                if name not in act.names and name not in kept
            ]
        found: list[Source] = lost
        return found

    def _detour(self, here: _Reached, number: int) -> None:
        """The detour of this number: 0 passes over the act, the others suppose something."""
        standing, position, of = here.standing, here.position, self.of
        detours = self._detours(here)
        if number == 0:
            if not here.after_model:
                move = Move("log", position)
                passed = _Reached(here.cost + ONE, standing, position + 1, False, move, here)
                self._reach(passed, passed.cost)
        else:
            cost, name = detours[number - 1]
            model = Act((name,), name in of.plan.events)
            for way in of.by(standing, model, self.acts, position):
                if way.to.ended or way.to.number == standing.number:
                    continue
                own = of.costs[name]
                move = Move("model", position, way, of.seen(name))
                found = _Reached(here.cost + own, way.to, position, True, move, here)
                self._reach(found, max(here.cost + cost, found.cost))
        if number < len(detours):
            self._push(here.cost + detours[number].cost, number + 2, here)


def _with_answers(path: list[Move]) -> tuple[Move, ...]:
    """The moves, each with the answers that later ones supposed of it."""
    said: dict[str, dict[str, Any]] = {}
    told: list[Move] = []
    for move in reversed(path):
        way = move.way
        if way is not None:
            for where, value in way.supposed:
                name, _, field = where.partition(".")
                if name not in ("case", "given"):
                    said.setdefault(name, {})[field] = value
            answers = said.pop(way.name, None)
            if answers:
                given = {key: v for key, v in answers.items() if v is not MISSING}
                way = way._replace(data={**way.data, **given})
                move = move._replace(way=way)
        told.append(move)
    return tuple(reversed(told))
