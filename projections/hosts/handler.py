"""Folds hosts and the places that are taken."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from domain.host import events as h
from domain.log.recorded import Recorded
from projections.model import ReadModel, Row, Table, on
from projections.rows import Rows


class Host(Row, frozen=True):
    name: str
    comune: str
    staff: int
    sector: str
    places: int
    jobs: list[str]
    kinds: list[str]
    flags: list[str]
    version: int


class Place(Row, frozen=True):
    case_id: str
    kind: str
    taken_at: datetime


_LISTS = ("jobs", "kinds", "flags")
_SHOWN = ("name", "comune", "staff", "sector", "places", *_LISTS)


class Hosts(ReadModel):
    name = "hosts"
    folder = Path(__file__).parent
    tables = {"hosts": Table(Host), "places": Table(Place, key=["case_id"])}

    @on(h.HostRegistered)
    def _registered(self, rows: Rows, event: Recorded, body: h.HostRegistered) -> None:
        rows.put(
            "hosts",
            Host(
                event.originator_id,
                body.name,
                body.comune,
                body.staff,
                body.sector,
                body.places,
                list(body.jobs),
                list(body.kinds),
                list(body.flags),
                event.originator_version,
            ),
        )

    @on(h.HostChanged)
    def _changed(self, rows: Rows, event: Recorded, body: h.HostChanged) -> None:
        shown = {name: value for name, value in body.changes.items() if name in _SHOWN}
        for name in _LISTS:
            if name in shown:
                shown[name] = list(shown[name])
        rows.put(
            "hosts",
            replace(
                rows.get("hosts", event.originator_id), version=event.originator_version, **shown
            ),
        )

    @on(h.PlaceTaken)
    def _taken(self, rows: Rows, event: Recorded, body: h.PlaceTaken) -> None:
        rows.put("places", Place(event.originator_id, body.case, body.kind, event.at))
        self._touch(rows, event)

    @on(h.PlaceFreed)
    def _freed(self, rows: Rows, event: Recorded, body: h.PlaceFreed) -> None:
        rows.delete("places", event.originator_id, body.case)
        self._touch(rows, event)

    def _touch(self, rows: Rows, event: Recorded) -> None:
        host = rows.get("hosts", event.originator_id)
        rows.put("hosts", replace(host, version=event.originator_version))
