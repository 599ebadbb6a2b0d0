"""What a step depends on: the part of a protocol that decides whether it can happen."""

from __future__ import annotations

from protocols.checker.reads import Reads
from protocols.engine.plan import Plan


class Cones:
    """Cones of influence. A search that leaves the other steps alone runs on true histories of the
    whole protocol, in which those steps are still to be done; nothing outside the cone can open
    the step, so where such a search is whole, it proves as much as one of everything."""

    def __init__(self, plan: Plan, reads: Reads) -> None:
        self.plan = plan
        self._direct = {name: self._reads(name, reads) for name in plan.names}

    def of(self, *names: str) -> frozenset[str]:
        found = set(names)
        queue = list(names)
        while queue:
            for read in self._direct[queue.pop()]:
                if read not in found:
                    found.add(read)
                    queue.append(read)
        return frozenset(found)

    def of_event(self, name: str) -> frozenset[str]:
        return self.of(*self._of_event(name))

    def _reads(self, name: str, reads: Reads) -> frozenset[str]:
        plan = self.plan.steps[name]
        step = plan.step
        found = set(plan.formula.steps if plan.formula else ())
        found |= {plan.region or "", plan.starts_after}
        if step.starts:
            found.add(step.starts.anchor.split(".")[0])
        if step.each:
            found.add(step.each.split(".")[0])
        for place, _, paths in reads.guards.values():
            if place[1] == name and place[-2:] != ("due", "when"):
                found |= {path.split(".")[0] for path in paths}
                events = {p.split(".")[1] for p in paths if p.startswith("events.")}
                for event in events & set(self.plan.events):
                    found |= self._of_event(event)
        for event_name, opener in self.plan.events.items():
            if name in opener.event.opens or step.waits_for == event_name:
                found |= self._of_event(event_name)
        return frozenset(found & set(self.plan.names) - {name})

    def _of_event(self, name: str) -> set[str]:
        event = self.plan.events[name]
        found = set(event.formula.steps if event.formula else ())
        return found | ({event.event.during} if event.event.during else set())
