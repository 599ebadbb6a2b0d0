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
    nearest: Moment | None = None
    for key in state.open:
        task = state.tasks[key]
        if state.pauses and not task.ignores_pause:
            continue
        if task.status == SCHEDULED:
            if task.opens_at is not None:
                nearest = _earlier(nearest, Moment(task.opens_at, "opens", key))
            continue
        if task.remind is not None:
            nearest = _earlier(nearest, Moment(task.remind, "remind", key))
        if task.rung < len(task.ladder):
            nearest = _earlier(nearest, Moment(task.ladder[task.rung].at, "escalate", key))
    return nearest


def _earlier(a: Moment | None, b: Moment) -> Moment:
    return b if a is None or b.at < a.at else a
