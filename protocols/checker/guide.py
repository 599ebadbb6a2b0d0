"""How far a state is from opening a step: an estimate that lets a search go straight there."""

from __future__ import annotations

from protocols.checker.demands import OTHER, Demand, Demands
from protocols.engine.plan import Plan
from protocols.engine.state import SCHEDULED, State
from protocols.language.formula import DONE, OPEN, OUT, WAITING

FAR = 1000
_MANY = 30


class Guide:
    """The number of things still to be done for the target, each counted once: the length of a
    plan that takes nothing back.

    References: J. Hoffmann, B. Nebel, The FF Planning System, JAIR 14 (2001).
    """

    def __init__(self, plan: Plan, target: str, demands: Demands) -> None:
        self.plan = plan
        self.target = target
        self.demands = demands

    def distance(self, state: State) -> int:
        """0 where the target is open; FAR or more where only a new round could open it."""
        if state.ended:
            return 2 * FAR
        cost = 0
        seen = {self.target}
        queue = [self.target]
        while queue and cost < FAR:
            step = queue.pop()
            status = state.marks[step].status
            if status == OPEN:
                keys = state.of_step.get(step, ())
                cost += all(state.tasks[key].status == SCHEDULED for key in keys)
                continue
            if status != WAITING:
                cost += 1 if self.plan.steps[step].opened_by else FAR
                continue
            more, wanted = self._wanted(step, state)
            cost += more
            for name in wanted:
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
                    # To be opened, and done as well.
                    cost += 1
        return min(cost, 2 * FAR)

    def _wanted(self, step: str, state: State) -> tuple[int, list[str]]:
        """What a waiting step still costs by itself, and the steps that have to go on first."""
        plan = self.plan.steps[step]
        cost = 1 if plan.starts or plan.step.every else 0
        wanted: list[str] = []
        if plan.dormant and plan.opened_by:
            cost += 1
            event = self.plan.events[plan.opened_by[0]]
            reads = [*(event.formula.steps if event.formula else ()), event.event.during or step]
            wanted += [name for name in reads if state.marks[name].status == WAITING]
        if plan.region and state.marks[plan.region].status != OPEN:
            wanted.append(plan.region)
        if plan.formula is not None:
            more, first = self._by_formula(step, plan.formula.steps, state)
            cost += more
            wanted += first
        return cost, [name for name in wanted if name != step]

    def _by_formula(self, step: str, reads: tuple[str, ...], state: State) -> tuple[int, list[str]]:
        demands = self.demands.of(step)
        if demands is None or len(demands) > _MANY:
            # Too many ways to weigh each: all that is named is still to be settled.
            return 0, [name for name in reads if state.marks[name].status in (OPEN, WAITING)]
        best = min(demands, key=lambda demand: self._local(demand, state), default=None)
        if best is None:
            return FAR, []
        cost = sum(self._mark(name, mark, state) >= FAR for name, mark in best.items()) * FAR
        wanted = [
            name
            for name, mark in best.items()
            if mark != OUT and state.marks[name].status in (OPEN, WAITING)
        ]
        outs = sum(mark == OUT and state.marks[name].status != OUT for name, mark in best.items())
        return cost + outs, wanted

    def _local(self, demand: Demand, state: State) -> int:
        return sum(self._mark(name, mark, state) for name, mark in demand.items())

    def _mark(self, step: str, wanted: str, state: State) -> int:
        status, outcome, _ = state.marks[step]
        if wanted == OUT:
            return {OUT: 0, WAITING: 3, OPEN: 4}.get(status, FAR)
        if status == DONE:
            return 0 if wanted in (outcome, OTHER) else FAR
        if status == OUT:
            return FAR
        return 1 if status == OPEN else 2
