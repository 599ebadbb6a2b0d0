"""A note, a question or an answer written from the page of a case."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from api.http.notes import NoteBody, write
from api.http.problems import Problem
from api.web.case.page import shown
from api.web.case.sending import sent, typed_of
from api.web.desk import Entered, PageRoute, Posted, text_of
from api.web.words import case as words
from domain.case.notes import LONGEST
from domain.refusal import FieldProblem
from protocols.text import Text

router = APIRouter(route_class=PageRoute)


@router.post("/casi/{case}/note")
def add(case: UUID, desk: Entered, form: Posted) -> Response:
    key = text_of(form, "_key")
    answers = text_of(form, "answers")

    def again(problem: Problem) -> Response:
        typed = typed_of(form, "text", "to", "category")
        return shown(
            desk, case, status=problem.status, problem=problem, errors=problem.fields, typed=typed,
            about=answers or "note",
        )  # fmt: skip

    def written():
        return write(case, _body(form, answers), desk.door, key).content

    return sent(desk, case, written, words.NOTE_SAVED, again, "#note")


def _body(form: Posted, answers: str) -> NoteBody:
    text = text_of(form, "text").replace("\r\n", "\n")
    try:
        return NoteBody(
            text=text,
            category=text_of(form, "category", "social"),
            to="" if answers else text_of(form, "to"),
            answers=answers,
        )
    except ValidationError:
        message = Text(f"scrivere da 1 a {LONGEST} caratteri", f"write 1 to {LONGEST} characters")
        raise Problem(
            422,
            "note_invalid",
            Text("La nota non va bene.", "The note is not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            (FieldProblem("text", message),),
        ) from None
