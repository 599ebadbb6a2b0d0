"""Documents from the page of a case: attached, given out, withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from anyio import from_thread, to_thread
from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.http.access import CATEGORIES
from api.http.documents import WithdrawBody, content, receive, withdraw_one
from api.http.problems import Problem
from api.http.writing import command_id
from api.web.case.page import shown
from api.web.case.sending import sent, typed_of
from api.web.desk import Entered, PageRoute, Posted, text_of
from api.web.words import case as words
from domain.documents.receiving import Offer
from domain.refusal import FieldProblem
from domain.service import Receipt
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/documenti", route_class=PageRoute)

_PIECE = 1024 * 1024


@router.post("")
def attach(case: UUID, desk: Entered, form: Posted) -> Response:
    """A category that there is not is taken as the most protected."""
    file: Any = form.get("file")

    def again(problem: Problem) -> Response:
        return shown(
            desk, case, status=problem.status, problem=problem, errors=problem.fields,
            typed=typed_of(form, "title", "category"), about="document",
        )  # fmt: skip

    def attached() -> Receipt:
        if not isinstance(file, UploadFile) or not file.filename:
            raise _no_file()
        category = text_of(form, "category", "social")
        offer = Offer(
            command_id=command_id(desk.door, text_of(form, "_key")),
            actor=desk.door.actor,
            case=case,
            name=file.filename,
            declared=file.content_type or "",
            category=category if category in CATEGORIES else "clinical",  # type: ignore[arg-type]
            title=text_of(form, "title"),
        )
        return from_thread.run(receive, desk.door, offer, _pieces(file), file.size or 0).receipt

    return sent(desk, case, attached, words.ATTACHED, again, "#documenti")


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await to_thread.run_sync(file.file.read, _PIECE):
        yield piece


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


def _no_file() -> Problem:
    return Problem(
        422,
        "no_file",
        Text("Non è stato scelto nessun file.", "No file was chosen."),
        words.NO_FILE,
        (FieldProblem("file", words.NO_FILE),),
    )
