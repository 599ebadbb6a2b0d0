"""From what happens to synthetic cases to the tally of a replication."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.simulation.desks import Desk, Job
from protocols.simulation.tally import DeskTally, Tally

if TYPE_CHECKING:
    from protocols.simulation.cases import Case


def days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86_400


class Counting:
    """Writes down, for one replication, what comes of each move."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self.tally = tally
        self._begun: dict[str, list[Any]] = {}
        self._reached: dict[str, list[Any]] = {}
        for name, indicator in plan.protocol.indicators.items():
            self._begun.setdefault(indicator.start, [])
            self._reached.setdefault(indicator.end, []).append((name, indicator))

    def opened(self, case: Case, body: Any, now: datetime, run: Run) -> None:
        self._moment(case, f"{body.step}.opened", now, run)

    def completed(self, case: Case, body: Any, now: datetime, run: Run) -> None:
        step = self.tally.step(body.step)
        step.outcomes[body.outcome] = step.outcomes.get(body.outcome, 0) + 1
        job = case.jobs.get(body.task)
        if job is not None:
            step.waits.append(days(job.opened, now))
        if body.settles:
            self._moment(case, f"{body.step}.done", now, run)

    def _moment(self, case: Case, name: str, now: datetime, run: Run) -> None:
        """The first time counts, for the beginning and for the end of a wait."""
        if name in case.moments or not (name in self._begun or name in self._reached):
            return
        case.moments[name] = now
        for indicator_name, indicator in self._reached.get(name, ()):
            begun = (
                case.opened
                if indicator.start == "case.opened"
                else case.moments.get(indicator.start)
            )
            if begun is None:
                continue
            self.tally.indicators.setdefault(indicator_name, []).append(days(begun, now))
            if indicator.within:
                limit = run.timing.after(indicator.within, begun)
                kept = self.tally.within
                kept[indicator_name] = kept.get(indicator_name, 0) + (now <= limit)

    def begun(self, job: Job, now: datetime) -> None:
        """Somebody has taken the job up."""
        self.tally.step(job.step).queued.append(days(job.ripe or now, now))

    def over(self, job: Job, now: datetime) -> None:
        """The task is over, done or withdrawn."""
        if job.due is not None:
            step = self.tally.step(job.step)
            step.timed += 1
            step.late += now >= job.due

    def stuck(self, job: Job) -> None:
        """None of the outcomes was possible."""
        self.tally.step(job.step).stuck += 1

    def happened(self, event: str) -> None:
        self.tally.events[event] = self.tally.events.get(event, 0) + 1

    def ended(self, case: Case, body: Any, now: datetime, run: Run) -> None:
        reasons = self.tally.reasons
        reasons[body.reason] = reasons.get(body.reason, 0) + 1
        if not case.counted:
            self.tally.durations.append(days(case.opened, now))
            self._moment(case, "case.ended", now, run)

    def desk(self, desk: Desk, start: datetime, end: datetime) -> DeskTally:
        capacity = desk.working.capacity(start, end) * desk.number
        return DeskTally(
            desk.role, desk.scope, desk.number, desk.jobs, desk.hours, capacity, desk.waited,
            desk.longest,
        )  # fmt: skip
