"""Sessions of the pages: a random secret in a cookie, and a row that knows its hash."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from protocols.text import Language, Text

IDLE_MINUTES = 30
ABSOLUTE_HOURS = 12
_KEPT_DAYS = 3
_CSRF_BYTES = hashlib.sha256().digest_size

FlashKind = Literal["success", "info", "warning", "danger"]


class Session(msgspec.Struct, frozen=True):
    """`number` names it to people, `alive`: neither ended nor timed out."""

    number: UUID
    person: str
    language: Language
    acting: str
    browser: str
    flash: list[list[str]] | None
    begun_at: datetime
    seen_at: datetime
    alive: bool


_COLUMNS = f"""
    number, person, language, acting, browser, flash, begun_at, seen_at,
    ended_at IS NULL
        AND seen_at > clock_timestamp() - interval '{IDLE_MINUTES} minutes'
        AND begun_at > clock_timestamp() - interval '{ABSOLUTE_HOURS} hours' AS alive
"""
_FIND = f"SELECT {_COLUMNS} FROM web_sessions WHERE id = %s"
# Once a minute is often enough to know that somebody is there.
_SEEN = """
    UPDATE web_sessions SET seen_at = clock_timestamp()
    WHERE number = %s AND ended_at IS NULL AND seen_at < clock_timestamp() - interval '1 minute'
"""
_BEGIN = """
    INSERT INTO web_sessions (id, person, language, browser, token) VALUES (%s, %s, %s, %s, %s)
"""
_OF_PERSON = f"""
    SELECT * FROM (SELECT {_COLUMNS} FROM web_sessions WHERE person = %s) AS s
    WHERE alive ORDER BY seen_at DESC
"""
_TOKEN = "SELECT token FROM web_sessions WHERE id = %s"
_END = """
    UPDATE web_sessions SET ended_at = clock_timestamp(), token = NULL
    WHERE person = %s AND ended_at IS NULL AND (%s::uuid IS NULL OR number = %s)
"""
_FORGET = "DELETE FROM web_sessions WHERE seen_at < clock_timestamp() - make_interval(days => %s)"
_FLASH = "UPDATE web_sessions SET flash = coalesce(flash, '[]') || %s::jsonb WHERE number = %s"
_TAKE_FLASH = "UPDATE web_sessions SET flash = NULL WHERE number = %s AND flash IS NOT NULL"
_SET = {
    "language": "UPDATE web_sessions SET language = %s WHERE number = %s",
    "acting": "UPDATE web_sessions SET acting = %s WHERE number = %s",
}


class Sessions:
    """The table of sessions. Raises psycopg.OperationalError, PoolTimeout."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        self._pool = pool

    def begin(
        self, person: str, language: Language = "it", browser: str = "", token: str = ""
    ) -> str:
        """A new session; the secret for its cookie. `token`: the issuer's, kept so that only who
        has the cookie can open it. Old sessions are forgotten by the way."""
        secret = secrets.token_urlsafe(32)
        sealed = _seal(secret, token) if token else None
        with self._pool.connection() as connection:
            connection.execute(_FORGET, (_KEPT_DAYS,))
            row = (_hash(secret), person, language, browser[:200], sealed)
            connection.execute(_BEGIN, row)
        return secret

    def find(self, secret: str, *, seen: bool = True) -> Session | None:
        """The session of a cookie, also one that is over; None where there never was one. `seen`:
        somebody is there, and not only a page that is open."""
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Session))
            session = cursor.execute(_FIND, (_hash(secret),)).fetchone()
            if seen and session is not None and session.alive:
                connection.execute(_SEEN, (session.number,))
        return session

    def of(self, person: str) -> list[Session]:
        """Those in which a person is logged in now, the latest first."""
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Session))
            return cursor.execute(_OF_PERSON, (person,)).fetchall()

    def token_of(self, secret: str) -> str:
        """The issuer's token with which a session that has not ended was begun; empty if none."""
        with self._pool.connection() as connection:
            row = connection.execute(_TOKEN, (_hash(secret),)).fetchone()
        return _opened(secret, row[0]) if row is not None and row[0] else ""

    def end(self, person: str, number: UUID | None = None) -> None:
        """One of the person's sessions, or all of them."""
        self._run(_END, person, number, number)

    def flash(self, session: Session, kind: FlashKind, text: Text) -> None:
        """Say something on the next page that this session is shown."""
        message = msgspec.json.encode([[kind, text.in_("it"), text.in_("en")]]).decode()
        self._run(_FLASH, message, session.number)

    def flashed(self, session: Session) -> None:
        """Its messages have been shown."""
        self._run(_TAKE_FLASH, session.number)

    def change(self, session: Session, what: Literal["language", "acting"], value: str) -> None:
        self._run(_SET[what], value, session.number)

    def _run(self, query: str, *parameters: Any) -> None:
        with self._pool.connection() as connection:
            connection.execute(query.encode(), parameters)


def csrf_token(secret: str) -> str:
    """What a form of this session carries (synchroniser token, bound to the cookie), masked by a
    pad that no other answer has: what is the same in every answer could be guessed by how well it
    compresses (BREACH)."""
    pad = os.urandom(_CSRF_BYTES)
    return urlsafe_b64encode(pad + _masked(_csrf(secret), pad)).decode()


def csrf_matches(secret: str, given: Sequence[str]) -> bool:
    wanted = _csrf(secret)
    return any(hmac.compare_digest(wanted, _unmasked(each)) for each in given)


def _csrf(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).digest()


def _masked(token: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(token, pad, strict=True))


def _unmasked(given: str) -> bytes:
    """Empty where it is no token."""
    try:
        found = b64decode(given, altchars=b"-_", validate=True)
    except ValueError:
        return b""
    if len(found) != 2 * _CSRF_BYTES:
        return b""
    return _masked(found[_CSRF_BYTES:], found[:_CSRF_BYTES])


def _seal(secret: str, token: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, token.encode(), None)


def _opened(secret: str, sealed: bytes) -> str:
    try:
        return AESGCM(_key(secret)).decrypt(sealed[:12], sealed[12:], None).decode()
    except InvalidTag:
        return ""


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"issuer's token", hashlib.sha256).digest()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
