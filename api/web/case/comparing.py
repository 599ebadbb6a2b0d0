"""What changed in a case between the ends of two days; by name, never by value."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.replaying import replay
from api.replaying.moments import Between
from api.web.case.page import header
from api.web.case.past import day_of
from api.web.case.seen import Seen, look
from api.web.desk import Entered, PageRoute
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.words import past as words
from domain.case.difference import TaskChange
from domain.refusal import FieldProblem
from projections.timeline.sentences import SENTENCES
from projections.titles import Titles
from protocols.territory import end_of_day
from protocols.text import Text

router = APIRouter(route_class=PageRoute)

_OCCURRENCE = re.compile(r"\d[\d-]{0,9}")
"""What is done again and again is told apart by a number or a day."""


class Moved(msgspec.Struct, frozen=True):
    """A step or task, what it was and what it is, in words; either may be an instant."""

    title: Text
    what: Text
    was: Text | datetime | None = None
    now: Text | datetime | None = None


class Written(msgspec.Struct, frozen=True):
    title: Text
    fields: tuple[Text, ...]


class Established(msgspec.Struct, frozen=True):
    said: Text
    at: datetime


@router.get("/casi/{case}/confronto")
def compare(case: UUID, desk: Entered, da: str = "", a: str = "") -> Response:
    desk.door.sight(case, "data")
    seen = look(desk, case)
    zone = desk.door.service.territory.timezone
    today = seen.at.astimezone(zone).date()
    opened = seen.history[0].at.astimezone(zone).date()
    since, until = day_of(da) if da else opened, day_of(a) if a else today
    errors = _wrong(since, until, today)
    shown: dict[str, Any] = {}
    if since and until and not errors:
        ends = [min(seen.at, end_of_day(day, zone)) for day in (since, until)]
        if ends[1] < seen.history[0].at:
            errors = (FieldProblem("a", words.PAST_NOT_YET),)
        else:
            found = replay(case, desk.door, since=ends[0], until=ends[1]).content.between
            shown = _told(seen, found)
    return page(
        desk.request,
        "case/compare.html",
        422 if errors else 200,
        case=case,
        header=header(seen),
        since=since,
        until=until,
        typed={
            "da": da or opened.isoformat(),
            "a": a or today.isoformat(),
        },
        errors=errors,
        shown=shown,
    )


def _wrong(since: date | None, until: date | None, today: date) -> tuple[FieldProblem, ...]:
    wrong = [
        FieldProblem(name, words.PAST_BAD_DAY)
        for name, day in (("da", since), ("a", until))
        if day is None or day > today
    ]
    if not wrong and since and until and since > until:
        wrong.append(FieldProblem("da", words.WRONG_ORDER))
    return tuple(wrong)


def _told(seen: Seen, found: Between) -> dict[str, Any]:
    protocol, changed = seen.plan.protocol, found.difference
    titles = Titles(protocol, seen.desk.door.service.territory.timezone)
    by_version = {event.originator_version: event for event in seen.history}
    facts = [by_version[fact.version] for fact in changed.facts]
    return {
        "events": found.to_version - found.from_version,
        "state": changed.state,
        "protocol": changed.protocol,
        "episode": changed.episode,
        "paused": changed.paused,
        "steps": [
            Moved(_title(seen, each.step), Text("", ""), _status(each.was), _status(each.now))
            for each in changed.steps
        ],
        "tasks": [_task(seen, each) for each in changed.tasks],
        "data": [
            Written(
                _title(seen, each.step),
                tuple(_field(seen, each.step, name) for name in (*each.fields, *each.personal)),
            )
            for each in changed.data
        ],
        "facts": [
            Established(Text(*SENTENCES[type(event.body)](titles, event.body)), event.at)
            for event in facts
            if type(event.body) in SENTENCES
        ],
    }


def _title(seen: Seen, step: str) -> Text:
    known = seen.plan.protocol.steps.get(step)
    # Of the text of that moment, which may not be the one that the case follows now.
    return known.title if known else Text(step.replace("_", " "), step.replace("_", " "))


def _status(status: str) -> Text:
    return words.STATUS.get(status, words.STATUS[""])


def _field(seen: Seen, step: str, name: str) -> Text:
    form = seen.screen.form_of(step)
    field = form.fields.get(name) if form else None
    return field.title if field else Text(name.replace("_", " "), name.replace("_", " "))


def _task(seen: Seen, change: TaskChange) -> Moved:
    step, _, instance = change.task.partition("#")
    territory = seen.desk.door.service.territory
    title = _title(seen, step)
    if instance in territory.people:
        who = staff_name(territory, instance)
        title = Text(f"{title.it} ({who})", f"{title.in_('en')} ({who})")
    elif _OCCURRENCE.fullmatch(instance):
        title = Text(f"{title.it} ({instance})", f"{title.in_('en')} ({instance})")
    what = words.TASK_CHANGES[change.change]
    if change.change == "deadline":
        was, now = (datetime.fromisoformat(at) if at else None for at in (change.was, change.now))
        return Moved(title, what, was, now)
    names = [
        Text(name, name) if (name := staff_name(territory, who) if who else "") else None
        for who in (change.was, change.now)
    ]
    return Moved(title, what, names[0], names[1])
