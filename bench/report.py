"""A measurement beside what it is measured against and the goal it was set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Row:
    """`value` in `unit`.

    `against`: the name of the row it is compared with, and `ratio`: how many times that one.
    `goal`: in words; `met`: None where there is no goal. `detail`: further figures by name.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    detail: dict[str, float] = field(default_factory=dict)

    def compared(
        self, other: Row, at_least: float | None = None, ratio: float | None = None
    ) -> Row:
        """This row beside `other`, and whether it is at least so many times as fast. `ratio`: where
        it is known better than from the two values."""
        if ratio is None:
            ratio = self.value / other.value if other.value else float("inf")
        goal = self.goal if at_least is None else f">= {at_least:g} x"
        met = self.met if at_least is None else ratio >= at_least
        return Row(
            self.name, self.value, self.unit, other.name, ratio, goal, met, dict(self.detail)
        )

    def reaching(self, least: float) -> Row:
        """This row with an absolute goal."""
        return Row(
            self.name, self.value, self.unit, self.against, self.ratio,
            f">= {least:,.0f} {self.unit}", self.value >= least, dict(self.detail),
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def show(console: Console, title: str, rows: Iterable[Row]) -> None:
    """One table; the further figures have a column each."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row.detail))
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("misura · measure")
    table.add_column("valore · value", justify="right")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("rispetto a · against")
    table.add_column("volte · times", justify="right")
    table.add_column("obiettivo · goal")
    for row in rows:
        table.add_row(
            row.name,
            f"{_number(row.value)} {row.unit}",
            *(_number(row.detail[name]) if name in row.detail else "" for name in names),
            row.against,
            "" if row.ratio is None else f"{row.ratio:.2f}",
            _goal(row),
        )
    console.print(table)


def _goal(row: Row) -> Text:
    if row.met is None:
        return Text(row.goal)
    return Text(
        f"{row.goal} {'sì · met' if row.met else 'no · missed'}",
        style="green" if row.met else "bold red",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
