"""Notices, how one wants to be told, and the calendar's address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from psycopg import Connection
from starlette.responses import RedirectResponse, Response

from api.http.access import may_read
from api.http.names import names_of
from api.http.problems import Problem, not_found
from api.http.sights import sights
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.inbox.view import number_of, task_address
from api.web.issuer import base_of
from api.web.notices.count import mail_of
from api.web.pages import page
from api.web.words import notices as words
from domain.notices import book, calendars, outbox
from domain.notices.book import MailChoice, Matter, Notice, Preferences
from domain.settings import SettingsError
from projections.inbox.queries import still_open
from protocols.text import Text

router = APIRouter(route_class=PageRoute)

_PAGE = 30
_MAIL: tuple[tuple[MailChoice, Text], ...] = (
    ("each", words.MAIL_EACH),
    ("important", words.MAIL_IMPORTANT),
    ("never", words.MAIL_NEVER),
)


class Row(msgspec.Struct, frozen=True):
    """`title`: the step's, empty where it is about the case or may not be seen; `who`: the person's
    name, where the reader may know it; `over`: it is about a task that is not to be done any more.
    """

    notice: Matter
    visible: bool
    title: Text | None
    number: str
    who: str
    over: bool
    address: str


@router.get("/avvisi")
def notices(desk: Entered, cursor: str = "") -> Response:
    return _shown(desk, cursor)


@router.post("/avvisi/{number}/apri")
def open_one(number: int, desk: Entered, form: Posted) -> Response:
    """Read it, and go where it is about."""
    with desk.door.reading() as connection:
        found = book.one(connection, desk.person, number) if number < 2**63 else None
        if found is None:
            raise not_found(
                "no_such_notice", Text("Questo avviso non c'è.", "There is no such notice.")
            )
        book.mark_read(connection, desk.person, one=number, until=number)
    return RedirectResponse(_address(found), 303)


@router.post("/avvisi/letti")
def read_all(desk: Entered, form: Posted) -> Response:
    """All that the page showed; what came meanwhile stays unread."""
    until = text_of(form, "fino")
    if not until.isdecimal() or len(until) > 18:
        raise Problem(422, "wrong_notice", words.WRONG_CHOICE)
    with desk.door.reading() as connection:
        book.mark_read(connection, desk.person, until=int(until))
    desk.flash("success", words.READ_NOW)
    return RedirectResponse("/avvisi", 303)


@router.post("/avvisi/scelte")
def choose(desk: Entered, form: Posted) -> Response:
    mail, hour = text_of(form, "posta"), text_of(form, "riepilogo")
    choices = {name: name for name, _ in _MAIL}
    if mail not in choices or (hour and hour not in map(str, range(24))):
        raise Problem(422, "wrong_choice", words.WRONG_CHOICE)
    with desk.door.reading() as connection:
        chosen = Preferences(choices[mail], int(hour) if hour else None)
        book.choose(connection, desk.person, chosen)
    desk.flash("success", words.SAVED)
    return RedirectResponse("/avvisi#scelte", 303)


@router.post("/avvisi/calendario")
def make_calendar(desk: Entered, form: Posted) -> Response:
    """The page itself and no redirect: the address is shown once and kept nowhere."""
    with desk.door.reading() as connection:
        secret = calendars.make(connection, desk.person)
    address = f"{base_of(desk.request)}/calendario/{secret}.ics"
    return _shown(desk, "", calendar_address=address)


@router.post("/avvisi/calendario/revoca")
def revoke_calendar(desk: Entered, form: Posted) -> Response:
    with desk.door.reading() as connection:
        calendars.revoke(connection, desk.person)
    desk.flash("success", words.CALENDAR_REVOKED)
    return RedirectResponse("/avvisi#calendario", 303)


def _shown(desk: Desk, cursor: str, calendar_address: str = "") -> Response:
    before = int(cursor) if cursor.isdecimal() and len(cursor) < 19 else None
    with desk.door.reading() as connection:
        found = book.listed(connection, desk.person, before=before, limit=_PAGE + 1)
        rows = found[:_PAGE]
        return page(
            desk.request,
            "notices/page.html",
            rows=_rows(desk, connection, rows),
            until=rows[0].id if rows else 0,
            cursor=str(rows[-1].id) if len(found) > _PAGE else "",
            unread=book.unread(connection, desk.person),
            many=book.MANY,
            calendar=calendars.find(connection, desk.person),
            calendar_address=calendar_address,
            **_preferences(desk, connection),
        )


def _preferences(desk: Desk, connection: Connection[Any]) -> dict[str, Any]:
    settings = mail_of(desk.request)
    try:
        reachable = settings is not None and desk.person in settings.addresses()
    except SettingsError:
        reachable = False
    return {
        "mail": settings is not None,
        "reachable": reachable,
        "chosen": book.preferences(connection, [desk.person])[desk.person],
        "mail_choices": _MAIL,
        "hours": [(hour, Text(f"{hour:02}:00", f"{hour:02}:00")) for hour in range(24)],
        "failures": outbox.failures(connection, desk.person, 3),
    }


def _rows(desk: Desk, connection: Connection[Any], found: list[Matter]) -> list[Row]:
    cases = {notice.case_id for notice in found}
    seen = sights(desk.door.service, list(cases)) if cases else {}
    visible = {case for case, sight in seen.items() if may_read(desk.reader, sight, "summary")}
    names = names_of(desk.door, visible)
    tasks = {(each.case_id, each.task) for each in found if each.kind in book.OF_TASKS}
    over = tasks - still_open(connection, tasks)
    return [
        _row(desk, each, each.case_id in visible, (each.case_id, each.task) in over, names)
        for each in found
    ]


def _row(desk: Desk, notice: Matter, may: bool, over: bool, names: dict[UUID, str]) -> Row:
    title = None
    if may and notice.step:
        protocol = desk.door.service.registry.get(notice.protocol, notice.version).protocol
        title = protocol.steps[notice.step].title
    return Row(
        notice,
        may,
        title,
        number_of(notice.case_id) if may else "",
        names.get(notice.case_id, ""),
        may and over and notice.kind in book.OF_TASKS,
        _address(notice),
    )


def _address(notice: Notice) -> str:
    if notice.kind in book.OF_TASKS and notice.task:
        return task_address(notice.case_id, notice.task)
    return f"/casi/{notice.case_id}"
