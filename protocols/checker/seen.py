"""What explorations of a protocol reach, and what they see there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from protocols.checker import words
from protocols.checker.cone import Cones
from protocols.checker.demands import Demands
from protocols.checker.independence import Independence
from protocols.checker.trial import Watch
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.territory import Territory
from protocols.text import Text


@dataclass(slots=True, eq=False)
class Node:
    """A state that was reached, and by what. `next`: nodes that people, time or an event that is
    waited for lead to from here; `by_hand`: those to which people or time lead;
    `moved`: the steps by which; `expanded`: whether all of them are known."""

    state: State
    now: datetime
    assumed: dict[str, Any]
    parent: Node | None = None
    label: Text | None = None
    step: str = ""
    outcome: str = ""
    next: list[Node] = field(default_factory=list)
    by_hand: list[Node] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    expanded: bool = False
    depth: int = 0

    def history(self) -> tuple[Text, ...]:
        """What happened, in order; what was assumed of the case stands first."""
        labels: list[Text] = []
        node: Node | None = self
        while node is not None:
            if node.label is not None:
                labels.append(node.label)
            node = node.parent
        assumed = words.assumed(self.assumed)
        return (*assumed, *reversed(labels)) or (words.OPENED,)


@dataclass(slots=True, eq=False)
class Seen:
    """What an exploration saw, each with the first node at which it was so."""

    opened: dict[str, Node] = field(default_factory=dict)
    done: dict[tuple[str, str], Node] = field(default_factory=dict)
    possible: dict[str, Node] = field(default_factory=dict)
    missing: dict[tuple[Any, str, bool], Node] = field(default_factory=dict)
    facts: dict[tuple[str, str], tuple[Node, str]] = field(default_factory=dict)
    failures: dict[tuple[str, str], tuple[Node, str]] = field(default_factory=dict)
    ran_out: dict[tuple[str, str], Node] = field(default_factory=dict)
    open_after_end: Node | None = None


class Shared:
    """What the explorations of one plan have in common, and what they saw together."""

    def __init__(self, plan: Plan, territory: Territory, today: date) -> None:
        self.plan = plan
        self.watch = Watch(plan, territory, today)
        self.demands = Demands(plan)
        self.cones = Cones(plan, self.watch.reads, self.demands)
        self.independence = Independence(plan, self.watch.reads, self.demands)
        self.seen = Seen()


def leads(start: Node, goal: Node) -> bool:
    """Whether people and time alone lead from one to the other."""
    known, queue = {id(start)}, [start]
    while queue:
        node = queue.pop()
        if node is goal:
            return True
        for following in node.by_hand:
            if id(following) not in known:
                known.add(id(following))
                queue.append(following)
    return False


def no_way_to(nodes: list[Node], goal: Callable[[Node], bool]) -> Iterator[Node]:
    """Those from which no `goal` can be reached, in their order. What has not been followed to its
    end counts as possible."""
    before: dict[int, list[Node]] = {}
    good = [n for n in nodes if goal(n) or not n.expanded]
    for node in nodes:
        for following in node.next:
            before.setdefault(id(following), []).append(node)
    fine = {id(node) for node in good}
    while good:
        for node in before.get(id(good.pop()), ()):
            if id(node) not in fine:
                fine.add(id(node))
                good.append(node)
    return (node for node in nodes if id(node) not in fine)
