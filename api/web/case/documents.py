"""Documents from the page of a case: attached, given out, withdrawn."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.documents import WithdrawBody, content, withdraw_one
from api.http.problems import Problem
from api.web.case.page import shown
from api.web.case.sending import gone_back, sent, typed_of
from api.web.desk import Entered, PageRoute, Posted, text_of
from api.web.uploads import attach
from api.web.words import case as words
from api.web.words.documents import ATTACHED
from domain.refusal import FieldProblem
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/documenti", route_class=PageRoute)


@router.post("")
def add(case: UUID, desk: Entered, form: Posted) -> Response:
    """Where scripts run, it was sent with its progress shown: the page is asked for again, or what
    is wrong comes as a message."""
    if "hx-request" in desk.request.headers:
        gone_back(desk, case, attach(desk, case, form).position, ATTACHED)
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    def again(problem: Problem) -> Response:
        return shown(
            desk, case, status=problem.status, problem=problem, errors=problem.fields,
            typed=typed_of(form, "title", "category"), about="document",
        )  # fmt: skip

    return sent(desk, case, lambda: attach(desk, case, form), ATTACHED, again, "#documenti")


@router.get("/{document}")
def download(case: UUID, document: UUID, desk: Entered) -> Response:
    return content(case, document, desk.door)


@router.post("/{document}/ritira")
def withdraw(case: UUID, document: UUID, desk: Entered, form: Posted) -> Response:
    reason = text_of(form, "reason")

    def again(problem: Problem) -> Response:
        return shown(desk, case, status=problem.status, problem=problem, about=str(document))

    def withdrawn():
        if not 0 < len(reason) <= 500:
            raise reason_needed()
        body = WithdrawBody(reason=reason)
        return withdraw_one(case, document, body, desk.door, text_of(form, "_key")).content

    return sent(desk, case, withdrawn, words.WITHDRAWN, again, "#documenti")


def reason_needed() -> Problem:
    message = Text("scrivere un motivo, al massimo 500 caratteri", "write a reason, 500 characters")
    return Problem(
        422,
        "reason_needed",
        Text("Serve un motivo.", "A reason is needed."),
        Text("Scriverlo nel campo indicato.", "Write it in the field named."),
        (FieldProblem("reason", message),),
    )
