"""Who has looked at a case: each read for those who audit, day by day for those in charge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import Sight, grounds_for_read_log, may_read_field
from api.http.problems import Problem
from api.web.desk import Desk, Entered, PageRoute
from api.web.inbox.view import number_of, staff_name
from api.web.pages import page
from domain.person.state import standing_for
from projections.reads.queries import reads
from projections.reads.who import who_looked
from protocols.text import Text

router = APIRouter(route_class=PageRoute)

_PAGE = 50


@router.get("/casi/{case}/letture")
def readers(case: UUID, desk: Entered, cursor: str = "") -> Response:
    door = desk.door
    sight = door.sight(case)
    if not may_see_readers(desk, sight):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Chi ha guardato un caso lo vede chi verifica, chi tutela i dati e chi segue la "
                "persona.",
                "Who has looked at a case is shown to those who audit, those who protect data and "
                "those in charge of the person.",
            ),
        )
    territory = door.service.territory
    found: dict[str, Any] = {"lines": None, "days": None, "cursor": ""}
    with door.reading() as connection:
        if _audits(desk):
            read = reads(connection, case=case, limit=_PAGE, cursor=cursor[:1000])
            found |= {"lines": read.reads, "cursor": read.cursor}
        elif sight.person is not None:
            persons = standing_for(door.service, sight.person).ids
            found["days"] = who_looked(connection, persons, str(territory.timezone))
    return page(
        desk.request,
        "case/readers.html",
        case=case,
        number=number_of(case),
        staff=lambda person: staff_name(territory, person),
        roles={name: role.title for name, role in territory.roles.items()},
        **found,
    )


def may_see_readers(desk: Desk, sight: Sight) -> bool:
    return _audits(desk) or may_read_field(desk.reader, sight, "identity", True)


def _audits(desk: Desk) -> bool:
    approving = desk.door.service.territory.records.erasure.approved_by
    return bool(grounds_for_read_log(desk.reader, approving))
