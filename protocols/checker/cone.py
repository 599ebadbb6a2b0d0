"""What a step depends on: the part of a protocol that decides whether it can happen."""

from __future__ import annotations

from protocols.checker.demands import Demands
from protocols.checker.reads import Reads
from protocols.engine.plan import Plan


class Cones:
    """Cones of influence. A search that leaves the other steps alone runs on true histories of the
    whole protocol, in which those steps are still to be done.

    `of`: what the step reads, directly or not: enough to find how it opens. `all_of`: also what may
    take it away or begin it anew: nothing outside that can open it, so where such a search is
    whole, it proves as much as one of everything. A new round changes what may become of a step
    only where it was judged by what was not there yet: else what it comes to in the second round
    it may come to in the first.
    """

    def __init__(self, plan: Plan, reads: Reads, demands: Demands) -> None:
        self.plan = plan
        self.reads = reads
        self.demands = demands
        self._read = {name: self._reads(name) for name in plan.names}
        self._all = {name: self._read[name] | self._acted_on(name) for name in plan.names}
        self._known: dict[tuple[str, ...], frozenset[str]] = {}
        self._known_all: dict[tuple[str, ...], frozenset[str]] = {}

    def of(self, *names: str) -> frozenset[str]:
        if names not in self._known:
            self._known[names] = _closed(self._read, names)
        return self._known[names]

    def all_of(self, *names: str) -> frozenset[str]:
        if names not in self._known_all:
            self._known_all[names] = _closed(self._all, names)
        return self._known_all[names]

    def of_event(self, name: str) -> frozenset[str]:
        return self.of(*sorted(self._of_event(name) & set(self.plan.names)))

    def judged_later(self, name: str) -> bool:
        """Whether a later round may judge the step by data that are not sure to be there now, or
        with outcomes or events used up."""
        plan = self.plan.steps[name]
        step = plan.step
        if any(outcome.at_most for outcome in plan.outcomes.values()):
            return True
        if step.waits_for and self.plan.events[step.waits_for].event.at_most:
            return True
        before = self.demands.done_before(name) | {name}
        paths = {path for place, _, paths in self._guards(name) for path in paths}
        paths |= {step.each} if step.each else set()
        if any(path.split(".")[0] in ("events", "today") or path == "case.episode"
               for path in paths):  # fmt: skip
            return True
        return not {path.split(".")[0] for path in paths} & set(self.plan.names) <= before

    def rescuers(self, name: str) -> frozenset[str]:
        """Steps that may end the case or take this one away, whatever becomes of it."""
        return frozenset(
            other
            for other, plan in self.plan.steps.items()
            for outcome in plan.outcomes.values()
            if outcome.ends
            or name in outcome.cancels
            or (outcome.again and name in self.plan.steps[outcome.again].closure)
        )

    @property
    def keeper(self) -> tuple[str, ...]:
        """A step with which an event may keep the case open while all the rest is done."""
        for name, plan in self.plan.steps.items():
            events = [self.plan.events[event] for event in plan.opened_by]
            if plan.dormant and plan.blocking and any(
                not (e.formula or e.event.during or e.event.at_most or e.event.ends) for e in events
            ):  # fmt: skip
                return (name,)
        return ()

    def _guards(self, name: str) -> list[tuple[object, object, tuple[str, ...]]]:
        return [
            entry
            for entry in self.reads.guards.values()
            if entry[0][1] == name and entry[0][-2:] != ("due", "when")
        ]

    def _reads(self, name: str) -> frozenset[str]:
        plan = self.plan.steps[name]
        step = plan.step
        found = set(plan.formula.steps if plan.formula else ())
        # What goes on inside a scope decides when and how it is left.
        found |= {plan.region or "", plan.starts_after, plan.within or "", *plan.inside}
        if step.starts:
            found.add(step.starts.anchor.split(".")[0])
        if step.each:
            found.add(step.each.split(".")[0])
        for _, _, paths in self._guards(name):
            found |= {path.split(".")[0] for path in paths}
            events = {p.split(".")[1] for p in paths if p.startswith("events.")}
            for event in events & set(self.plan.events):
                found |= self._of_event(event)
        for event_name, opener in self.plan.events.items():
            if name in opener.event.opens or step.waits_for == event_name:
                found |= self._of_event(event_name)
        return frozenset(found & set(self.plan.names) - {name})

    def _acted_on(self, name: str) -> frozenset[str]:
        """What may open the step, take it away or begin it anew, though it does not read it."""
        steps = self.plan.steps
        later = self.judged_later(name)
        found: set[str] = set()
        for other, plan in steps.items():
            if plan.step.race and plan.step.race == steps[name].step.race:
                found.add(other)
            for outcome in plan.outcomes.values():
                again = outcome.again and later and name in steps[outcome.again].closure
                if again or name in outcome.cancels:
                    found.add(other)
        for event_name, opener in self.plan.events.items():
            event = opener.event
            again = event.again and later and name in steps[event.again].closure
            if again or name in event.cancels or name == (event.completes or "").split(".")[0]:
                found |= self._of_event(event_name)
        return frozenset(found & set(steps) - {name})

    def _of_event(self, name: str) -> set[str]:
        event = self.plan.events[name]
        found = set(event.formula.steps if event.formula else ())
        return found | ({event.event.during} if event.event.during else set())


def _closed(direct: dict[str, frozenset[str]], names: tuple[str, ...]) -> frozenset[str]:
    found = set(names)
    queue = list(names)
    while queue:
        for read in direct[queue.pop()]:
            if read not in found:
                found.add(read)
                queue.append(read)
    return frozenset(found)
