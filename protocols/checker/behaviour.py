"""What the engine shows of a protocol: ends that cannot be reached, what can never happen, what
is read too early."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from time import thread_time

from protocols.checker.explore import Exploration
from protocols.checker.reads import field_at, paths_of
from protocols.checker.seen import Node, Shared, leads
from protocols.checker.stepwise import step_by_step
from protocols.engine.plan import Guard, Plan
from protocols.language.formula import OPEN
from protocols.territory import Territory
from protocols.text import Text

# How much of the work the first searches usually are.
EVERYTHING = 0.3
_CALL = re.compile(r"(\w+)\s*\(")


@dataclass(frozen=True)
class Budget:
    """Limits of the search: states first, so that the answer does not depend on the machine;
    seconds (of work, not by the clock) only as a guard. `exact`: every order of everything;
    `reduced`: one order of what commutes; `cone`: of each step with what it depends on, where
    those were not enough."""

    exact: int
    reduced: int
    cone: int
    seconds: float

    @classmethod
    def for_plan(cls, plan: Plan, seconds: float | None = None) -> Budget:
        steps = len(plan.names)
        return cls(
            exact=1200 if steps <= 30 else 0,
            reduced=1200 if steps <= 60 else 20 * steps,
            cone=1500 if steps <= 60 else 600,
            seconds=seconds or (1.6 if steps <= 45 else min(15.0, 0.1 * steps)),
        )


class Behaviour:
    """The searches of one plan, and what they saw together.

    `whole`: one search tried everything; `suspects`: steps that a search of some orders only saw
    without a way out. `proved`: steps (and (step, outcome) pairs) about which a
    search of all that they depend on was whole.
    """

    def __init__(
        self,
        plan: Plan,
        territory: Territory,
        today: date,
        budget: Budget | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self.tell = progress or (lambda done: None)
        self.plan = plan
        self.shared = Shared(plan, territory, today)
        self.reads = self.shared.watch.reads
        self.cones = self.shared.cones
        self.demands = self.shared.demands
        self.seen = self.shared.seen
        self.budget = budget or Budget.for_plan(plan)
        self._until = thread_time() + self.budget.seconds
        self.states = 0
        self.moves = 0
        self.proved: set[str | tuple[str, str]] = set()
        self.not_explored: list[Text] = []
        self.stuck: dict[str, Node] = {}
        self.suspects: set[str] = set()
        self._counted: Exploration | None = None
        self.whole = self._everything()
        if not self.whole:
            step_by_step(self)

    # ── searches ─────────────────────────────────────────────────────────────────────────────

    def explore(self, **options: object) -> Exploration:
        found = Exploration(self.shared, until=self._until, **options)  # type: ignore[arg-type]
        self.states += len(found.nodes)
        self.moves += found.moves
        return found

    def _everything(self) -> bool:
        """Whether one search of all was whole."""
        self.tell(0.0)
        if self.budget.exact:
            found = self.explore(reduce=False, most=self.budget.exact)
            self.tell(EVERYTHING / 2)
            if found.whole:
                self.note_stuck(found, found.no_way_to(_ended))
                return True
        if not self.budget.reduced:
            return False
        found = self.explore(most=self.budget.reduced)
        if found.whole and self.shared.independence.sound:
            self.note_stuck(found, found.no_way_to(_ended))
            return True
        self.suspects = {
            step for node in found.no_way_to(_ended) for step in self._held(found, node)
        }
        return False

    def note_stuck(self, found: Exploration, nodes: Iterator[Node]) -> None:
        last = None
        for node in nodes:
            last = node
            for step in self._held(found, node):
                self.stuck.setdefault(step, node)
        if last is not None and not self.stuck:
            # Everything moves, but only round and round.
            self.stuck.update(dict.fromkeys(self._blocking(last)[-1:], last))

    def _held(self, found: Exploration, node: Node) -> list[str]:
        """Open steps that hold the case, and that nobody can do."""
        open_ = self._blocking(node)
        return [step for step in open_ if step in found.only and step not in node.moved]

    def _blocking(self, node: Node) -> list[str]:
        state = node.state
        open_ = {state.tasks[key].step for key in state.open}
        return [
            step
            for step in self.plan.names
            if step in open_ and self.plan.steps[step].blocking and state.marks[step].status == OPEN
        ]

    def left_out(self, step: str, it: str, en: str) -> None:
        self.not_explored.append(
            Text(f"Non è dimostrato {it} («{step}»).", f"It is not proved {en} (“{step}”).")
        )

    # ── answers ──────────────────────────────────────────────────────────────────────────────

    def reached(self, step: str) -> bool:
        """Whether the step was seen open, and done with each outcome."""
        done = self.seen.done
        return step in self.seen.opened and all(
            (step, outcome) in done for outcome in self.plan.steps[step].outcomes
        )

    def never_opens(self, step: str) -> bool:
        if step in self.seen.opened:
            return False
        return self.whole or step in self.proved or self.demands.impossible(step)

    def never_done(self, step: str, outcome: str) -> bool:
        if (step, outcome) in self.seen.done:
            return False
        return self.whole or step in self.proved or (step, outcome) in self.proved

    def goes_round(self, step: str, outcome: str) -> bool | None:
        """Whether people alone can go back by this outcome again and again; None where that is not
        known."""
        if self._counted is None:
            most = max(self.budget.exact, self.budget.cone)
            self._counted = self.explore(reduce=False, limits=True, most=most)
        ways = [way for way in self._counted.rounds if way[2:] == (step, outcome)]
        if any(leads(there, here) for here, there, *_ in ways):
            return True
        return False if self._counted.whole else None

    def sure(self, guards: Iterator[Guard]) -> bool:
        """Whether the values tried for these conditions stand for all that there are."""
        return all(_simple(self.plan, guard) for guard in guards)

    def guards_of(self, step: str) -> Iterator[Guard]:
        """The conditions of a step and of all that it depends on."""
        cone = self.cones.of(step)
        for place, guard, _ in self.reads.guards.values():
            if place[1] in cone and place[-2:] != ("due", "when"):
                yield guard


def _ended(node: Node) -> bool:
    return bool(node.state.ended)


def _simple(plan: Plan, guard: Guard) -> bool:
    """No arithmetic, no functions, no comparison of one datum with another."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "0", guard.source)
    calls = set(_CALL.findall(bare)) - {"has", "in"}
    if calls or re.search(r"[+*/%?]|[\w\])]\s*-", bare):
        return False
    if re.search(r"(?:==|!=|<=|>=|<|>)\s*(?!true\b|false\b|null\b)[a-z_]\w*\.?", bare):
        return False
    fields = [field_at(plan, path) for path in paths_of(guard.source)]
    return all(f is None or f.type not in ("list", "group", "choices") for f in fields)
