"""How a step can come to be open: a small bounded breadth-first search with the engine itself.

Only what the step depends on is played; the rest of the case stands still, as it may. Conditions on
data are tried both ways. The first history that is found is a shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple

from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import next_moment
from protocols.engine.plan import Guard, Plan
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED, State
from protocols.language.document import Record
from protocols.language.formula import DONE, OPEN
from protocols.reading.words import outcome_title, step_title
from protocols.territory import Territory
from protocols.text import Text

MOST = 1_500
_MEMBERS = ({"person": "member-1"}, {"person": "member-2"}, {"person": "member-3"})
_START = datetime.combine(date(2026, 3, 2), time(9), None)

History = tuple[Text, ...]
Situation = tuple[tuple[str, str], ...]
"""Where the steps that matter stand: (step, outcome), 'out' or 'waiting' in place of an outcome."""


class Reach(NamedTuple):
    """`situations`: each in which the step opens, with a shortest history. `whole`: whether nothing
    was left to try."""

    situations: dict[Situation, History]
    whole: bool


class _Unknown(Exception):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


class _Supposing(Run):
    """The engine's run; what a guard says is supposed, facts are nobody's concern here."""

    supposed: dict[str, bool]
    asked: frozenset[str]

    def holds(self, guard: Guard | None) -> bool:
        if guard is None:
            return True
        if guard.source not in self.asked:
            return False
        if guard.source not in self.supposed:
            raise _Unknown(guard.source)
        return self.supposed[guard.source]

    def record(
        self, records: tuple[Record, ...], task: str, outcome: str, own: dict[str, Any]
    ) -> None:
        pass

    def read(self, path: str) -> Any:
        if any(plan.step.each == path for plan in self.plan.steps.values()):
            return list(_MEMBERS)
        return super().read(path)


class _Node(NamedTuple):
    state: State
    now: datetime
    supposed: dict[str, bool]
    history: History


def cone(plan: Plan, step: str) -> frozenset[str]:
    """The steps on which the opening of this one depends, itself among them."""
    found = {step}
    queue = [step]
    while queue:
        current = plan.steps[queue.pop()]
        reads = [*(current.formula.steps if current.formula else ()), current.region or ""]
        reads.append(current.starts_after)
        for event in current.opened_by:
            formula = plan.events[event].formula
            reads += [*(formula.steps if formula else ()), plan.events[event].event.during or ""]
        for name in reads:
            if name in plan.steps and name not in found:
                found.add(name)
                queue.append(name)
    return frozenset(found)


def reach(
    plan: Plan, step: str, sources: tuple[str, ...], territory: Territory, most: int = MOST
) -> Reach:
    """The situations of `sources` in which `step` can come to be open."""
    search = _Search(plan, step, sources, territory)
    return search.run(most)


def history_to(plan: Plan, step: str, outcome: str, territory: Territory) -> History | None:
    """A shortest history at whose end the step is done with the outcome; None if none was found."""
    found = reach(plan, step, (), territory).situations.get(())
    if found is None:
        return None
    return (*found, _done(plan, step, outcome))


def _guards(plan: Plan, name: str) -> list[Guard | None]:
    step = plan.steps[name]
    return [step.guard, *step.outcome_guards.values()]


def _done(plan: Plan, step: str, outcome: str) -> Text:
    title = step_title(plan.protocol, step)
    if tuple(plan.steps[step].outcomes) == ("done",):
        return Text(f"{title.it} si fa", f"{title.en} is done")
    said = outcome_title(plan.protocol, step, outcome)
    return Text(f"{title.it} si conclude con {said.it}", f"{title.en} is done with {said.en}")


class _Search:
    def __init__(
        self, plan: Plan, step: str, sources: tuple[str, ...], territory: Territory
    ) -> None:
        self.plan = plan
        self.step = step
        self.sources = sources
        self.territory = territory
        self.cone = cone(plan, step)
        guards = [g for n in self.cone for g in _guards(plan, n)]
        self.asked = frozenset(guard.source for guard in guards if guard)
        self.found: dict[Situation, History] = {}
        self.seen: set[Hashable] = set()
        self.queue: deque[_Node] = deque()

    def run(self, most: int) -> Reach:
        start = _START.replace(tzinfo=self.territory.timezone)
        comune = next(iter(sorted(self.territory.comuni)))
        opened = e.CaseOpened(
            self.plan.protocol.protocol,
            self.plan.protocol.version,
            self.plan.digest,
            "",
            "",
            "",
            comune,
            self.territory.district_of(comune),
            start.date(),
        )
        empty = _Node(State(self.plan.names), start, {}, ())
        self._play(empty, lambda run: moves.open_case(run, opened), None)
        while self.queue and len(self.seen) <= most:
            self._expand(self.queue.popleft())
        return Reach(self.found, not self.queue)

    # ── moves ────────────────────────────────────────────────────────────────────────────────

    def _expand(self, node: _Node) -> None:
        if node.state.ended:
            return
        for key in self._tasks(node.state):
            name = node.state.tasks[key].step
            for outcome in self.plan.steps[name].outcomes:
                self._play(
                    node,
                    lambda run, k=key, o=outcome: moves.complete(run, k, o, {}),
                    _done(self.plan, name, outcome),
                )
        for event in self._events(node.state):
            title = step_title(self.plan.protocol, event)
            sources = self.plan.events[event].event.source
            self._play(
                node,
                lambda run, n=event: moves.happen(run, n, {}),
                Text(f"accade {title.it}", f"{title.en} happens"),
                source=sources[0] if sources else "",
            )
        self._later(node)

    def _tasks(self, state: State) -> Iterator[str]:
        """One open task for each step that matters: those of one step are alike."""
        seen: set[str] = set()
        for key in state.open:
            task = state.tasks[key]
            if task.status == OPEN and task.step in self.cone - {self.step} - seen:
                seen.add(task.step)
                yield key

    def _events(self, state: State) -> Iterator[str]:
        for name, plan in self.plan.events.items():
            event = plan.event
            touched = {*event.opens, *self.plan.waiting_for[name], event.again or ""}
            touched |= {plan.completes[0]} if plan.completes else set()
            # Once is enough to see what it leads to.
            if touched & self.cone and not state.happened.get(name, {}).get("count"):
                yield name

    def _later(self, node: _Node) -> None:
        waiting = [
            task.opens_at
            for key in node.state.open
            if (task := node.state.tasks[key]).status == SCHEDULED
            and task.step in self.cone
            and not self.plan.steps[task.step].step.every
            and task.opens_at
        ]
        moment = next_moment(node.state)
        if waiting and moment is not None:
            later = node._replace(now=max(min(waiting), node.now))
            self._play(later, moves.pass_time, Text("passa il tempo", "time passes"))

    def _play(self, node: _Node, play: Any, label: Text | None, source: str = "") -> None:
        """Let the engine do it, supposing each guard that it asks for to hold, and not to hold."""
        pending = [node.supposed]
        while pending:
            supposed = pending.pop()
            run = _Supposing(self.plan, node.state, node.now, self.territory)
            run.supposed, run.asked = supposed, self.asked
            if source:
                run.state.attributes = {**run.state.attributes, "source": source}
            try:
                play(run)
            except _Unknown as unknown:
                pending += [{**supposed, unknown.source: holds} for holds in (False, True)]
                continue
            except moves.Impossible:
                continue
            labels = [label] if label else []
            labels += [
                Text(
                    f"({source} {'vale' if holds else 'non vale'})",
                    f"({source} {'holds' if holds else 'does not hold'})",
                )
                for source, holds in supposed.items()
                if source not in node.supposed
            ]
            self._arrive(_Node(run.state, node.now, supposed, (*node.history, *labels)))

    # ── what was reached ─────────────────────────────────────────────────────────────────────

    def _arrive(self, node: _Node) -> None:
        state = node.state
        key = self._key(node)
        if key in self.seen:
            return
        self.seen.add(key)
        if state.marks[self.step].status == OPEN:
            situation = tuple((name, self._stands(state, name)) for name in self.sources)
            # Its sources may settle later; where it opened is told by the first sight of it.
            self.found.setdefault(situation, node.history)
        else:
            self.queue.append(node)

    @staticmethod
    def _stands(state: State, name: str) -> str:
        mark = state.marks[name]
        return (mark.outcome or DONE) if mark.status == DONE else mark.status

    def _key(self, node: _Node) -> Hashable:
        state = node.state
        return (
            state.ended,
            tuple(
                (state.marks[name].status, state.marks[name].outcome) for name in sorted(self.cone)
            ),
            tuple(
                sorted(
                    (k, n) for k, n in state.used.items() if k[0] in self.cone and self._limited(k)
                )
            ),
            tuple(sorted(name for name, what in state.happened.items() if what.get("count"))),
            tuple(
                sorted(
                    (k, state.tasks[k].status)
                    for k in state.open
                    if state.tasks[k].step in self.cone
                )
            ),
            tuple(sorted(node.supposed.items())),
        )

    def _limited(self, key: tuple[str, str]) -> bool:
        return bool(self.plan.steps[key[0]].outcomes[key[1]].at_most)
