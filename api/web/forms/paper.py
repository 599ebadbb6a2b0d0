"""Answers and instants as a paper says them: in Italian, in the shapes that `record.typ` takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from starlette.responses import Response

from api.reports import render
from api.web.forms.told import Told
from api.web.words import common
from api.web.words import forms as words
from protocols.territory import Territory


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


def moment_said(at: datetime, territory: Territory) -> str:
    return format_datetime(at.astimezone(territory.timezone), "d MMMM y, HH:mm", locale="it_IT")


def day_said(day: date) -> str:
    return format_date(day, "d MMMM y", locale="it_IT")


def on_paper(told: Told) -> dict[str, Any]:
    """An answer; what may not be seen is named by its category."""
    return {
        "title": told.title.it,
        "text": said(told),
        "parts": [on_paper(each) for each in told.parts],
        "rows": [row_said(row) for row in told.rows],
    }


def row_said(row: tuple[Told, ...]) -> str:
    return "; ".join(f"{cell.title.it}: {said(cell)}" for cell in row)


def said(told: Told) -> str:
    if told.withheld:
        return f"{words.CATEGORIES[told.withheld].it}: {common.WITHHELD.it}"
    parts = [] if told.number is None else [format_decimal(told.number, locale="it_IT")]
    parts += [day_said(told.day)] if told.day else []
    return "\n".join([*parts, *(each.it for each in told.text)])
