"""What others did to a case since somebody opened a page of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from api.http.problems import Problem
from api.web.desk import Desk
from api.web.inbox.view import staff_name
from domain.refusal import Refused
from projections.timeline.queries import timeline
from protocols.text import Text

_MOST = 10


class News(msgspec.Struct, frozen=True):
    text: Text
    by: str
    at: datetime


def meanwhile(desk: Desk, case: UUID, version: int) -> tuple[News, ...]:
    """By others, after this version of the case, oldest first; nothing where the reader may not
    see the timeline."""
    door = desk.door
    if not version or door.service.state(case).version == version:
        return ()
    try:
        door.sight(case, "timeline")
    except (Problem, Refused):
        return ()
    door.wait(door.service.recorder.last_position(), "timeline")
    with door.reading() as connection:
        lines = timeline(connection, case, after_version=version, limit=100)
    territory = door.service.territory
    others = [line for line in lines if line.actor != desk.person]
    return tuple(
        News(
            Text(line.it, line.en),
            staff_name(territory, line.actor) if line.actor in territory.people else "",
            line.at,
        )
        for line in others[-_MOST:]
    )
