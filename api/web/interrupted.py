"""A form that was sent when the session had just run out: given back after the login, to be sent
by the same person from the same address, or let go."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem, not_found
from api.web.desk import Entered, Posted, text_of
from api.web.drafts import Drafts
from api.web.pages import page
from api.web.returning import path_of, safe
from api.web.words import session as words
from domain.person.events import PersonRegistered
from protocols.engine.events import CaseOpened
from protocols.text import Text

router = APIRouter()

_WHERE, _PAGE = "_where", "_page"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def keep(request: Request, person: str, form: FormData) -> str:
    """Keep what was sent, without files; the address at which it is given back, or where
    it was sent from if it could not be kept."""
    sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    fields = [(name, value) for name, value in sent if name != "_csrf"]
    where = safe(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    number = str(uuid4())
    drafts: Drafts = request.app.state.drafts
    kept = [(_WHERE, where), (_PAGE, path_of(request)), *fields]
    try:
        drafts.save(person, f"sent {number}", kept, _about(request))
    except Problem:
        # Too much to keep, or about somebody whose data were erased meanwhile.
        return path_of(request)
    return f"/riprendi/{quote(number, safe='')}"


def _about(request: Request) -> UUID | None:
    """The person to whom the address leads, so that their erasure takes what was typed with it.
    None where it leads to nobody, as that of a referral not made yet."""
    service = request.app.state.parts.service
    for found in map(UUID, _ID.findall(unquote(request.url.path))):
        # A case begins with whom it is about, a person with being registered.
        first = next(iter(service.history(found, version=1)), None)
        if first is not None and isinstance(first.body, CaseOpened):
            return UUID(first.body.person)
        if first is not None and isinstance(first.body, PersonRegistered):
            return found
    return None


@router.get("/riprendi/{number}")
def resume(number: str, desk: Entered) -> Response:
    """What was being sent, to send it now."""
    drafts: Drafts = desk.request.app.state.drafts
    draft = drafts.find(desk.person, f"sent {number}")
    if draft is None:
        raise not_found(
            "nothing_kept", Text("Qui non c'è nulla in sospeso.", "Nothing is waiting here.")
        )
    fields = [(name, value) for name, value in draft.fields if name not in (_WHERE, _PAGE)]
    where = draft.values()[_WHERE][0]
    return page(desk.request, "resume.html", number=number, fields=fields, where=where, at=draft.at)


@router.post("/riprendi/{number}/lascia")
def let_go(number: str, desk: Entered, form: Posted) -> Response:
    drafts: Drafts = desk.request.app.state.drafts
    drafts.drop(desk.person, f"sent {number}")
    desk.flash("info", words.LET_GO)
    return RedirectResponse(safe(text_of(form, "da")), 303)
