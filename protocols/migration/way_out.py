"""Whether a case can still come to an end from where it stands: the checker's own exploration."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime, time
from functools import cached_property
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
    def _search(self) -> _From:
        start = Node(State(self._plan.names), datetime.combine(_SOME_DAY, time(), UTC), {})
        return _From(self._shared, start, self._known)

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
            self._known[key] = self._search.reaches_an_end(Node(state, now, assumed))
        return self._known[key]


class _Found(Exception):
    """`node`: the last one before an end."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class _From(Exploration):
    """The exploration begins where a case stands, and ends at the first end, or at a state that is
    known to have one behind it. The last reached goes on first: it is an end that is looked for,
    not the shortest way to it."""

    def __init__(self, shared: Shared, start: Node, known: dict[Hashable, bool]) -> None:
        self._keys: dict[int, Hashable] = {}
        self._ends = known
        super().__init__(shared, root=start, most=_MOST)

    def _search(self, most: int, until: float, stop: object) -> None:
        """Waits to be asked: the answer may be known."""

    def reaches_an_end(self, start: Node) -> bool:
        """What is learnt on the way is kept for other cases."""
        # One search for all cases: most of the work of making it is the same for each.
        self.nodes.clear()
        self._keys.clear()
        self._queue[:] = []
        self.root = self._begin(start)
        try:
            while self._queue:
                if len(self.nodes) > _MOST:
                    return True
                self._expand(self._queue.pop()[2])
        except _Found as found:
            node: Node | None = found.node
            while node is not None:
                if id(node) in self._keys:
                    self._ends[self._keys[id(node)]] = True
                node = node.parent
            return True
        return False

    def _arrive(self, parent: Node, node: Node) -> None:
        if node.state.ended:
            event = self.plan.events.get(node.step) if not node.outcome else None
            if not (event and event.event.ends):
                raise _Found(parent)
            return
        key = self.likeness.key(node.state, node.assumed)
        if self._ends.get(key):
            raise _Found(parent)
        if key not in self.nodes:
            self.nodes[key] = node
            self._keys[id(node)] = key
            self._queue.append((0, 0, node))
