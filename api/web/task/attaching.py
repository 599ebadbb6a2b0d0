"""Documents that go with a task."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.documents import DocumentView, documents
from api.http.problems import Problem
from api.web.desk import Desk, Entered, PageRoute, Posted
from api.web.inbox.view import task_address
from api.web.pages import page
from api.web.task.view import subject
from api.web.uploads import attach
from api.web.words import documents as words
from domain.refusal import Refused
from protocols.text import Text

router = APIRouter(prefix="/attivita/{case}/{task}/allegati", route_class=PageRoute)


@router.post("")
def add(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """Back to the task, the rest of which is in its draft; where scripts run, the list alone."""
    desk.door.sight(case, "data")
    if "hx-request" in desk.request.headers:
        attach(desk, case, form, task)
        return page(
            desk.request,
            "task/_attachments.html",
            it=subject(desk, case, task),
            attachments=attached_to(desk, case, task),
        )
    try:
        attach(desk, case, form, task)
        desk.flash("success", words.ATTACHED)
    except (Problem, Refused) as error:
        problem = error if isinstance(error, Problem) else Problem.of(error)
        desk.flash("danger", _said(problem))
    return RedirectResponse(f"{task_address(case, task)}#allegati", 303)


def attached_to(desk: Desk, case: UUID, task: str) -> list[DocumentView]:
    """Those of the task that were not withdrawn."""
    found = documents(case, desk.door).content.documents
    return [each for each in found if each.task == task and each.state == "attached"]


def _said(problem: Problem) -> Text:
    parts = [problem.detail, *(each.message for each in problem.fields)]
    parts += [problem.remedy] if problem.remedy else []
    return Text(" ".join(part.it for part in parts), " ".join(part.in_("en") for part in parts))
