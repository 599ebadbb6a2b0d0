"""Small cells of published tables: hidden, with as many others as it takes to keep them hidden.

Primary suppression hides every count from 1 to 4. A hidden count must not be found again by
subtraction from totals: a two-way table with its totals is a graph whose nodes are rows and columns
and whose edges are hidden cells; a hidden cell can be worked out exactly when its edge lies on no
cycle (Gusfield, A graph theoretic approach to statistical data security, SIAM J. Comput. 17, 1988).
So each small cell is put on a cycle by hiding the cheapest other cells.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)

SMALLEST_SHOWN = 5
TOTAL = ("total",)
"""The row, or the column, of totals."""
_EMPTY_CELL = 10**9

Cell = tuple[Hashable, Hashable]
Node = tuple[str, Hashable]


class Table(NamedTuple):
    """A two-way table with its totals; None where a count is hidden."""

    cells: dict[Cell, int | None]
    by_row: dict[Hashable, int | None]
    by_column: dict[Hashable, int | None]
    total: int | None

    def all(self) -> dict[Cell, int | None]:
        """Cells and totals together; a total's row or column is TOTAL."""
        return {
            **self.cells,
            **{(row, TOTAL): count for row, count in self.by_row.items()},
            **{(TOTAL, column): count for column, count in self.by_column.items()},
            (TOTAL, TOTAL): self.total,
        }


def suppress(
    counts: Mapping[tuple[R, C], int],
    rows: Sequence[R],
    columns: Sequence[C],
    also: Iterable[Cell] = (),
    smallest: int = SMALLEST_SHOWN,
) -> Table:
    """The table with small counts hidden, and others so that nobody can work them out.

    Missing cells count 0, which is shown. `also`: cells to be hidden in any case. Totals that are
    small are hidden too.
    """
    full = _with_totals(counts, rows, columns)
    hidden = hidden_cells(full, smallest, also)
    shown = {cell: None if cell in hidden else count for cell, count in full.items()}
    return Table(
        {(row, column): shown[row, column] for row in rows for column in columns},
        {row: shown[row, TOTAL] for row in rows},
        {column: shown[TOTAL, column] for column in columns},
        shown[TOTAL, TOTAL],
    )


def _with_totals(
    counts: Mapping[tuple[R, C], int], rows: Sequence[R], columns: Sequence[C]
) -> dict[Cell, int]:
    full: dict[Cell, int] = {}
    for row in rows:
        for column in columns:
            full[row, column] = counts.get((row, column), 0)
        full[row, TOTAL] = sum(full[row, column] for column in columns)
    for summed in (*columns, TOTAL):
        full[TOTAL, summed] = sum(full[row, summed] for row in rows)
    return full


def hidden_cells(
    full: Mapping[Cell, int], smallest: int = SMALLEST_SHOWN, also: Iterable[Cell] = ()
) -> set[Cell]:
    """Which cells of a table with totals must be hidden."""
    small = [cell for cell, count in full.items() if 0 < count < smallest]
    hidden = {*small, *also}
    for cell in sorted(hidden, key=lambda cell: (full[cell], str(cell))):
        hidden.update(_cheapest_cycle(full, hidden, cell))
    return hidden


def _cheapest_cycle(full: Mapping[Cell, int], hidden: set[Cell], cell: Cell) -> set[Cell]:
    """The cells to hide so that `cell` lies on a cycle: the cheapest way from its column back to
    its row by other cells. What is hidden already costs nothing; an empty cell costs most, because
    a reader may guess that it is empty."""
    neighbours: dict[Node, list[tuple[Node, Cell]]] = {}
    for other in full:
        if other != cell:
            row, column = ("row", other[0]), ("column", other[1])
            neighbours.setdefault(row, []).append((column, other))
            neighbours.setdefault(column, []).append((row, other))
    start: Node = ("column", cell[1])
    goal: Node = ("row", cell[0])
    best: dict[Node, int] = {start: 0}
    came: dict[Node, tuple[Node, Cell]] = {}
    queue: list[tuple[int, str, Node]] = [(0, str(start), start)]
    while queue:
        cost, _, node = heapq.heappop(queue)
        if node == goal:
            break
        if cost > best[node]:
            continue
        for to, by in neighbours.get(node, ()):
            further = cost + (0 if by in hidden else full[by] or _EMPTY_CELL)
            if further < best.get(to, further + 1):
                best[to] = further
                came[to] = (node, by)
                heapq.heappush(queue, (further, str(to), to))
    path: set[Cell] = set()
    node = goal
    while node in came:
        node, by = came[node]
        path.add(by)
    return path
