"""Breadth-first exploration of a protocol by its own engine.

Alike states (`likeness`) are visited once, so the first history that leads somewhere is a shortest
one. With `reduce`, of open steps whose completions commute only one order is tried: that settling
does not depend on the order is the engine's own property, and `tests/engine` shows it.

References: P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems (1996).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from heapq import heappop, heappush
from time import thread_time
from typing import Any

from protocols.checker import words
from protocols.checker.answers import MISSING
from protocols.checker.guide import Guide
from protocols.checker.happenings import Happenings
from protocols.checker.likeness import Likeness
from protocols.checker.noting import Noting
from protocols.checker.seen import Node, Seen, Shared, no_way_to
from protocols.checker.trial import Ask, Trial
from protocols.engine import moves
from protocols.engine.state import SCHEDULED, State
from protocols.facts import FactError
from protocols.language.formula import OPEN
from protocols.text import Text

Play = Callable[[Trial], None]
_MOST_ASKED = 64
_EAGER = 4
_OCCURRENCES = 2


class Exploration:
    """One search. `whole` tells whether nothing was left to try within the limits; `limits`: count
    how often each limited outcome was chosen; `kept_open`: suppose that other steps
    than those in question keep the case open until it is said to end."""

    def __init__(
        self,
        shared: Shared,
        *,
        only: frozenset[str] | None = None,
        reduce: bool = True,
        limits: bool = False,
        kept_open: bool = False,
        towards: str = "",
        most: int = 4000,
        until: float = float("inf"),
        stop: Callable[[Exploration], bool] | None = None,
        root: Node | None = None,
    ) -> None:
        self.plan = plan = shared.plan
        self.only = frozenset(plan.names) if only is None else only
        self.watch = shared.watch
        self.likeness = Likeness(plan, self.watch.reads, only, limits)
        self._happenings = Happenings(shared, self.only, dict(self.likeness.counted))
        self._by_hand = root is not None
        self.independence = shared.independence if reduce else None
        # What is seen of a case that others keep open may not be so: it is seen by this one only.
        self.seen = Seen() if kept_open else shared.seen
        self._kept_open = kept_open
        self._noting = Noting(shared, self.only, self.seen)
        self.nodes: dict[Hashable, Node] = {}
        # (from, to, step, outcome) of what was gone back by.
        self.rounds: list[tuple[Node, Node, str, str]] = []
        self.moves = 0
        self.whole = True
        self._guide = Guide(plan, towards, shared.demands) if towards else None
        self._arrived = 0
        self._queue: list[tuple[int, int, Node]] = []
        self.last = root
        self.root = self._begin(root)
        self._search(most, until, stop)

    def _begin(self, root: Node | None) -> Node:
        if root is None:
            start = Node(State(self.plan.names), self.watch.start, {})
            self._attempt(start, lambda run: moves.open_case(run, run.open_with()), None)
            return start
        again = Node(
            root.state, root.now, root.assumed, root.parent, root.label, root.step, root.outcome
        )
        self.nodes[self.likeness.key(again.state, again.assumed)] = again
        self._queue.append((0, 0, again))
        return again

    def _search(self, most: int, until: float, stop: Callable[[Exploration], bool] | None) -> None:
        while self._queue:
            if len(self.nodes) > most or thread_time() > until:
                self.whole = False
                return
            if stop is not None and stop(self):
                self.whole = False
                return
            node = heappop(self._queue)[2]
            self._expand(node)
            node.expanded = True

    # ── moves ────────────────────────────────────────────────────────────────────────────────

    def _expand(self, node: Node) -> None:
        if not node.state.ended:
            steps = self._open_steps(node.state)
            if self.independence:
                alone = self.independence.alone(node.state, steps)
                if alone is not None:
                    self._complete(node, alone)
                    return
            for step in steps:
                self._complete(node, step)
            self._pass_time(node)
        for name in self._happenings.ways if self._by_hand else self.plan.events:
            self._happen(node, name)

    def _open_steps(self, state: State) -> list[str]:
        """Steps with a task that people may do and that still changes something."""
        found: dict[str, None] = {}
        for key in state.open:
            task = state.tasks[key]
            plan = self.plan.steps[task.step]
            by_people = plan.step.role or plan.step.automation or plan.step.each
            if (
                task.status == OPEN
                and task.step in self.only
                and by_people
                and state.marks[task.step].status == OPEN
            ):
                found[task.step] = None
        return list(found)

    def _complete(self, node: Node, step: str) -> None:
        state, plan = node.state, self.plan.steps[step]
        # The tasks of one step are alike: the first stands for all.
        key = next(k for k in state.of_step[step] if state.tasks[k].status == OPEN)
        for outcome, what in plan.outcomes.items():
            for data in self.watch.answers.sets(step, what.requires):

                def play(run: Trial, o: str = outcome, d: dict[str, Any] = data) -> None:
                    moves.complete(run, key, o, d)

                label = words.completed(plan.step, outcome, data, self.watch.reads.fields.get(step))
                self._attempt(node, play, label, step, outcome)

    def _happen(self, node: Node, name: str) -> None:
        event = self.plan.events[name]
        if not self._happenings.matters(name):
            return
        footprint = self._happenings.print_of(node, name)
        if self._happenings.was_tried(node, name, footprint):
            return
        for data in self.watch.answers.sets(name):

            def play(run: Trial, d: dict[str, Any] = data) -> None:
                if event.event.source:
                    run.need("case.source")
                moves.happen(run, name, d)

            label = words.happened(event.event, data, self.watch.reads.fields.get(name))
            if self._attempt(node, play, label, name):
                self._happenings.tried(footprint)

    def _pass_time(self, node: Node) -> None:
        """To the next opening of a step in question; `every` is followed for two occurrences."""
        state = node.state
        waiting = {k: t for k in state.open if (t := state.tasks[k]).status == SCHEDULED}
        if not any(task.step in self.only for task in waiting.values()):
            return
        shorn = state.copy()
        for key, task in waiting.items():
            if self.plan.steps[task.step].step.every and (
                task.step not in self.only or len(state.of_step[task.step]) > _OCCURRENCES
            ):
                # A third occurrence is like the second.
                shorn.open.pop(key)
        opening = {
            key: task.opens_at
            for key, task in waiting.items()
            if key in shorn.open
            and task.step in self.only
            and task.opens_at is not None
            and (task.ignores_pause or not state.pauses)
        }
        if not opening:
            return
        at = min(opening.values())
        label = words.time_passed(
            [self.plan.steps[waiting[k].step].step for k, t in opening.items() if t == at]
        )
        before = Node(shorn, max(at, node.now), node.assumed, node)
        self._attempt(before, moves.pass_time, label, origin=node)

    def _trial(self, node: Node, assumed: dict[str, Any]) -> Trial:
        return Trial(self.watch, node.state, node.now, assumed, self.only, self._kept_open)

    def _attempt(
        self,
        node: Node,
        play: Play,
        label: Text | None,
        step: str = "",
        outcome: str = "",
        *,
        origin: Node | None = None,
    ) -> bool:
        """Let the engine do it, once for each value of what it asks for; whether it was possible
        at all."""
        parent = origin or node
        pending = [node.assumed]
        tried = 0
        possible = False
        while pending:
            assumed = pending.pop(0)
            tried += 1
            self.moves += 1
            run = self._trial(node, assumed)
            self.watch.missing.clear()
            try:
                play(run)
            except Ask as ask:
                if tried < _MOST_ASKED:
                    values = self.watch.referrals.fitting(
                        ask.path, self.watch.answers.attribute(ask.path), assumed, MISSING
                    )
                    pending[:0] = [{**assumed, ask.path: value} for value in values]
                else:
                    self.whole = False
                continue
            except moves.Impossible:
                self._noting.missing(parent)
                if assumed != node.assumed:
                    # What was supposed of the case stays so: from here it may have no way out.
                    run = self._trial(node, assumed)
                    self._arrive(parent, Node(run.state, node.now, assumed, parent))
                continue
            except FactError as error:
                self.seen.facts.setdefault((step, outcome), (parent, str(error)))
                whole = self._with_everything(node, step, outcome, assumed)
                if whole is None:
                    continue
                run = whole
            except Exception as error:
                self.seen.failures.setdefault((step, outcome), (parent, type(error).__name__))
                continue
            possible = True
            child = Node(
                run.state, node.now, assumed, parent if label else None, label, step, outcome
            )
            self._noting.completed(run, child)
            self._arrive(parent, child)
        return possible

    def _with_everything(
        self, node: Node, step: str, outcome: str, assumed: dict[str, Any]
    ) -> Trial | None:
        """The same with the whole form filled in, so that the search goes on past the mistake."""
        run = self._trial(node, assumed)
        data = self.watch.answers.full(step)
        try:
            if step in self.plan.events and not outcome:
                moves.happen(run, step, data)
            else:
                state = node.state
                key = next(k for k in state.of_step[step] if state.tasks[k].status == OPEN)
                moves.complete(run, key, outcome, data)
        except Exception:
            return None
        return run

    # ── what was reached ─────────────────────────────────────────────────────────────────────

    def _arrive(self, parent: Node, node: Node) -> None:
        self._noting.missing(node)
        state = node.state
        by_event = node.step in self.plan.events and not node.outcome
        if by_event:
            self.seen.possible.setdefault(node.step, node)
        if state.ended and (state.open or any(m.status == OPEN for m in state.marks.values())):
            self.seen.open_after_end = self.seen.open_after_end or node
        key = self.likeness.key(state, node.assumed)
        known = self.nodes.get(key)
        if known is None:
            self.nodes[key] = known = self.last = node
            self._arrived += 1
            node.depth = parent.depth + 1
            ahead = self._guide.distance(state) if self._guide else 0
            heappush(self._queue, (node.depth + _EAGER * ahead, self._arrived, node))
        self._noting.state(node)
        if not by_event or node.step in self._happenings.ways:
            parent.next.append(known)
            parent.moved.add(node.step)
        if not by_event:
            parent.by_hand.append(known)
            if node.outcome and self.plan.steps[node.step].outcomes[node.outcome].again:
                self.rounds.append((parent, known, node.step, node.outcome))

    def no_way_to(self, goal: Callable[[Node], bool]) -> Iterator[Node]:
        """The nodes from which no `goal` can be reached, first reached first."""
        return no_way_to(list(self.nodes.values()), goal)
