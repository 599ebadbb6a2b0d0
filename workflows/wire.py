"""What passes between a workflow and its activities: ids and the agenda, kept in history."""

from __future__ import annotations

import msgspec

from domain.agenda import Agenda

LOG_UNAVAILABLE = "LogUnavailable"
"""Class of fault: Postgres is away."""

UNKNOWN_CASE = "UnknownCase"
"""Class of fault: the case is not in the log, of which Temporal may remember a later state than a
restored backup."""


class Look(msgspec.Struct, frozen=True):
    """The agenda now. ``history_limit``: events of history after which the workflow turns over;
    it comes from here because workflow code may not read its surroundings."""

    agenda: Agenda
    history_limit: int


class AutomationCall(msgspec.Struct, frozen=True):
    """One automated task of one round of one episode."""

    case: str
    episode: int
    task: str
    round: int


class Failure(msgspec.Struct, frozen=True):
    """Why an automation gave up: a class of fault, never a message that could carry data."""

    kind: str
    attempts: int
