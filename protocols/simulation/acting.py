"""What people and machines do in a synthetic case: outcomes and answers, tried on the engine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.facts import FactError
from protocols.simulation.answers import Answers
from protocols.simulation.desks import Job
from protocols.simulation.luck import Luck
from protocols.territory import Territory

if TYPE_CHECKING:
    from protocols.simulation.cases import Case


class Acting:
    """Makes runs; whether they are taken is the caller's."""

    def __init__(self, plan: Plan, territory: Territory, luck: Luck) -> None:
        self._plan = plan
        self._territory = territory
        self._luck = luck
        self._answers = Answers(plan, territory)

    def run(self, case: Case, now: datetime) -> Run:
        return Run(self._plan, case.state, now, self._territory)

    def others_turn(self, job: Job) -> bool:
        """Whether a task that may not be done together with this one is being done."""
        steps = self._plan.steps
        group = steps[job.step].step.one_at_a_time
        return group is not None and any(
            other.desk is not None and steps[other.step].step.one_at_a_time == group
            for other in job.case.jobs.values()
        )

    def complete(self, case: Case, job: Job, now: datetime) -> Run | None:
        """The task completed with the first outcome that luck offers and that is possible; None
        where none is."""
        step = self._plan.steps[job.step]
        purpose = f"{job.key}/{job.round}/{job.attempt}"
        probe: Run | None = None
        for outcome in self._luck.outcomes(job.step, case.draws.chance(f"outcome/{purpose}")):
            if outcome in step.outcome_guards or step.outcomes[outcome].at_most:
                probe = probe or self.run(case, now)
                try:
                    moves.check_outcome(probe, step, outcome)
                except moves.Impossible:
                    continue
            for complete in (False, True):
                data: dict[str, Any] = {}
                if step.step.form is not None:
                    draw = case.draws.source(f"answers/{purpose}")
                    answers = self._answers.for_step(
                        job.step, outcome, draw, now.date(), complete=complete
                    )
                    data, _ = self._answers.apart(step.step.form, answers)
                run = self.run(case, now)
                try:
                    moves.complete(run, job.key, outcome, data)
                except FactError:
                    # An answer that the form leaves free is needed by a fact: give them all.
                    continue
                return run
        return None

    def happen(self, case: Case, event: str, now: datetime) -> Run | None:
        """The case event, where it is possible; else None."""
        plan = self._plan.events[event]
        run = self.run(case, now)
        if moves.why_not(run, plan) is not None:
            return None
        count = case.state.happened.get(event, {}).get("count", 0)
        for complete in (False, True):
            data: dict[str, Any] = {}
            if plan.event.form is not None:
                draw = case.draws.source(f"event/{event}/{case.state.episode}/{count}")
                answers = self._answers.for_event(event, draw, now.date(), complete=complete)
                data, _ = self._answers.apart(plan.event.form, answers)
            try:
                moves.happen(run, event, data)
            except FactError:
                run = self.run(case, now)
                continue
            return run
        return None
