"""What the engine shows of a protocol: ends that cannot be reached, what can never happen, what
is read too early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from time import monotonic

from protocols.checker.cone import Cones
from protocols.checker.explore import Exploration, Node, Shared
from protocols.checker.likeness import without_sure_exit
from protocols.checker.reads import field_at, paths_of
from protocols.engine.plan import Guard, Plan
from protocols.language.formula import OPEN
from protocols.territory import Territory
from protocols.text import Text

_CALL = re.compile(r"(\w+)\s*\(")


class Budget:
    """Limits of the search: states first, so that the answer does not depend on the machine;
    seconds only as a guard."""

    def __init__(self, plan: Plan, seconds: float | None = None) -> None:
        steps = len(plan.names)
        self.exact = 1200 if steps <= 30 else 0
        self.reduced = 1200 if steps <= 60 else 20 * steps
        self.cone = 1500 if steps <= 60 else 600
        self.until = monotonic() + (seconds or (1.6 if steps <= 45 else min(15.0, 0.1 * steps)))


class Behaviour:
    """The searches of one plan, and what they saw together.

    `whole`: one search tried everything. `proved`: steps (and (step, outcome) pairs) about which a
    search of all that they depend on was whole.
    """

    def __init__(
        self, plan: Plan, territory: Territory, today: date, seconds: float | None = None
    ) -> None:
        self.plan = plan
        self.shared = Shared(plan, territory, today)
        self.reads = self.shared.watch.reads
        self.cones = Cones(plan, self.reads)
        self.demands = self.shared.demands
        self.seen = self.shared.seen
        self.budget = Budget(plan, seconds)
        self.states = 0
        self.moves = 0
        self.proved: set[str] = set()
        self.not_explored: list[Text] = []
        self.stuck: dict[str, Node] = {}
        self.whole = self._everything()
        if not self.whole:
            self._cone_by_cone()

    def _explore(self, **options: object) -> Exploration:
        found = Exploration(self.shared, until=self.budget.until, **options)  # type: ignore[arg-type]
        self.states += len(found.nodes)
        self.moves += found.moves
        return found

    # ── all at once ──────────────────────────────────────────────────────────────────────────

    def _everything(self) -> bool:
        found = None
        if self.budget.exact:
            found = self._explore(reduce=False, most=self.budget.exact)
        if found is None or not found.whole:
            found = self._explore(most=self.budget.reduced)
        self._note_stuck(found, found.no_way_to(lambda node: bool(node.state.ended)))
        return found.whole

    def _note_stuck(self, found: Exploration, nodes: Iterator[Node]) -> None:
        last = None
        for node in nodes:
            last = node
            for step in self._blocking(node):
                if step in found.only and step not in node.moved:
                    self.stuck.setdefault(step, node)
        if last is not None and not self.stuck:
            # Everything moves, but only round and round.
            self.stuck.update(dict.fromkeys(self._blocking(last)[-1:], last))

    def _blocking(self, node: Node) -> list[str]:
        """Open steps that hold the case."""
        state = node.state
        open_ = {state.tasks[key].step for key in state.open}
        return [
            step
            for step in self.plan.names
            if step in open_ and self.plan.steps[step].blocking and state.marks[step].status == OPEN
        ]

    # ── each step with what it depends on ────────────────────────────────────────────────────

    def _cone_by_cone(self) -> None:
        plan = self.plan
        for step in sorted(plan.names, key=lambda name: -len(self.cones.of(name))):
            if not self._reached(step) and not self.demands.impossible(step):
                cone = self.cones.of(step)
                found = self._explore(
                    only=cone, towards=step, most=self.budget.cone,
                    stop=lambda _, name=step: self._reached(name),
                )  # fmt: skip
                if found.whole:
                    self.proved.add(step)
        for step in sorted(without_sure_exit(plan)):
            self._exit_of(step)
        for step in self._early_readers():
            found = self._explore(only=self.cones.of(step), most=self.budget.cone)
            if not found.whole:
                self._left(
                    step,
                    f"se la condizione di «{step}» può leggere dati non ancora raccolti",
                    f"whether the condition of “{step}” may read data that are not there yet",
                )
        for step in plan.names:
            if step not in self.seen.opened and not self.never_opens(step):
                self._left(step, f"se «{step}» può aprirsi", f"whether “{step}” can open")
        self.not_explored.insert(
            0,
            Text(
                f"Non tutti gli intrecci sono stati provati ({self.states} stati visitati). Di "
                "ogni passo si è cercato se può aprirsi, se ogni esito è possibile e se c'è una "
                "via d'uscita; altre combinazioni di passi paralleli possono non essere state "
                "provate.",
                f"Not every interleaving was tried ({self.states} states visited). Of each step "
                "it was sought whether it can open, whether each outcome is possible and whether "
                "there is a way out; other combinations of parallel steps may not have been "
                "tried.",
            ),
        )

    def _reached(self, step: str) -> bool:
        seen = self.seen
        return step in seen.opened and all(
            (step, outcome) in seen.done for outcome in self.plan.steps[step].outcomes
        )

    def _exit_of(self, step: str) -> None:
        if step in self.stuck or not self.plan.steps[step].blocking:
            return
        found = self._explore(only=self.cones.of(step), towards=step, most=self.budget.cone)

        def left(node: Node) -> bool:
            return bool(node.state.ended) or node.state.marks[step].status != OPEN

        self._note_stuck(found, (n for n in found.no_way_to(left) if not left(n)))
        if not found.whole:
            self._left(
                step,
                f"se da «{step}» c'è sempre una via d'uscita",
                f"whether there is always a way out of “{step}”",
            )

    def _early_readers(self) -> list[str]:
        """Steps whose conditions read data of steps that need not be done before them."""
        found: dict[str, None] = {}
        for place, _, paths in self.reads.guards.values():
            step = str(place[1])
            names = {path.split(".")[0] for path in paths} & set(self.plan.names)
            if names - self.demands.done_before(step) - {step}:
                found[step] = None
        return list(found)

    def _left(self, step: str, it: str, en: str) -> None:
        self.not_explored.append(Text(f"Non è dimostrato {it}.", f"It is not proved {en}."))

    # ── answers ──────────────────────────────────────────────────────────────────────────────

    def never_opens(self, step: str) -> bool:
        if step in self.seen.opened:
            return False
        return self.whole or step in self.proved or self.demands.impossible(step)

    def never_done(self, step: str, outcome: str) -> bool:
        return (step, outcome) not in self.seen.done and (self.whole or step in self.proved)

    def sure(self, guards: Iterator[Guard]) -> bool:
        """Whether the values tried for these conditions stand for all that there are."""
        return all(_simple(self.plan, guard) for guard in guards)

    def guards_of(self, step: str) -> Iterator[Guard]:
        """The conditions of a step and of all that it depends on."""
        cone = self.cones.of(step)
        for place, guard, _ in self.reads.guards.values():
            if place[1] in cone and place[-2:] != ("due", "when"):
                yield guard


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
