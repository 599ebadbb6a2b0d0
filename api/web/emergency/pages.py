"""The list of emergency accesses, and saying of one whether it was justified."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.emergencies import ReviewBody, everywhere, review
from api.http.problems import Problem
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.inbox.view import number_of, staff_name
from api.web.pages import page
from api.web.words import emergency as words
from domain.refusal import FieldProblem, Refused
from protocols.text import Text

router = APIRouter(route_class=PageRoute)


@router.get("/emergenze")
def listed(desk: Entered, vista: str = "") -> Response:
    return _page(desk, pending=vista != "tutti")


@router.post("/emergenze/{case}/{access}")
def decide(case: UUID, access: str, desk: Entered, form: Posted) -> Response:
    verdict, note, key = (text_of(form, name) for name in ("esito", "nota", "_key"))
    typed = {"access": access, "esito": verdict, "nota": note, "key": key}
    if verdict not in ("si", "no"):
        missing = FieldProblem("esito", Text("scegliere sì o no", "choose yes or no"))
        return _page(desk, errors=(missing,), typed=typed, status=422)
    body = ReviewBody.model_construct(justified=verdict == "si", note=note)
    try:
        review(case, access, body, desk.door, key)
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        problem = Problem.of(refused)
        return _page(
            desk, problem=problem, errors=problem.fields, typed=typed, status=problem.status
        )
    desk.flash("success", words.SAVED)
    return RedirectResponse("/emergenze", 303)


def _page(
    desk: Desk,
    *,
    pending: bool = True,
    problem: Problem | None = None,
    errors: tuple[FieldProblem, ...] = (),
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    territory = desk.door.service.territory
    lines: list[Any] = everywhere(desk.door, pending=pending).content.accesses
    roles = territory.roles
    return page(
        desk.request,
        "emergency/list.html",
        status,
        pending=pending,
        lines=[
            {
                "line": line,
                "number": number_of(line.case),
                "name": staff_name(territory, line.by),
                "role": roles[line.role].title if line.role in roles else line.role,
                "reviewer": staff_name(territory, line.reviewed_by),
            }
            for line in lines
        ],
        problem=problem,
        errors=errors,
        typed=typed or {},
    )
