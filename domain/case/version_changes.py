"""Whether a case's change of version is what its own words lead to: concluded once more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from domain.case.migrate import Placers, last_move, nothing_done_since, reversal
from domain.case.state import CaseState
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.engine import events as e
from protocols.engine.migrating import migrate, revert
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.migration.mapping import Mapping
from protocols.registry import Registry
from protocols.territory import Territory
from protocols.text import Text


@lru_cache(maxsize=4)
def version_changes(registry: Registry, territory: Territory) -> VersionChanges:
    """What one case has taught is not learnt again for the next."""
    return VersionChanges(registry, territory)


class VersionChanges:
    """The changes of version in a log, done again. One for all its cases."""

    def __init__(self, registry: Registry, territory: Territory) -> None:
        self._registry = registry
        self._territory = territory
        self._placers = Placers(territory)

    def again(
        self, plan: Plan, state: CaseState, event: Recorded, before: Sequence[Recorded]
    ) -> tuple[Plan, Run]:
        """The plan that the case then follows, and the run that emitted what must be in the log.
        `before`: the case's history up to the move. Raises Refused, UnknownProtocol."""
        body = event.body
        to = self._registry.get(body.protocol, body.version)
        run = Run(to, state, event.at, self._territory)
        if isinstance(body, e.Migrated):
            placer = self._placers.of(plan, to, _mapping(body), body.migration)
            # Whether an end could be reached was asked then; here only what was concluded counts.
            placement = placer.conclude(state, event.at)
            if placement.event is None:
                raise _impossible(placement.verdict)
            migrate(run, placement.event)
        else:
            moved = last_move(before)
            if moved is None or moved.migration != body.migration or state.ended:
                raise _impossible("not_moved")
            if not nothing_done_since(before):
                raise _impossible("already_worked")
            revert(run, reversal(state, moved))
        return to, run


def _mapping(body: e.Migrated) -> Mapping:
    """The mapping by which this case was moved, as far as it mattered to it."""
    answered = {q.removeprefix("outcome:") for q in body.decisions if q.startswith("outcome:")}
    stated = {path: said for path, said in body.outcomes.items() if path not in answered}
    return Mapping(
        body.steps, stated, body.events, body.decisions,
        "recompute" if body.deadlines == "recompute" else "keep",
    )  # fmt: skip


def _impossible(code: str) -> Refused:
    return Refused(
        "conflict",
        code,
        Text("Qui il caso non poteva cambiare versione.", "The case could not move here."),
    )
