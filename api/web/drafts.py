"""What somebody has typed and not sent yet: theirs alone, sealed, until it is sent or grows old."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg_pool import ConnectionPool
from starlette.datastructures import FormData

from api.http.problems import Problem
from domain.vault.vault import Erased, Vault
from protocols.text import Text

KEPT_DAYS = 30
"""After which a draft is no more: not shown at once, deleted with the next that is kept."""
MAX_BYTES = 1_000_000

_SAVE = """
    INSERT INTO web_drafts (person, about, subject, sealed, page, nth)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (person, about) DO UPDATE
        SET subject = excluded.subject, sealed = excluded.sealed, at = clock_timestamp(),
            page = excluded.page, nth = excluded.nth
        WHERE web_drafts.page <> excluded.page OR web_drafts.nth <= excluded.nth
"""
_FIND = """
    SELECT subject, sealed, at FROM web_drafts WHERE person = %s AND about = %s
      AND at > clock_timestamp() - make_interval(days => %s)
"""
_LIST = """
    SELECT about, at FROM web_drafts WHERE person = %s AND about LIKE %s
      AND at > clock_timestamp() - make_interval(days => %s)
    ORDER BY at DESC LIMIT %s
"""
_DROP = "DELETE FROM web_drafts WHERE person = %s AND about = %s"
_FORGET = "DELETE FROM web_drafts WHERE at < clock_timestamp() - make_interval(days => %s)"


class Typing(NamedTuple):
    """Where in somebody's typing a draft was sent: `page`, one showing of a form; `nth` grows with
    each sending from it, where the browser runs scripts."""

    page: str = ""
    nth: int = 0


UNTOLD = Typing()


def typing_of(form: FormData) -> Typing:
    """What the form says of it; nonsense is the beginning of a page of its own."""
    page, nth = form.get("_pagina", ""), form.get("_nth", "")
    if (
        not isinstance(page, str)
        or not isinstance(nth, str)
        or not re.fullmatch(r"[0-9]{1,15}", nth)
    ):
        return UNTOLD
    return Typing(page[:40].replace("\0", ""), int(nth))


class Draft(msgspec.Struct, frozen=True):
    """`fields`: names and values as the form had them, in order, repeated names repeated."""

    fields: list[tuple[str, str]]
    at: datetime

    def values(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


class Drafts:
    """The table of drafts. `key` seals what is about nobody the vault knows yet."""

    def __init__(self, pool: ConnectionPool[Any], vault: Vault, key: bytes) -> None:
        self._pool = pool
        self._vault = vault
        self._key = key

    def save(
        self,
        person: str,
        about: str,
        fields: list[tuple[str, str]],
        subject: UUID | None = None,
        typing: Typing = UNTOLD,
    ) -> None:
        """Keep this in place of what was kept. `about`: `task <case>:<task>`, say; `subject`: the
        person whom it is about, so that their erasure takes the draft with it; `typing`: what the
        same page sent earlier, and comes later, is not kept.

        Raises Problem (413; 409 where the person was erased).
        """
        written = msgspec.json.encode(fields)
        if len(written) > MAX_BYTES:
            raise Problem(
                413, "draft_too_large", Text("La bozza è troppo grande.", "The draft is too large.")
            )
        try:
            key = self._vault.key_to_write(subject) if subject else self._key
        except Erased:
            raise Problem(
                409,
                "person_erased",
                Text(
                    "I dati di questa persona sono stati cancellati: non se ne possono tenere "
                    "altri.",
                    "This person's data were erased: no more can be kept.",
                ),
            ) from None
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(key).encrypt(nonce, written, _bound(person, about))
        with self._pool.connection() as connection:
            connection.execute(_FORGET, (KEPT_DAYS,))
            connection.execute(_SAVE, (person, about, subject, sealed, *typing))

    def find(self, person: str, about: str) -> Draft | None:
        """What is kept; None also where it can no longer be opened."""
        with self._pool.connection() as connection:
            row = connection.execute(_FIND, (person, about, KEPT_DAYS)).fetchone()
        if row is None:
            return None
        subject, sealed, at = row
        key = self._vault.key_to_read(subject) if subject else self._key
        if key is None:
            return None
        try:
            written = AESGCM(key).decrypt(sealed[:12], sealed[12:], _bound(person, about))
        except InvalidTag:
            return None
        return Draft(msgspec.json.decode(written, type=list[tuple[str, str]]), at)

    def listed(self, person: str, kind: str = "", limit: int = 100) -> list[tuple[str, datetime]]:
        """(about, when) of the person's drafts whose `about` begins with `kind`, latest first."""
        beginning = kind.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        with self._pool.connection() as connection:
            return connection.execute(_LIST, (person, beginning + "%", KEPT_DAYS, limit)).fetchall()

    def drop(self, person: str, about: str) -> None:
        """It was sent, or is no longer wanted."""
        with self._pool.connection() as connection:
            connection.execute(_DROP, (person, about))


def _bound(person: str, about: str) -> bytes:
    return f"{person}\0{about}".encode()
