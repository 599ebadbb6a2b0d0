"""Tables that may leave the house: small cells suppressed.

Never comune by service: the read model has no comune to divide by, and here only two divisions are
offered.
"""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import Connection

from projections.indicators.population import EVERYBODY, Population
from projections.indicators.queries import FunnelRow, exits, funnel, placements
from projections.indicators.suppression import Cell, suppress

MEASURES = tuple(name for name in FunnelRow.__struct_fields__ if name != "group")


class PublishedRow(msgspec.Struct, frozen=True):
    """One line of a published table. `source` or `district` is empty in a total; a count is None
    where it is hidden."""

    source: str
    district: str
    counts: dict[str, int | None]


class PublishedCount(msgspec.Struct, frozen=True):
    """One line of a one-way table; `name` is empty in the total."""

    name: str
    count: int | None


def published_funnel(
    connection: Connection[Any], population: Population = EVERYBODY
) -> list[PublishedRow]:
    """The funnel by source and district, with totals.

    A person with cases in two cells is counted in each, and so in the totals: totals are sums.
    Where one measure of a cell is hidden, all are, for measures follow from one another.
    """
    rows = {(row.group[0], row.group[1]): row for row in funnel(connection, population)}
    sources = sorted({source for source, _ in rows})
    districts = sorted({district for _, district in rows})
    counts = {
        measure: {cell: getattr(row, measure) for cell, row in rows.items()} for measure in MEASURES
    }
    hidden: set[Cell] = set()
    while True:
        tables = {m: suppress(counts[m], sources, districts, hidden) for m in MEASURES}
        found = {cell for m in MEASURES for cell, count in tables[m].all().items() if count is None}
        if found == hidden:
            break
        hidden = found
    shown = {measure: table.all() for measure, table in tables.items()}
    return [
        PublishedRow(
            cell[0] if isinstance(cell[0], str) else "",
            cell[1] if isinstance(cell[1], str) else "",
            {measure: shown[measure][cell] for measure in MEASURES},
        )
        for cell in next(iter(shown.values()), {})
    ]


def published_exits(
    connection: Connection[Any], population: Population = EVERYBODY
) -> list[PublishedCount]:
    """Episodes ended, by reason, and the total."""
    return _one_way({row.reason: row.episodes for row in exits(connection, population)})


def published_placements(
    connection: Connection[Any], population: Population = EVERYBODY
) -> list[PublishedCount]:
    """Placements by kind and outcome, as `KIND/outcome`, and the total."""
    rows = placements(connection, population)
    return _one_way({f"{row.kind}/{row.outcome}": row.placements for row in rows})


def _one_way(counts: dict[str, int]) -> list[PublishedCount]:
    table = suppress({(name, ""): count for name, count in counts.items()}, sorted(counts), [""])
    lines = [PublishedCount(name, table.cells[name, ""]) for name in sorted(counts)]
    return [*lines, PublishedCount("", table.total)]
