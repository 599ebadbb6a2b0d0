"""What may happen to a case at any time, recorded by its form; and what it will entail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.http.tasks import past
from api.http.writing import command_id
from api.web.case.page import header
from api.web.case.seen import Seen, look
from api.web.case.sending import gone_back
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.forms.answers import answers
from api.web.forms.choices import choices_of
from api.web.forms.typed import Fields, without_blank_rows
from api.web.forms.widgets import changed, pointed, widgets
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.task.sending import WHEN, Sent, instant, rearranged, sent
from api.web.words import case as words
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from domain.service import Receipt
from protocols.engine.events import CaseEventHappened
from protocols.engine.moves import why_not
from protocols.engine.plan import EventPlan
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/eventi/{event}", route_class=PageRoute)

CONFIRMED = "_confermo"


@router.get("")
def asked(case: UUID, event: str, desk: Entered) -> Response:
    seen = look(desk, case)
    return _form(seen, _event(seen, event), Sent({}))


@router.post("")
def reported(case: UUID, event: str, desk: Entered, form: Posted) -> Response:
    seen = look(desk, case)
    plan = _event(seen, event)
    fields = _fields(seen, plan)
    given = sent(fields, form.multi_items())
    if moved := rearranged(fields, given, form):
        return _form(seen, plan, moved)
    if plan.event.ends and text_of(form, CONFIRMED) != "1":
        missing = (FieldProblem(CONFIRMED, words.CONFIRM_NEEDED),)
        return _form(seen, plan, given, Refused("invalid", "confirm", words.FINAL, None, missing))
    try:
        receipt = _report(desk, seen, plan, fields, given)
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _form(seen, plan, given, refused)
    return gone_back(desk, case, receipt.position, words.RECORDED)


@router.post("/campi")
def typing(case: UUID, event: str, desk: Entered, form: Posted) -> Response:
    """While somebody types: what depends on the answers is drawn again."""
    seen = look(desk, case)
    fields = _fields(seen, _event(seen, event))
    given = sent(fields, form.multi_items())
    drawn = widgets(fields, given.typed, choices_of(desk, fields, case))
    moved, scored = changed(drawn, {str(path) for path in form.getlist("_mostrato")})
    return page(desk.request, "case/_typing.html", moved=moved, scored=scored)


def _report(desk: Desk, seen: Seen, plan: EventPlan, fields: Fields, given: Sent) -> Receipt:
    door = desk.door
    return door.service.handle(
        c.ReportEvent(
            command_id=command_id(door, given.key),
            actor=door.actor,
            case=seen.case,
            event=plan.name,
            data=answers(fields, without_blank_rows(fields, given.typed)),
            occurred_at=past(door, instant(desk, given)),
        )
    )


def _event(seen: Seen, name: str) -> EventPlan:
    """Raises Problem (403, 404)."""
    found = seen.plan.events.get(name) if seen.data else None
    if found is None:
        raise Refused(
            "not_found",
            "unknown_event",
            Text(
                "Nel protocollo di questo caso non c'è un tale evento.",
                "This case's protocol has no such event.",
            ),
        )
    if not seen.stands_in(found.event.by):
        titles = [seen.plan.protocol.roles[role].title for role in found.event.by]
        raise Problem(
            403,
            "role_not_held",
            Text(
                f"Lo registra chi è, per questo caso: {', '.join(t.it for t in titles)}.",
                f"Recorded, for this case, by: {', '.join(t.in_('en') for t in titles)}.",
            ),
        )
    return found


def _fields(seen: Seen, plan: EventPlan) -> Fields:
    return seen.plan.protocol.forms[plan.event.form].fields if plan.event.form else {}


def _form(seen: Seen, plan: EventPlan, given: Sent, refused: Refused | None = None) -> Response:
    desk = seen.desk
    fields = _fields(seen, plan)
    problems = [
        FieldProblem(WHEN if each.field == "occurred_at" else each.field, each.message)
        for each in (refused.fields if refused else ())
    ]
    at = pointed(fields, problems)
    own = (WHEN, CONFIRMED)
    given = msgspec.structs.replace(given, key=given.key or desk.new_key)
    return page(
        desk.request,
        "case/event.html",
        Problem.of(refused).status if refused else 200,
        case=seen.case,
        header=header(seen),
        event=plan,
        entails=_entails(seen, plan),
        already=None if refused else _today(seen, plan),
        impossible=None if refused else why_not(seen.run, plan),
        widgets=widgets(fields, given.typed, choices_of(desk, fields, seen.case)),
        live=any(field.when or field.instrument for field in fields.values()),
        given=given,
        errors=at.errors,
        summary=[each for each in at.summary if each.field not in own]
        + [each for each in at.errors if each.field in own],
        problem=Problem.of(refused) if refused and not refused.fields else None,
    )


def _today(seen: Seen, plan: EventPlan) -> dict[str, str] | None:
    """When the same was recorded last, and by whom, if that was today: by a colleague, or by who
    has come back to this page."""
    territory = seen.desk.door.service.territory
    today = seen.at.astimezone(territory.timezone).date()
    for event in reversed(seen.history):
        at = event.at.astimezone(territory.timezone)
        if at.date() != today:
            return None
        if isinstance(event.body, CaseEventHappened) and event.body.event == plan.name:
            return {"at": f"{at:%H:%M}", "name": staff_name(territory, event.actor)}
    return None


def _entails(seen: Seen, plan: EventPlan) -> list[tuple[Text, dict[str, Any]]]:
    """What will come of it, as texts with their values."""
    event, steps = plan.event, seen.plan.protocol.steps
    found: list[tuple[Text, dict[str, Any]]] = []
    if event.ends and not event.within:
        found.append((words.ENDS_SILENTLY if event.silently else words.ENDS_CASE, {}))
        open_now = dict.fromkeys(steps[task.step].title for task in seen.state.open_tasks())
        if open_now:
            found.append((words.WITHDRAWS, {"titles": list(open_now)}))
    if event.pauses:
        found.append((words.PAUSES_CLOCKS, {}))
    found += [(words.OPENS_TASK, {"title": steps[name].title}) for name in event.opens]
    return found
