"""The list of the cases that the reader may see, with filters that live in the address."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.cases import list_cases
from api.http.names import names_of
from api.web.desk import Desk, Entered, PageRoute
from api.web.inbox.view import number_of
from api.web.pages import page
from projections.cases.queries import CaseSummary
from protocols.text import Text

router = APIRouter(route_class=PageRoute)

_PAGE = 30
_MOST_NEXT = 3


class CaseRow(msgspec.Struct, frozen=True):
    """`who`: name or pseudonym, empty where neither may be known; `next`: titles of the first few
    open steps, `more`: how many others."""

    address: str
    number: str
    who: str
    place: str
    district: Text
    stage: Text
    next: tuple[Text, ...]
    more: int
    opened_on: date
    case: CaseSummary


@router.get("/casi")
def listed(
    desk: Entered,
    stato: str = "",
    distretto: str = "",
    comune: str = "",
    servizio: str = "",
    ritardo: str = "",
    sospesi: str = "",
    cursor: str = "",
    dopo: int = 0,
) -> Response:
    door = desk.door
    territory = door.service.territory
    stato = stato if stato in ("open", "ended") else ""
    district = int(distretto) if distretto.isdecimal() and len(distretto) < 4 else None
    found = list_cases(
        door,
        state=stato or None,  # type: ignore[arg-type]
        district=district,
        comune=comune if comune in territory.comuni else None,
        service=servizio if servizio in territory.services else None,
        paused=True if sospesi else None,
        overdue=bool(ritardo),
        limit=_PAGE,
        cursor=cursor[:1000],
        after=max(dopo, 0),
    ).content
    return page(
        desk.request,
        "case/list.html",
        rows=case_rows(desk, found.cases),
        cursor=found.cursor,
        filters={
            "stato": stato, "distretto": distretto, "comune": comune, "servizio": servizio,
            "ritardo": ritardo, "sospesi": sospesi,
        },
        filtered=bool(stato or district is not None or comune or servizio or ritardo or sospesi),
        districts=[(str(n), each.title) for n, each in territory.districts.items()],
        comuni=sorted((each.istat, each.name) for each in territory.comuni.values()),
        services=[(each.id, each.title) for each in territory.services.values()],
    )  # fmt: skip


def case_rows(desk: Desk, cases: list[CaseSummary]) -> list[CaseRow]:
    names = names_of(desk.door, {each.id for each in cases})
    return [_row(desk, each, names) for each in cases]


def _row(desk: Desk, case: CaseSummary, names: dict[UUID, str]) -> CaseRow:
    territory: Any = desk.door.service.territory
    comune = territory.comuni.get(case.comune)
    district = territory.districts.get(case.district)
    titles = dict.fromkeys(zip(case.next_it, case.next_en, strict=True))
    shown = tuple(Text(it, en) for it, en in titles)
    return CaseRow(
        f"/casi/{case.id}",
        number_of(case.id),
        names.get(case.id, "") or case.pseudonym,
        comune.name if comune else "",
        district.title if district else Text("", ""),
        Text(case.stage_it, case.stage_en),
        shown[:_MOST_NEXT],
        len(shown[_MOST_NEXT:]),
        case.opened_at.astimezone(territory.timezone).date(),
        case,
    )
