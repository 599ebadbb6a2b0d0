"""What stands in a flow as one, and what follows from it."""

from __future__ import annotations

from typing import NamedTuple

from protocols.drawing.conditions import Wiring, live_outcomes
from protocols.drawing.graph import Kind
from protocols.drawing.pieces import Pieces
from protocols.engine.plan import Plan
from protocols.reading.words import outcome_title


class Wire(NamedTuple):
    """From a unit to a target node, upon some (step, outcome) pairs."""

    target: str
    pairs: frozenset[tuple[str, str]]
    back: bool = False


class Unit(NamedTuple):
    """What stands in a flow as one: a step, or a sub-process of some. `steps` end it, each with an
    outcome; tokens come in at `entry`, new rounds at `again`, and leave from `exits`."""

    name: str
    steps: tuple[str, ...]
    entry: str
    again: str
    exits: tuple[str, ...]
    wiring: Wiring


class Following(Pieces):
    """The gateways behind a unit: what is chosen, what begins again, what ends."""

    def _wires(self, unit: Unit, owner: dict[str, Unit], units: dict[str, Unit]) -> list[Wire]:
        found: dict[tuple[str, bool], set[tuple[str, str]]] = {}

        def add(target: str, step: str, outcome: str, back: bool = False) -> None:
            found.setdefault((target, back), set()).add((step, outcome))

        parent = self.nodes[unit.entry].parent
        lane = self.nodes[unit.entry].lane
        for step in unit.steps:
            for key, outcome in self.plan.steps[step].outcomes.items():
                if outcome.ends:
                    end = self._node(
                        f"{step}.{key}.ends", "terminate", outcome.ends, parent=parent, lane=lane
                    )
                    add(self._said(step, outcome.ends, end, parent, lane), step, key)
                elif outcome.result and self.plan.steps[step].within:
                    end = self._node(f"{step}.{key}.result", "end", parent=parent, lane=lane)
                    add(self._said(step, outcome.result, end, parent, lane), step, key)
                elif outcome.again in owner:
                    add(self._new_round(unit, owner[outcome.again]), step, key, True)
        for other in units.values():
            for step, outcomes in other.wiring.flows.items():
                if step in unit.steps:
                    for outcome_name in outcomes:
                        add(other.entry, step, outcome_name)
            if any(name in unit.steps for name in self._hosts(other.name)):
                self._flow(f"{unit.name}.opened", other.entry)
        return [Wire(target, frozenset(pairs), back) for (target, back), pairs in found.items()]

    def _said(self, step: str, reason: str, end: str, parent: str, lane: str) -> str:
        """Where it goes to an end: inside a sub-protocol it is said first which end it is."""
        scope = self.plan.steps[step].within
        if scope is None:
            return end
        said = self._node(
            f"{end}.is", "script", reason, parent=parent, lane=lane, script=f"{scope} = '{reason}'"
        )
        self._flow(said, end)
        return said

    def _hosts(self, name: str) -> list[str]:
        region = self.plan.steps[name].region
        return [region] if region and name in self._guests(region) else []

    def _new_round(self, unit: Unit, target: Unit) -> str:
        """Where a new round begins: what it makes undone is forgotten first."""
        forgotten = [s for s in self.plan.steps[target.steps[0]].closure if self._read_later(s)]
        if not forgotten:
            return target.again
        node = f"{unit.name}.{target.name}.round"
        if node not in self.nodes:
            self._node(
                node,
                "script",
                self._say("Nuovo giro", "New round"),
                parent=self.nodes[unit.entry].parent,
                lane=self.nodes[unit.entry].lane,
                script=" = ".join([*forgotten, "None"]),
            )
            self._flow(node, target.again, back=True)
        return node

    def _read_later(self, step: str) -> bool:
        """Whether a condition reads this step's outcome after tokens have met."""
        return any(
            plan.formula and step in plan.formula.steps and f"{name}.join" in self.nodes
            for name, plan in self.plan.steps.items()
        ) or any(step in race for race in self.structure.races.values())

    def _leave(self, unit: Unit, wires: list[Wire], parent: str) -> None:
        """From a unit to all that follows from it."""
        lane = self.nodes[unit.entry].lane
        pairs = {(s, o) for s in unit.steps for o in self.plan.steps[s].outcomes}
        mixed = any(
            self.plan.steps[s].step.each and len(self.plan.steps[s].outcomes) > 1
            for s in unit.steps
        )
        taken = [sum(pair in wire.pairs for wire in wires) for pair in pairs]
        always = all(wire.pairs == pairs for wire in wires)
        sources = list(unit.exits)
        if len(sources) > 1:
            merge = self._node(f"{unit.name}.merge", "exclusive", parent=parent, lane=lane)
            for source in sources:
                self._flow(source, merge)
            sources = [merge]
        source = sources[0]
        if not wires:
            self._flow(source, self._node(f"{unit.name}.end", "end", parent=parent, lane=lane))
            return
        if always and len(wires) == 1:
            self._flow(source, wires[0].target, back=wires[0].back and self._is_back(wires[0]))
            return
        kind: Kind = "parallel" if always else "exclusive" if max(taken) <= 1 else "inclusive"
        split = self._node(f"{unit.name}.split", kind, parent=parent, lane=lane)
        self._flow(source, split)
        for wire in wires:
            self._flow(
                split,
                wire.target,
                name="" if always else self._label(wire),
                condition="" if always else _condition(wire.pairs, self.plan),
                back=wire.back and self._is_back(wire),
            )
        if not always and (min(taken) == 0 or mixed):
            end = self._node(f"{unit.name}.end", "end", parent=parent, lane=lane)
            self._flow(split, end, default=True)

    def _is_back(self, wire: Wire) -> bool:
        return self.nodes[wire.target].kind != "script"

    def _label(self, wire: Wire) -> str:
        titles = [
            outcome_title(self.plan.protocol, step, outcome).in_(self.language).strip("«»“”")
            for step, outcome in sorted(wire.pairs)
        ]
        return ", ".join(dict.fromkeys(titles)) if len(titles) <= 3 else ""


def _condition(pairs: frozenset[tuple[str, str]], plan: Plan) -> str:
    by_step: dict[str, list[str]] = {}
    for step, outcome in sorted(pairs):
        by_step.setdefault(step, []).append(outcome)
    parts = []
    for step, outcomes in by_step.items():
        if set(outcomes) == set(live_outcomes(plan, step)) and len(by_step) > 1:
            parts.append(f"{step} is not None")
        elif len(outcomes) == 1:
            parts.append(f"{step} == '{outcomes[0]}'")
        else:
            parts.append(f"{step} in {outcomes!r}")
    return " or ".join(parts)
