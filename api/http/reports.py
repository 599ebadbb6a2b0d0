"""The steering board's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from psycopg import Connection

from api.http.access import may_read_tables
from api.http.door import Door, Identified
from api.http.parameters import After, Day
from api.http.problems import Problem
from api.http.shapes import Json, shape
from domain.refusal import FieldProblem
from projections.indicators import queries as q
from projections.indicators.population import Population
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


Tables = dict[str, Callable[[Connection[Any], datetime, Population], list[Any]]]

TABLES: Tables = {
    "funnel": lambda connection, now, whom: q.funnel(connection, whom),
    "waits": q.waits,
    "steps": q.step_waits,
    "placements": lambda connection, now, whom: q.placements(connection, whom),
    "exceptions": lambda connection, now, whom: q.exceptions(connection, whom),
    "happenings": lambda connection, now, whom: q.happenings(connection, whom),
    "escalations": lambda connection, now, whom: q.escalations(connection, whom),
    "exits": lambda connection, now, whom: q.exits(connection, whom),
    "changes": lambda connection, now, whom: q.changes(connection, whom),
    "money": lambda connection, now, whom: q.money(connection, whom),
    "follow-ups": lambda connection, now, whom: q.follow_ups(connection, whom),
}
PUBLISHED: Tables = {
    "funnel": lambda connection, now, whom: published_funnel(connection, whom),
    "placements": lambda connection, now, whom: published_placements(connection, whom),
    "exits": lambda connection, now, whom: published_exits(connection, whom),
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


@router.get("/board", responses=_BOARD, summary="Tutte le tabelle")
def board(
    door: Identified,
    from_: From = None,
    to: To = None,
    published: Published = False,
    after: After = 0,
) -> Json:
    """Percorso per provenienza e distretto, attese, inserimenti, eccezioni, … · All tables."""
    whom = _admit(door, from_, to, published)
    door.wait(after, "indicators", "persons")
    now = door.service.clock.now()
    tables = PUBLISHED if published else TABLES
    with door.reading() as connection:
        found = {
            name.replace("-", "_"): table(connection, now, whom) for name, table in tables.items()
        }
    kind = PublishedBoard if published else Board
    return Json(kind(from_, to, now, **found))


@router.get(
    "/{name}",
    responses=shape(Table, "La tabella.", Table("funnel", [])),
    summary="Una tabella",
)
def one_table(
    name: Annotated[str, Path(max_length=60, examples=["funnel"])],
    door: Identified,
    from_: From = None,
    to: To = None,
    published: Published = False,
    after: After = 0,
) -> Json:
    """Una delle tabelle, per nome. · One of the tables, by name."""
    whom = _admit(door, from_, to, published)
    tables = PUBLISHED if published else TABLES
    table = tables.get(name)
    if table is None:
        message = unknown_name(Text("Tabella", "Table"), name, tables)
        raise Problem(404, "unknown_table", message)
    door.wait(after, "indicators", "persons")
    with door.reading() as connection:
        rows = table(connection, door.service.clock.now(), whom)
    return Json(Table(name, [msgspec.to_builtins(row) for row in rows]))


def _admit(door: Door, from_: date | None, to: date | None, published: bool) -> Population:
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
        message = Text("viene dopo «to»", "it comes after “to”")
        raise Problem(
            422,
            "period_invalid",
            Text("Il periodo finisce prima di cominciare.", "The period ends before it begins."),
            fields=(FieldProblem("query.from", message),),
        )
    return Population(since=from_, until=to)
