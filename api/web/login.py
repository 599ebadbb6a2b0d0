"""Logging in and out."""

from __future__ import annotations

import time
from typing import Annotated, Any

import httpx2
import msgspec
import structlog
from fastapi import APIRouter, Query, Request
from joserfc import jwt
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem
from api.web.desk import COOKIE, Desk, Entered
from api.web.issuer import LocalIssuer, base_of
from api.web.language import language_of
from api.web.limits import Limits
from api.web.oidc import Began, IssuerAway, IssuerRefused, OidcClient
from api.web.pages import page
from api.web.returning import safe
from api.web.sessions import ABSOLUTE_HOURS, Sessions
from api.web.settings import WebSettings
from api.web.words import session as words

log = structlog.get_logger()
router = APIRouter()

LOGIN_COOKIE = "__Host-cantiere-accesso"
_LOGIN_SECONDS = 600
# Starting a login costs a call to the issuer; coming back from one may be tried by guessing.
_STARTS = (60, 300)
_RETURNS_OF_ONE = (30, 300)

Back = Annotated[str, Query(alias="da", max_length=2_000)]


@router.get("/accesso")
def login_page(
    request: Request,
    back: Back = "/",
    scaduta: Annotated[str, Query(max_length=1)] = "",
    uscita: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """`uscita`: one has just logged out."""
    secret = request.cookies.get(COOKIE, "")
    session = request.app.state.sessions.find(secret) if secret else None
    if session is not None and session.alive:
        return RedirectResponse(safe(back), 303)
    web: WebSettings = request.app.state.web
    local = request.app.state.local_issuer is not None
    return page(
        request,
        "login.html",
        back=safe(back),
        expired=bool(scaduta),
        left=bool(uscita),
        provider=web.provider is not None,
        local=local,
        kept_by_browsers=_keeps_cookies(request),
    )


@router.get("/accesso/inizia")
async def begin(
    request: Request, back: Back = "/", con: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """To the issuer; `con=prova` to the local one where there are two."""
    limits: Limits = request.app.state.limits
    await run_in_threadpool(limits.count, "login", _address(request), *_STARTS)
    client = _client(request, local=con == "prova")
    try:
        began = await client.begin(_redirect(request))
    except IssuerAway as error:
        raise _away(error) from None
    answer = RedirectResponse(began.address, 303)
    kept = {**msgspec.to_builtins(began), "address": "", "back": safe(back), "con": con}
    kept["exp"] = int(time.time()) + _LOGIN_SECONDS
    sealed = jwt.encode({"alg": "HS256"}, kept, request.app.state.login_key)
    _set_cookie(answer, LOGIN_COOKIE, sealed, _LOGIN_SECONDS)
    return answer


@router.get("/accesso/ritorno")
async def returned(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """From the issuer, with a code."""
    kept = _kept(request)
    if kept is None or not state or kept["state"] != state:
        raise _OLD
    if error or not code:
        log.info("login_refused", error=error[:60])
        raise _REFUSED
    client = _client(request, local=kept["con"] == "prova")
    began = Began("", kept["state"], kept["nonce"], kept["verifier"])
    try:
        confirmed = await client.finish(code, _redirect(request), began)
    except IssuerAway as away:
        raise _away(away) from None
    except IssuerRefused as refused:
        log.warning("login_refused", reason=str(refused))
        raise _REFUSED from None
    person = _staff_id(request, client, confirmed.claims)
    answer = RedirectResponse(safe(kept["back"]), 303)
    token = confirmed.token if client is request.app.state.oidc else ""
    secret = await run_in_threadpool(_enter, request, person, token)
    _set_cookie(answer, COOKIE, secret, ABSOLUTE_HOURS * 3600)
    answer.delete_cookie(LOGIN_COOKIE, secure=True, httponly=True, samesite="lax")
    return answer


@router.post("/esci")
async def log_out(desk: Entered) -> Response:
    where = await _leaving(desk)
    await run_in_threadpool(desk.sessions.end, desk.person, desk.session.number)
    return _left(desk, where)


@router.post("/esci/ovunque")
async def log_out_everywhere(desk: Entered) -> Response:
    where = await _leaving(desk)
    await run_in_threadpool(desk.sessions.end, desk.person)
    return _left(desk, where)


@router.get("/accesso/uscita")
def left(request: Request) -> Response:
    """From the issuer, where one has logged out too."""
    return RedirectResponse("/accesso?uscita=1", 303)


async def _leaving(desk: Desk) -> str:
    """Where one logs out at the issuer; empty where it has no such place, or does not answer."""
    client: OidcClient | None = desk.request.app.state.oidc
    secret = desk.request.cookies.get(COOKIE, "")
    token = await run_in_threadpool(desk.sessions.token_of, secret)
    if client is None or not token:
        return ""
    try:
        return await client.leaving(token, base_of(desk.request) + "/accesso/uscita")
    except IssuerAway as away:
        log.warning("issuer_away", reason=str(away))
        return ""


def _left(desk: Desk, where: str) -> Response:
    answer: Response = RedirectResponse("/accesso?uscita=1", 303)
    if where:
        # Not a redirect: browsers hold whatever a form leads to against `form-action`.
        language = desk.session.language
        desk.request.state.desk = None
        answer = page(desk.request, "left.html", where=where, language=language)
        answer.headers["Refresh"] = f"0; url={where}"
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
    # What the browser keeps of pages goes with the session.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _enter(request: Request, person: str, token: str) -> str:
    """A new session in place of the one the browser may have; its secret."""
    limits: Limits = request.app.state.limits
    limits.count("entering", person, *_RETURNS_OF_ONE)
    sessions: Sessions = request.app.state.sessions
    former = request.cookies.get(COOKIE)
    session = sessions.find(former) if former else None
    if session is not None and session.alive:
        sessions.end(session.person, session.number)
    language = session.language if session is not None else language_of(request)
    return sessions.begin(person, language, request.headers.get("user-agent", ""), token)


def _staff_id(request: Request, client: OidcClient, claims: dict[str, Any]) -> str:
    """Raises Problem (403)."""
    provider = client.provider
    value = str(claims.get(provider.claim, ""))
    person = provider.people.get(value, "") if provider.people else value
    if person not in request.app.state.parts.service.territory.people:
        log.info("login_of_nobody_known")
        raise Problem(403, "not_staff", words.NOT_KNOWN, words.NOT_KNOWN_HELP)
    return person


def _client(request: Request, *, local: bool) -> OidcClient:
    """Raises Problem (503) where nobody can let people in."""
    configured: OidcClient | None = request.app.state.oidc
    issuer: LocalIssuer | None = request.app.state.local_issuer
    if configured is not None and not (local and issuer is not None):
        return configured
    if issuer is None:
        raise Problem(503, "no_way_in", words.NO_WAY_IN, words.NO_WAY_IN_HELP)
    # The same process answers: no connection is made, whatever stands before us.
    transport = httpx2.ASGITransport(request.app)
    return OidcClient(issuer.provider(base_of(request)), transport)


def _redirect(request: Request) -> str:
    return base_of(request) + "/accesso/ritorno"


def _kept(request: Request) -> dict[str, Any] | None:
    """What was kept when the login began; None where it was not by this browser, or long ago."""
    try:
        found = jwt.decode(
            request.cookies.get(LOGIN_COOKIE, ""),
            request.app.state.login_key,
            algorithms=["HS256"],
        )
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(found.claims)
    except (JoseError, ValueError):
        return None
    return found.claims


def _set_cookie(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(name, value, seconds, path="/", secure=True, httponly=True, samesite="lax")


def _keeps_cookies(request: Request) -> bool:
    # Browsers keep `Secure` cookies also of plain HTTP where it does not leave the machine.
    local = request.url.hostname in ("localhost", "127.0.0.1", "::1")
    return local or base_of(request).startswith("https://")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


_OLD = Problem(400, "login_old", words.LOGIN_OLD, words.LOGIN_AGAIN)
_REFUSED = Problem(403, "login_refused", words.ISSUER_REFUSED, words.LOGIN_AGAIN)


def _away(error: IssuerAway) -> Problem:
    log.warning("issuer_away", reason=str(error))
    return Problem(
        503, "issuer_away", words.ISSUER_AWAY, words.LOGIN_AGAIN, headers={"Retry-After": "10"}
    )
