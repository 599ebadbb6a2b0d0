"""What has to happen, from where a case stands, for a step or an event to become possible."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from domain.conforming.meaning import Act
from domain.conforming.ways import Standing, Ways
from protocols.engine.plan import Plan
from protocols.language.formula import DONE, OPEN, OUT


class Source(NamedTuple):
    """What can be done now on the way to something. `cost`: of it and all that is then still
    wanted, at the least."""

    cost: int
    name: str


class Reach:
    """`costs`: what supposing a step or an event costs.

    For a step that waits, what has not yet happened of its condition; for one that is settled, what
    begins a new round of it; for one whose outcome is not possible, what its conditions read.
    Whatever can make it possible is among that, and so on backwards to what can be done now.
    """

    def __init__(self, ways: Ways, costs: dict[str, int]) -> None:
        self.ways = ways
        self.plan: Plan = ways.plan
        self._costs = costs
        # Nobody supposes an end, or what only completes a step that can be done by itself.
        self.supposed = {
            name: Act((name,), True)
            for name, event in self.plan.events.items()
            if (event.event.opens or event.event.again or event.event.reopens)
            and not event.event.ends
        }
        self._renewed: dict[str, tuple[str, ...]] = self._renewals()
        self._read = self._readings()
        self._takers = self._taken_away()

    def sources(self, standing: Standing, act: Act) -> tuple[Source, ...]:
        """Cheapest first."""
        key = ("sources", act.names)
        known = standing.notes.get(key)
        if known is None:
            known = standing.notes[key] = tuple(self._search(standing, act.names))
        found: tuple[Source, ...] = known
        return found

    def can_be_done(self, standing: Standing, name: str) -> bool:
        """Whether somebody could; of a step, with some outcome."""
        if name in self.plan.steps:
            return standing.live >> self.ways.places.steps[name] & 1 == 1
        act = self.supposed.get(name)
        return act is not None and bool(self.ways.by(standing, act))

    def _search(self, standing: Standing, names: tuple[str, ...]) -> list[Source]:
        found: list[Source] = []
        queue: list[tuple[int, str]] = [(0, name) for name in names]
        done: set[str] = set()
        first = frozenset(names)
        while queue:
            cost, name = heappop(queue)
            if name in done:
                continue
            done.add(name)
            if (cost or name not in first) and self.can_be_done(standing, name):
                found.append(Source(cost, name))
            for before in self._before(standing, name):
                if before not in done:
                    heappush(queue, (cost + self._costs[before], before))
                elif before in first and cost:
                    # It may have to be done once more itself.
                    again = Source(cost + self._costs[before], before)
                    if again not in found and self.can_be_done(standing, before):
                        found.append(again)
        return sorted(found)

    def _before(self, standing: Standing, name: str) -> list[str]:
        plan, ways = self.plan, self.ways
        wanted: dict[str, None] = {}
        if name in plan.events:
            event = plan.events[name]
            atoms = event.formula.atoms if event.formula else ()
            around = [event.event.during, event.within]
        else:
            step = plan.steps[name]
            status = ways.status(standing, name)
            if status in (DONE, OUT):
                return [*self._renewed.get(name, ()), *step.opened_by]
            if status == OPEN:
                return [*self._read.get(name, ())]
            atoms = step.formula.atoms if step.formula else ()
            around = [step.region, step.within, step.starts_after]
            wanted.update(dict.fromkeys(step.opened_by))
            if step.step.each:
                wanted[step.step.each.split(".")[0]] = None
        for other, outcome in atoms:
            if not self._is_so(standing, other, outcome):
                wanted[other] = None
        for scope in around:
            if scope and ways.status(standing, scope) != OPEN:
                wanted[scope] = None
        return [other for other in wanted if other in self._costs]

    def _is_so(self, standing: Standing, step: str, outcome: str | None) -> bool:
        place = self.ways.places.steps[step]
        mark = self.ways.places.pieces[place][standing.values[place]].mark
        return mark.status == DONE and (outcome is None or mark.outcome == outcome)

    def lasting(self, acts: Iterable[Act]) -> list[str]:
        """The steps that a trace does not say, and that, once they hold the case open, nothing in
        it takes away: each will have to be supposed, or something that takes it away."""
        said: set[str] = set()
        ended = False
        takers: set[str] = set()
        for act in set(acts):
            said.update(act.names)
            takers.update(act.names)
            ended = ended or any(self._ends(name, act.outcome) for name in act.names)
        if ended:
            return []
        return [
            name
            for name in self.plan.names
            if name not in said and takers.isdisjoint(self._takers[name])
        ]

    def _ends(self, name: str, outcome: str) -> bool:
        if name in self.plan.events:
            return bool(self.plan.events[name].event.ends)
        outcomes = self.plan.steps[name].outcomes
        return any(
            bool(what.ends) for key, what in outcomes.items() if not outcome or outcome == key
        )

    # ── what never changes ───────────────────────────────────────────────────────────────────

    def _renewals(self) -> dict[str, tuple[str, ...]]:
        """Step → what may begin a new round of it, or bring it back to where it can."""
        found: dict[str, dict[str, None]] = {}
        steps = self.plan.steps
        for name, step in steps.items():
            for outcome in step.outcomes.values():
                for other in steps[outcome.again].closure if outcome.again else ():
                    found.setdefault(other, {})[name] = None
        for name, event in self.plan.events.items():
            again = steps[event.event.again].closure if event.event.again else ()
            opened = [n for o in event.event.opens for n in steps[o].closure]
            for other in (*again, *opened, *(steps if event.event.reopens else ())):
                found.setdefault(other, {})[name] = None
        for scope in self.plan.scopes:
            # What is inside begins anew with what it is in.
            for other in steps[scope].inside:
                found.setdefault(other, {})[scope] = None
        return {name: tuple(before) for name, before in found.items()}

    def _taken_away(self) -> dict[str, frozenset[str]]:
        """Step → what may withdraw it, or settle it in another way than by doing it."""
        plan, steps = self.plan, self.plan.steps
        found: dict[str, set[str]] = {name: set(self._renewed.get(name, ())) for name in steps}
        for name, step in steps.items():
            for outcome in step.outcomes.values():
                for other in outcome.cancels:
                    for inside in (other, *steps[other].inside):
                        found[inside].add(name)
            if step.region:
                found[name].add(step.region)
            if step.step.race:
                found[name].update(n for n, s in steps.items() if s.step.race == step.step.race)
            scope = step.within
            while scope:
                found[name].update((scope, *steps[scope].inside))
                scope = steps[scope].within
        for name, event in plan.events.items():
            for other in event.event.cancels:
                for inside in (other, *steps[other].inside):
                    found[inside].add(name)
            for other, _ in event.wanted_by:
                found[other].add(name)
        # What takes a scope or a region away takes what is in it.
        for name, step in steps.items():
            for outer in (step.region, step.within):
                if outer:
                    found[name] |= found[outer]
        return {name: frozenset(takers) for name, takers in found.items()}

    def _readings(self) -> dict[str, tuple[str, ...]]:
        """Step → the steps and events that the conditions of its outcomes read."""
        found: dict[str, dict[str, None]] = {}
        for place, _, paths in self.ways.watch.reads.guards.values():
            for path in paths:
                first, _, rest = path.partition(".")
                read = rest.split(".")[0] if first == "events" else first
                if read in self._costs:
                    found.setdefault(str(place[1]), {})[read] = None
        for name, step in self.plan.steps.items():
            if any(outcome.at_most for outcome in step.outcomes.values()):
                # What is used up can be had again only in another round of the scope.
                found.setdefault(name, {}).update(dict.fromkeys(self._renewed.get(name, ())))
        return {name: tuple(read) for name, read in found.items()}
