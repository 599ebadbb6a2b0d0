"""What is remembered of each state that a search arrives at."""

from __future__ import annotations

from protocols.checker.seen import Node, Shared
from protocols.checker.trial import Trial
from protocols.engine import moves
from protocols.engine.plan import EventPlan
from protocols.engine.state import State
from protocols.language.formula import DONE, OPEN


class Noting:
    """Fills in what was `seen`, each thing with the first node that showed it."""

    def __init__(self, shared: Shared, only: frozenset[str]) -> None:
        self.plan = shared.plan
        self.watch = shared.watch
        self.seen = shared.seen
        self.only = only
        self._unseen_events = [n for n in self.plan.events if n not in self.seen.possible]

    def missing(self, node: Node) -> None:
        for entry in self.watch.missing:
            self.seen.missing.setdefault(entry, node)

    def state(self, node: Node) -> None:
        seen, state = self.seen, node.state
        if node.outcome:
            seen.done.setdefault((node.step, node.outcome), node)
            if (node.step, node.outcome) not in seen.ran_out and self._runs_out(state):
                seen.ran_out[node.step, node.outcome] = node
        for name in self._unseen_events:
            event = self.plan.events[name]
            if name not in seen.possible and self._is_possible(node, event):
                seen.possible[name] = node
                self._unseen_events = [n for n in self._unseen_events if n != name]
        for name, mark in state.marks.items():
            if mark.status == OPEN:
                if name not in seen.opened and any(
                    state.tasks[k].status == OPEN for k in state.of_step.get(name, ())
                ):
                    seen.opened[name] = node
            elif mark.status == DONE and mark.outcome:
                seen.opened.setdefault(name, node)
                seen.done.setdefault((name, mark.outcome), node)

    def _runs_out(self, state: State) -> bool:
        """Whether what is left leads to no end that has a name."""
        if state.result:
            return False
        if state.ended:
            return state.ended == "completed"
        return not any(
            self.plan.steps[step].dependents
            or any(o.ends or o.result or o.again for o in self.plan.steps[step].outcomes.values())
            for step in {state.tasks[key].step for key in state.open}
        )

    def _is_possible(self, node: Node, event: EventPlan) -> bool:
        kinds = event.event.source
        assumed = {"case.source": kinds[0]} if kinds else {}
        run = Trial(self.watch, node.state, node.now, {**assumed, **node.assumed}, self.only)
        return moves.why_not(run, event) is None
