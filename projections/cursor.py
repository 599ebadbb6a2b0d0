"""Cursors of lists: where the last page ended, as opaque text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from protocols.text import Text


class BadCursor(ValueError):
    """A cursor that no list has given; `message` says what to do."""

    def __init__(self) -> None:
        self.message = Text(
            it="Il cursore non è valido: ricominciare dalla prima pagina, senza cursore.",
            en="The cursor is not valid: start again from the first page, without a cursor.",
        )
        super().__init__(self.message.it)


def cursor_of(*values: object) -> str:
    """The cursor of a page that ends with the row having these sort values."""
    text = msgspec.json.encode([str(value) for value in values])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def number(text: str) -> int:
    """A number that fits a Postgres integer."""
    value = int(text)
    if not -(2**31) <= value < 2**31:
        raise ValueError(text)
    return value


def instant(text: str) -> str:
    """An instant in ISO 8601, or `infinity`, which only Postgres understands."""
    if text != "infinity" and datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(text)
    return text


def after(cursor: str, *kinds: Callable[[str], Any]) -> list[Any]:
    """The sort values of a cursor, read by `kinds`; as many None for an empty one.

    Raises BadCursor.
    """
    if not cursor:
        return [None] * len(kinds)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = msgspec.json.decode(
            base64.b64decode(padded, altchars=b"-_", validate=True), type=list[str]
        )
        if any("\0" in value for value in values):
            raise BadCursor
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (binascii.Error, ValueError, OverflowError, msgspec.MsgspecError):
        raise BadCursor from None
