"""The pieces of a diagram in the making: nodes, flows, the task of one step, sub-processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from protocols.drawing.conditions import Conditions
from protocols.drawing.graph import Flow, Kind, Node
from protocols.drawing.losses import iso
from protocols.drawing.structure import Structure
from protocols.engine.plan import Plan
from protocols.reading.words import outcome_title, step_title
from protocols.text import Language

MACHINE, EVENTS, MEMBERS = "lane-machine", "lane-events", "lane-members"


class Pieces(ABC):
    """What a diagram is put together from. A sub-process is filled by `_container`."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language: Language = language
        self.structure = Structure(plan)
        self.conditions = Conditions(plan, self.structure.elsewhere)
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.lanes: dict[str, str] = {}

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

    @abstractmethod
    def _container(
        self,
        parent: str,
        names: Iterable[str],
        start: str,
        *,
        roots: frozenset[str] = frozenset(),
        terminal: frozenset[str] = frozenset(),
    ) -> None:
        """Draw `names` inside `parent`; the translation of whole protocols knows how."""

    # ── the task of a step ───────────────────────────────────────────────────────────────────

    def _guests(self, name: str) -> list[str]:
        """Steps that open with this one although they do not stand with it."""
        here = self.structure.scope[name]
        return [
            n
            for n, plan in self.plan.steps.items()
            if plan.region == name
            and plan.within != name
            and plan.formula is None
            and not plan.dormant
            and not plan.step.every
            and n not in self.structure.regions.get(name, ())
            and self.structure.scope[n] == here
        ]

    def _activity(self, name: str, parent: str, lane: str) -> tuple[str, tuple[str, ...]]:
        """The task of a step, with what stands before it (a timer) and on it (boundary events)."""
        plan = self.plan.steps[name]
        step = plan.step
        kind: Kind = (
            "service"
            if step.automation
            else "receive"
            if step.waits_for and not step.role
            else "user"
        )
        self._node(
            name,
            kind,
            self._title(name),
            step=name,
            parent=parent,
            lane=lane,
            message=step.waits_for or "" if kind == "receive" else "",
            collection=step.each.replace(".", "_") if step.each else "",
            enough=step.enough or 0,
        )
        head, exits = name, [name]
        if step.starts:
            at = f"{name}.starts"
            dated = "." in step.starts.anchor or step.starts.side == "before"
            self._node(
                at,
                "catch_timer",
                str(step.starts),
                parent=parent,
                lane=lane,
                timer=str(step.starts) if dated else iso(step.starts.duration),
                timer_kind="timeDate" if dated else "timeDuration",
            )
            self._flow(at, name)
            head = at
        if kind == "receive":
            exits = [self._sets(name, next(iter(step.outcomes)), name, parent, lane)]
        if step.due:
            late = self._node(
                f"{name}.due",
                "boundary_timer",
                on=name,
                parent=parent,
                lane=lane,
                timer=iso(step.due.within),
                interrupting=False,
            )
            called = ", ".join(rung.to for rung in step.due.overdue)
            end = self._node(
                f"{name}.late",
                "escalation",
                self._say("In ritardo", "Overdue"),
                parent=parent,
                lane=lane,
                note=called,
            )
            self._flow(late, end)
        exits += self._interrupted(name, parent, lane)
        self._repeats(name, parent, lane)
        return head, tuple(exits)

    def _interrupted(self, name: str, parent: str, lane: str) -> list[str]:
        """The events that settle a step while it is open; from where it goes on."""
        step = self.plan.protocol.steps[name]
        exits = []
        for event, event_plan in self.plan.events.items():
            if event_plan.completes and event_plan.completes[0] == name and step.waits_for != event:
                on = self._node(
                    f"{name}.{event}",
                    "boundary_message",
                    self._title(event),
                    on=name,
                    parent=parent,
                    lane=lane,
                    message=event,
                )
                exits.append(self._sets(name, event_plan.completes[1], on, parent, lane))
            elif name in event_plan.event.cancels:
                # A step that is taken away counts as one that will not happen.
                on = self._node(
                    f"{name}.{event}",
                    "boundary_message",
                    self._title(event),
                    on=name,
                    parent=parent,
                    lane=lane,
                    message=event,
                )
                end = self._node(f"{name}.{event}.end", "end", parent=parent, lane=lane)
                self._flow(on, end)
        return exits

    def _sets(self, step: str, outcome: str, source: str, parent: str, lane: str) -> str:
        """An event says with which outcome the step is done."""
        script = self._node(
            f"{source}.is" if source != step else f"{step}.is",
            "script",
            outcome_title(self.plan.protocol, step, outcome).in_(self.language).strip("«»“”"),
            parent=parent,
            lane=lane,
            script=f"{step} = '{outcome}'",
        )
        self._flow(source, script)
        return script

    def _repeats(self, region: str, parent: str, lane: str) -> None:
        """The steps that come again and again while this one is open."""
        for name, plan in self.plan.steps.items():
            every = plan.step.every
            if plan.region != region or not every:
                continue
            timer = self._node(
                f"{name}.every",
                "boundary_timer",
                str(every),
                on=region,
                parent=parent,
                lane=lane,
                timer=f"R/{iso(every)}",
                timer_kind="timeCycle",
                interrupting=False,
            )
            kind: Kind = "service" if plan.step.automation else "user"
            own = "" if parent else self._lane(name)
            self._node(name, kind, self._title(name), step=name, parent=parent, lane=own)
            self._flow(timer, name)
            self._flow(name, self._node(f"{name}.end", "end", parent=parent, lane=own))

    # ── sub-processes ────────────────────────────────────────────────────────────────────────

    def _race(self, race: tuple[str, ...], parent: str, lane: str) -> tuple[str, tuple[str, ...]]:
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
            self._node(
                name,
                "catch_message",
                self._title(name),
                step=name,
                parent=parent,
                lane=lane,
                message=step.waits_for or "",
            )
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

    def _scope(self, name: str, parent: str, lane: str) -> tuple[str, tuple[str, ...]]:
        """A sub-protocol: its variable is the end that it came to."""
        plan = self.plan.steps[name]
        self._node(name, "subprocess", self._title(name), step=name, parent=parent, lane=lane)
        start = self._node(f"{name}.start", "start", parent=name)
        begin = self._node(
            f"{name}.begin", "script", parent=name,
            script=" = ".join([name, *filter(self._read_later, plan.inside), "None"]),
        )  # fmt: skip
        self._flow(start, begin)
        self._container(name, self.structure.children(name), begin, roots=frozenset(plan.copies))
        how = self._node(f"{name}.how", "exclusive", parent=parent, lane=lane)
        over = self._node(f"{name}.over", "exclusive", parent=parent, lane=lane)
        itself = self._node(
            f"{name}.is", "script", parent=parent, lane=lane, script=f"{name} = 'completed'"
        )
        self._flow(name, how)
        self._flow(how, over, default=True)
        self._flow(how, itself, condition=f"{name} is None")
        self._flow(itself, over)
        for left in self._interrupted(name, parent, lane):
            self._flow(left, over)
        return name, (over,)

    @abstractmethod
    def _read_later(self, step: str) -> bool:
        """Whether a condition reads this step's outcome after tokens have met."""
