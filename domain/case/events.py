"""Events of a case that are not the engine's: who took which task."""

from __future__ import annotations

from protocols.engine.events import Body


class TaskClaimed(Body, frozen=True):
    """`by` took the task; it leaves the shared inbox."""

    task: str
    by: str


class TaskReleased(Body, frozen=True):
    task: str


class TaskAssigned(Body, frozen=True):
    """Given to `to`, a holder or deputy of the task's role, by somebody who may."""

    task: str
    to: str
    reason: str = ""
