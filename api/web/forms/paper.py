"""Answers and instants as a paper says them: in Italian, in the shapes that `record.typ` takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from starlette.responses import Response

from api.reports import render
from api.web.desk import Desk
from api.web.forms.told import Told
from api.web.words import forms as words
from api.web.words import task as task_words
from protocols.territory import Territory, staff_name


def as_pdf(template: str, data: Mapping[str, Any], at: datetime, name: str) -> Response:
    """The tagged PDF, to be looked at; `name`: of the file, nothing personal."""
    return Response(
        render(template, data, at=at),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "no-store, private",
        },
    )


def printed_by(desk: Desk, number: str, at: datetime) -> str:
    """For the foot of every page: of which case it is, who printed it and when. What is withheld
    on it is withheld from them."""
    territory = desk.door.service.territory
    return task_words.PRINTED_BY.it.format(
        number=number, when=moment_said(at, territory), who=staff_name(territory, desk.person)
    )


def moment_said(at: datetime, territory: Territory) -> str:
    return format_datetime(at.astimezone(territory.timezone), "d MMMM y, HH:mm", locale="it_IT")


def day_said(day: date) -> str:
    return format_date(day, "d MMMM y", locale="it_IT")


# More columns than these do not fit on a page.
_COLUMNS = 5


def on_paper(told: Told) -> dict[str, Any]:
    """An answer; what may not be seen is named by its category. `table`: the rows of a list side by
    side, None where there are none or they are too wide: then as in `rows`, each in a line."""
    return {
        "title": told.title.it,
        "text": said(told),
        "parts": [on_paper(each) for each in told.parts],
        "rows": [row_said(row) for row in told.rows],
        "table": _table(told),
    }


def _table(told: Told) -> dict[str, Any] | None:
    heads = list(dict.fromkeys(cell.title.it for row in told.rows for cell in row))
    if not 1 < len(heads) <= _COLUMNS or any(cell.rows for row in told.rows for cell in row):
        return None
    found = [{cell.title.it: said(cell) for cell in row} for row in told.rows]
    return {"heads": heads, "rows": [[row.get(head) or "–" for head in heads] for row in found]}


def row_said(row: tuple[Told, ...]) -> str:
    return "; ".join(f"{cell.title.it}: {said(cell)}" for cell in row)


def said(told: Told) -> str:
    if told.withheld:
        return f"{words.CATEGORIES[told.withheld].it}: {task_words.WITHHELD_ON_PAPER.it}"
    parts = [] if told.number is None else [format_decimal(told.number, locale="it_IT")]
    parts += [day_said(told.day)] if told.day else []
    return "\n".join([*parts, *(each.it for each in told.text)])
