"""The personal project of a case: as it stands, what is to be done for it, its versions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import stored_only
from api.http.problems import Problem
from api.web.case.page import header
from api.web.case.rooms import project_of
from api.web.case.seen import Seen, look_into
from api.web.case.standing import tasks_of
from api.web.desk import Entered, PageRoute
from api.web.forms.answers import answers
from api.web.pages import page
from api.web.project.paper import pdf
from api.web.project.versions import Version, proposed, version_numbered, versions
from api.web.task.sending import kept, sent
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/progetto", route_class=PageRoute)


@router.get("")
def show(case: UUID, desk: Entered, versione: int = 0) -> Response:
    """`versione`: which one is shown whole; the latest for 0."""
    seen = look_into(desk, case)
    found = versions(seen)
    if versione and version_numbered(found, versione) is None:
        raise _NO_VERSION
    steps = project_of(seen.plan)
    return page(
        desk.request,
        "project/page.html",
        seen=seen,
        header=header(seen),
        shown=version_numbered(found, versione),
        versions=tuple(reversed(found)),
        tasks=tasks_of(seen, steps.steps),
        steps=steps,
        bound=stored_only(seen.reader, seen.sight),
    )


@router.get("/stampa")
def printed(case: UUID, desk: Entered, versione: int = 0, bozza: str = "") -> Response:
    """A tagged PDF in Italian, with places for the signatures. `bozza`: of what is in the reader's
    draft of that task, to be signed before it is recorded."""
    seen = look_into(desk, case)
    found = _draft(seen, bozza) if bozza else version_numbered(versions(seen), versione)
    if found is None:
        raise _NO_VERSION
    return pdf(seen, header(seen), found)


def _draft(seen: Seen, key: str) -> Version | None:
    task = seen.state.tasks.get(key)
    form = seen.screen.form_of(task.step) if task else None
    if task is None or form is None or task.step not in project_of(seen.plan).steps:
        return None
    draft = kept(seen.desk, seen.case, key, task.round)
    if draft is None:
        return None
    typed = sent(form.fields, draft.fields).typed
    return proposed(seen, versions(seen), task.step, answers(form.fields, typed))


_NO_VERSION = Problem(
    404,
    "no_version",
    Text("Di questo progetto non c'è quella versione.", "The project has no such version."),
    Text("Tornare al progetto e scegliere tra quelle elencate.", "Choose one from the project."),
)
