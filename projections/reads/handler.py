"""Folds one row for each read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from domain.log.recorded import Recorded
from domain.reads.events import ReadsRecorded
from projections.model import ReadModel, Row, Table, on
from projections.rows import Rows


class Line(Row, frozen=True):
    position: int
    line: int
    at: datetime
    reader: str
    door: str
    case_id: UUID | None
    person: UUID | None
    roles: list[str]
    grounds: list[str]
    shown: list[str]
    withheld: list[str]
    refused: bool


class Reads(ReadModel):
    name = "reads"
    folder = Path(__file__).parent
    tables = {"reads": Table(Line, key=["position", "line"], log=True)}

    @on(ReadsRecorded)
    def _recorded(self, rows: Rows, event: Recorded, body: ReadsRecorded) -> None:
        for number, read in enumerate(body.reads, 1):
            rows.put(
                "reads",
                Line(
                    event.originator_id,
                    event.position,
                    number,
                    read.at,
                    read.by,
                    read.door,
                    read.case,
                    read.person,
                    list(read.roles),
                    list(read.grounds),
                    list(read.shown),
                    list(read.withheld),
                    read.refused,
                ),
            )
