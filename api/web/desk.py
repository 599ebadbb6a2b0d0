"""Who is using a page: the session's person, through the same door as the API's."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.http.access import Reader
from api.http.door import Door, door_of
from api.http.looks import ReadRoute
from api.http.problems import Problem
from api.web.limits import Limits
from api.web.people import roles_of
from api.web.returning import parts_of
from api.web.sessions import FlashKind, Session, Sessions, csrf_matches, csrf_token
from api.web.spool import received
from api.web.words.session import ALL_ROLES
from protocols.territory import UnknownName
from protocols.territory.records import Membership
from protocols.text import Text

COOKIE = "__Host-cantiere"

_MAX_FIELDS, _MAX_FILES, _MAX_PART = 5_000, 20, 1_000_000


class NotEntered(Exception):
    """Nobody is logged in. `person`: whose session it was that has run out; `form`: what they were
    sending, if it was theirs to send."""

    def __init__(self, person: str = "", form: FormData | None = None) -> None:
        super().__init__("not entered")
        self.person = person
        self.form = form


class Desk(msgspec.Struct, frozen=True):
    """A request of somebody who is logged in: `door` is what the API's functions take."""

    door: Door
    session: Session
    csrf: str
    name: str
    holds: tuple[Membership, ...]
    request: Request

    @property
    def reader(self) -> Reader:
        return self.door.reader

    @property
    def person(self) -> str:
        return self.door.reader.id

    @property
    def acting_as(self) -> Text:
        """The one role that was chosen to act in, in words."""
        territory = self.door.service.territory
        chosen = [
            each for each in roles_of(territory, self.holds) if each.value == self.session.acting
        ]
        if not chosen:
            return ALL_ROLES
        title, place = chosen[0].title, chosen[0].place
        return Text(f"{title.it}, {place.it}", f"{title.in_('en')}, {place.in_('en')}")

    @property
    def sessions(self) -> Sessions:
        return self.request.app.state.sessions

    @property
    def limits(self) -> Limits:
        return self.request.app.state.limits

    @property
    def largest_file(self) -> int:
        """Bytes that a document may have; 0 where none can be kept."""
        documents = self.door.service.documents
        return documents.largest if documents else 0

    @property
    def new_key(self) -> str:
        """A key for a form that writes: it makes a second sending of it harmless."""
        return str(uuid4())

    def flash(self, kind: FlashKind, text: Text) -> None:
        """Say something on the next page this person is shown; nothing personal in it."""
        self.sessions.flash(self.session, kind, text)

    def take_flashes(self) -> list[list[str]]:
        """What is to be said now, as (kind, Italian, English); once."""
        # A fragment is no place to say it: the next whole page will.
        if not self.session.flash or "hx-request" in self.request.headers:
            return []
        self.sessions.flashed(self.session)
        return self.session.flash


async def posted(request: Request) -> FormData:
    """The form that was sent; empty for GET. Fields may repeat: `getlist`."""
    if request.method in ("GET", "HEAD"):
        return FormData()
    if request.headers.get("content-type", "").strip().lower().startswith("multipart/form-data"):
        form = await received(request, fields=_MAX_FIELDS, files=_MAX_FILES, part=_MAX_PART)
    else:
        form = await request.form(max_fields=_MAX_FIELDS, max_part_size=_MAX_PART)
    for name, value in form.multi_items():
        if "\0" in name or (isinstance(value, str) and "\0" in value):
            raise Problem(
                422,
                "control_characters",
                Text(
                    "Il testo contiene un carattere non leggibile (NUL).",
                    "The text has an unreadable character (NUL).",
                ),
                Text("Toglierlo e riprovare.", "Remove it and try again."),
            )
    return form


Posted = Annotated[FormData, Depends(posted)]


def entered(request: Request, form: Posted) -> Desk:
    """Raises NotEntered; Problem (403) where a form does not come from our own page."""
    same_origin(request)
    secret = request.cookies.get(COOKIE, "")
    sessions: Sessions = request.app.state.sessions
    session = sessions.find(secret) if secret else None
    if session is None:
        raise NotEntered
    given = [*map(str, form.getlist("_csrf")), request.headers.get("x-csrf-token", "")]
    genuine = request.method in ("GET", "HEAD") or csrf_matches(secret, given)
    if not session.alive:
        raise NotEntered(session.person, form if genuine and form else None)
    desk = _desk(request, session, secret)
    if not genuine:
        raise _FORGED
    if resumed := text_of(form, "_resumed"):
        request.app.state.drafts.drop(desk.person, resumed)
    return desk


def _desk(request: Request, session: Session, secret: str) -> Desk:
    """Raises NotEntered where the person is no longer among the staff."""
    try:
        door = door_of(request, session.person, session.acting, once=True)
        territory = door.service.territory
        today = door.service.clock.now().astimezone(territory.timezone).date()
        held = territory.memberships(session.person, today)
        name = territory.person(session.person).name
    except UnknownName:
        request.app.state.sessions.end(session.person)
        raise NotEntered from None
    desk = Desk(door, session, csrf_token(secret), name, held, request)
    request.state.desk = desk
    return desk


def visiting(request: Request) -> Desk | None:
    """Who is looking at a page that is for everybody, if it is somebody who is logged in."""
    secret = request.cookies.get(COOKIE, "")
    session = request.app.state.sessions.find(secret) if secret else None
    if session is None or not session.alive:
        return None
    try:
        return _desk(request, session, secret)
    except NotEntered:
        return None


Visiting = Annotated[Desk | None, Depends(visiting)]


Entered = Annotated[Desk, Depends(entered)]


class PageRoute(ReadRoute):
    """A page: what it showed of cases and persons is in the read log before it leaves, also where
    a form is shown again with what was sent."""

    reading = frozenset({"GET", "POST"})


_FORGED = Problem(
    403,
    "form_not_ours",
    Text(
        "Il modulo non viene da questa sessione: forse la pagina era aperta da prima dell'accesso.",
        "The form is not of this session: the page may be from before you logged in.",
    ),
    Text(
        "Tornare indietro, ricaricare la pagina e inviare di nuovo.",
        "Go back, reload the page and send again.",
    ),
)


def same_origin(request: Request) -> None:
    """What changes something must come from our own pages. Raises Problem (403)."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    # A proxy may ask us under another name than the one people know.
    ours = {request.url.netloc, parts_of(request.app.state.web.public_url).netloc}
    if origin and (parts_of(origin).netloc or origin) not in ours:
        raise _FORGED
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _FORGED


def uuid_of(value: str) -> UUID | None:
    """The number in an address; None for what is none."""
    try:
        return UUID(value)
    except ValueError:
        return None


def text_of(form: FormData, name: str, default: str = "") -> str:
    """One text field, without the spaces around it."""
    value: Any = form.get(name, default)
    return value.strip() if isinstance(value, str) else default
