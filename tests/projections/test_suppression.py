"""No small cell of a published table can be worked out from what is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.indicators.suppression import TOTAL, suppress

ROWS, COLUMNS = ["cps", "sert", "noa"], [3, 4, 5, 8]
counts_of_a_cell = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 12, 40])
tables = st.fixed_dictionaries(
    {(row, column): counts_of_a_cell for row in ROWS for column in COLUMNS}
)


def determined(hidden: list[Any]) -> set[Any]:
    """Hidden cells that the row and column sums determine: those whose unit vector is in the row
    space of the equations over the hidden cells."""
    equations = []
    for row in [*ROWS, TOTAL]:
        equations.append([Fraction(cell[0] == row) for cell in hidden])
    for column in [*COLUMNS, TOTAL]:
        equations.append([Fraction(cell[1] == column) for cell in hidden])
    # A total enters its line with the other sign: turning the signs of all totals, and of the two
    # equations that sum totals, makes every coefficient 1.
    pivots: dict[int, list[Fraction]] = {}
    for equation in equations:
        vector = reduced(equation, pivots)
        lead = next((i for i, value in enumerate(vector) if value), None)
        if lead is not None:
            pivots[lead] = [value / vector[lead] for value in vector]
    return {
        cell
        for i, cell in enumerate(hidden)
        if not any(reduced([Fraction(i == j) for j in range(len(hidden))], pivots))
    }


def reduced(vector: list[Fraction], pivots: dict[int, list[Fraction]]) -> list[Fraction]:
    for lead in sorted(pivots):
        if vector[lead]:
            factor = vector[lead]
            vector = [a - factor * b for a, b in zip(vector, pivots[lead], strict=True)]
    return vector


@settings(max_examples=300, deadline=None)
@given(counts=tables)
def test_no_small_count_is_shown_nor_can_be_computed(counts: dict[Any, int]) -> None:
    table = suppress(counts, ROWS, COLUMNS)
    shown = table.all()
    full = {cell: counts[cell] for cell in counts}
    for row in ROWS:
        full[row, TOTAL] = sum(counts[row, column] for column in COLUMNS)
    for column in [*COLUMNS, TOTAL]:
        full[TOTAL, column] = sum(full[row, column] for row in ROWS)
    small = {cell for cell, count in full.items() if 0 < count < 5}
    assert all(shown[cell] is None for cell in small)
    hidden = [cell for cell, count in shown.items() if count is None]
    assert not determined(hidden) & small
    assert all(shown[cell] in (None, count) for cell, count in full.items())


def test_a_table_without_small_counts_is_shown_whole() -> None:
    counts = {(row, column): 5 + len(row) for row in ROWS for column in COLUMNS}
    table = suppress(counts, ROWS, COLUMNS)
    assert table.cells == counts
    assert table.total == sum(counts.values())


def test_one_small_count_takes_three_others_with_it() -> None:
    counts = {(row, column): 20 for row in ROWS for column in COLUMNS} | {("sert", 8): 1}
    table = suppress(counts, ROWS, COLUMNS)
    assert table.cells["sert", 8] is None
    assert sum(count is None for count in table.all().values()) == 4


def test_an_empty_cell_is_hidden_only_where_there_is_no_other() -> None:
    table = suppress({("cps", 3): 2, ("cps", 4): 30, ("sert", 3): 30}, ["cps", "sert"], [3, 4, 5])
    assert table.cells["cps", 5] == 0
    assert table.cells["cps", 3] is None


def test_a_lone_small_count_hides_the_totals_that_would_betray_it() -> None:
    table = suppress({("cps", 3): 3}, ["cps"], [3])
    assert set(table.all().values()) == {None}
