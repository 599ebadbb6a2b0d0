"""Which case events are worth trying in a state, and which are somebody's way out."""

from __future__ import annotations

from collections.abc import Hashable

from protocols.checker.likeness import Likeness
from protocols.checker.seen import Node, Shared


class Happenings:
    """The case events as one search sees them. `only`: the steps that are in question; `ways`: the
    events that somebody waits for: the others are nobody's way out."""

    def __init__(self, shared: Shared, only: frozenset[str], counted: dict[str, int]) -> None:
        self.plan = shared.plan
        self.reads = shared.watch.reads
        self.cones = shared.cones
        self.only = only
        self._counted = counted
        self.ways = tuple(name for name in self.plan.events if self._is_way(name))
        self._touched = {name: self._touches(name) & only for name in self.plan.events}
        self._likenesses: dict[str, Likeness] = {}
        self._tried: set[Hashable] = set()

    def matters(self, name: str) -> bool:
        whole = len(self.only) == len(self.plan.names)
        return bool(whole or self._touched[name] or self._counted.get(name))

    def print_of(self, node: Node, name: str) -> Hashable | None:
        """What an event does depends on the steps that it touches and on all that those depend on:
        where these are alike it does the same again. None where it is always to be tried."""
        event = self.plan.events[name]
        if event.completes or self.plan.waiting_for[name]:
            return None
        if name not in self._likenesses:
            around = self.cones.all_of(*sorted(self._touched[name])) & self.only
            self._likenesses[name] = Likeness(self.plan, self.reads, around)
        return name, self._likenesses[name].key(node.state, node.assumed)

    def was_tried(self, node: Node, name: str, footprint: Hashable | None) -> bool:
        """Whether it did the same before, and no condition waits for it to happen more often."""
        if footprint is None or footprint not in self._tried:
            return False
        happened = node.state.happened.get(name, {}).get("count", 0)
        return bool(happened >= self._counted.get(name, 0))

    def tried(self, footprint: Hashable | None) -> None:
        if footprint is not None:
            self._tried.add(footprint)

    def _is_way(self, name: str) -> bool:
        """Whether a step waits for it, or a condition for how often it happened. What opens steps
        of its own happens for reasons of its own."""
        event = self.plan.events[name].event
        counted = name in self.reads.counted and not event.opens
        answers = event.completes or self.plan.waiting_for[name] or counted
        return bool(answers and not event.ends)

    def _touches(self, name: str) -> frozenset[str]:
        event = self.plan.events[name]
        steps = {*event.event.opens, *event.event.cancels, *self.plan.waiting_for[name]}
        if event.completes:
            steps.add(event.completes[0])
        if event.event.again:
            steps.add(event.event.again)
        if event.event.pauses:
            timed = self.plan.steps.items()
            steps |= {step for step, plan in timed if plan.starts or plan.step.every}
        if event.event.reopens or event.within:
            # The end left undecided what depended on the steps that it put out.
            steps |= set(self.plan.names)
        return frozenset(s for step in steps for s in self.plan.steps[step].closure)
