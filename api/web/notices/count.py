"""How many notices wait, for the menu; and whether mail is set up."""

from __future__ import annotations

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request

from api.web.desk import Desk
from domain.notices import book
from domain.notices.settings import MailSettings


def unread(desk: Desk) -> int:
    """One question to the database, by an index of what has not been read. 0 where it does not
    answer: also the page that says so has a menu."""
    try:
        with desk.door.reading() as connection:
            return book.unread(connection, desk.person)
    except (psycopg.Error, PoolTimeout):
        return 0


def mail_of(request: Request) -> MailSettings | None:
    """How mail leaves, None where none does."""
    found: MailSettings | None = request.app.state.mail
    return found
