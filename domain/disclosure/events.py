"""Events of disclosure that are not facts of a step: the passing of time."""

from __future__ import annotations

from datetime import date

from protocols.engine.events import Body


class DisclosureExpired(Body, frozen=True):
    """The authorisation that `task` had recorded was given until the end of this day. Said for
    those who follow the case: reads compare with the clock and never wait for it."""

    task: str
    until: date
