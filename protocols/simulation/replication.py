"""One run of synthetic cases with a virtual clock. Every rule is the engine's own.

A task, once open, takes the time that such tasks take (`lasts`), then it waits for somebody of its
role who is free, then it takes `effort` hours of theirs. The desks are empty at the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from math import log1p
from random import Random
from typing import Any

from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import next_moment
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.language.formula import OPEN
from protocols.simulation.acting import Acting
from protocols.simulation.cases import Case, Draws, Referrals
from protocols.simulation.counting import Counting
from protocols.simulation.desks import Desk, Job
from protocols.simulation.luck import Luck
from protocols.simulation.office import Office
from protocols.simulation.shares import Shares
from protocols.simulation.tally import Tally
from protocols.territory import Territory

FIRST_DAY = date(2026, 1, 5)
# A case that does not end: it is given up after so many days or moves.
_LONGEST = timedelta(days=10 * 365)
_MOST_MOVES = 3000
_AGAIN_LATER = timedelta(days=30)
_YEAR = 365.25 * 86_400


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
        self.shares = shares
        self._drawn = (cases, seed, number)
        self.tally = Tally()
        self._count = Counting(plan, self.tally)
        self._referrals = Referrals(plan, territory, shares)
        self._luck = Luck(plan, shares)
        self._acting = Acting(plan, territory, self._luck)
        self._office = Office(territory, shares, FIRST_DAY)
        self._empty = State(plan.names)
        self._heap: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = 0
        self._random = Random(0)
        self._now = self._last = datetime.combine(FIRST_DAY, time(8), UTC)

    def run(self, progress: Callable[[int], None] | None = None) -> Tally:
        """All the cases, to their ends. `progress` is told of each case that ends."""
        self._progress = progress or (lambda ended: None)
        start = self._now
        self._refer(0, start)
        while self._heap:
            self._now, _, what, arguments = heappop(self._heap)
            what(*arguments)
        self.tally.arriving = (self._last - start) / timedelta(days=1)
        self.tally.desks = [
            self._count.desk(desk, start, self._last) for desk in self._office.desks()
        ]
        return self.tally

    def _refer(self, number: int, after: datetime) -> None:
        """The next referral, at random, as many a year as are assumed; the office opens it."""
        cases, seed, replication = self._drawn
        if number == cases:
            return
        draws = Draws(seed, replication, number, self._random)
        gap = _YEAR / (self.shares.arrivals.a_year or 1.0)
        self._last = after + timedelta(seconds=-log1p(-draws.chance("arrival")) * gap)
        self._at(self._office.working().begin(self._last), self._arrive, number, draws)

    def _at(self, at: datetime, what: Callable[..., None], *arguments: Any) -> None:
        self._order += 1
        heappush(self._heap, (at, self._order, what, arguments))

    # ── a case moves ─────────────────────────────────────────────────────────────────────────

    def _arrive(self, number: int, draws: Draws) -> None:
        self._refer(number + 1, self._last)
        case = Case(number, draws, self._empty, self._now)
        opened = self._referrals.referral(draws, self._now, f"person-{number}")
        self.tally.cases += 1
        self._move(case, lambda run: moves.open_case(run, opened))
        for event, days in self._luck.of_case(draws):
            self._at(self._now + timedelta(days=days), self._happen, case, event, days, 3)

    def _move(self, case: Case, move: Callable[[Run], None]) -> None:
        run = self._acting.run(case, self._now)
        move(run)
        self._take(case, run)

    def _take(self, case: Case, run: Run) -> None:
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
                self._opened(case, body, run)
            elif kind is e.StepCompleted:
                self._count.completed(case, body, now, run)
            elif kind is e.Escalated:
                self._call_in(case, body)
            elif kind is e.ClocksResumed:
                self._resumed(case, body)
            elif kind is e.CaseEnded:
                self._count.ended(case, body, now, run)
                self._after_end(case, body)
        for key, job in list(case.jobs.items()):
            task = state.tasks.get(key)
            if task is None or task.status != OPEN or task.round != job.round:
                job.gone = True
                del case.jobs[key]
                self._count.over(job, now)
                waiting, case.turn = case.turn, []
                for next_job, desk in waiting:
                    self._at(now, self._ask_again, next_job, desk)
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

    def _after_end(self, case: Case, body: Any) -> None:
        if not case.counted:
            case.counted = True
            self._progress(1)
        if not body.silent:
            for event, days in self._luck.after_end(case.draws, case.state.episode):
                self._at(self._now + timedelta(days=days), self._happen, case, event, days, 0)

    # ── tasks ────────────────────────────────────────────────────────────────────────────────

    def _opened(self, case: Case, body: Any, run: Run) -> None:
        earlier = case.jobs.get(body.task)
        if earlier is not None:
            # Taken away and opened again in one move.
            earlier.gone = True
            self._count.over(earlier, self._now)
        job = Job(case, body.task, body.step, body.round, self._now)
        self._count.opened(case, body, self._now, run)
        job.role, job.scope, job.due = body.role, body.scope, body.due
        job.priority = body.priority
        job.effort = self._luck.effort(body.step)
        case.jobs[body.task] = job
        purpose = f"{body.task}/{body.round}"
        chance = case.draws.chance(f"lasts/{purpose}")
        days = self._luck.lasts(body.step, chance, self._office.allowed(job, self._now))
        self._at(self._now + timedelta(days=days), self._ripen, job)
        for event, share in self._luck.of_step(body.step):
            if case.draws.chance(f"event/{event}/{purpose}") < share:
                after = days * case.draws.chance(f"event at/{event}/{purpose}")
                self._at(self._now + timedelta(days=after), self._happen, case, event, after, 0)

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
                self._ask(job, self._office.desk(job.role, job.scope))
            else:
                self._complete(job)
        else:
            self._ask(job, self._office.desk(job.role, job.scope))

    def _ask(self, job: Job, desk: Desk | None) -> None:
        if self._acting.others_turn(job):
            job.case.turn.append((job, desk))
            return
        if desk is None:
            # Nobody's role: whoever is named does it in their own time.
            at = self._office.working().finish(self._now, job.effort)
            self._at(at, self._complete, job)
        elif (done_at := desk.ask(job, self._now)) is not None:
            self._count.begun(job, self._now)
            self._at(done_at, self._finished, job, desk)

    def _ask_again(self, job: Job, desk: Desk | None) -> None:
        if not job.gone and job.desk is None:
            self._ask(job, desk)

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
        run = self._acting.complete(case, job, self._now)
        if run is None:
            self._count.stuck(job)
            self._try_again(job)
            return
        self._take(case, run)
        if not job.gone:
            # Another signature is needed before it is settled.
            self._try_again(job)

    def _try_again(self, job: Job) -> None:
        job.attempt += 1
        job.ripe = job.desk = None
        if self._now - job.case.opened > _LONGEST:
            self._abandon(job.case)
        else:
            self._at(self._now + _AGAIN_LATER, self._ripen, job)

    def _call_in(self, case: Case, body: Any) -> None:
        """Whoever the ladder calls in may act: the task stands in their queue too."""
        job = case.jobs.get(body.task)
        if job is not None and job.ripe is not None and job.desk is None and job.role:
            self._ask(job, self._office.desk(body.role, body.scope))

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
        run = self._acting.happen(case, event, self._now)
        if run is not None:
            self._take(case, run)
            self._count.happened(event)
        elif tries and not case.state.ended:
            later = self._now + timedelta(days=max(wait, 1.0))
            self._at(later, self._happen, case, event, wait, tries - 1)
