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
from typing import Any, Literal, NamedTuple

from domain.conforming.endings import NOTHING, ONE, UNSEEN, End, Endings
from domain.conforming.meaning import Act
from domain.conforming.reach import Reach
from domain.conforming.searching import Reached, Search
from domain.conforming.standing import Doing, Given, Members, Standing, Way
from domain.conforming.ways import Ways
from protocols.checker.answers import MISSING

# Tries of a search before it commits itself to the farthest that it has come.
EFFORT = 100


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
        moves = tuple(
            Move(kind, position, way and way.told(), seen)
            for kind, position, way, seen in self.moves
        )
        return self._replace(root=self.root.told(), moves=moves)


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
        self.supposed = {name: Act((name,), name in self.plan.events) for name in self.costs}
        self._shortest: dict[Given, tuple[int, bool]] = {}
        self._doings: dict[Act, Doing | None] = {}
        # Step (or event) → the (field, step) pairs whose members its answers name.
        self._feeds: dict[str, list[tuple[str, str]]] = {}
        for name, plan in self.plan.steps.items():
            if plan.step.each and plan.step.each.count("."):
                source, field = plan.step.each.split(".")[:2]
                self._feeds.setdefault(source, []).append((field, name))

    def align(self, acts: tuple[Act, ...], given: Given = ()) -> Alignment:
        if self.ways.forget():
            self._endings.forget()
            self.reach.forget()
            self._doings.clear()
        return self._search(acts, given)

    def shortest(self, given: Given = ()) -> int:
        """The cost of a trace without events: what at least a case has to go through."""
        if given not in self._shortest:
            found = self._search((), given)
            self._shortest[given] = (found.cost, found.exact)
        return self._shortest[given][0]

    # ── the search ───────────────────────────────────────────────────────────────────────────

    def _search(self, acts: tuple[Act, ...], given: Given) -> Alignment:
        # Where nothing fits what the log says of the case, it is judged without that.
        roots = self.ways.roots(given) or self.ways.roots(())
        start = {root.to.number: root for root in reversed(roots)}
        finished, end, at_least = Search(self, acts, [root.to for root in roots]).run()
        root, path = self._path(finished)
        path += [Move("model", len(acts), way, seen) for way, seen in end.moves]
        cost = (finished[0] + end.cost) // ONE
        least = cost if at_least is None else min(cost, at_least // ONE)
        exact = end.exact and least == cost
        return Alignment(cost, start[root.number], _with_answers(path), exact, least)

    def _path(self, reached: Reached) -> tuple[Standing, list[Move]]:
        """From where it began."""
        path: list[Move] = []
        while True:
            _, standing, position, supposed, way, before = reached
            if before is None:
                return standing, path[::-1]
            if supposed and way is not None:
                path.append(Move("model", position, way, self._seen[way.name]))
            else:
                path.append(Move("log" if way is None else "sync", position - 1, way))
            reached = before

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

    def doing(self, act: Act) -> Doing | None:
        """None where it depends on what follows: see `by`."""
        if act not in self._doings:
            feeds = any(name in self._feeds for name in act.names)
            self._doings[act] = None if feeds else self.ways.doing(act)
        return self._doings[act]

    def by(self, standing: Standing, act: Act, acts: tuple[Act, ...], ahead: int) -> list[Way]:
        """With as many members as the trace goes on for, where this act's answers name them."""
        doing = self.doing(act)
        if doing is not None:
            return self.ways.by(standing, doing)
        found: dict[int, Way] = {}
        for members in self._members(act.names, acts, ahead):
            for way in self.ways.by(standing, self.ways.doing(act, members)):
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
