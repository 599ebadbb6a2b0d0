"""How often one person may look for people, through pages and programs together."""

from __future__ import annotations

from fastapi import Request

from api.http.door import Identified

TIMES, SECONDS = 120, 60
"""Searches that one person's programs may make in so long; a page allows fewer."""


def sparingly(request: Request, door: Identified) -> None:
    """Raises Problem (429)."""
    request.app.state.pages.state.limits.count("search", door.reader.id, TIMES, SECONDS)
