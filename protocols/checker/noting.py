"""What is remembered of each state that a search arrives at."""

from __future__ import annotations

from protocols.checker.seen import Node, Seen, Shared
from protocols.checker.trial import Trial
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import EventPlan
from protocols.engine.state import State
from protocols.language.formula import DONE, OPEN


class Noting:
    """Fills in what was `seen`, each thing with the first node that showed it."""

    def __init__(self, shared: Shared, only: frozenset[str], seen: Seen) -> None:
        self.plan = shared.plan
        self.watch = shared.watch
        self.seen = seen
        self.only = only
        self._unseen_steps = sorted(only)
        self._unseen_events = [n for n in self.plan.events if n not in self.seen.possible]

    def missing(self, node: Node) -> None:
        for entry in self.watch.missing:
            self.seen.missing.setdefault(entry, node)

    def completed(self, run: Trial, node: Node) -> None:
        """What an event completes may be begun anew at once: its mark does not show it."""
        for body in run.emitted:
            if isinstance(body, e.StepCompleted) and body.settles and body.step in self.only:
                done = (body.step, body.outcome_of_step or body.outcome)
                self.seen.opened.setdefault(body.step, node)
                self.seen.done.setdefault(done, node)

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
        found = False
        for name in self._unseen_steps:
            # Of the steps in question only: the others were let open, whatever their conditions.
            mark = state.marks[name]
            if mark.status == OPEN:
                if name not in seen.opened and (
                    self.plan.steps[name].scope
                    or any(state.tasks[k].status == OPEN for k in state.of_step.get(name, ()))
                ):
                    seen.opened[name] = node
            elif mark.status == DONE and mark.outcome:
                found = found or (name, mark.outcome) not in seen.done
                seen.opened.setdefault(name, node)
                seen.done.setdefault((name, mark.outcome), node)
        if found or node.outcome:
            self._unseen_steps = self._unseen()

    def _unseen(self) -> list[str]:
        """The steps that were not yet seen open and done with each outcome."""
        done = self.seen.done
        return [
            name
            for name in self._unseen_steps
            if name not in self.seen.opened
            or any((name, outcome) not in done for outcome in self.plan.steps[name].outcomes)
        ]

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
