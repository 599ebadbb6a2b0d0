"""Deadlines as an iCalendar feed (RFC 5545) at a private address. Nothing personal: the step's
title and the number by which people say the case; of a sealed or restricted case not even those."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

from fastapi import APIRouter, Request
from icalendar import Calendar, Event
from starlette.responses import Response

from api.http.access import may_read
from api.http.door import Door, door_of
from api.http.problems import not_found
from api.http.sights import sights
from api.web.inbox.view import number_of
from api.web.issuer import base_of
from api.web.words import notices as words
from domain.notices import calendars
from projections.inbox.queries import InboxTask, inbox
from protocols.territory import UnknownName, last_day
from protocols.text import Language, Text

router = APIRouter()

_MOST = 500
_PRODUCT = "-//Cantiere//scadenze//IT"
_HOURLY = timedelta(hours=1)


@router.get("/calendario/{secret}.ics")
def calendar(secret: str, request: Request, lingua: str = "it") -> Response:
    """The tasks of whoever has made the address, with the roles that they hold today. 404 for an
    address that was never made, was revoked, or is of somebody who is no longer there."""
    with request.app.state.parts.pool.connection() as connection:
        person = calendars.owner(connection, secret[:100])
    try:
        door = door_of(request, person) if person else None
    except UnknownName:
        door = None
    if door is None:
        raise not_found("no_such_calendar", words.NO_CALENDAR)
    language: Language = "en" if lingua == "en" else "it"
    desk = f"{base_of(request)}/"
    body = _written(door, _dated(door), desk, language)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return Response(body, 200, headers, "text/calendar; charset=utf-8")


def _dated(door: Door) -> list[InboxTask]:
    """What has a deadline that runs, in cases that the person may see."""
    now = door.service.clock.now()
    holds = [hold[:2] for hold in door.reader.holds]
    with door.reading() as connection:
        page = inbox(connection, now=now, person=door.reader.id, holds=holds, limit=_MOST)
    dated = [task for task in page.tasks if task.due is not None and not task.paused]
    seen = sights(door.service, list({task.case for task in dated})) if dated else {}
    return [
        task
        for task in dated
        if task.case in seen and may_read(door.reader, seen[task.case], "summary")
    ]


def _written(door: Door, tasks: list[InboxTask], desk: str, language: Language) -> bytes:
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", words.DEADLINES.in_(language))
    # RFC 7986 § 5.7: how often it is worth asking again.
    made.add("refresh-interval", _HOURLY, {"value": "DURATION"})
    for task in tasks:
        made.add_component(_event(door, task, desk, language))
    return made.to_ical()


def _event(door: Door, task: InboxTask, desk: str, language: Language) -> Event:
    """`desk`: its address, and no case's: who keeps the calendar elsewhere need not know those."""
    event = Event()
    # The same task keeps its place in the calendar when its deadline moves.
    event.add("uid", str(uuid5(task.case, task.task)))
    event.add("dtstamp", door.service.clock.now())
    assert task.due is not None
    day = last_day(task.due, door.service.territory.timezone)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _summary(task, language))
    event.add("transp", "TRANSPARENT")
    event.add("url", desk)
    return event


def _summary(task: InboxTask, language: Language) -> str:
    if task.sealed or task.restricted:
        return words.SOMETHING_DUE.in_(language)
    title = Text(task.title_it, task.title_en).in_(language)
    return f"{title} · {words.CASE.in_(language).format(number=number_of(task.case))}"
