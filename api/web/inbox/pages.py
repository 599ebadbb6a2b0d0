"""The list of tasks, by what one looks for first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import may_review_emergencies
from api.http.emergencies import everywhere
from api.http.names import names_of
from api.http.tasks import counts, list_tasks, midnight_of
from api.web.desk import Desk, Entered, PageRoute
from api.web.inbox.view import VIEWS, question_rows, task_rows
from api.web.pages import page
from api.web.people import roles_of
from domain.vault.pseudonyms import with_pseudonyms
from projections.inbox.questions import questions
from protocols.text import Text

router = APIRouter(route_class=PageRoute)

_PAGE = 30


@router.get("/")
def inbox(
    desk: Entered,
    vista: str = "",
    distretto: str = "",
    ruolo: str = "",
    attivita: str = "",
    cursor: str = "",
    dopo: int = 0,
) -> Response:
    vista = vista if vista in VIEWS else ""
    door = desk.door
    district = int(distretto) if distretto.isdecimal() and len(distretto) < 4 else None
    found = list_tasks(
        door,
        **_of_view(desk, vista),
        role=ruolo[:100] or None,
        district=district,
        step=attivita[:100] or None,
        limit=_PAGE,
        cursor=cursor[:1000],
        after=max(dopo, 0),
    ).content
    with door.reading() as connection:
        asked = questions(connection, person=desk.person, scopes=sorted(desk.reader.scopes))
    counted = counts(door)
    names = names_of(door, {row.case for row in (*found.tasks, *asked)})
    return page(
        desk.request,
        "inbox/page.html",
        view=vista,
        views=[
            (name, title, getattr(counted, count) if count else None)
            for name, (title, count) in VIEWS.items()
        ],
        rows=task_rows(desk, found.tasks, names),
        cursor=found.cursor,
        reviews=len(everywhere(door).content.accesses)
        if may_review_emergencies(desk.reader)
        else 0,
        questions=question_rows(desk, with_pseudonyms(door.service.vault, asked), names),
        filters={"distretto": distretto, "ruolo": ruolo, "attivita": attivita},
        filtered=bool(district is not None or ruolo or attivita),
        districts=_districts(desk),
        roles=_roles(desk),
        position=door.service.recorder.last_position(),
    )


def _of_view(desk: Desk, view: str) -> dict[str, Any]:
    if view == "ritardo":
        return {"overdue": True}
    if view == "oggi":
        now = desk.door.service.clock.now()
        # What is due by the end of a day has that day's midnight.
        over = midnight_of(desk.door, now) + timedelta(microseconds=1)
        return {"due_after": now, "due_before": over}
    if view in ("prese", "libere", "altri"):
        return {"held": {"prese": "me", "libere": "nobody", "altri": "others"}[view]}
    if view == "attesa":
        return {"waiting": True}
    return {"mine": view != "territorio"}


def _districts(desk: Desk) -> list[tuple[int, Text]]:
    return [(number, each.title) for number, each in desk.door.service.territory.districts.items()]


def _roles(desk: Desk) -> list[tuple[str, Text]]:
    """Those of the reader, once each."""
    found = roles_of(desk.door.service.territory, desk.holds)
    return list(
        {each.membership.role: (each.membership.role, each.title) for each in found}.values()
    )
