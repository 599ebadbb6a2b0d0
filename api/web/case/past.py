"""How a case stood at the end of a day, with what was recorded until then."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.web.case.page import header
from api.web.case.records import agreements
from api.web.case.seen import Seen, as_it_stood, look
from api.web.case.standing import stages, tasks, team
from api.web.desk import Entered, PageRoute
from api.web.forms.answers import day
from api.web.forms.choices import Choices, choices_of
from api.web.forms.told import Told, told
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.words import past as words
from domain.refusal import FieldProblem
from protocols.engine import events as e
from protocols.territory import end_of_day
from protocols.text import Text

router = APIRouter(route_class=PageRoute)


class Given(msgspec.Struct, frozen=True):
    """What was answered at a step or a case event, by whom."""

    title: Text
    by: str
    at: Any
    answers: tuple[Told, ...]


@router.get("/casi/{case}/com-era")
def past(case: UUID, desk: Entered, giorno: str = "") -> Response:
    seen = look(desk, case)
    if not seen.data:
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "I ruoli ricoperti danno accesso solo al riepilogo di questo caso.",
                "The roles held give access to this case's summary only.",
            ),
        )
    territory = desk.door.service.territory
    today = seen.at.astimezone(territory.timezone).date()
    asked = day_of(giorno) if giorno else today
    then: Seen | None = None
    errors: tuple[FieldProblem, ...] = ()
    if asked is None or asked > today:
        errors = (FieldProblem("giorno", words.PAST_BAD_DAY),)
    else:
        then = as_it_stood(seen, min(seen.at, end_of_day(asked, territory.timezone)))
    shown: dict[str, Any] = {}
    if then is not None:
        opened, _ = tasks(then)
        shown = {
            "stages": stages(then),
            "tasks": opened,
            "team": team(then),
            "joinable": False,
            "agreed": agreements(then),
            "given": _given(then),
            "events": then.state.version,
            "ended": bool(then.state.ended),
        }
    return page(
        desk.request,
        "case/past.html",
        422 if errors else 200,
        header=header(seen),
        case=case,
        asked=asked,
        typed=giorno or today.isoformat(),
        errors=errors,
        then=then,
        seen=seen,
        today=today,
        **shown,
    )


def day_of(written: str) -> date | None:
    """What was typed or stands in an address; None where it is no day."""
    try:
        return date.fromisoformat(day(written[:20]))
    except ValueError:
        return None


def _given(seen: Seen) -> tuple[Given, ...]:
    """The latest first; corrections are part of what they correct."""
    found: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {}
    for event in seen.history:
        body = event.body
        if not isinstance(body, (e.StepCompleted, e.DataCorrected, e.CaseEventHappened)):
            continue
        name = body.event if isinstance(body, e.CaseEventHappened) else body.step
        at = (name, getattr(body, "instance", ""))
        if not isinstance(body, e.DataCorrected):
            found.pop(at, None)
        first, data = found.get(at, (event, {}))
        visible = seen.body(event)
        answered = {**(visible.get("data") or {}), **(visible.get("personal") or {})}
        found[at] = (first, {**data, **answered})
    choices: dict[str, Choices] = {}
    return tuple(
        given
        for (name, _), (event, data) in reversed(found.items())
        if (given := _told(seen, name, event, data, choices)).answers
    )


def _told(
    seen: Seen, name: str, event: Any, data: dict[str, Any], known: dict[str, Choices]
) -> Given:
    protocol = seen.plan.protocol
    part = protocol.steps.get(name) or protocol.events.get(name)
    form = seen.screen.form_of(name)
    fields = form.fields if form else {}
    if name not in known:
        known[name] = choices_of(seen.desk, fields, seen.case)
    machine = event.actor.startswith("system:")
    territory = seen.desk.door.service.territory
    return Given(
        part.title if part else Text(name.replace("_", " "), name.replace("_", " ")),
        "" if machine else staff_name(territory, event.actor),
        event.occurred_at or event.at,
        told(fields, data, known[name]),
    )
