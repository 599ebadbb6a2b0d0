"""A case changes version: what was concluded is said, and what follows from it is settled."""

from __future__ import annotations

from protocols.engine import events as e
from protocols.engine.completing import settle
from protocols.engine.run import Run


def migrate(run: Run, event: e.Migrated) -> None:
    """`run`: the case as it stands, on the plan of the version that it moves to."""
    run.emit(event)
    for cause in event.resumed:
        run.resume(cause)
    run.look_at(run.plan.names)
    settle(run)


def revert(run: Run, event: e.MigrationReverted) -> None:
    """`run`: the case as it stands, on the plan of the version that it goes back to, where
    everything was settled when it left."""
    run.emit(event)
