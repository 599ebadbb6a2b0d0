"""What every form of a case does once it is sent: write, wait for the lists, go back and say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem
from api.web.desk import Desk
from domain.refusal import Refused
from domain.service import Receipt
from protocols.text import Text

MODELS = ("inbox", "cases", "timeline")


def sent(
    desk: Desk,
    case: UUID,
    write: Callable[[], Receipt],
    said: Text,
    again: Callable[[Problem], Response],
    part: str = "",
) -> Response:
    """`again` shows the form with what was wrong; `part` of the page is where one goes back to.

    Raises Refused (not_found, forbidden), LogUnavailable.
    """
    try:
        receipt = write()
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return again(Problem.of(refused))
    except Problem as problem:
        if problem.status not in (409, 413, 415, 422):
            raise
        return again(problem)
    return gone_back(desk, case, receipt.position, said, part)


def gone_back(desk: Desk, case: UUID, position: int, said: Text, part: str = "") -> Response:
    desk.door.wait(position, *MODELS)
    desk.flash("success", said)
    return RedirectResponse(f"/casi/{case}{part}", 303)


def typed_of(form: Any, *names: str) -> Mapping[str, str]:
    """What was typed into these fields, to be shown again."""
    return {name: value for name in names if isinstance(value := form.get(name, ""), str)}
