"""The steering board's tables on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

Rows = list[dict[str, Any]]

_FUNNEL = ("persons", "cases", "episodes", "triaged", "team", "signed", "placed", "hired", "ended")
_FUNNEL_TITLES = ("persone", "casi", "episodi", "analizzati", "équipe", "firmati", "inseriti",
                  "assunti", "chiusi")  # fmt: skip


def print_board(console: Console, board: dict[str, Any], titles: dict[str, str]) -> None:
    """`board`: the answer of `/reports/board`; `titles`: the protocol's name of each indicator."""
    _funnel(console, board["funnel"])
    _waits(console, board["waits"], titles)
    _placements(console, board["placements"])
    _counts(console, "Eccezioni e correzioni · Exceptions", board["exceptions"])
    _counts(console, "Eventi dei casi · Case events", board["happenings"])
    _changes(console, board["changes"])


def _table(title: str, *columns: str, left: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < left else "right")
    return table


def _funnel(console: Console, rows: Rows) -> None:
    table = _table("Segnalazioni per fonte e distretto · Funnel", "fonte", "distretto",
                   *_FUNNEL_TITLES, left=2)  # fmt: skip
    for row in rows:
        table.add_row(*(str(name) for name in row["group"]), *(str(row[key]) for key in _FUNNEL))
    table.add_section()
    table.add_row("totale", "", *(str(sum(row[key] for row in rows)) for key in _FUNNEL))
    console.print(table)


def _waits(console: Console, rows: Rows, titles: dict[str, str]) -> None:
    table = _table("Attese, in giorni · Waits in days", "attesa", "n", "mediana", "90° perc.",
                   "in ritardo")  # fmt: skip
    for row in rows:
        table.add_row(
            titles.get(row["indicator"], row["indicator"]),
            str(row["ended"]),
            _number(row["median_days"]),
            _number(row["p90_days"]),
            "–" if row["overdue_share"] is None else f"{row['overdue_share']:.0%}",
        )
    console.print(table)


def _placements(console: Console, rows: Rows) -> None:
    table = _table("Inserimenti per tipo ed esito · Placements", "tipo", "esito", "inserimenti",
                   "persone", "assunti", "giorni (mediana)", left=2)  # fmt: skip
    for row in rows:
        table.add_row(row["kind"], row["outcome"], str(row["placements"]), str(row["persons"]),
                      str(row["hired"]), _number(row["median_days"]))  # fmt: skip
    console.print(table)


def _counts(console: Console, title: str, rows: Rows) -> None:
    table = _table(title, "che cosa", "passo", "volte", "casi", left=2)
    for row in rows:
        table.add_row(row["name"], row["detail"], str(row["times"]), str(row["cases"]))
    if not rows:
        table.add_row("nessuna · none", "", "0", "0")
    console.print(table)


def _changes(console: Console, rows: Rows) -> None:
    table = _table("Le sei dimensioni, ingresso → uscita · Six dimensions", "dimensione",
                   "episodi", "ingresso", "uscita", "variazione")  # fmt: skip
    for row in rows:
        table.add_row(row["dimension"], str(row["episodes"]), _number(row["entry"]),
                      _number(row["exit"]), f"{row['change']:+.1f}")  # fmt: skip
    console.print(table)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
