"""Which steps and events of a protocol may have to happen for another one to become possible."""

from __future__ import annotations

from protocols.checker.reads import Reads
from protocols.engine.plan import Plan


class Influence:
    """What each step or event acts upon, turned round."""

    def __init__(self, plan: Plan, reads: Reads) -> None:
        self._plan = plan
        self._before: dict[str, set[str]] = {n: set() for n in (*plan.names, *plan.events)}
        for name in plan.names:
            for other in self._acts_upon(name):
                self._before[other].add(name)
        for name, event in plan.events.items():
            upon = {*event.event.opens, *event.event.cancels, *plan.waiting_for[name]}
            upon |= {step for step, _ in event.wanted_by}
            if event.event.again:
                upon |= set(plan.steps[event.event.again].closure)
            if event.event.reopens:
                upon |= set(plan.names)
            for other in upon:
                self._before[other].add(name)
            reading = set(event.formula.steps if event.formula else ())
            reading |= {event.event.during} if event.event.during else set()
            self._before[name] |= reading
        for place, _, paths in reads.guards.values():
            reader = str(place[1])
            if reader in self._before:
                for path in paths:
                    first, _, rest = path.partition(".")
                    read = rest.split(".")[0] if first == "events" else first
                    if read in self._before:
                        self._before[reader].add(read)
        self._found: dict[str, frozenset[str]] = {}

    def upon(self, name: str) -> frozenset[str]:
        """All that may have to happen before `name`, directly or not; itself where it may have to
        be done again."""
        known = self._found.get(name)
        if known is None:
            found: set[str] = set()
            queue = [name]
            while queue:
                for before in self._before[queue.pop()]:
                    if before not in found:
                        found.add(before)
                        queue.append(before)
            known = self._found[name] = frozenset(found)
        return known

    def _acts_upon(self, name: str) -> set[str]:
        steps, plan = self._plan.steps, self._plan.steps[name]
        upon = {*plan.dependents, *plan.inside}
        for outcome in plan.outcomes.values():
            upon |= set(outcome.cancels)
            if outcome.again:
                upon |= set(steps[outcome.again].closure)
        if plan.step.race:
            upon |= {other for other in steps if steps[other].step.race == plan.step.race}
        if plan.within:
            upon.add(plan.within)
        return upon
