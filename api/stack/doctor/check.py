"""One thing looked at: what was found, and the remedy where it is not well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from protocols.text import Text


@dataclass(frozen=True, slots=True)
class Check:
    """`key` is stable, for programs. `remedy` is given exactly where something is wrong."""

    key: str
    title: Text
    found: str
    remedy: Text | None = None

    @property
    def well(self) -> bool:
        """Whether nothing is wrong here."""
        return self.remedy is None

    def plain(self) -> dict[str, Any]:
        """For JSON: `{"check", "ok", "found", "remedy": {"it", "en"} | null}`."""
        remedy = self.remedy and {"it": self.remedy.it, "en": self.remedy.en}
        return {"check": self.key, "ok": self.well, "found": self.found, "remedy": remedy}


def guarded(
    key: str, title: Text, remedy: Text, look: Callable[[], Iterator[Check]]
) -> Iterator[Check]:
    """The checks `look` finds; if it fails, one check that says so with this remedy.

    A doctor that falls over the illness is of no use, hence the broad except.
    """
    try:
        yield from look()
    except Exception as error:
        yield Check(key, title, said(error), remedy)


def said(error: Exception) -> str:
    """The first line of what an error says, or its class."""
    message = getattr(error, "message", None)
    text = message.it if isinstance(message, Text) else str(error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:200] or type(error).__name__
