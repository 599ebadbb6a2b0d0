"""Events of a case about what is attached to it."""

from __future__ import annotations

from typing import Any

from protocols.engine.events import Body


class DocumentAttached(Body, frozen=True):
    """`document`: its id; `by`: who attached it; `task`: the key of the task it belongs to, if to
    one; `category`: of what is in it; `size` in bytes, before sealing; `sha256` (hex) of the sealed
    file, by which it is stored. `personal`: name, title, and the SHA-256 of the content in the
    clear, by which it could be guessed."""

    document: str
    by: str
    category: str
    media_type: str
    size: int
    sha256: str
    task: str = ""
    personal: dict[str, Any] = {}


class DocumentWithdrawn(Body, frozen=True):
    """Attached by mistake: the sealed file is destroyed."""

    typed = ("reason",)

    document: str
    reason: str
