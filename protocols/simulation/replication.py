"""One run of synthetic cases with a virtual clock. Every rule is the engine's own.

A task, once open, takes the time that such tasks take (`lasts`), then it waits for somebody of its
role who is free, then it takes `effort` hours of theirs. The desks are empty at the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from math import log1p
from typing import Any

from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import next_moment
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.facts import FactError
from protocols.language.formula import OPEN
from protocols.simulation.answers import Answers
from protocols.simulation.cases import Draws, Referrals
from protocols.simulation.counting import Counting
from protocols.simulation.desks import Desk, Job, WorkingTime
from protocols.simulation.luck import Luck
from protocols.simulation.shares import Shares
from protocols.simulation.tally import Tally
from protocols.territory import Territory

FIRST_DAY = date(2026, 1, 5)
# A case that does not end: it is given up after so many days or moves.
_LONGEST = timedelta(days=10 * 365)
_MOST_MOVES = 3000
_AGAIN_LATER = timedelta(days=30)
_YEAR = 365.25 * 86_400

Move = Callable[[Run], None]


class Case:
    """A synthetic case: where it stands, what is being done in it, and its own luck."""

    __slots__ = (
        "counted", "draws", "gone", "held", "jobs", "moments", "moves", "number", "opened",
        "state", "timer",
    )  # fmt: skip

    def __init__(self, number: int, draws: Draws, state: State, opened: datetime) -> None:
        self.number = number
        self.draws = draws
        self.state = state
        self.opened = opened
        self.jobs: dict[str, Job] = {}
        self.held: list[Job] = []
        self.moments: dict[str, datetime] = {}
        self.timer: datetime | None = None
        self.moves = 0
        self.gone = False
        self.counted = False


class Replication:
    """`cases` cases of one protocol. `shares` must be complete (`default_shares` beneath them).

    Its figures depend on the arguments alone: the same seed and number, the same figures.
    """

    def __init__(
        self,
        plan: Plan,
        territory: Territory,
        shares: Shares,
        *,
        cases: int,
        seed: int,
        number: int = 0,
    ) -> None:
        self.plan = plan
        self.territory = territory
        self.shares = shares
        self.cases = cases
        self.seed = seed
        self.number = number
        self.tally = Tally()
        self._count = Counting(plan, self.tally)
        self._answers = Answers(plan, territory)
        self._referrals = Referrals(plan, territory, shares)
        self._luck = Luck(plan, shares)
        self._empty = State(plan.names)
        self._desks: dict[tuple[str, str], Desk] = {}
        self._times: dict[Any, WorkingTime] = {}
        self._heap: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = 0
        self._now = datetime.combine(FIRST_DAY, time(8), UTC)

    def run(self, progress: Callable[[int], None] | None = None) -> Tally:
        """All the cases, to their ends. `progress` is told of each case that ends."""
        self._progress = progress or (lambda ended: None)
        start = self._now
        last = self._arrivals(start)
        while self._heap:
            self._now, _, what, arguments = heappop(self._heap)
            what(*arguments)
        self.tally.desks = [
            self._count.desk(desk, start, last)
            for _, desk in sorted(self._desks.items(), key=lambda item: item[0])
        ]
        return self.tally

    def _arrivals(self, start: datetime) -> datetime:
        """Referrals come at random, as many a year as are assumed; the office opens them."""
        office = self._working(None, None)
        gap = _YEAR / (self.shares.arrivals.a_year or 1.0)
        at = start
        for number in range(self.cases):
            draws = Draws(self.seed, self.number, number)
            at += timedelta(seconds=-log1p(-draws.chance("arrival")) * gap)
            self._at(office.begin(at), self._arrive, number, draws)
        return at

    def _at(self, at: datetime, what: Callable[..., None], *arguments: Any) -> None:
        self._order += 1
        heappush(self._heap, (at, self._order, what, arguments))

    # ── a case moves ─────────────────────────────────────────────────────────────────────────

    def _arrive(self, number: int, draws: Draws) -> None:
        case = Case(number, draws, self._empty, self._now)
        person = f"person-{number}"
        opened = self._referrals.referral(draws, self._now, person)
        self.tally.cases += 1
        self._move(case, lambda run: moves.open_case(run, opened))
        for event, days in self._luck.of_case(draws):
            self._at(self._now + timedelta(days=days), self._happen, case, event, days, 3)

    def _move(self, case: Case, move: Move) -> None:
        """Raises what the engine raises; the case then stands as it stood."""
        run = Run(self.plan, case.state, self._now, self.territory)
        move(run)
        case.state = run.state
        case.moves += 1
        self.tally.moves += 1
        self._look(case, run)

    def _look(self, case: Case, run: Run) -> None:
        """What came of a move: what to do, what no longer to do, and when next to look."""
        state, now = case.state, self._now
        for body in run.emitted:
            kind = type(body)
            if kind is e.StepOpened:
                self._opened(case, body)
            elif kind is e.StepCompleted:
                self._count.completed(case, body, now, run)
            elif kind is e.Escalated:
                self._call_in(case, body)
            elif kind is e.ClocksResumed:
                self._resumed(case, body)
            elif kind is e.CaseEnded:
                self._count.ended(case, body, now)
                self._after_end(case, body)
        for key, job in list(case.jobs.items()):
            task = state.tasks.get(key)
            if task is None or task.status != OPEN or task.round != job.round:
                job.gone = True
                del case.jobs[key]
                self._count.over(job, now)
        if case.moves > _MOST_MOVES or now - case.opened > _LONGEST:
            self._abandon(case)
        moment = next_moment(state)
        if moment is not None and moment.at != case.timer:
            self._at(max(moment.at, now), self._tick, case, moment.at)
        case.timer = moment.at if moment is not None else None

    def _tick(self, case: Case, at: datetime) -> None:
        if case.timer == at and not case.gone:
            case.timer = None
            self._move(case, moves.pass_time)

    def _abandon(self, case: Case) -> None:
        if not case.gone:
            case.gone = True
            for job in case.jobs.values():
                job.gone = True
            case.jobs.clear()
            if not case.counted:
                self.tally.unfinished += 1
                self._progress(1)
                case.counted = True

    def _after_end(self, case: Case, body: e.CaseEnded) -> None:
        if not case.counted:
            case.counted = True
            self._progress(1)
        if not body.silent:
            for event, days in self._luck.after_end(case.draws, case.state.episode):
                self._at(self._now + timedelta(days=days), self._happen, case, event, days, 0)

    # ── tasks ────────────────────────────────────────────────────────────────────────────────

    def _opened(self, case: Case, body: Any) -> None:
        earlier = case.jobs.get(body.task)
        if earlier is not None:
            # Taken away and opened again in one move.
            earlier.gone = True
            self._count.over(earlier, self._now)
        job = Job(case, body.task, body.step, body.round, self._now)
        self._count.opened(case, body, self._now)
        job.role, job.scope, job.due = body.role, body.scope, body.due
        job.priority = body.priority
        job.effort = self._luck.effort(body.step)
        case.jobs[body.task] = job
        purpose = f"{body.task}/{body.round}"
        chance = case.draws.chance(f"lasts/{purpose}")
        days = self._luck.lasts(body.step, chance, self._allowed(job))
        self._at(self._now + timedelta(days=days), self._ripen, job)
        for event, share in self._luck.of_step(body.step):
            if case.draws.chance(f"event/{event}/{purpose}") < share:
                after = days * case.draws.chance(f"event at/{event}/{purpose}")
                self._at(self._now + timedelta(days=after), self._happen, case, event, after, 0)

    def _allowed(self, job: Job) -> float | None:
        """Days until it must be done; where that is today, until its people go home."""
        if job.due is None:
            return None
        allowed = (job.due - self._now).total_seconds() / 86_400
        if allowed > 1:
            return allowed
        working = self._working(job.role, job.scope)
        return max(0.0, min(allowed, working.left(self._now) - job.effort / 24))

    def _ripen(self, job: Job) -> None:
        """The task has taken its time: now it takes somebody's."""
        if job.gone or job.ripe is not None:
            return
        case, step = job.case, self.plan.steps[job.step].step
        task = case.state.tasks[job.key]
        if case.state.pauses and not task.ignores_pause:
            case.held.append(job)
            return
        job.ripe = self._now
        if step.waits_for and not step.role:
            self._happen(case, step.waits_for, 0.0, 0)
            if not job.gone:
                self._try_again(job)
        elif task.automation:
            gives_up = self._luck.gives_up(job.step)
            if gives_up and case.draws.chance(f"gives up/{job.key}/{job.round}") < gives_up:
                self._move(case, lambda run: moves.give_up(run, job.key, 5, "Simulated"))
                self._ask(job, self._desk(job.role, job.scope))
            else:
                self._complete(job)
        else:
            self._ask(job, self._desk(job.role, job.scope))

    def _ask(self, job: Job, desk: Desk | None) -> None:
        if desk is None:
            # Nobody's role: whoever is named does it in their own time.
            done = self._working(None, None).finish(self._now, job.effort)
            self._at(done, self._complete, job)
            return
        done_at = desk.ask(job, self._now)
        if done_at is not None:
            self._count.begun(job, self._now)
            self._at(done_at, self._finished, job, desk)

    def _finished(self, job: Job, desk: Desk) -> None:
        if not job.gone:
            self._complete(job)
        following = desk.release(self._now)
        if following is not None:
            job, done_at = following
            self._count.begun(job, self._now)
            self._at(done_at, self._finished, job, desk)

    def _complete(self, job: Job) -> None:
        if job.gone:
            return
        case = job.case
        if not self._completed(case, job):
            self._count.stuck(job)
            self._try_again(job)
        elif not job.gone:
            # Another signature is needed before it is settled.
            self._try_again(job)

    def _completed(self, case: Case, job: Job) -> bool:
        """Whether some outcome was possible; the first that luck offers is taken."""
        step = self.plan.steps[job.step]
        probe: Run | None = None
        purpose = f"{job.key}/{job.round}/{job.attempt}"
        offered = self._luck.outcomes(job.step, case.draws.chance(f"outcome/{purpose}"))
        for outcome in offered:
            if outcome in step.outcome_guards or step.outcomes[outcome].at_most:
                probe = probe or Run(self.plan, case.state, self._now, self.territory)
                try:
                    moves.check_outcome(probe, step, outcome)
                except moves.Impossible:
                    continue
            for complete in (False, True):
                draw = case.draws.source(f"answers/{purpose}")
                data = self._answers.for_step(
                    job.step, outcome, draw, self._now.date(), complete=complete
                )
                data, _ = self._answers.apart(step.step.form, data)
                try:
                    self._move(
                        case, lambda run, o=outcome, d=data: moves.complete(run, job.key, o, d)
                    )
                except FactError:
                    continue
                return True
        return False

    def _try_again(self, job: Job) -> None:
        job.attempt += 1
        job.ripe = job.desk = None
        self._at(self._now + _AGAIN_LATER, self._ripen, job)

    def _call_in(self, case: Case, body: Any) -> None:
        """Whoever the ladder calls in may act: the task stands in their queue too."""
        job = case.jobs.get(body.task)
        if job is not None and job.ripe is not None and job.desk is None and job.role:
            self._ask(job, self._desk(body.role, body.scope))

    def _resumed(self, case: Case, body: Any) -> None:
        for shift in body.shifts:
            job = case.jobs.get(shift.task)
            if job is not None:
                job.due = shift.due
        if not case.state.pauses:
            held, case.held = case.held, []
            for job in held:
                self._at(self._now, self._ripen, job)

    # ── case events ──────────────────────────────────────────────────────────────────────────

    def _happen(self, case: Case, event: str, wait: float, tries: int) -> None:
        """Where it is possible; else it is tried again as many times, `wait` days apart."""
        if case.gone:
            return
        probe = Run(self.plan, case.state, self._now, self.territory)
        if moves.why_not(probe, self.plan.events[event]) is not None:
            if tries and not case.state.ended:
                later = self._now + timedelta(days=max(wait, 1.0))
                self._at(later, self._happen, case, event, wait, tries - 1)
            return
        count = case.state.happened.get(event, {}).get("count", 0)
        form = self.plan.events[event].event.form
        for complete in (False, True):
            draw = case.draws.source(f"event/{event}/{case.state.episode}/{count}")
            data = self._answers.for_event(event, draw, self._now.date(), complete=complete)
            data, _ = self._answers.apart(form, data)
            try:
                self._move(case, lambda run, d=data: moves.happen(run, event, d))
            except FactError:
                continue
            self._count.happened(event)
            return

    # ── desks ────────────────────────────────────────────────────────────────────────────────

    def _desk(self, role: str, scope: str) -> Desk | None:
        if not role:
            return None
        desk = self._desks.get((role, scope))
        if desk is None:
            people = self.shares.people.get(role)
            number = people.number if people else None
            if number is None:
                held = self.territory.holders(role, scope, FIRST_DAY)
                number = sum(1 for _, deputy in held if not deputy) or 1
            working = self._working(role, scope)
            desk = self._desks[role, scope] = Desk(role, scope, number, working)
        return desk

    def _working(self, role: str | None, scope: str | None) -> WorkingTime:
        kind, _, place = (scope or "").partition(":")
        istat = place if kind == "comune" and place in self.territory.comuni else None
        found = self._times.get((role, istat))
        if found is None:
            people = self.shares.people.get(role or "")
            hours = (people.hours if people else None) or self.shares.hours
            part = people.time if people else 1.0
            calendar = self.territory.calendar(istat)
            found = WorkingTime(calendar, self.territory.timezone, hours, part)
            self._times[role, istat] = found
        return found
