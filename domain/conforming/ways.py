"""Where the engine can go from where a case stands, found out once and remembered.

The engine is run as the checker runs it: what a log does not say (answers to forms, attributes of
the case) is supposed in each way that makes a difference. Where two cases stand alike, the same can
still happen to both (`protocols.checker.likeness`), so what was found for one holds for the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from datetime import date, datetime
from itertools import combinations
from typing import Any, NamedTuple

from msgspec.structs import replace

from domain.conforming.meaning import Act
from protocols.checker.answers import MISSING, Answers
from protocols.checker.independence import Independence
from protocols.checker.likeness import Likeness
from protocols.checker.reads import form_of
from protocols.checker.seen import Shared
from protocols.checker.trial import Ask, Trial
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Guard, Plan
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED, State
from protocols.facts import FactError
from protocols.language.document import Record
from protocols.language.formula import OPEN
from protocols.territory import Territory

_MOST_ASKED = 64
_MOST_TOGETHER = 5
_MOST_KNOWN = 20_000
# (field, how many): the members that a step's answers name, for a step `each` of whom follows.
Members = tuple[tuple[str, int], ...]
Given = tuple[tuple[str, Any], ...]


class Standing(NamedTuple):
    """One of the places where a case can stand. `number`: alike ones have the same."""

    number: int
    state: State
    now: datetime
    assumed: dict[str, Any]


class Way(NamedTuple):
    """From one standing to another: this step (or event) with this outcome and these answers.
    `assumed`: what had to be supposed of the case."""

    to: Standing
    name: str
    outcome: str
    data: dict[str, Any]
    assumed: dict[str, Any]

    def told(self) -> Way:
        """To be kept: what was done, without the whole case to which it led."""
        return self._replace(to=_NOWHERE)


_NOWHERE = Standing(0, State(), datetime.min, {})


class Supposed(Trial):
    """The engine where the log is silent: it asks for the case's attributes, and does without facts
    that want answers which nobody gave."""

    def open_with(self) -> e.CaseOpened:
        opened = super().open_with()
        said = {p.partition(".")[2]: v for p, v in self.assumed.items() if p.startswith("case.")}
        fields = {
            name: said[name]
            for name in ("source", "service", "comune", "district")
            if name in said and said[name] is not MISSING
        }
        if fields.get("comune") not in self.territory.comuni:
            fields.pop("comune", None)
        if "comune" in fields and "district" not in fields:
            fields["district"] = self.territory.district_of(fields["comune"])
        return replace(opened, **fields)

    def holds(self, guard: Guard | None) -> bool:
        if guard is None:
            return True
        reads = self.watch.reads
        if reads.guards[id(guard)][0][-2:] == ("due", "when"):
            return self.binds(guard)
        for path in reads.case_paths(guard):
            self.need(path)
        return Run.holds(self, guard)

    def binds(self, guard: Guard) -> bool:
        """Whether a deadline binds: nothing of where the case can go depends on it."""
        return True

    def record(self, records: tuple[Record, ...], task: str, outcome: str, own: dict) -> None:
        for record in records:
            try:
                super().record((record,), task, outcome, own)
            except FactError:
                continue


class _Answers(Answers):
    def every_set(self, name: str, requires: tuple[str, ...]) -> list[dict[str, Any]]:
        """Besides single values of a field of many choices, also several at once."""
        found = self.sets(name, requires)
        form = form_of(self.plan, name)
        for key, field in (form.fields if form else {}).items():
            literals = self.reads.literals.get(f"{name}.{key}", [])
            named = [option for option in field.option_names if option in literals]
            if field.type != "choices" or not 1 < len(named) <= _MOST_TOGETHER:
                continue
            several = [list(c) for n in range(2, len(named) + 1) for c in combinations(named, n)]
            bare = [data for data in found if key in data][:1]
            found = found + [{**data, key: chosen} for data in bare for chosen in several]
        return found

    def with_members(self, name: str, field: str, count: int) -> list[Any]:
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        members: list[Any] = self._members(fields.get(field), count)[0]
        return members


class Ways:
    """The moves of one plan. Remembers what it has found; forgets all of it where that is much."""

    def __init__(self, plan: Plan, territory: Territory, today: date) -> None:
        self.plan = plan
        self.territory = territory
        self.shared = Shared(plan, territory, today)
        self.watch = self.shared.watch
        self.independence: Independence = self.shared.independence
        self._answers = _Answers(plan, territory, self.watch.reads, today)
        self._likeness = Likeness(plan, self.watch.reads, limits=True)
        self._all = frozenset(plan.names)
        self._many = frozenset(name for name in plan.names if plan.steps[name].step.each)
        self._numbers: dict[Hashable, Standing] = {}
        self._found: dict[tuple[int, Act, Members], list[Way]] = {}
        self._roots: dict[Given, list[Way]] = {}
        self._sets: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.forgotten = 0

    def forget(self) -> bool:
        """Free the memory where it is full, between one trace and the next; whether it was done."""
        if len(self._numbers) < _MOST_KNOWN:
            return False
        self._numbers, self._found, self._roots = {}, {}, {}
        self.forgotten += 1
        return True

    def roots(self, given: Given) -> list[Way]:
        """Where a case of which this is `given` stands when it has been opened."""
        known = self._roots.get(given)
        if known is None:
            empty = Standing(0, State(self.plan.names), self.watch.start, dict(given))

            def play(run: Supposed) -> None:
                moves.open_case(run, run.open_with())

            known = self._roots[given] = self._attempt(empty, play, "", "", {}, empty.now)
        return known

    def by(self, standing: Standing, act: Act, members: Members = ()) -> list[Way]:
        """The ways in which this can be done there; none where the protocol does not allow it."""
        key = (standing.number, act, members)
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = list(self._ways(standing, act, members))
        return known

    def open_steps(self, state: State) -> list[str]:
        """Steps with a task that is open, or will be by the mere passing of time."""
        return list(dict.fromkeys(state.tasks[key].step for key in state.open))

    # ── one move ─────────────────────────────────────────────────────────────────────────────

    def _ways(self, standing: Standing, act: Act, members: Members) -> list[Way]:
        found: list[Way] = []
        for name in act.names:
            if act.event:
                found += self._happen(standing, name, act, members)
            elif not standing.state.ended:
                found += self._complete(standing, name, act, members)
        best: dict[int, Way] = {}
        for way in found:
            best.setdefault(way.to.number, way)
        return list(best.values())

    def _complete(self, standing: Standing, step: str, act: Act, members: Members) -> list[Way]:
        state, plan = standing.state, self.plan.steps[step]
        tasks = [state.tasks[key] for key in state.of_step.get(step, ()) if key in state.open]
        at = standing.now
        if not any(task.status == OPEN for task in tasks):
            opening = [t.opens_at for t in tasks if t.status == SCHEDULED and t.opens_at]
            if opening:
                at = max(at, min(opening))
            elif not (plan.step.each and not plan.scope and state.marks[step].status == OPEN):
                return []
        found: list[Way] = []
        for outcome, what in plan.outcomes.items():
            if act.outcome and outcome != act.outcome:
                continue
            for data in self._data(step, outcome, what.requires, act, members):

                def play(run: Supposed, o: str = outcome, d: dict[str, Any] = data) -> None:
                    do(run, step, o, d)

                found += self._attempt(standing, play, step, outcome, data, at)
        return found

    def _happen(self, standing: Standing, name: str, act: Act, members: Members) -> list[Way]:
        found: list[Way] = []
        source = self.plan.events[name].event.source
        for data in self._data(name, "", (), act, members):

            def play(run: Supposed, d: dict[str, Any] = data) -> None:
                if source:
                    run.need("case.source")
                moves.happen(run, name, d)

            found += self._attempt(standing, play, name, "", data, standing.now)
        return found

    def _data(
        self, name: str, outcome: str, requires: tuple[str, ...], act: Act, members: Members
    ) -> list[dict[str, Any]]:
        known = self._sets.get((name, outcome))
        if known is None:
            known = self._sets[name, outcome] = self._answers.every_set(name, requires)
        fixed = dict(act.data)
        for field, count in members:
            fixed[field] = self._answers.with_members(name, field, count)
        if not fixed:
            return known
        merged: list[dict[str, Any]] = []
        for data in known:
            whole = {**data, **fixed}
            if whole not in merged:
                merged.append(whole)
        return merged

    def _attempt(
        self,
        standing: Standing,
        play: Callable[[Supposed], None],
        name: str,
        outcome: str,
        data: dict[str, Any],
        at: datetime,
    ) -> list[Way]:
        """Let the engine do it, once for each value of what it asks for."""
        pending: list[dict[str, Any]] = [{}]
        found: list[Way] = []
        tried = 0
        while pending:
            supposed = pending.pop(0)
            assumed = {**standing.assumed, **supposed}
            tried += 1
            run = Supposed(self.watch, standing.state, at, assumed, self._all)
            try:
                play(run)
            except Ask as ask:
                if tried < _MOST_ASKED:
                    values = self.watch.referrals.fitting(
                        ask.path, self.watch.answers.attribute(ask.path), assumed, MISSING
                    )
                    pending += [{**supposed, ask.path: value} for value in values]
                continue
            except (moves.Impossible, LookupError, ValueError, TypeError, AttributeError):
                continue
            found.append(Way(self._stand(run, at, assumed), name, outcome, data, supposed))
        return found

    def _stand(self, run: Supposed, now: datetime, assumed: dict[str, Any]) -> Standing:
        state = run.state
        # How many of one step's tasks are left matters to a trace also where nobody waits for them.
        steps = (state.tasks[task].step for task in state.open)
        left = Counter(step for step in steps if step in self._many)
        key = (self._likeness.key(state, assumed), tuple(sorted(left.items())))
        known = self._numbers.get(key)
        if known is None:
            known = Standing(len(self._numbers) + 1, state, now, assumed)
            self._numbers[key] = known
        return known


def do(run: Run, step: str, outcome: str, data: dict[str, Any]) -> None:
    """Complete the first open task of a step; of one with a task for each member, one more is made
    where all are done. Time passes if it has to. Raises Impossible."""
    if run.state.open:
        moves.pass_time(run)
    state = run.state
    key = next((k for k in state.of_step.get(step, ()) if state.tasks[k].status == OPEN), None)
    if key is None:
        moves.add_member(run, step, f"member-{len(state.of_step.get(step, ())) + 1}")
        key = state.of_step[step][-1]
    moves.complete(run, key, outcome, data)
