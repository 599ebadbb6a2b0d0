"""Events of disclosure that are not facts of a step: the passing of time."""

from __future__ import annotations

from datetime import date

from protocols.engine.events import Body


class DisclosureExpiring(Body, frozen=True):
    """The authorisation that `task` had recorded is given until the end of this day, which is near:
    said once, to those who follow the case, while there is time to ask the person again."""

    task: str
    until: date


class DisclosureExpired(Body, frozen=True):
    """The authorisation that `task` had recorded was given until the end of this day. Said for
    those who follow the case: reads compare with the clock and never wait for it."""

    task: str
    until: date
