"""From a protocol to a BPMN diagram, and the named losses of the way there.

Joins are inclusive: like a condition of the protocol, they wait for what can still arrive. What is
chosen goes through an exclusive gateway, what is not chosen leaves no token behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from msgspec.structs import replace

from protocols.drawing.conditions import Wiring, expression
from protocols.drawing.following import Following, Unit
from protocols.drawing.graph import Diagram, Kind
from protocols.drawing.losses import losses
from protocols.drawing.pieces import EVENTS, MACHINE, MEMBERS
from protocols.engine.plan import Plan
from protocols.reading.tree import tree
from protocols.text import Language

_OTHER_LANES = {
    MACHINE: {"it": "Macchina", "en": "Machine"},
    MEMBERS: {"it": "Ognuno dei componenti", "en": "Each member"},
    EVENTS: {"it": "Eventi del caso", "en": "Events of the case"},
}


def diagram(plan: Plan, language: Language = "it") -> Diagram:
    """The BPMN diagram of a protocol, without places."""
    return Translation(plan, language).diagram()


class Translation(Following):
    """One diagram in the making."""

    def diagram(self) -> Diagram:
        main = self.structure.within("")
        self._container(
            "", main, self._node("case.start", "start", self._say("Caso aperto", "Case opened"))
        )
        for name in self.plan.events:
            self._event(name)
        protocol = self.plan.protocol
        return Diagram(
            f"process.{protocol.protocol}",
            protocol.title.in_(self.language),
            tuple(self.nodes.values()),
            tuple(self.flows),
            self._used_lanes(),
            tuple(sorted(set(losses(self.plan, self.structure, self.conditions)))),
        )

    def _used_lanes(self) -> dict[str, str]:
        used = {node.lane for node in self.nodes.values() if not node.parent}
        roles = {
            f"lane-{name}": role.title.in_(self.language)
            for name, role in self.plan.protocol.roles.items()
        }
        others = {lane: title[self.language] for lane, title in _OTHER_LANES.items()}
        return {lane: title for lane, title in {**roles, **others}.items() if lane in used}

    # ── a flow of steps, in the process or in a sub-process ──────────────────────────────────

    def _container(
        self,
        parent: str,
        names: Iterable[str],
        start: str,
        *,
        roots: frozenset[str] = frozenset(),
        terminal: frozenset[str] = frozenset(),
    ) -> None:
        """`roots` open at once, whatever their condition; when one of `terminal` is done the whole
        container ends."""
        names = list(names)
        grouped = {
            inner
            for name in names
            for inner in [*self.structure.races.get(name, ())[1:], *self.structure.inside(name)]
            if name not in terminal
        }
        units: dict[str, Unit] = {}
        local = frozenset(names)
        for name in names:
            if name not in grouped:
                units[name] = self._unit(name, parent, local, name in roots, bool(terminal))
        owner = {step: unit for unit in units.values() for step in unit.steps}
        opened = [unit.entry for unit in units.values() if self._opens_at_once(unit, roots)]
        self._fan_out(start, opened, parent)
        for unit in units.values():
            if unit.steps[0] in terminal:
                end = self._node(f"{unit.name}.last", "terminate", parent=parent)
                for source in unit.exits:
                    self._flow(source, end)
            else:
                self._leave(unit, self._wires(unit, owner, units), parent)

    def _opens_at_once(self, unit: Unit, roots: frozenset[str]) -> bool:
        first = self.plan.steps[unit.steps[0]]
        if unit.name in roots:
            return True
        if first.region and first.name in self.structure.regions.get(first.region, ()):
            return unit.wiring.from_start and not first.step.every
        outside = first.region and not first.formula and first.region != first.within
        return unit.wiring.from_start and not first.dormant and not outside

    def _fan_out(self, source: str, targets: list[str], parent: str) -> None:
        lane = self.nodes[targets[0]].lane if targets else self.nodes[source].lane
        if source in self.nodes and not parent:
            self.nodes[source] = replace(self.nodes[source], lane=lane)
        if len(targets) > 1:
            fork = self._node(f"{source}.fork", "parallel", parent=parent, lane=lane)
            self._flow(source, fork)
            source = fork
        for target in targets:
            self._flow(source, target)
        if not targets:
            self._flow(source, self._node(f"{source}.end", "end", parent=parent, lane=lane))

    # ── one unit ─────────────────────────────────────────────────────────────────────────────

    def _unit(self, name: str, parent: str, local: frozenset[str], root: bool, inner: bool) -> Unit:
        race = self.structure.races.get(name, ()) if not inner else ()
        region = self.structure.regions.get(name, ()) if not inner or not root else ()
        lane = "" if parent else self._lane(name)
        wiring = self.conditions.wiring(name, local)
        if root:
            wiring = Wiring({}, True, False, {}, False)
        chain: list[str] = []
        flows = {s: o for s, o in wiring.flows.items() if s in local}
        wiring = wiring._replace(flows=flows)
        if len(flows) + wiring.from_start > 1 and not self._merges(wiring):
            together = wiring.enough and not wiring.from_start and self._always_together(flows)
            wiring = wiring._replace(check=wiring.check and not together)
            kind: Kind = "parallel" if together else "inclusive"
            chain.append(self._node(f"{name}.join", kind, parent=parent, lane=lane))
        # The heart of a region: what stands before it stands before the whole sub-process.
        heart = parent == f"{name}.region"
        test = "" if heart else self._test(name, wiring, frozenset(flows), bool(race))
        if test:
            node = self._node(
                f"{name}.if", "exclusive", f"{self._title(name)}?", parent=parent, lane=lane
            )
            out = self._node(
                f"{name}.out", "end", self._say("non si fa", "not done"), parent=parent, lane=lane
            )
            self._flow(node, out, default=True)
            chain.append(node)
        steps: tuple[str, ...] = (name,)
        if race and self.structure.by_events(race):
            head, exits = self._event_race(race, parent, lane)
            steps = race
        elif race:
            head, exits = self._race(race, parent, lane)
            steps = race
        elif self.plan.steps[name].scope:
            head, exits = self._scope(name, parent, lane)
        elif region:
            head, exits = self._region(name, region, parent, lane)
        else:
            head, exits = self._activity(name, parent, lane)
        if self._guests(name) and not heart:
            fork = self._node(f"{name}.opened", "parallel", parent=parent, lane=lane)
            self._flow(fork, head)
            head = fork
        chain.append(head)
        for a, b in pairwise(chain):
            self._flow(a, b, condition=test if a == f"{name}.if" else "")
        again = chain[1] if chain[0] == f"{name}.join" else chain[0]
        return Unit(name, steps, chain[0], again, exits, wiring)

    def _merges(self, wiring: Wiring) -> bool:
        """Whether tokens can just come together: one at most arrives, and it is enough."""
        alone = not wiring.check and not wiring.from_start
        return alone and self.conditions.alternatives(wiring.flows)

    def _always_together(self, flows: dict[str, frozenset[str]]) -> bool:
        """Whether all these tokens come whenever one does, in every round."""
        steps = [self.plan.steps[name] for name in flows]
        again = {o.again for plan in self.plan.steps.values() for o in plan.outcomes.values()}
        rounds = [set(self.plan.steps[target].closure) for target in again if target]
        return (
            len({(plan.step.after, plan.region) for plan in steps}) == 1
            and not any(plan.step.when or plan.step.race or plan.dormant for plan in steps)
            and not self.conditions.cancelled & set(flows)
            and all(flows[plan.name] == frozenset(plan.outcomes) for plan in steps)
            and not any(closure & set(flows) and set(flows) - closure for closure in rounds)
        )

    def _test(self, name: str, wiring: Wiring, present: frozenset[str], race: bool) -> str:
        plan = self.plan.steps[name]
        parts = []
        if wiring.check and plan.formula:
            parts.append(expression(tree(plan.formula.text), present))
        if plan.guard and not race:
            parts.append(f"when_{name}")
        return " and ".join(parts)

    def _event(self, name: str) -> None:
        event = self.plan.protocol.events[name]
        if (event.completes or event.cancels) and not (event.opens or event.ends):
            return
        if (
            any(step.waits_for == name for step in self.plan.protocol.steps.values())
            and not event.opens
        ):
            return
        id_ = f"event.{name}"
        title = event.title.in_(self.language)
        within = event.within or ""
        self._node(
            id_, "event_subprocess", title, lane="" if within else EVENTS, parent=within,
            interrupting=bool(event.ends),
        )  # fmt: skip
        start = self._node(
            f"{id_}.start", "start", title, parent=id_, message=name, interrupting=bool(event.ends)
        )
        opened = frozenset(s for s in event.opens if self.structure.scope[s] == name)
        if event.ends:
            end = self._node(f"{id_}.end", "terminate", event.ends, parent=id_)
            if within:
                said = self._node(
                    f"{id_}.is", "script", event.ends, parent=id_,
                    script=f"{within} = '{event.ends}'",
                )  # fmt: skip
                self._flow(said, end)
                end = said
            self._flow(start, end)
        else:
            self._container(id_, self.structure.within(name), start, roots=opened)
