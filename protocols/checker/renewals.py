"""Which new rounds are still possible, and what each begins anew."""

from __future__ import annotations

from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.language.formula import OPEN, WAITING


class Renewals:
    """What may return to waiting: by an outcome of a step that may yet be done, or by an event."""

    def __init__(self, plan: Plan, within: frozenset[str]) -> None:
        ways = {
            (name, outcome.again)
            for name, step in plan.steps.items()
            if name in within
            for outcome in step.outcomes.values()
            if outcome.again
        }
        by_events = {
            ("", again) for event in plan.events.values() if (again := event.event.again)
        } | {("", name) for name in within if plan.steps[name].opened_by}
        self._always = tuple(frozenset(plan.steps[again].closure) for _, again in sorted(by_events))
        self._ways = [(name, frozenset(plan.steps[again].closure)) for name, again in sorted(ways)]
        self._known: dict[tuple[bool, ...], tuple[frozenset[str], ...]] = {}

    def possible(self, state: State) -> tuple[frozenset[str], ...]:
        """The sets of steps that one event or outcome may yet begin anew."""
        alive = tuple(state.marks[name].status in (OPEN, WAITING) for name, _ in self._ways)
        if alive not in self._known:
            self._known[alive] = self._work_out(alive)
        return self._known[alive]

    def _work_out(self, alive: tuple[bool, ...]) -> tuple[frozenset[str], ...]:
        found = list(self._always)
        left = []
        for (name, closure), lives in zip(self._ways, alive, strict=True):
            if lives:
                found.append(closure)
            else:
                left.append((name, closure))
        changed = True
        while changed:
            changed = False
            for way in list(left):
                # Its step is done, but a new round may have it done again.
                if any(way[0] in closure for closure in found):
                    found.append(way[1])
                    left.remove(way)
                    changed = True
        return tuple(dict.fromkeys(found))
