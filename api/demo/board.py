"""The steering board's tables on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

Rows = list[dict[str, Any]]
Titles = dict[str, str]

# The glossary's Italian words for the codes of sources, placements and dimensions.
WORDS: Titles = {
    "PSYCHIATRIC_CENTRE": "CPS",
    "ADDICTION_SERVICE": "SERT",
    "ALCOHOL_UNIT": "NOA",
    "CHILD_NEUROPSYCHIATRY": "UOMPIA",
    "ACCESS_DESK": "segretariato sociale",
    "WORK_INTEGRATION": "SIL, AFOL",
    "ANTI_VIOLENCE_CENTRE": "CAV",
    "TAX_ASSISTANCE": "CAF",
    "SELF": "la persona",
    "TRAINEESHIP": "tirocinio",
    "INCLUSION_TRAINEESHIP": "tirocinio di inclusione",
    "WORK_GRANT": "borsa lavoro",
    "COMMUNITY_PROJECT": "progetto di prossimità",
    "COMMUNITY_SERVICE": "PUC",
    "running": "in corso",
    "deceased": "decesso",
    "functioning": "funzionamento",
    "economic": "economica",
    "work": "lavoro",
    "education": "formazione",
    "housing": "casa",
    "networks": "reti",
    "skip": "passo saltato",
    "redo": "passo rifatto",
    "force": "passo aperto lo stesso",
    "correct": "correzione",
}

_FUNNEL = ("persons", "cases", "episodes", "triaged", "team", "signed", "placed", "hired", "ended")
_FUNNEL_TITLES = ("persone", "casi", "episodi", "analizzati", "équipe", "firmati", "inseriti",
                  "assunti", "chiusi")  # fmt: skip


def print_board(console: Console, board: dict[str, Any], titles: Titles) -> None:
    """`board`: the answer of `/reports/board`; `titles`: the protocol's own words for its
    indicators, steps, events and outcomes."""
    said = {**WORDS, **titles}
    _funnel(console, board["funnel"], said)
    _waits(console, board["waits"], said)
    _placements(console, board["placements"], said)
    _counts(console, "Eccezioni e correzioni · Exceptions", board["exceptions"], said)
    _counts(console, "Eventi dei casi · Case events", board["happenings"], said)
    _changes(console, board["changes"], said)


def _table(title: str, *columns: str, left: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < left else "right")
    return table


def _funnel(console: Console, rows: Rows, said: Titles) -> None:
    table = _table("Segnalazioni per fonte e distretto · Funnel", "fonte", "distretto",
                   *_FUNNEL_TITLES, left=2)  # fmt: skip
    for row in rows:
        table.add_row(
            *(said.get(str(name), str(name)) for name in row["group"]),
            *(str(row[key]) for key in _FUNNEL),
        )
    table.add_section()
    table.add_row("totale", "", *(str(sum(row[key] for row in rows)) for key in _FUNNEL))
    console.print(table)


def _waits(console: Console, rows: Rows, said: Titles) -> None:
    table = _table("Attese, in giorni · Waits in days", "attesa", "n", "mediana", "90° perc.",
                   "in ritardo")  # fmt: skip
    for row in rows:
        table.add_row(
            said.get(f"wait:{row['indicator']}", row["indicator"]),
            str(row["ended"]),
            _number(row["median_days"]),
            _number(row["p90_days"]),
            "–" if row["overdue_share"] is None else f"{row['overdue_share']:.0%}",
        )
    console.print(table)


def _placements(console: Console, rows: Rows, said: Titles) -> None:
    table = _table("Inserimenti per tipo ed esito · Placements", "tipo", "esito", "inserimenti",
                   "persone", "assunti", "giorni (mediana)", left=2)  # fmt: skip
    for row in rows:
        table.add_row(
            _word(said, row["kind"]),
            _word(said, row["outcome"]),
            str(row["placements"]),
            str(row["persons"]),
            str(row["hired"]),
            _number(row["median_days"]),
        )
    console.print(table)


def _counts(console: Console, title: str, rows: Rows, said: Titles) -> None:
    detailed = any(row["detail"] for row in rows)
    names = ("che cosa", "passo") if detailed else ("che cosa",)
    table = _table(title, *names, "volte", "casi", left=len(names))
    for row in rows:
        shown = (row["name"], row["detail"])[: len(names)]
        table.add_row(*(_word(said, name) for name in shown), str(row["times"]), str(row["cases"]))
    if not rows:
        table.add_row("nessuna · none", "0", "0")
    console.print(table)


def _changes(console: Console, rows: Rows, said: Titles) -> None:
    table = _table("Le sei dimensioni, ingresso → uscita · Six dimensions", "dimensione",
                   "episodi", "ingresso", "uscita", "variazione")  # fmt: skip
    for row in rows:
        table.add_row(_word(said, row["dimension"]), str(row["episodes"]), _number(row["entry"]),
                      _number(row["exit"]), f"{row['change']:+.1f}")  # fmt: skip
    console.print(table)


def _word(said: Titles, name: str) -> str:
    return said.get(name, name)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
