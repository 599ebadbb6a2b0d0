"""The steering board's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from psycopg import Connection

from api.http.access import may_read_tables
from api.http.door import Identified
from api.http.parameters import After, Day, Word
from api.http.problems import Problem
from api.http.shapes import Json, shape
from domain.refusal import FieldProblem
from projections.indicators import queries as q
from projections.indicators.population import DIVISIONS, Population
from projections.indicators.published import (
    PublishedCount,
    PublishedRow,
    published_exits,
    published_funnel,
    published_placements,
)
from protocols.documents import unknown_name
from protocols.text import Text

router = APIRouter(prefix="/api/v1/reports", tags=["rendicontazione"])


class Board(msgspec.Struct, frozen=True):
    """All tables at once. Persons, cases and episodes are counted separately."""

    from_: date | None = msgspec.field(name="from")
    to: date | None
    at: datetime
    funnel: list[q.FunnelRow]
    waits: list[q.WaitRow]
    steps: list[q.WaitRow]
    placements: list[q.PlacementRow]
    exceptions: list[q.CountRow]
    happenings: list[q.CountRow]
    escalations: list[q.CountRow]
    exits: list[q.ExitRow]
    changes: list[q.ChangeRow]
    money: list[q.MoneyRow]
    follow_ups: list[q.FollowUpRow]


class PublishedBoard(msgspec.Struct, frozen=True):
    """What may leave the house: counts from 1 to 4 are null, and others with them that would give
    them away."""

    from_: date | None = msgspec.field(name="from")
    to: date | None
    at: datetime
    funnel: list[PublishedRow]
    placements: list[PublishedCount]
    exits: list[PublishedCount]


class Table(msgspec.Struct, frozen=True):
    """One table of the board. `rows` have the shape of the board's own."""

    name: str
    rows: list[dict[str, Any]]


Asked = tuple[datetime, Population, tuple[str, ...]]
Tables = dict[str, Callable[[Connection[Any], Asked], list[Any]]]


def _divided(query: Callable[..., list[Any]]) -> Callable[[Connection[Any], Asked], list[Any]]:
    return lambda connection, asked: query(connection, asked[1], asked[2])


def _waits(query: Callable[..., list[Any]]) -> Callable[[Connection[Any], Asked], list[Any]]:
    return lambda connection, asked: query(connection, *asked)


def _whole(query: Callable[..., list[Any]]) -> Callable[[Connection[Any], Asked], list[Any]]:
    return lambda connection, asked: query(connection, asked[1])


TABLES: Tables = {
    "funnel": lambda connection, asked: q.funnel(
        connection, asked[1], asked[2] or ("source", "district")
    ),
    "waits": _waits(q.waits),
    "steps": _waits(q.step_waits),
    "placements": _divided(q.placements),
    "exceptions": _divided(q.exceptions),
    "happenings": _divided(q.happenings),
    "escalations": _divided(q.escalations),
    "exits": _divided(q.exits),
    "changes": _whole(q.changes),
    "money": _whole(q.money),
    "follow-ups": _whole(q.follow_ups),
}
PUBLISHED: Tables = {
    "funnel": _whole(published_funnel),
    "placements": _whole(published_placements),
    "exits": _whole(published_exits),
}

From = Annotated[
    Day | None, Query(alias="from", description="Episodi iniziati da questo giorno in poi.")
]
To = Annotated[Day | None, Query(description="Episodi iniziati fino a questo giorno compreso.")]
Published = Annotated[
    bool, Query(description="Con le celle piccole soppresse: ciò che si può pubblicare.")
]

_BOARD = shape(
    Board, "Le tabelle.", {"from": None, "to": None, "at": "2026-03-31T10:00:00Z"}
    | {name.replace("-", "_"): [] for name in TABLES},
)  # fmt: skip
# One operation, two answers: `published=true` gives the smaller board.
_PUBLISHED = shape(PublishedBoard, "", {})
_BOARD[200]["content"]["application/json"]["schema"] = {
    "anyOf": [
        _BOARD[200]["content"]["application/json"]["schema"],
        _PUBLISHED[200]["content"]["application/json"]["schema"],
    ]
}


class Figures(msgspec.Struct, frozen=True):
    """What is asked: the tables by name, and what each is about."""

    tables: Tables
    asked: Asked


def figures(
    door: Identified,
    from_: From = None,
    to: To = None,
    district: Annotated[int | None, Query(ge=0, le=999)] = None,
    source: Word | None = None,
    sex: Literal["F", "M", "X"] | None = None,
    age_band: Word | None = None,
    protocol: Word | None = None,
    by: Annotated[
        str,
        Query(
            max_length=100,
            description="Per che cosa dividere, separati da virgole: source, service, district, "
            "sex, age_band, protocol, need.",
            examples=["district,sex"],
        ),
    ] = "",
    published: Published = False,
) -> Figures:
    """The parameters that all tables share. Raises Problem."""
    if not may_read_tables(door.reader, "published" if published else "full"):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le tabelle complete sono per chi governa e per chi controlla.",
                "The full tables are for those who govern and audit.",
            ),
            Text(
                "Chiedere le tabelle pubblicabili, con published=true.",
                "Ask for the published tables, with published=true.",
            ),
        )
    if from_ and to and from_ > to:
        raise _wrong("from", Text("viene dopo «to»", "it comes after “to”"))
    whom = Population(
        since=from_,
        until=to,
        districts=None if district is None else (district,),
        source=source,
        sex=sex,
        age_band=age_band,
        protocol=protocol,
    )
    if published and whom != Population(since=from_, until=to):
        # Two published tables of overlapping groups would give the hidden cells away.
        raise _wrong(
            "published",
            Text("si pubblica solo l'insieme di tutti", "only the whole population is published"),
        )
    divisions = tuple(name.strip() for name in by.split(",") if name.strip())
    for name in divisions:
        if name not in DIVISIONS:
            raise _wrong("by", unknown_name(Text("Divisione", "Division"), name, DIVISIONS))
    if published and divisions:
        raise _wrong("by", Text("le tabelle pubblicabili sono fisse", "published tables are fixed"))
    now = door.service.clock.now()
    return Figures(PUBLISHED if published else TABLES, (now, whom, divisions))


def _wrong(parameter: str, message: Text) -> Problem:
    return Problem(
        422,
        "figures_invalid",
        Text("Così non si può chiedere.", "It cannot be asked so."),
        Text("Correggere il parametro indicato.", "Correct the parameter that is named."),
        (FieldProblem(f"query.{parameter}", message),),
    )


Asking = Annotated[Figures, Depends(figures)]


@router.get("/board", responses=_BOARD, summary="Tutte le tabelle")
def board(door: Identified, asking: Asking, after: After = 0) -> Json:
    """Percorso per provenienza e distretto, attese, inserimenti, eccezioni, … · All tables."""
    door.wait(after, "indicators", "persons")
    now, whom, _ = asking.asked
    with door.reading() as connection:
        found = {
            name.replace("-", "_"): table(connection, asking.asked)
            for name, table in asking.tables.items()
        }
    kind = PublishedBoard if asking.tables is PUBLISHED else Board
    return Json(kind(whom.since, whom.until, now, **found))


@router.get(
    "/{name}",
    responses=shape(Table, "La tabella.", Table("funnel", [])),
    summary="Una tabella",
)
def one_table(
    name: Annotated[str, Path(max_length=60, examples=["funnel"])],
    door: Identified,
    asking: Asking,
    after: After = 0,
) -> Json:
    """Una delle tabelle, per nome. · One of the tables, by name."""
    table = asking.tables.get(name)
    if table is None:
        message = unknown_name(Text("Tabella", "Table"), name, asking.tables)
        raise Problem(404, "unknown_table", message)
    door.wait(after, "indicators", "persons")
    with door.reading() as connection:
        rows = table(connection, asking.asked)
    return Json(Table(name, [msgspec.to_builtins(row) for row in rows]))
