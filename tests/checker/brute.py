"""Every state that a small protocol can be in, by plain search with the engine.

Written without the checker: states are told apart by all that they hold but dates and round
numbers, every task is done in its own time, and the clock is moved a day at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Set
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Guard, Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.engine.task import Task
from tests.engine.gwt import TERRITORY, opened

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
# Beyond these nothing in the generated protocols tells one number from the next.
_COUNTED = 3
_REPEATED = 2

Act = tuple[str, ...]


class Place(NamedTuple):
    state: State
    now: datetime
    before: Place | None
    act: Act

    def history(self) -> list[Act]:
        found, place = [], self
        while place.before is not None:
            found.append(place.act)
            place = place.before
        return [*reversed(found)]


class Watched(Run):
    """A run that notes which conditions read a step's data before there are any."""

    early: set[str]

    def holds(self, guard: Guard | None) -> bool:
        for name in guard.names if guard else ():
            if name in self.plan.steps and name not in self.state.data:
                self.early.add(name)
        return super().holds(guard)


class Everything:
    """What can happen in a protocol.

    `opened`, `done`, `possible`: steps, (step, outcome) pairs, events of which it was seen;
    `early`: steps whose data were read before they were there; `stuck`: a place from which nothing
    that people or time do, or an event that is waited for, leads to an end (that a member is added,
    or that something happens that nobody waits for, is not counted on);
    `again`: the (step, outcome) pairs by which people alone can go round for ever;
    `whole`: whether nothing was left out.
    """

    def __init__(
        self, plan: Plan, attributes: dict[str, list[Any]], answers: dict[str, list[Any]], most: int
    ) -> None:
        self.plan = plan
        self.answers = answers
        self.most = most
        self.opened: set[str] = set()
        self.done: set[tuple[str, str]] = set()
        self.possible: set[str] = set()
        self.early: set[str] = set()
        self.whole = True
        self.places: list[Place] = []
        self._number: dict[Hashable, int] = {}
        self._by_hand: dict[int, list[tuple[int, Act]]] = {}
        self._backwards: dict[int, list[int]] = {}
        self._queue: deque[int] = deque()
        for chosen in product(*attributes.values()):
            given = {k: v for k, v in zip(attributes, chosen, strict=True) if v is not None}
            self._begin(given)
        self._search()
        self.stuck = self._stuck()
        self.again = self.rounds()

    def _begin(self, given: dict[str, Any]) -> None:
        run = self._run(Place(State(self.plan.names), START, None, ()))
        case = opened(self.plan, referred_on=START.date(), attributes=given)
        moves.open_case(run, e.CaseOpened(**{f: getattr(case, f) for f in case.__struct_fields__}))
        self._arrive(Place(run.state, START, None, ("open", repr(given))))

    def _run(self, place: Place) -> Watched:
        run = Watched(self.plan, place.state, place.now, TERRITORY)
        run.early = self.early
        return run

    def _search(self) -> None:
        while self._queue:
            if len(self.places) > self.most:
                self.whole = False
                return
            here = self._queue.popleft()
            place = self.places[here]
            for act, later, play in self._acts(place):
                run = self._run(place._replace(now=place.now + later))
                try:
                    play(run)
                except moves.Impossible:
                    continue
                for body in run.emitted:
                    if isinstance(body, e.StepCompleted) and body.settles:
                        self.done.add((body.step, body.outcome_of_step or body.outcome))
                there = self._arrive(Place(run.state, run.now, place, act))
                if act[0] == "event":
                    self.possible.add(act[1])
                else:
                    self._by_hand.setdefault(here, []).append((there, act))
                if act[0] == "do":
                    self.done.add((act[1], act[2]))
                if act[0] in ("do", "wait") or (act[0] == "event" and self._is_way(act[1])):
                    self._backwards.setdefault(there, []).append(here)

    def _acts(self, place: Place) -> Iterator[tuple[Act, timedelta, Callable[[Run], None]]]:
        state = place.state
        now = timedelta()
        for task in state.open_tasks() if not state.ended else ():
            plan = self.plan.steps[task.step]
            if not (plan.step.role or plan.step.automation or plan.step.each):
                continue
            for outcome in plan.outcomes:
                for data in self.answers.get(task.step, [{}]):
                    act = ("do", task.step, outcome, task.key, repr(data))
                    yield act, now, self._complete(task.key, outcome, data)
        for name, plan in self.plan.steps.items() if not state.ended else ():
            if plan.step.each and len(state.of_step.get(name, ())) < _COUNTED:
                yield ("add", name), now, self._add(name)
        for event in self.plan.events:
            yield ("event", event), now, self._happen(event)
        if any(task.status == "scheduled" for task in map(state.tasks.get, state.open) if task):
            yield ("wait",), DAY, moves.pass_time

    def _is_way(self, name: str) -> bool:
        event = self.plan.events[name].event
        steps = self.plan.steps.values()
        conditions = [
            guard for step in steps for guard in (step.guard, *step.outcome_guards.values())
        ]
        waited = any(step.step.waits_for == name for step in steps)
        read = any(guard and f"events.{name}." in guard.source for guard in conditions)
        return not event.ends and bool(event.completes or waited or (read and not event.opens))

    @staticmethod
    def _complete(key: str, outcome: str, data: dict[str, Any]) -> Callable[[Run], None]:
        return lambda run: moves.complete(run, key, outcome, data)

    @staticmethod
    def _add(step: str) -> Callable[[Run], None]:
        return lambda run: moves.add_member(run, step, "zoe")

    @staticmethod
    def _happen(event: str) -> Callable[[Run], None]:
        return lambda run: moves.happen(run, event, {})

    def _arrive(self, place: Place) -> int:
        key = self._all_of(place)
        if key not in self._number:
            self._number[key] = len(self.places)
            self._queue.append(len(self.places))
            self.places.append(place)
            self._look(place.state)
        return self._number[key]

    def _look(self, state: State) -> None:
        for name, mark in state.marks.items():
            if mark.status == "done":
                self.opened.add(name)
                self.done.add((name, mark.outcome or ""))
            if mark.status == "open" and self.plan.steps[name].step.inside:
                self.opened.add(name)
        self.opened |= {task.step for task in state.open_tasks()}

    def _all_of(self, place: Place) -> Hashable:
        state, now = place.state, place.now
        limits = {
            (name, key): outcome.at_most
            for name, plan in self.plan.steps.items()
            for key, outcome in plan.outcomes.items()
            if outcome.at_most
        }
        return (
            tuple((mark.status, mark.outcome) for mark in state.marks.values()),
            tuple(self._tasks(name, state, now) for name in self.plan.names),
            tuple(min(state.used.get(key, 0), most) for key, most in limits.items()),
            tuple((n, min(h["count"], _COUNTED)) for n, h in sorted(state.happened.items())),
            tuple((name, min(len(kept), _REPEATED)) for name, kept in sorted(state.kept.items())),
            tuple((name, repr(data)) for name, data in sorted(state.data.items())),
            repr(sorted((k, v) for k, v in state.attributes.items() if k != "referred_on")),
            (state.pauses, state.ended, state.silent, state.result),
            tuple(sorted((name, scope.result) for name, scope in state.scopes.items())),
            min(state.episode, _REPEATED),
        )

    def _tasks(self, name: str, state: State, now: datetime) -> Hashable:
        def shown(task: Task) -> Hashable:
            stands = bool(state.pauses) and not task.ignores_pause
            since = state.paused_at if stands and state.paused_at else now
            wait = (task.opens_at - since) if task.status == "scheduled" and task.opens_at else None
            return task.status, task.outcome, wait, task.ignores_pause and bool(state.pauses)

        tasks = [shown(state.tasks[key]) for key in state.of_step.get(name, ())]
        if not self.plan.steps[name].step.every:
            return tuple(sorted(tasks, key=repr))
        kinds = sorted(set(tasks), key=repr)
        return tuple((kind, min(tasks.count(kind), _REPEATED)) for kind in kinds)

    # ── what follows from the whole ──────────────────────────────────────────────────────────

    def _stuck(self) -> Place | None:
        if not self.whole:
            return None
        queue = [i for i, place in enumerate(self.places) if place.state.ended]
        fine = set(queue)
        while queue:
            for before in self._backwards.get(queue.pop(), ()):
                if before not in fine:
                    fine.add(before)
                    queue.append(before)
        return next((p for i, p in enumerate(self.places) if i not in fine), None)

    def rounds(self, without: Set[tuple[str, ...]] = frozenset()) -> set[tuple[str, str]]:
        """The ways back that lead, by hand and not by these, to where they can be taken again."""
        found: set[tuple[str, str]] = set()
        for here, ways in self._by_hand.items():
            for there, act in ways:
                if act[0] != "do" or act[1:3] in found or act[1:3] in without:
                    continue
                outcome = self.plan.steps[act[1]].outcomes[act[2]]
                every = self.plan.steps[act[1]].step.every
                if outcome.again and not every and self._leads(there, here, without):
                    found.add((act[1], act[2]))
        return found

    def _leads(self, start: int, goal: int, without: Set[tuple[str, ...]]) -> bool:
        known, queue = {start}, [start]
        while queue:
            here = queue.pop()
            if here == goal:
                return True
            for there, act in self._by_hand.get(here, ()):
                if there not in known and act[1:3] not in without:
                    known.add(there)
                    queue.append(there)
        return False
