"""What a BPMN diagram is made of, before it has places and before it is XML."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from protocols.text import Text

Kind = Literal[
    "start",
    "end",
    "terminate",
    "escalation",
    "user",
    "service",
    "receive",
    "script",
    "exclusive",
    "inclusive",
    "parallel",
    "event_based",
    "catch_message",
    "catch_timer",
    "boundary_timer",
    "boundary_message",
    "subprocess",
    "event_subprocess",
]

GATEWAYS = frozenset({"exclusive", "inclusive", "parallel", "event_based"})
BOUNDARIES = frozenset({"boundary_timer", "boundary_message"})


class Node(Struct, frozen=True):
    """One flow node. `lane`: a role, or '' inside a sub-process; `parent`: the sub-process it
    stands in; `on`: the activity a boundary event sits on. `timer`: ISO 8601, or the name of a
    date; `message`: of an event; `collection`, `enough`: of many instances."""

    id: str
    kind: Kind
    name: str = ""
    step: str = ""
    lane: str = ""
    parent: str = ""
    on: str = ""
    timer: str = ""
    timer_kind: Literal["timeDuration", "timeDate", "timeCycle"] = "timeDuration"
    message: str = ""
    script: str = ""
    interrupting: bool = True
    collection: str = ""
    enough: int = 0
    note: str = ""


class Flow(Struct, frozen=True):
    """One sequence flow. `back`: it begins a new round, and is drawn backwards."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    default: bool = False
    back: bool = False


class Loss(Struct, frozen=True, order=True):
    """What the protocol says at `step` and BPMN does not. `construct` is a stable name."""

    step: str
    construct: str
    it: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.it, self.en)


class Diagram(Struct, frozen=True):
    """`lanes`: id → title, in the order of drawing. Expressions name steps: a step's variable is
    the outcome it was done with, and is not there while it has none."""

    id: str
    name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    lanes: dict[str, str]
    losses: tuple[Loss, ...]
