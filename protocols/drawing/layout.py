"""Places for the parts of a diagram: columns by how far a token has come, rows by lane."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from protocols.drawing.graph import BOUNDARIES, GATEWAYS, Diagram, Flow, Node

Point = tuple[float, float]

_SIZES = {
    "user": (130, 76),
    "service": (130, 76),
    "receive": (130, 76),
    "script": (100, 60),
}
_GAP_X, _GAP_Y, _MARGIN = 56, 44, 34
LANE_LABEL = 30


class Box(Struct, frozen=True):
    """Pixels; `x`, `y` are the upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


class Layout(Struct, frozen=True):
    """`lanes` and `nodes`: id → its place; `flows`: id → the points its line goes through."""

    pool: Box
    lanes: dict[str, Box]
    nodes: dict[str, Box]
    flows: dict[str, tuple[Point, ...]]


def lay_out(diagram: Diagram) -> Layout:
    """Places for all of it. The same diagram gives the same places."""
    return _Placing(diagram).layout()


class _Placing:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.nodes = {node.id: node for node in diagram.nodes}
        self.inside: dict[str, list[Node]] = defaultdict(list)
        for node in diagram.nodes:
            self.inside[node.parent].append(node)
        self.sizes: dict[str, tuple[float, float]] = {}
        self.local: dict[str, Box] = {}

    def layout(self) -> Layout:
        bands = self._bands()
        self._place("", bands)
        lanes: dict[str, Box] = {}
        nodes = {node.id: self.local[node.id] for node in self.inside[""]}
        width = max((box.x + box.width for box in nodes.values()), default=100) + _MARGIN
        for lane in bands:
            mine = [nodes[n.id] for n in self.inside[""] if n.lane == lane]
            top = min((box.y for box in mine), default=0) - _MARGIN
            bottom = max((box.y + box.height for box in mine), default=0) + _MARGIN
            lanes[lane] = Box(0, top, width, bottom - top)
        top = min((lane.y for lane in lanes.values()), default=0)
        bottom = max((lane.y + lane.height for lane in lanes.values()), default=100)
        pool = Box(-LANE_LABEL, top, width + LANE_LABEL, bottom - top)
        lanes = self._touching(lanes, pool)
        for node in self.diagram.nodes:
            if node.parent and node.parent in nodes:
                outer = nodes[node.parent]
                nodes[node.id] = self.local[node.id].moved(outer.x, outer.y)
        dx, dy = 40 - pool.x, 40 - pool.y
        placed = {key: box.moved(dx, dy) for key, box in nodes.items()}
        flows = {flow.id: self._points(flow, placed) for flow in self.diagram.flows}
        return Layout(
            pool.moved(dx, dy), {k: b.moved(dx, dy) for k, b in lanes.items()}, placed, flows
        )

    def _touching(self, lanes: dict[str, Box], pool: Box) -> dict[str, Box]:
        """Lanes one under the other, without gaps."""
        ordered = sorted(lanes, key=lambda lane: lanes[lane].y)
        result, top = {}, pool.y
        for i, lane in enumerate(ordered):
            last = i == len(ordered) - 1
            bottom = pool.y + pool.height if last else lanes[ordered[i + 1]].y
            result[lane] = Box(0, top, pool.width - LANE_LABEL, bottom - top)
            top = bottom
        return result

    def _bands(self) -> list[str]:
        return list(self.diagram.lanes)

    def size(self, node: Node) -> tuple[float, float]:
        if node.id not in self.sizes:
            if node.kind in ("subprocess", "event_subprocess"):
                self._place(node.id, [""])
                boxes = [self.local[n.id] for n in self.inside[node.id]]
                width = max((b.x + b.width for b in boxes), default=60) + _MARGIN
                height = max((b.y + b.height for b in boxes), default=40) + _MARGIN
                self.sizes[node.id] = (width, height)
            elif node.kind in GATEWAYS:
                self.sizes[node.id] = (50, 50)
            else:
                self.sizes[node.id] = _SIZES.get(node.kind, (36, 36))
        return self.sizes[node.id]

    def _place(self, parent: str, bands: list[str]) -> None:
        """Columns for what stands in `parent`; each band (a lane) keeps its own rows."""
        nodes = [n for n in self.inside[parent] if n.kind not in BOUNDARIES]
        columns = self._columns(nodes)
        # An event's late end stands under its task, not in the next column.
        late = {
            f.target: self.nodes[f.source].on
            for f in self.diagram.flows
            if self.nodes[f.target].kind == "escalation"
        }
        widths: dict[int, float] = defaultdict(float)
        for node in nodes:
            if node.id not in late:
                column = columns[node.id]
                widths[column] = max(widths[column], self.size(node)[0])
        left: dict[int, float] = {}
        x: float = LANE_LABEL + _MARGIN
        for column in sorted(widths):
            left[column] = x
            x += widths[column] + _GAP_X
        y: float = _MARGIN + (24 if parent else 0)
        for band in bands:
            bottom = y
            rows: dict[int, float] = defaultdict(lambda start=y: start)  # type: ignore[misc]
            for node in nodes:
                if (node.lane if not parent else "") != band or node.id in late:
                    continue
                width, height = self.size(node)
                column = columns[node.id]
                at = rows[column]
                self.local[node.id] = Box(
                    left[column] + (widths[column] - width) / 2, at, width, height
                )
                room = 56 if any(on == node.id for on in late.values()) else 0
                rows[column] = at + height + room + _GAP_Y
                bottom = max(bottom, at + height + room)
            y = bottom + 2 * _MARGIN
        for end, task in late.items():
            if task in self.local and self.nodes[task].parent == parent:
                box = self.local[task]
                self.local[end] = Box(box.x + box.width - 48, box.y + box.height + 38, 36, 36)
        self._on_boundaries(parent)

    def _on_boundaries(self, parent: str) -> None:
        seen: dict[str, int] = defaultdict(int)
        for node in self.inside[parent]:
            if node.kind in BOUNDARIES:
                box = self.local[node.on]
                back = 48 + 44 * seen[node.on]
                self.local[node.id] = Box(box.x + box.width - back, box.y + box.height - 18, 36, 36)
                seen[node.on] += 1

    def _columns(self, nodes: Iterable[Node]) -> dict[str, int]:
        """The longest way to each node over forward flows."""
        inside = dict.fromkeys(node.id for node in nodes)
        into: dict[str, list[str]] = defaultdict(list)
        for flow in self.diagram.flows:
            source = self.nodes[flow.source].on or flow.source
            if not flow.back and flow.target in inside and source in inside:
                into[flow.target].append(source)
        columns: dict[str, int] = {}

        def column(node: str, on_way: frozenset[str]) -> int:
            if node not in columns:
                before = [column(s, on_way | {node}) for s in into[node] if s not in on_way]
                columns[node] = max(before, default=-1) + 1
            return columns[node]

        for node in inside:
            column(node, frozenset({node}))
        return columns

    # ── lines ────────────────────────────────────────────────────────────────────────────────

    def _points(self, flow: Flow, placed: dict[str, Box]) -> tuple[Point, ...]:
        a, b = placed[flow.source], placed[flow.target]
        ax, ay = a.middle
        bx, by = b.middle
        if self.nodes[flow.source].kind in BOUNDARIES:
            below = (ax, a.y + a.height)
            if abs(ax - bx) < 1:
                return below, (bx, b.y)
            return below, (ax, by), (b.x if bx > ax else b.x + b.width, by)
        if b.x > a.x + a.width:
            turn = b.x - _GAP_X / 2
            start, end = (a.x + a.width, ay), (b.x, by)
            return (start, end) if abs(ay - by) < 1 else (start, (turn, ay), (turn, by), end)
        # Backwards: out below, along, and in from below.
        low = max(a.y + a.height, b.y + b.height) + _GAP_Y / 2
        return (ax, a.y + a.height), (ax, low), (bx, low), (bx, b.y + b.height)
