"""What has to happen, from where a case stands, for a step or an event to become possible."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any, NamedTuple

from domain.conforming.findings import Fork, remember
from domain.conforming.meaning import Act
from domain.conforming.standing import Standing
from domain.conforming.ways import Ways
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
    Whatever can make it possible is among that, and so on backwards to what can be done now. That
    is the same wherever the steps that are looked at stand alike.
    """

    def __init__(self, ways: Ways, costs: dict[str, int]) -> None:
        self.ways = ways
        self.plan: Plan = ways.plan
        self._costs = costs
        # Nobody supposes an end, or what only completes a step that can be done by itself.
        self._supposed = {
            name: Act((name,), True)
            for name, event in self.plan.events.items()
            if (event.event.opens or event.event.again or event.event.reopens)
            and not event.event.ends
        }
        self._events = tuple(self._supposed)
        self._numbers = {name: number for number, name in enumerate(self._events)}
        self._known: dict[tuple[str, ...], Any] = {}
        self._renewed: dict[str, tuple[str, ...]] = self._renewals()
        self._read = self._readings()
        self._takers = self._taken_away()
        self._all = ways.bits(self.plan.names)
        self._outlast: dict[tuple[tuple[str, ...], str], int] = {}

    def forget(self) -> None:
        self._known.clear()

    def sources(self, standing: Standing, act: Act) -> tuple[Source, ...]:
        """Cheapest first."""
        if standing.ended and not self.ways.reopens:
            return ()
        values, names = standing.values, act.names
        node = self._known.get(names)
        while type(node) is Fork:
            question = node.question
            answer = values[question] if question >= 0 else self._happens(standing, ~question)
            node = node.answers.get(answer)
        if node is None:
            look = _Look(self, standing)
            node = tuple(self._search(look, names))
            self._known[names] = remember(self._known.get(names), look.findings.items(), node)
        found: tuple[Source, ...] = node
        return found

    def hearing(self, standing: Standing, event: Act) -> tuple[Source, ...]:
        """What brings the steps that the event would complete to where it can."""
        wanted = [step for name in event.names for step, _ in self.plan.events[name].wanted_by]
        closed = tuple(s for s in dict.fromkeys(wanted) if not standing.live & self.ways.bits((s,)))
        return self.sources(standing, Act(closed)) if closed else ()

    def _happens(self, standing: Standing, number: int) -> bool:
        """Whether the event of this number, which may be supposed, is possible."""
        act = self._supposed[self._events[number]]
        return bool(self.ways.by(standing, self.ways.doing(act)))

    def _search(self, look: _Look, names: tuple[str, ...]) -> list[Source]:
        found: list[Source] = []
        queue: list[tuple[int, str]] = [(0, name) for name in names]
        done: set[str] = set()
        first = frozenset(names)
        while queue:
            cost, name = heappop(queue)
            if name in done:
                continue
            done.add(name)
            if (cost or name not in first) and look.can_be_done(name):
                found.append(Source(cost, name))
            for before in self._before(look, name):
                if before not in done:
                    heappush(queue, (cost + self._costs[before], before))
                elif before in first and cost:
                    # It may have to be done once more itself.
                    again = Source(cost + self._costs[before], before)
                    if again not in found and look.can_be_done(before):
                        found.append(again)
        return sorted(found)

    def _before(self, look: _Look, name: str) -> list[str]:
        plan = self.plan
        wanted: dict[str, None] = {}
        if name in plan.events:
            event = plan.events[name]
            atoms = event.formula.atoms if event.formula else ()
            around = [event.event.during, event.within]
        else:
            step = plan.steps[name]
            status = look.status(name)
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
            if not look.is_so(other, outcome):
                wanted[other] = None
        for scope in around:
            if scope and look.status(scope) != OPEN:
                wanted[scope] = None
        return [other for other in wanted if other in self._costs]

    def lasting(self, acts: Iterable[Act]) -> int:
        """The bits of the steps that a trace does not say, and that, once they hold the case open,
        nothing in it takes away: each will have to be supposed, or something that takes it away."""
        lasting = self._all
        for act in set(acts):
            lasting &= self._outlasting(act)
        return lasting

    def _outlasting(self, act: Act) -> int:
        """The bits of the steps that this is not, and does not take away."""
        key = (act.names, act.outcome)
        known = self._outlast.get(key)
        if known is None:
            known = 0
            if not any(self._ends(name, act.outcome) for name in act.names):
                known = self.ways.bits(
                    name
                    for name in self.plan.names
                    if name not in act.names and self._takers[name].isdisjoint(act.names)
                )
            self._outlast[key] = known
        return known

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
        return {name: frozenset(self._with_causes(takers)) for name, takers in found.items()}

    def _with_causes(self, names: set[str]) -> set[str]:
        """With the events that complete them, and what is inside, by which a scope is left."""
        pending = [*names]
        while pending:
            name = pending.pop()
            causes = [e for e, plan in self.plan.events.items() if name in dict(plan.wanted_by)]
            if name in self.plan.steps:
                causes += self.plan.steps[name].inside if self.plan.steps[name].scope else ()
            pending += set(causes) - names
            names.update(causes)
        return names

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


class _Look:
    """At where a case stands. `findings`: the places that were looked at, with their values; for an
    event its number, inverted, with whether it is possible."""

    def __init__(self, reach: Reach, standing: Standing) -> None:
        self.reach = reach
        self.standing = standing
        self.places = reach.ways.places
        self.findings: dict[int, int] = {}

    def can_be_done(self, name: str) -> bool:
        """Whether somebody could; of a step, with some outcome."""
        if name in self.places.steps:
            place, value = self._at(name)
            return self.places.live[place][value] != 0
        number = self.reach._numbers.get(name)
        if number is None:
            return False
        possible = self.reach._happens(self.standing, number)
        self.findings[~number] = possible
        return possible

    def status(self, step: str) -> str:
        place, value = self._at(step)
        return self.places.status[place][value]

    def is_so(self, step: str, outcome: str | None) -> bool:
        place, value = self._at(step)
        mark = self.places.pieces[place][value].mark
        return mark.status == DONE and (outcome is None or mark.outcome == outcome)

    def _at(self, step: str) -> tuple[int, int]:
        place = self.places.steps[step]
        value = self.findings[place] = self.standing.values[place]
        return place, value
