"""Who gave a task to whoever has it, and why; and whom it may be given back to."""

from __future__ import annotations

from datetime import datetime

import msgspec

from api.web.desk import Desk
from api.web.task.view import Subject
from domain.case.events import TaskAssigned, TaskClaimed, TaskReleased
from protocols.territory import staff_name


class Given(msgspec.Struct, frozen=True):
    """`by`: a staff id; `why`: their words, for the two of them, else empty; `back`: the reader has
    the task and may give it back with one click; `mine`: the reader gave it, and may take it back.
    """

    by: str
    name: str
    at: datetime
    why: str
    back: bool
    mine: bool


def given(desk: Desk, about_it: Subject) -> Given | None:
    """None where whoever has the task took it themselves, and where nobody has it."""
    if not about_it.task.taken_by:
        return None
    service = desk.door.service
    moves = (TaskAssigned, TaskClaimed, TaskReleased)
    found = [
        event
        for event in service.history(about_it.case)
        if isinstance(event.body, moves) and event.body.task == about_it.task.key
    ]
    if not found or not isinstance(found[-1].body, TaskAssigned):
        return None
    last = found[-1]
    if last.actor == last.body.to or last.body.to != about_it.task.taken_by:
        return None
    assert about_it.state.opened is not None
    has, mine = last.body.to == desk.person, last.actor == desk.person
    why = ""
    if has or mine:
        why = service.personal_reader(about_it.state.opened.person).typed(last, "reason")
    back = has and last.actor in {each for each, _ in about_it.holders}
    name = staff_name(service.territory, last.actor)
    return Given(last.actor, name, last.at, why, back, mine and about_it.detail.may_act)
