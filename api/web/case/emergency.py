"""Emergency access: asked for with a reason; `api.web.emergency` has its review."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.access import CATEGORIES, may_read
from api.http.emergencies import break_glass, emergency_grounds
from api.http.problems import Problem
from api.http.sights import sights
from api.http.writing import command_id
from api.web.case.sending import MODELS
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.inbox.view import number_of
from api.web.pages import page
from api.web.words import emergency as words
from domain.emergency.commands import LONGEST
from domain.refusal import FieldProblem, Refused
from domain.service import unknown_case
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/emergenza", route_class=PageRoute)


@router.get("")
def asked(case: UUID, desk: Entered) -> Response:
    return _form(desk, case)


@router.post("")
def opened(case: UUID, desk: Entered, form: Posted) -> Response:
    """Also for a case that the reader sees only once it is open."""
    door = desk.door
    categories = [each for each in form.getlist("categories") if isinstance(each, str)]
    try:
        command = command_id(door, text_of(form, "_key"))
        reason = text_of(form, "reason")
        if not categories:
            raise _wrong("categories", words.EMERGENCY_WHAT)
        if len(reason) > LONGEST:
            raise _wrong("reason", Text(f"al massimo {LONGEST} caratteri", f"at most {LONGEST}"))
        receipt = break_glass(
            door.service, desk.reader, case, command, reason, categories, door.looks.refused
        )
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _again(desk, case, Problem.of(refused), form, categories)
    except Problem as problem:
        return _again(desk, case, problem, form, categories)
    door.wait(receipt.position, *MODELS)
    desk.flash("warning", words.EMERGENCY_OPENED)
    return RedirectResponse(f"/casi/{case}", 303)


def _again(
    desk: Desk, case: UUID, problem: Problem, form: Posted, categories: list[str]
) -> Response:
    return _form(
        desk, case, problem.status, problem=problem, errors=problem.fields,
        typed={"reason": text_of(form, "reason"), "categories": categories},
    )  # fmt: skip


def _form(desk: Desk, case: UUID, status: int = 200, **more: Any) -> Response:
    """Raises Refused (not_found): who may neither see the case nor open it learns nothing."""
    door = desk.door
    sight = sights(door.service, [case]).get(case)
    if sight is None:
        raise unknown_case(case)
    possible = [name for name in CATEGORIES if emergency_grounds(desk.reader, sight, [name])]
    if not possible and not may_read(desk.reader, sight, "summary"):
        door.looks.refused(case, sight.person)
        raise unknown_case(case)
    return page(
        desk.request,
        "case/emergency.html",
        status,
        **{"problem": None, "errors": (), "typed": {}, **more},
        case=case,
        number=number_of(case),
        possible=possible,
        hours=door.service.territory.access.emergency.hours,
        may_go_back=may_read(desk.reader, sight, "summary"),
        key=desk.new_key,
    )


def _wrong(field: str, message: Text) -> Problem:
    return Problem(
        422,
        "emergency_invalid",
        Text("Il modulo non va bene.", "The form is not right."),
        Text("Correggere i campi indicati.", "Correct the fields that are named."),
        (FieldProblem(field, message),),
    )
