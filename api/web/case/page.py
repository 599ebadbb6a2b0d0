"""Where are we, who has it, what is late, what was agreed: one page for a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import (
    CATEGORIES,
    may_read_field,
    may_review_emergencies,
    stored_only,
)
from api.http.case_view import CaseDetail, case_detail
from api.http.disclosures import disclosures_of
from api.http.documents import documents_of
from api.http.emergencies import emergency_grounds, lines_of
from api.http.notes import notes_of
from api.web.case.course import FILTERS, course
from api.web.case.happening import happenings
from api.web.case.joinable import joinable
from api.web.case.readers import may_see_readers
from api.web.case.records import agreements, departures, placements, profile
from api.web.case.rooms import meeting, project_of
from api.web.case.seen import Seen, look
from api.web.case.standing import stages, tasks, team
from api.web.desk import Desk, Entered, PageRoute
from api.web.inbox.view import addressee, number_of, staff_name
from api.web.pages import page
from api.web.words import conference, project
from protocols.text import Text

router = APIRouter(route_class=PageRoute)


class Header(msgspec.Struct, frozen=True):
    """`who`: name or pseudonym, empty where neither may be known; `place`: the comune's name."""

    number: str
    who: str
    title: Text
    place: str
    district: Text
    service: Text
    case: CaseDetail


@router.get("/casi/{case}")
def case_page(
    case: UUID, desk: Entered, cronologia: str = "", prima: int = 0, dopo: int = 0
) -> Response:
    desk.door.wait(max(dopo, 0), "timeline")
    return shown(desk, case, cronologia, prima)


def shown(
    desk: Desk,
    case: UUID,
    view: str = "",
    before: int = 0,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page, also where one of its forms is shown again with what was typed into it."""
    seen = look(desk, case)
    view = view if view in FILTERS else ""
    opened, later = tasks(seen)
    return page(
        desk.request,
        "case/page.html",
        status,
        **{"problem": None, "errors": (), "typed": {}, "about": "", **more},
        seen=seen,
        header=header(seen),
        categories=_categories(seen),
        stages=stages(seen),
        tasks=opened,
        later=later,
        bound=stored_only(seen.reader, seen.sight),
        causes=_causes(seen),
        emergency_possible=emergency_possible(seen),
        reads_shown=may_see_readers(seen.desk, seen.sight),
        view=view,
        filters=FILTERS,
        course=course(seen, view, max(before, 0)) if seen.timeline else None,
        key=desk.new_key,
        reviews=may_review_emergencies(seen.reader),
        staff=lambda person: staff_name(desk.door.service.territory, person),
        **_of_the_data(seen),
    )


def _of_the_data(seen: Seen) -> dict[str, Any]:
    """What only those who work on the case see."""
    door, sight, case = seen.desk.door, seen.sight, seen.case
    found: dict[str, Any] = {"disclosures": disclosures_of(door.service, seen.state, sight)}
    found |= {"emergencies": lines_of(door, sight, case), "titles": _circles(seen)}
    if not seen.data:
        return found
    with door.reading() as connection:
        placed, hidden = placements(seen, connection)
    notes = notes_of(door, sight, case)
    territory = door.service.territory
    exceptions = seen.plan.protocol.exceptions
    bound = stored_only(seen.reader, sight)
    return {
        **found,
        "team": team(seen),
        "joinable": bool(joinable(seen)),
        "agreed": agreements(seen),
        "rooms": _rooms(seen),
        "profile": profile(seen),
        "placements": placed,
        "placements_withheld": hidden,
        "departures": departures(seen),
        "documents": documents_of(door, sight, case).documents,
        "notes": notes.notes,
        "addressees": [(to, addressee(territory, to)) for to in notes.addressees],
        "named": {
            to: addressee(territory, to) for note in notes.notes for to in (note.by, note.to)
        },
        "events": happenings(seen),
        "exceptions": {
            kind: not bound and seen.stands_in(getattr(exceptions, kind))
            for kind in ("skip", "redo", "force", "correct")
        },
    }


def _rooms(seen: Seen) -> list[tuple[Text, str]]:
    """The pages of what belongs together, where the protocol has it: title, address."""
    found = []
    if meeting(seen.plan):
        found.append((conference.TITLE, f"/casi/{seen.case}/conferenza"))
    if project_of(seen.plan).signing:
        found.append((project.TITLE, f"/casi/{seen.case}/progetto"))
    return found


def header(seen: Seen) -> Header:
    detail = case_detail(seen.desk.door, seen.sight, seen.case)
    territory = seen.desk.door.service.territory
    comune = territory.comuni.get(detail.comune) if isinstance(detail.comune, str) else None
    service = territory.services.get(detail.service)
    district = territory.districts.get(detail.district)
    return Header(
        number_of(seen.case),
        name_of(detail.person.particulars) or detail.person.pseudonym,
        detail.title,
        comune.name if comune else "",
        district.title if district else Text("", ""),
        service.title if service else Text(detail.service, detail.service),
        detail,
    )


def name_of(particulars: Mapping[str, Any]) -> str:
    parts = (particulars.get("first_name"), particulars.get("last_name"))
    return " ".join(dict.fromkeys(str(part) for part in parts if part))


def _categories(seen: Seen) -> list[str]:
    """The categories of data of which the reader sees nothing of what others wrote, to be named."""
    if not seen.data:
        return list(CATEGORIES)
    return [
        category
        for category in CATEGORIES
        if not any(
            may_read_field(seen.reader, seen.sight, category, True, origin)
            for origin in {None, *seen.origins.values()}
        )
    ]


def _causes(seen: Seen) -> list[Text]:
    """Why the clocks stand still: case events or steps of the protocol."""
    protocol = seen.plan.protocol
    said = []
    for name in seen.state.pauses:
        part = protocol.events.get(name) or protocol.steps.get(name)
        said.append(part.title if part else Text(name, name))
    return said


def emergency_possible(seen: Seen) -> bool:
    """Whether some policy lets the reader open something that they do not see now."""
    if seen.state.ended:
        return False
    return any(
        not may_read_field(seen.reader, seen.sight, category, True)
        and emergency_grounds(seen.reader, seen.sight, [category])
        for category in CATEGORIES
    )


def _circles(seen: Seen) -> dict[str, Text]:
    """Those between whom data pass, in words."""
    circles = seen.desk.door.service.territory.access.circles
    return {name: circle.title for name, circle in circles.items()}
