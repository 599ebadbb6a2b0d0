"""A form that was sent when the session had just run out: given back after the login, to be sent
by the same person from the same address, or let go."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.http.problems import not_found
from api.web.desk import Entered, Posted, text_of
from api.web.drafts import Drafts
from api.web.pages import page
from api.web.returning import path_of, safe
from api.web.words import session as words
from protocols.text import Text

router = APIRouter()

_WHERE, _PAGE = "_where", "_page"


def keep(request: Request, person: str, form: FormData) -> str:
    """Keep what was sent, without files; the address at which it is given back."""
    sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    fields = [(name, value) for name, value in sent if name != "_csrf"]
    where = safe(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    number = str(uuid4())
    drafts: Drafts = request.app.state.drafts
    kept = [(_WHERE, where), (_PAGE, path_of(request)), *fields]
    drafts.save(person, f"sent {number}", kept, _about(request))
    return f"/riprendi/{quote(number, safe='')}"


def _about(request: Request) -> UUID | None:
    """The person to whom the address leads, so that their erasure takes with it what was typed.
    None where it leads to nobody, as that of a referral not yet made."""
    service = request.app.state.parts.service
    for found in _ID.findall(request.url.path):
        for one in (UUID(found), *persons_of(service, UUID(found))):
            if isinstance(one, PersonRegistered):
                return one
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
