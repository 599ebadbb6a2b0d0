"""A person's own page: roles, the role to act in, sessions, language."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem
from api.web.desk import COOKIE, Entered, Posted, entered, same_origin, text_of
from api.web.language import COOKIE as LANGUAGE_COOKIE
from api.web.pages import page
from api.web.people import roles_of
from api.web.returning import safe
from api.web.sessions import ABSOLUTE_HOURS, IDLE_MINUTES
from api.web.words import session as words
from protocols.text import Text

router = APIRouter()


@router.get("/profilo")
def profile(desk: Entered) -> Response:
    return page(
        desk.request,
        "profile.html",
        roles=roles_of(desk.door.service.territory, desk.holds),
        sessions=desk.sessions.of(desk.person),
        idle=IDLE_MINUTES,
        hours=ABSOLUTE_HOURS,
    )


@router.post("/profilo/ruolo")
def act_as(desk: Entered, form: Posted) -> Response:
    """See and do only what one of the roles may; empty for all."""
    chosen = text_of(form, "ruolo")
    roles = {role.value: role for role in roles_of(desk.door.service.territory, desk.holds)}
    if chosen and chosen not in roles:
        raise Problem(409, "role_not_held", words.ROLE_GONE)
    desk.sessions.change(desk.session, "acting", chosen)
    if chosen:
        title, place = roles[chosen].title, roles[chosen].place
        said = {
            each: words.ACTING_NOW.in_(each).format(role=f"{title.in_(each)}, {place.in_(each)}")
            for each in ("it", "en")
        }
        desk.flash("success", Text(said["it"], said["en"]))
    else:
        desk.flash("success", words.ACTING_ALL)
    return RedirectResponse(safe(text_of(form, "da", "/profilo")), 303)


@router.post("/profilo/sessioni/{number}/chiudi")
def end_session(number: UUID, desk: Entered) -> Response:
    desk.sessions.end(desk.person, number)
    desk.flash("success", words.ENDED)
    return RedirectResponse("/profilo", 303)


@router.post("/lingua")
def change_language(request: Request, form: Posted) -> Response:
    """For somebody logged in, and for anybody."""
    same_origin(request)
    chosen = "en" if text_of(form, "lingua") == "en" else "it"
    answer = RedirectResponse(safe(text_of(form, "da", "/")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        365 * 86_400,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    if request.cookies.get(COOKIE) and form.get("_csrf"):
        desk = entered(request, form)
        desk.sessions.change(desk.session, "language", chosen)
    return answer
