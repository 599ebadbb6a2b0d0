"""The conference of a team: what is before it, each one's view, the decision, the minutes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.web.case.page import header
from api.web.case.rooms import discussing, meeting
from api.web.case.seen import Seen, as_it_stood, look_into
from api.web.case.standing import tasks_of
from api.web.conference.gathering import Meeting, gathered
from api.web.conference.minutes import minutes
from api.web.desk import Entered, PageRoute
from api.web.pages import page
from api.web.task.known import Knowledge, known_at
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}/conferenza", route_class=PageRoute)


@router.get("")
def show(case: UUID, desk: Entered) -> Response:
    seen = look_into(desk, case)
    return page(
        desk.request,
        "conference/page.html",
        seen=seen,
        header=header(seen),
        tasks=tasks_of(seen, meeting(seen.plan)),
        deciding=tasks_of(seen, discussing(seen.plan)),
        **_before_them(seen),
    )


@router.get("/verbale")
def minutes_of(case: UUID, desk: Entered, decisione: int = 0) -> Response:
    """A tagged PDF in Italian. `decisione`: the version of the case that it made; the latest for
    0."""
    seen = look_into(desk, case)
    decided = [each for each in gathered(seen).decisions if each.decides]
    chosen = next((each for each in decided if decisione in (0, each.version)), None)
    if chosen is None:
        raise Problem(
            404,
            "no_minutes",
            Text("Di questa decisione non c'è verbale.", "There are no minutes of that."),
            Text("Tornare alla riunione e scegliere.", "Choose one from the conference."),
        )
    # As the case stood then: with the views that were before the team, not those that came later.
    then = as_it_stood(seen, chosen.at)
    assert then is not None
    known = _before_them(then)["known"]
    after = [each for each in gathered(seen).decisions if each.version > chosen.version]
    next_one = min((each.version for each in after if each.decides), default=None)
    follows = [each for each in reversed(after) if next_one is None or each.version < next_one]
    return minutes(then, header(then), chosen, gathered(then), known, follows)


def _before_them(seen: Seen) -> dict[str, Any]:
    found: Meeting = gathered(seen)
    known: Knowledge = known_at(seen)
    inside = meeting(seen.plan)
    titles = [row.title for each in known.compared for row in each.rows if row.differs]
    return {
        "meeting": found,
        "known": known,
        "others": [each for each in known.known if each.step not in inside],
        "differing": titles,
    }
