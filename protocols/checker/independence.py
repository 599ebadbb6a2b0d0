"""Open steps whose completion commutes with whatever else may happen meanwhile."""

from __future__ import annotations

from protocols.checker.demands import Demands
from protocols.checker.reads import Reads
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.language.formula import OPEN, WAITING


class Independence:
    """A step may be completed at once, before anything else is tried, if its completion neither
    takes away nor delays what others may do: no race, no round, no region of its own, no condition
    on an outcome, and nothing that opens by it reads data that are still to come.

    `sound`: whether a search that does so proves what it does not find. Not where something may
    happen only as long as the case is kept open by another step: a case event, an optional step.
    """

    def __init__(self, plan: Plan, reads: Reads, demands: Demands) -> None:
        self.plan = plan
        self.sound = not plan.events and all(step.blocking for step in plan.steps.values())
        by_event = {name for event in plan.events.values() for name in (event.event.during or "",)}
        by_event |= {plan_.completes[0] for plan_ in plan.events.values() if plan_.completes}
        for event in plan.events.values():
            by_event |= set(event.formula.steps if event.formula else ())
        regions = {step.region for step in plan.steps.values() if step.region}
        self.data_of: dict[str, set[str]] = {}
        for place, _, paths in reads.guards.values():
            names = {path.split(".")[0] for path in paths} & set(plan.names)
            self.data_of.setdefault(str(place[1]), set()).update(names)
        for name, step in plan.steps.items():
            if step.step.each:
                self.data_of.setdefault(name, set()).add(step.step.each.split(".")[0])
        # Whoever reads them may do so before or after they are there.
        early = {
            data
            for reader, read in self.data_of.items()
            for data in read - demands.done_before(reader)
        }
        self.candidates = frozenset(
            name
            for name, step in plan.steps.items()
            if name not in by_event
            and name not in regions
            # What is done inside a scope may be the last thing that held it.
            and not step.within
            and not step.step.race
            and not step.step.waits_for
            and not step.outcome_guards
            and name not in early
            and not any(o.again or o.resumes or o.cancels or o.ends for o in step.outcomes.values())
            and not (step.region and step.dependents)
            and not (step.opened_by and step.dependents)
        )

    def alone(self, state: State, steps: list[str]) -> str | None:
        """The first open step that may go before all the others; None if there is none."""
        for name in steps:
            if name not in self.candidates:
                continue
            others = {
                data
                for reader in self.plan.steps[name].dependents
                for data in self.data_of.get(reader, ())
                if data != name and state.marks[data].status in (WAITING, OPEN)
            }
            if not others:
                return name
        return None
