"""Whether a case can still come to an end from where it stands: the checker's own exploration."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from functools import cached_property
from heapq import heapify, heappop
from typing import Any

from protocols.checker.answers import MISSING
from protocols.checker.explore import Exploration
from protocols.checker.likeness import Likeness
from protocols.checker.seen import Node, Shared
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.territory import Territory

_MOST = 3_000
_SOME_DAY = datetime(2026, 1, 7).date()


class WayOut:
    """One plan's; states that are alike for the checker have the same answer."""

    def __init__(self, plan: Plan, territory: Territory) -> None:
        self._plan, self._territory = plan, territory
        self._known: dict[Hashable, bool] = {}

    @cached_property
    def _shared(self) -> Shared:
        return Shared(self._plan, self._territory, _SOME_DAY)

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._plan, self._shared.watch.reads)

    @cached_property
    def _asked(self) -> dict[str, Any]:
        reads = self._shared.watch.reads
        asked = (reads.case_paths(guard) for _, guard, _ in reads.guards.values())
        return dict.fromkeys((path for paths in asked for path in paths), MISSING)

    def exists(self, state: State, now: datetime) -> bool:
        """False only where nothing was left to try: as in the checker, what has not been followed
        to its end counts as possible. An end that only an event like death brings is none."""
        if state.ended:
            return True
        given = {f"case.{name}": value for name, value in state.attributes.items()}
        assumed = {**self._asked, **given}
        key = self._likeness.key(state, assumed)
        if key not in self._known:
            search = _From(self._shared, Node(state, now, assumed))
            self._known[key] = search.reaches_an_end()
        return self._known[key]


class _From(Exploration):
    """The exploration begins where a case stands, and ends at the first end."""

    def __init__(self, shared: Shared, start: Node) -> None:
        self._start = start
        self._found = False
        super().__init__(shared, most=_MOST)

    def _search(self, most: int, until: float, stop: object) -> None:
        """Waits to be asked: the answer may be known."""

    def reaches_an_end(self) -> bool:
        self._arrive(self._start, self._start)
        deepest: list[tuple[int, int, Node]] = []
        while True:
            # The deepest first: it is an end that is looked for, not the shortest way to it.
            while self._queue:
                priority, number, node = heappop(self._queue)
                deepest.append((-priority, -number, node))
            heapify(deepest)
            if self._found or not deepest:
                return self._found
            if len(self.nodes) > _MOST:
                return True
            self._expand(heappop(deepest)[2])

    def _arrive(self, parent: Node, node: Node) -> None:
        event = self.plan.events.get(node.step) if not node.outcome else None
        if node.state.ended and not (event and event.event.ends):
            self._found = True
        super()._arrive(parent, node)
