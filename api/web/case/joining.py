"""One more person for an open activity that several do, each for themself: one form."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.http.writing import command_id
from api.web.case.joinable import joinable
from api.web.case.page import header
from api.web.case.seen import Seen, look
from api.web.case.sending import gone_back
from api.web.desk import Entered, PageRoute, Posted, text_of
from api.web.forms.choices import Group, people_of
from api.web.pages import page
from api.web.words import joining as words
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/persone", route_class=PageRoute)


@router.get("/aggiungi")
def asked(case: UUID, desk: Entered) -> Response:
    return _form(look(desk, case), "", "", None)


@router.post("/aggiungi")
def added(case: UUID, desk: Entered, form: Posted) -> Response:
    seen = look(desk, case)
    step, member = text_of(form, "step"), text_of(form, "member")
    command = command_id(desk.door, text_of(form, "_key"))
    try:
        if step not in {each.step for each in joinable(seen)}:
            raise _missing("step", words.CHOOSE_STEP)
        if not member:
            raise _missing("member", words.CHOOSE_MEMBER)
        receipt = desk.door.service.handle(
            c.AddMember(
                command_id=command, actor=desk.door.actor, case=case, step=step, member=member
            )
        )
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _form(seen, step, member, refused)
    return gone_back(desk, case, receipt.position, words.ADDED)


def _form(seen: Seen, step: str, member: str, refused: Refused | None) -> Response:
    steps = joinable(seen)
    if not steps:
        raise Problem(403, "not_for_this_role", words.NOTHING_OPEN, words.ASK_COORDINATOR)
    problem = Problem.of(refused) if refused else None
    groups: list[Group] = list(people_of(seen.desk, seen.case))
    return page(
        seen.desk.request,
        "case/join.html",
        problem.status if problem else 200,
        case=seen.case,
        header=header(seen),
        steps=[(each.step, each.title) for each in steps],
        groups=groups,
        step=step or (steps[0].step if len(steps) == 1 else ""),
        member=member,
        key=seen.desk.new_key,
        errors=refused.fields if refused else (),
        problem=None if refused and refused.fields else problem,
    )


def _missing(field: str, message: Text) -> Refused:
    return Refused("invalid", "member_needed", message, None, (FieldProblem(field, message),))
