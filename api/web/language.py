"""In which language a page speaks: Italian, unless somebody chose English."""

from __future__ import annotations

from fastapi import Request

from protocols.text import Language, Text

COOKIE = "cantiere-lingua"


def language_of(request: Request) -> Language:
    """The session's; before login the one that the language cookie remembers."""
    desk = getattr(request.state, "desk", None)
    if desk is not None:
        return desk.session.language
    return "en" if request.cookies.get(COOKIE) == "en" else "it"


def said(text: Text | str, language: Language) -> str:
    return text.in_(language) if isinstance(text, Text) else text
