"""Parameters that many operations share: instants, positions, cursors, and unknown ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from api.http.problems import Problem
from domain.refusal import FieldProblem
from protocols.documents import nearest
from protocols.text import Text


def _sensible(instant: datetime) -> datetime:
    # Near the ends of the calendar, moving between time zones overflows.
    if not 1900 <= instant.year <= 2200:
        raise PydanticCustomError("datetime_range", "out of range")
    return instant.astimezone(UTC)


def _sensible_day(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise PydanticCustomError("date_range", "out of range")
    return day


Instant = Annotated[
    AwareDatetime, AfterValidator(_sensible), Field(examples=["2026-03-31T10:00:00+02:00"])
]
Day = Annotated[date, AfterValidator(_sensible_day), Field(examples=["2026-03-31"])]

After = Annotated[
    int,
    Query(
        ge=0,
        le=2**62,
        description="Attende che la vista contenga l'evento in questa posizione del registro "
        "(`position` di una risposta); 503 se non arriva in 5 secondi.",
        examples=[0],
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Quante righe.", examples=[50])]
Cursor = Annotated[
    str,
    Query(max_length=1000, description="Il `cursor` della pagina precedente.", examples=[""]),
]
Word = Annotated[str, Query(min_length=1, max_length=100)]
Version = Annotated[int, Query(ge=1, le=2**31 - 1, examples=[3])]
TaskId = Annotated[
    str,
    Path(
        max_length=200,
        description="`<caso>:<compito>`, con `#` scritto `%23`.",
        examples=["6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10:triage"],
    ),
]


async def only_known_parameters(request: Request) -> None:
    """Refuse a misspelt filter, which would otherwise silently filter nothing.

    Raises Problem (422) with the nearest name.
    """
    allowed: tuple[str, ...] = request.app.state.parameters_of(request)
    problems: list[FieldProblem] = []
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        shown = name[:60]
        if name not in allowed:
            near = nearest(name, allowed)
            listed = ", ".join(allowed) or "–"
            message = Text(
                "parametro non previsto"
                + (f": forse «{near}»?" if near else f"; ci sono: {listed}"),
                "no such parameter"
                + (f": perhaps “{near}”?" if near else f"; there are: {listed}"),
            )
            problems.append(FieldProblem(f"query.{shown}", message))
        elif name in seen:
            message = Text("è indicato più volte", "it is given more than once")
            problems.append(FieldProblem(f"query.{shown}", message))
        seen.add(name)
    if problems:
        raise Problem(
            422,
            "unknown_parameter",
            Text("Alcuni parametri non vanno bene.", "Some parameters are not right."),
            Text("Correggere i parametri indicati.", "Correct the parameters that are named."),
            tuple(problems[:20]),
        )


def given(**values: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}
