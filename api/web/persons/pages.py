"""The page of a person, and the forms by which something is decided about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem
from api.http.writing import command_id
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.people import shown_people
from api.web.persons.acts import ACTS, Act, Typed, known_of, offered
from api.web.persons.seen import Seen, look
from api.web.words import persons as words
from domain.person.erasing import GROUNDS as ERASED_FOR
from domain.person.restricting import EASED_FOR, GROUNDS
from domain.refusal import FieldProblem, Refused

router = APIRouter(prefix="/persone/{person}", route_class=PageRoute)

MODELS = ("persons", "cases", "inbox", "timeline")


@router.get("")
def person_page(person: UUID, desk: Entered) -> Response:
    seen = look(desk, person)
    territory = desk.door.service.territory
    return page(
        desk.request,
        "persons/page.html",
        seen=seen,
        person=seen.page,
        acts=offered(seen),
        grounds=GROUNDS,
        # Those that can be parted from the one that is kept.
        merged=list(seen.standing.person.merged),
        may_part=seen.acts_in(territory.records.joins.approved_by),
        may_propose=seen.acts_in(territory.records.joins.proposed_by),
        may_decide=seen.acts_in(territory.records.joins.approved_by),
        staff=lambda name: staff_name(territory, name),
    )


@router.get("/atti/{act}")
def asked(person: UUID, act: str, desk: Entered) -> Response:
    seen = look(desk, person)
    return _form(seen, _act(seen, act), known_of(seen))


@router.post("/atti/{act}")
def acted(person: UUID, act: str, desk: Entered, form: Posted) -> Response:
    seen = look(desk, person)
    found = _act(seen, act)
    typed: Typed = {
        **{name: text_of(form, name) for name in form if not name.startswith("_")},
        "fields": [str(each) for each in form.getlist("fields")],
        "_key": text_of(form, "_key"),
    }
    try:
        receipt = found.run(seen, command_id(desk.door, typed["_key"]), typed)
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _form(seen, found, typed, refused)
    return decided(desk, f"/persone/{seen.page.id}", receipt.position, found.said)


def decided(desk: Desk, address: str, position: int, said: Any) -> Response:
    desk.door.wait(position, *MODELS)
    desk.flash("success", said)
    return RedirectResponse(address, 303)


def _act(seen: Seen, name: str) -> Act:
    """Raises Problem (403), Refused (not_found)."""
    found = next((act for act in ACTS if act.name == name), None)
    if found is None:
        raise Refused("not_found", "unknown_act", words.NO_SUCH_ACT)
    if not found.allowed(seen):
        raise Problem(403, "not_for_this_role", words.NOT_YOURS, words.ASK_WHOM)
    return found


def _form(seen: Seen, act: Act, typed: Typed, refused: Refused | None = None) -> Response:
    territory = seen.desk.door.service.territory
    people = shown_people(territory, seen.desk.door.service.clock.now())
    problem = Problem.of(refused) if refused else None
    errors = pointed(refused)
    return page(
        seen.desk.request,
        "persons/act.html",
        problem.status if problem else 200,
        seen=seen,
        act=act,
        typed=typed,
        key=typed.get("_key") or seen.desk.new_key,
        errors=errors,
        problem=None if errors else problem,
        grounds=list(GROUNDS.items()),
        eased_for=[(name, words.EASED_FOR[name]) for name in EASED_FOR],
        erased_for=[(name, words.ERASED_FOR[name]) for name in ERASED_FOR],
        people=[(each.id, each.name) for each in people],
        asked_by=staff_name(territory, seen.standing.asked_by),
    )


def pointed(refused: Refused | None) -> tuple[FieldProblem, ...]:
    """At the questions of these forms, whose reason is `why`."""
    if refused is None:
        return ()
    if refused.code == "reason_invalid":
        return (FieldProblem("why", refused.message),)
    if refused.code == "unknown_ground":
        return (FieldProblem("ground", refused.message),)
    return tuple(
        FieldProblem(each.field.removeprefix("fields."), each.message) for each in refused.fields
    )
