"""What is due next in a case. Pure; the workflow's timers are set by it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from protocols.engine.state import SCHEDULED, State


class Moment(NamedTuple):
    """At `at` the task opens, is to be reminded of, or is escalated."""

    at: datetime
    kind: Literal["opens", "remind", "escalate"]
    task: str


def next_moment(state: State) -> Moment | None:
    """The earliest thing due; None while nothing is. Tasks opened before a pause stand still."""
    if state.ended:
        return None
    at: datetime | None = None
    kind: Literal["opens", "remind", "escalate"] = "opens"
    name = ""
    paused = bool(state.pauses)
    for key in state.open:
        task = state.tasks[key]
        if paused and not task.ignores_pause:
            continue
        if task.status == SCHEDULED:
            opens = task.opens_at
            if opens is not None and (at is None or opens < at):
                at, kind, name = opens, "opens", key
            continue
        remind = task.remind
        if remind is not None and (at is None or remind < at):
            at, kind, name = remind, "remind", key
        if task.rung < len(task.ladder):
            called = task.ladder[task.rung].at
            if at is None or called < at:
                at, kind, name = called, "escalate", key
    return None if at is None else Moment(at, kind, name)
