"""Whether the log of a migration plan is what its rules allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.conformance import Finding
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.migration import events as m
from domain.migration.state import POSSIBLE, evolve
from protocols.text import Text


def check_migration(originator: UUID, history: Sequence[Recorded]) -> Iterator[Finding]:
    """`history`: all events of the plan, in order."""
    state = None
    for event in history:
        body, topic = event.body, topic_of(type(event.body))
        fault = ""
        if state is None:
            fault = "" if isinstance(body, m.Planned) else "not_possible"
        elif state.status not in POSSIBLE.get(type(body), ()):
            fault = "not_possible"
        elif isinstance(body, m.Approved) and event.actor == state.planned_by:
            fault = "own_work"
        elif isinstance(body, m.Approved) and body.digest != state.plan.digest:
            fault = "digest"
        if fault:
            yield Finding(
                originator,
                event.position,
                fault,
                Text(f"{topic} qui non era possibile.", f"{topic} was not possible here."),
            )
        state = evolve(state, originator, event)
