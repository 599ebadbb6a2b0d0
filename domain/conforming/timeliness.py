"""Whether what was done was done in time: the alignment is done again by the engine, at the
instants of the log.

Doing it again takes the engine's time for each trace. From which events its instants are counted is
the same in every trace that was aligned alike: that is remembered, and only the calendar is asked
again. Where that cannot be told (pauses, steps that recur, deadlines that hang on data) it is done
again each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from domain.conforming.aligning import Alignment, Move
from domain.conforming.deviations import Deviation
from domain.conforming.standing import Given
from domain.conforming.supposing import Supposed, do
from domain.conforming.terms import Terms, Wait, comune_of
from protocols.checker.trial import Ask
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import next_moment
from protocols.engine.plan import Guard
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED, State, Task
from protocols.engine.timing import Timing
from protocols.language.formula import OPEN

_MOST_MOMENTS = 10_000


class Timed(NamedTuple):
    """What was late or early; `waits` where another trace aligned alike need not be done again."""

    deviations: tuple[Deviation, ...]
    waits: tuple[Wait, ...] | None


class _Dated(Supposed):
    """The engine at the log's instants. `known`: what the log says of the case."""

    known: frozenset[str] = frozenset()
    at_the_log: Timing

    @property
    def timing(self) -> Timing:
        return self.at_the_log

    def binds(self, guard: Guard) -> bool:
        """Nobody is late for a deadline of which it is not known that it binds."""
        paths = self.watch.reads.guards[id(guard)][2]
        return all(path in self.known for path in paths) and Run.holds(self, guard)


def judged(
    terms: Terms,
    alignment: Alignment,
    places: Sequence[int],
    times: Sequence[datetime],
    activities: Sequence[str],
    given: Given,
) -> Timed:
    """`places`: the trace's event for each act; `times`, `activities`: one for each event."""
    if not times:
        return Timed((), ())
    return _Again(terms, alignment, places, times, activities, given).judged()


def judged_alike(
    terms: Terms,
    waits: Sequence[Wait],
    times: Sequence[datetime],
    activities: Sequence[str],
    given: Given,
) -> tuple[Deviation, ...]:
    """The same of a trace that was aligned like one judged before."""
    comune = comune_of(given)
    # The engine's clock does not go back where a log's does.
    clock = list(accumulate(times, max))
    found: list[Deviation] = []
    for wait in waits:
        found += terms.deviations(wait, clock, times[wait.done], activities[wait.done], comune)
    return tuple(found)


class _Again:
    """One trace, done again at its own instants."""

    def __init__(
        self,
        of: Terms,
        alignment: Alignment,
        places: Sequence[int],
        times: Sequence[datetime],
        activities: Sequence[str],
        given: Given,
    ) -> None:
        self.of = of
        self.all = frozenset(of.plan.names)
        self.alignment = alignment
        self.places = places
        self.times = times
        self.activities = activities
        self.comune = comune_of(given)
        self.known = frozenset(path for path, _ in given)
        self.assumed = dict(given)
        for way in (alignment.root, *(m.way for m in alignment.moves if m.way)):
            self.assumed |= {path: v for path, v in way.supposed if path[:5] in ("case.", "given")}
        self.now = times[0]
        self._clock = list(accumulate(times, max))
        self.state = State(of.plan.names)
        # Task → the event that opened or scheduled it; step or event → where it was done last.
        self.opened: dict[str, int] = {}
        self.settled: dict[str, int] = {}
        self.found: list[Deviation] = []
        self.waits: list[Wait] = []
        self.alike = True

    def judged(self) -> Timed:
        try:
            self._play(_open, -1)
            for move in self.alignment.moves:
                if move.kind != "log" and move.way is not None:
                    self._move(move)
        except (Ask, moves.Impossible, LookupError, ValueError, TypeError, AttributeError):
            # At the log's instants the case cannot go on so; what was seen until here holds.
            self.alike = False
        return Timed(tuple(self.found), tuple(self.waits) if self.alike else None)

    def _move(self, move: Move) -> None:
        place = self._place(move.position)
        at = self.times[place]
        assert move.way is not None
        self.now = max(self.now, at)
        self._pass_time()
        name, way = move.way.name, move.way
        if name in self.of.plan.events:
            self._play(lambda run: moves.happen(run, name, way.data), place)
            self.settled[name] = place
            return
        scheduled = self._task(name, SCHEDULED)
        opens = scheduled.opens_at if scheduled and not self._task(name, OPEN) else None
        if opens is not None:
            now, self.now = self.now, max(self.now, opens)
            self._play(moves.pass_time, place)
            self.now = now
        task = self._task(name, OPEN)
        if move.kind == "sync" and task is not None:
            self._judge(task, place, at, opens)
        self._play(lambda run: do(run, name, way.outcome, way.data), place)
        self.settled[name] = place

    def _task(self, step: str, status: str) -> Task | None:
        keys = self.state.of_step.get(step, ())
        return next((t for k in keys if (t := self.state.tasks[k]).status == status), None)

    def _judge(self, task: Task, place: int, at: datetime, opens: datetime | None) -> None:
        of, step = self.of, task.step
        if step in of.opens_by_data:
            # Nothing is known of when it could have begun.
            return
        stands = bool(self.state.pauses) and not task.ignores_pause
        if opens is not None and at < opens:
            self.found.append(of.earliness(step, place, opens, self.activities[place]))
        judged = task.due is not None and (step in of.judged_steps or of.binds(step, self.known))
        if judged and task.due is not None and at >= task.due and not stands:
            self.found.append(of.lateness(step, place, at, task.due, self.activities[place]))
        plan = of.plan.steps[step]
        if plan.step.every or (judged and step not in of.judged_steps):
            self.alike = False
        elif plan.starts or judged:
            wait = self._wait(task, place)
            if wait is None:
                self.alike = False
            else:
                self.waits.append(wait)

    def _wait(self, task: Task, place: int) -> Wait | None:
        """From which events the task's instants are counted; None where that cannot be told."""
        of, plan = self.of, self.of.plan.steps[task.step]
        opened = self.opened.get(task.key, -1)
        starts = due = None
        begun = task.opened_at
        if plan.starts:
            starts = self.settled.get(plan.starts.anchor)
            if starts is None:
                return None
            counted = of.opens_at(task.step, self.clock(starts), self.comune)
            if begun != max(self.clock(opened), counted):
                return None
        elif begun != self.clock(opened):
            return None
        if task.step in of.judged_steps and plan.step.due and plan.step.due.of:
            due = self.settled.get(plan.step.due.of)
            if due is None:
                return None
        if task.step in of.judged_steps and begun is not None:
            base = begun if due is None else self.clock(due)
            if task.due != of.due_at(task.step, base, self.comune):
                return None
        return Wait(task.step, place, opened, starts, due)

    def clock(self, place: int) -> datetime:
        """The engine's time at an event of the trace."""
        return self._clock[max(place, 0)]

    def _pass_time(self) -> None:
        """What time opens on the way, each at its own instant."""
        if not any(self.state.tasks[key].status == SCHEDULED for key in self.state.open):
            return
        until = self.now
        for _ in range(_MOST_MOMENTS):
            moment = next_moment(self.state)
            if moment is None or moment.at > until:
                break
            self.now = moment.at
            self._play(moves.pass_time, -1)
        self.now = until

    def _play(self, play: Callable[[Run], None], place: int) -> None:
        ways = self.of.ways
        run = _Dated(ways.watch, self.state, self.now, self.assumed, self.all)
        run.known = self.known
        run.at_the_log = self.of.timing(self.now, self.comune)
        play(run)
        for body in run.emitted:
            if type(body) is e.StepScheduled or (
                type(body) is e.StepOpened and body.task not in self.state.open
            ):
                self.opened[body.task] = place
        self.state = run.state
        if self.state.pauses:
            self.alike = False

    def _place(self, position: int) -> int:
        return self.places[position] if position < len(self.places) else len(self.times) - 1


def _open(run: Run) -> None:
    assert isinstance(run, _Dated)
    moves.open_case(run, run.open_with())
