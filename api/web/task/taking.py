"""Who has a task: taking it, giving it back, giving it to a deputy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.looks import ReadRoute
from api.http.writing import command_id
from api.web.desk import Desk, Entered, Posted, text_of
from api.web.inbox.view import task_address
from api.web.returning import safe
from api.web.words import inbox as words
from domain.case import commands as c
from protocols.text import Text

router = APIRouter(prefix="/attivita/{case}/{task}", route_class=ReadRoute)


@router.post("/prendi")
def take(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    return _done(desk, c.ClaimTask, case, task, form, words.TAKEN)


@router.post("/rilascia")
def release(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    return _done(desk, c.ReleaseTask, case, task, form, words.RELEASED)


@router.post("/assegna")
def assign(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """To somebody else who has the role, or to a deputy."""
    more = {"to": text_of(form, "a"), "reason": text_of(form, "motivo")}
    return _done(desk, c.AssignTask, case, task, form, words.GIVEN, **more)


def _done(
    desk: Desk, command: Any, case: UUID, task: str, form: Any, said: Text, **more: Any
) -> Response:
    door = desk.door
    key = command_id(door, text_of(form, "_key"))
    door.sight(case)
    receipt = door.service.handle(
        command(command_id=key, actor=door.actor, case=case, task=task, **more)
    )
    desk.flash("success", said)
    back = safe(text_of(form, "da") or task_address(case, task))
    return RedirectResponse(after(back, receipt.position), 303)


def after(address: str, position: int) -> str:
    """The address of a page that is to show at least what has been written at a position."""
    path, _, query = address.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("dopo=")]
    return f"{path}?{'&'.join([*kept, urlencode({'dopo': position})])}"
