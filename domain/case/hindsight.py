"""A case as it stood at a moment by what was recorded only later. Pure.

An event has two times: when it happened and when it was recorded. Folding what was *recorded* by a
moment shows what was known then. Folding what had *happened* by it shows how things stood, told
afterwards; for that a later recording is taken back to its time, command by command.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from domain.case.state import CaseState
from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.registry import Registry


class Hindsight(NamedTuple):
    """`state`: with all that had happened; `placed`: those events, in the log's order; `unplaced`:
    events that had happened too, but answer something that, by what was recorded, came later."""

    state: CaseState
    placed: tuple[Recorded, ...]
    unplaced: tuple[Recorded, ...]


def happened_at(event: Recorded) -> datetime:
    return event.occurred_at or event.at


def in_hindsight(
    case: UUID, history: Iterable[Recorded], at: datetime, registry: Registry
) -> Hindsight:
    """How the case stood at the instant `at` by `history`, all that is known of it (oldest first).

    What one command wrote stays together: a step that was done, and what opened by it. Terms are
    those that were given when it was recorded. Raises UnknownProtocol.
    """
    state, placed, unplaced = CaseState(case, None), list[Recorded](), list[Recorded]()
    for _, group in groupby(history, lambda event: event.command_id):
        events = list(group)
        if happened_at(events[0]) > at:
            continue
        after = _folded(state, events, registry)
        if after is None:
            unplaced += events
        else:
            state = after
            placed += events
    return Hindsight(state, tuple(placed), tuple(unplaced))


def _folded(state: CaseState, events: Sequence[Recorded], registry: Registry) -> CaseState | None:
    """The state after them; None where what they speak of is not there yet."""
    after = state.copy()
    for event in events:
        body = event.body
        if isinstance(body, e.CaseOpened):
            after = CaseState(state.id, registry.get(body.protocol, body.version))
        elif after.opened is None or not _there(after, body):
            return None
        try:
            after.apply(body, happened_at(event))
        except (KeyError, IndexError):
            return None
        after.version = event.originator_version
    return after


def _there(state: CaseState, body: object) -> bool:
    """Whether the task that is completed or signed is open in that very round."""
    if not isinstance(body, (e.StepCompleted, e.StepSigned)):
        return True
    task = state.tasks.get(body.task)
    return task is not None and body.task in state.open and task.round == body.round
