"""From a protocol to a BPMN diagram, and the named losses of the way there.

Joins are inclusive: like a condition of the protocol, they wait for what can still arrive. What is
chosen goes through an exclusive gateway, what is not chosen leaves no token behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from protocols.drawing.conditions import Conditions, Wiring, expression, live_outcomes
from protocols.drawing.graph import Diagram, Flow, Kind, Node
from protocols.drawing.losses import iso, losses
from protocols.drawing.structure import Structure
from protocols.engine.plan import Plan
from protocols.reading.tree import tree
from protocols.reading.words import outcome_title, step_title
from protocols.text import Language

MACHINE, EVENTS, MEMBERS = "lane-machine", "lane-events", "lane-members"
_OTHER_LANES = {
    MACHINE: {"it": "Macchina", "en": "Machine"},
    MEMBERS: {"it": "Ognuno dei componenti", "en": "Each member"},
    EVENTS: {"it": "Eventi del caso", "en": "Events of the case"},
}


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


def diagram(plan: Plan, language: Language = "it") -> Diagram:
    """The BPMN diagram of a protocol, without places."""
    return Translation(plan, language).diagram()


class Translation:
    """One diagram in the making."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language: Language = language
        self.structure = Structure(plan)
        self.conditions = Conditions(plan, self.structure.elsewhere)
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.lanes: dict[str, str] = {}

    def diagram(self) -> Diagram:
        main = self.structure.within("")
        self._container("", main, self._node("case.start", "start", self._say("Caso aperto", "Case opened")))
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

    # ── pieces ───────────────────────────────────────────────────────────────────────────────

    def _say(self, it: str, en: str) -> str:
        return it if self.language == "it" else en

    def _node(self, id_: str, kind: Kind, name: str = "", **fields: object) -> str:
        if id_ not in self.nodes:
            self.nodes[id_] = Node(id_, kind, name, **fields)  # type: ignore[arg-type]
        return id_

    def _flow(self, source: str, target: str, **fields: object) -> None:
        self.flows.append(Flow(f"flow.{len(self.flows) + 1}", source, target, **fields))  # type: ignore[arg-type]

    def _lane(self, name: str) -> str:
        step = self.plan.protocol.steps[name]
        if step.automation:
            return MACHINE
        if step.role:
            return f"lane-{step.role}"
        return MEMBERS if step.each else EVENTS

    def _title(self, name: str) -> str:
        return step_title(self.plan.protocol, name).in_(self.language).strip("«»“”")

    # ── a flow of steps, in the process or in a sub-process ──────────────────────────────────

    def _container(
        self, parent: str, names: Iterable[str], start: str, *,
        roots: frozenset[str] = frozenset(), terminal: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
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
                end = self._node(f"{unit.name}.end", "terminate", parent=parent)
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
        outside = first.region and not first.formula
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

    def _unit(
        self, name: str, parent: str, local: frozenset[str], root: bool, inner: bool
    ) -> Unit:
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
            kind: Kind = "parallel" if self._always_together(flows) and not wiring.check else "inclusive"
            chain.append(self._node(f"{name}.join", kind, parent=parent, lane=lane))
        test = self._test(name, wiring, frozenset(flows), bool(race))
        if test:
            node = self._node(f"{name}.if", "exclusive", f"{self._title(name)}?", parent=parent, lane=lane)
            out = self._node(f"{name}.out", "end", self._say("non si fa", "not done"), parent=parent, lane=lane)
            self._flow(node, out, default=True)
            chain.append(node)
        steps: tuple[str, ...] = (name,)
        if race and self.structure.by_events(race):
            head, exits = self._event_race(race, parent, lane)
            steps = race
        elif race:
            head, exits = self._race(race, parent, lane)
            steps = race
        elif region:
            head, exits = self._region(name, region, parent, lane)
        else:
            head, exits = self._activity(name, parent, lane)
        guests = self._guests(name)
        if guests:
            fork = self._node(f"{name}.opened", "parallel", parent=parent, lane=lane)
            self._flow(fork, head)
            head = fork
        chain.append(head)
        for a, b in zip(chain, chain[1:], strict=False):
            self._flow(a, b, condition=test if a == f"{name}.if" else "")
        again = chain[1] if chain[0] == f"{name}.join" else chain[0]
        return Unit(name, steps, chain[0], again, exits, wiring)

    def _merges(self, wiring: Wiring) -> bool:
        """Whether tokens can just come together: one at most arrives, and it is enough."""
        alone = not wiring.check and not wiring.from_start
        return alone and self.conditions.alternatives(wiring.flows)

    def _always_together(self, flows: dict[str, frozenset[str]]) -> bool:
        """Whether all these tokens come whenever one does; not so in a new round of some."""
        steps = [self.plan.steps[name] for name in flows]
        looped = {s for p in self.plan.steps.values() for o in p.outcomes.values() if o.again
                  for s in self.plan.steps[o.again].closure}  # fmt: skip
        return (
            len({(plan.step.after, plan.region) for plan in steps}) == 1
            and not any(plan.step.when or plan.step.race or plan.dormant for plan in steps)
            and all(flows[plan.name] == frozenset(plan.outcomes) for plan in steps)
            and not looped & set(flows)
        )

    def _test(self, name: str, wiring: Wiring, present: frozenset[str], race: bool) -> str:
        plan = self.plan.steps[name]
        parts = []
        if wiring.check and plan.formula:
            parts.append(expression(tree(plan.formula.text), present))
        if plan.guard and not race:
            parts.append(f"when_{name}")
        return " and ".join(parts)

    def _guests(self, name: str) -> list[str]:
        """Steps that open with this one although they do not stand with it."""
        here = self.structure.scope[name]
        return [
            n
            for n, plan in self.plan.steps.items()
            if plan.region == name and plan.formula is None and not plan.dormant
            and not plan.step.every and n not in self.structure.regions.get(name, ())
            and self.structure.scope[n] == here
        ]  # fmt: skip

    def _activity(self, name: str, parent: str, lane: str) -> tuple[str, tuple[str, ...]]:
        """The task of a step, with what stands before it (a timer) and on it (boundary events)."""
        plan = self.plan.steps[name]
        step = plan.step
        kind: Kind = "service" if step.automation else "receive" if step.waits_for and not step.role else "user"
        self._node(
            name, kind, self._title(name), step=name, parent=parent, lane=lane,
            message=step.waits_for or "" if kind == "receive" else "",
            collection=step.each.replace(".", "_") if step.each else "",
            enough=step.enough or 0,
        )  # fmt: skip
        head, exits = name, [name]
        if step.starts:
            at = f"{name}.starts"
            dated = "." in step.starts.anchor or step.starts.side == "before"
            self._node(
                at, "catch_timer", str(step.starts), parent=parent, lane=lane,
                timer=str(step.starts) if dated else iso(step.starts.duration),
                timer_kind="timeDate" if dated else "timeDuration",
            )  # fmt: skip
            self._flow(at, name)
            head = at
        if kind == "receive":
            exits = [self._sets(name, next(iter(step.outcomes)), name, parent, lane)]
        if step.due:
            late = self._node(
                f"{name}.due", "boundary_timer", on=name, parent=parent, lane=lane,
                timer=iso(step.due.within), interrupting=False,
            )  # fmt: skip
            called = ", ".join(rung.to for rung in step.due.overdue)
            end = self._node(f"{name}.late", "escalation", self._say("In ritardo", "Overdue"),
                             parent=parent, lane=lane, note=called)  # fmt: skip
            self._flow(late, end)
        for event, event_plan in self.plan.events.items():
            if event_plan.completes and event_plan.completes[0] == name and step.waits_for != event:
                on = self._node(f"{name}.{event}", "boundary_message", self._title(event), on=name,
                                parent=parent, lane=lane, message=event)  # fmt: skip
                exits.append(self._sets(name, event_plan.completes[1], on, parent, lane))
        self._repeats(name, parent, lane)
        return head, tuple(exits)

    def _sets(self, step: str, outcome: str, source: str, parent: str, lane: str) -> str:
        """An event says with which outcome the step is done."""
        script = self._node(
            f"{source}.is" if source != step else f"{step}.is", "script",
            outcome_title(self.plan.protocol, step, outcome).in_(self.language).strip("«»“”"),
            parent=parent, lane=lane, script=f"{step} = '{outcome}'",
        )  # fmt: skip
        self._flow(source, script)
        return script

    def _repeats(self, region: str, parent: str, lane: str) -> None:
        """The steps that come again and again while this one is open."""
        for name, plan in self.plan.steps.items():
            every = plan.step.every
            if plan.region != region or not every:
                continue
            timer = self._node(
                f"{name}.every", "boundary_timer", str(every), on=region, parent=parent, lane=lane,
                timer=f"R/{iso(every)}", timer_kind="timeCycle", interrupting=False,
            )  # fmt: skip
            kind: Kind = "service" if plan.step.automation else "user"
            own = "" if parent else self._lane(name)
            self._node(name, kind, self._title(name), step=name, parent=parent, lane=own)
            self._flow(timer, name)
            self._flow(name, self._node(f"{name}.end", "end", parent=parent, lane=own))

    # ── sub-processes ────────────────────────────────────────────────────────────────────────

    def _race(
        self, race: tuple[str, ...], parent: str, lane: str
    ) -> tuple[str, tuple[str, ...]]:
        """The first one done ends the sub-process, and with it the others."""
        name = f"{race[0]}.race"
        title = self._say("Il primo che si fa", "Whichever is done first")
        self._node(name, "subprocess", title, parent=parent, lane=lane)
        start = self._node(f"{name}.start", "start", parent=name)
        members = frozenset(race)
        self._container(name, race, start, roots=members, terminal=members)
        return name, (name,)

    def _event_race(
        self, race: tuple[str, ...], parent: str, lane: str
    ) -> tuple[str, tuple[str, ...]]:
        gate = self._node(f"{race[0]}.race", "event_based", parent=parent, lane=lane)
        exits = []
        for name in race:
            step = self.plan.protocol.steps[name]
            self._node(name, "catch_message", self._title(name), step=name, parent=parent, lane=lane,
                       message=step.waits_for or "")  # fmt: skip
            self._flow(gate, name)
            exits.append(self._sets(name, next(iter(step.outcomes)), name, parent, lane))
        return gate, tuple(exits)

    def _region(
        self, name: str, region: tuple[str, ...], parent: str, lane: str
    ) -> tuple[str, tuple[str, ...]]:
        """What lives only while the step is open is withdrawn with its sub-process."""
        id_ = f"{name}.region"
        self._node(id_, "subprocess", self._title(name), parent=parent, lane=lane)
        start = self._node(f"{id_}.start", "start", parent=id_)
        inside = [name, *(n for n in region if not self.plan.steps[n].step.every)]
        inside += [n for r in region for n in self.structure.inside(r)]
        self._container(id_, inside, start, roots=frozenset({name}), terminal=frozenset({name}))
        return id_, (id_,)

    def _event(self, name: str) -> None:
        event = self.plan.protocol.events[name]
        if event.completes and not (event.opens or event.ends):
            return
        if any(step.waits_for == name for step in self.plan.protocol.steps.values()) and not event.opens:
            return
        id_ = f"event.{name}"
        title = event.title.in_(self.language)
        self._node(id_, "event_subprocess", title, lane=EVENTS, interrupting=bool(event.ends))
        start = self._node(f"{id_}.start", "start", title, parent=id_, message=name,
                           interrupting=bool(event.ends))  # fmt: skip
        opened = frozenset(s for s in event.opens if self.structure.scope[s] == name)
        if event.ends:
            self._flow(start, self._node(f"{id_}.end", "terminate", event.ends, parent=id_))
        else:
            self._container(id_, self.structure.within(name), start, roots=opened)

    # ── what follows ─────────────────────────────────────────────────────────────────────────

    def _wires(self, unit: Unit, owner: dict[str, Unit], units: dict[str, Unit]) -> list[Wire]:
        found: dict[tuple[str, bool], set[tuple[str, str]]] = {}

        def add(target: str, step: str, outcome: str, back: bool = False) -> None:
            found.setdefault((target, back), set()).add((step, outcome))

        parent = self.nodes[unit.entry].parent
        lane = self.nodes[unit.entry].lane
        for step in unit.steps:
            for key, outcome in self.plan.steps[step].outcomes.items():
                if outcome.ends:
                    end = self._node(f"{step}.{key}.ends", "terminate", outcome.ends, parent=parent, lane=lane)
                    add(end, step, key)
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

    def _hosts(self, name: str) -> list[str]:
        region = self.plan.steps[name].region
        return [region] if region and name in self._guests(region) else []

    def _new_round(self, unit: Unit, target: Unit) -> str:
        """Where a new round begins: what it makes undone is forgotten first."""
        forgotten = [
            s for s in self.plan.steps[target.steps[0]].closure if self._read_later(s)
        ]  # fmt: skip
        if not forgotten:
            return target.again
        node = f"{unit.name}.{target.name}.round"
        if node not in self.nodes:
            self._node(
                node, "script", self._say("Nuovo giro", "New round"),
                parent=self.nodes[unit.entry].parent, lane=self.nodes[unit.entry].lane,
                script=" = ".join([*forgotten, "None"]),
            )  # fmt: skip
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
        mixed = any(self.plan.steps[s].step.each and len(self.plan.steps[s].outcomes) > 1 for s in unit.steps)
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
                split, wire.target, name="" if always else self._label(wire),
                condition="" if always else _condition(wire.pairs, self.plan),
                back=wire.back and self._is_back(wire),
            )  # fmt: skip
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
