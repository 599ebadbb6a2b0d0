"""What is counted while synthetic cases run; tallies of several runs can be put together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec


class StepTally(msgspec.Struct):
    """`waits`: days from opening to completion; `queued`: of these, days for want of a free
    person; `timed`: tasks with a deadline that are over, `late` of which after it."""

    waits: list[float] = []
    queued: list[float] = []
    timed: int = 0
    late: int = 0
    stuck: int = 0
    outcomes: dict[str, int] = {}


class DeskTally(msgspec.Struct):
    """`asked`: hours of work; `capacity`: hours that its people have while cases arrive; `waited`:
    days that jobs waited for somebody, all together."""

    role: str
    scope: str
    people: int
    jobs: int = 0
    asked: float = 0.0
    capacity: float = 0.0
    waited: float = 0.0
    longest: int = 0


class Tally(msgspec.Struct):
    """One replication. Times are in days. `arriving`: for how long cases arrive."""

    cases: int = 0
    arriving: float = 0.0
    moves: int = 0
    unfinished: int = 0
    reasons: dict[str, int] = {}
    durations: list[float] = []
    steps: dict[str, StepTally] = {}
    events: dict[str, int] = {}
    desks: list[DeskTally] = []
    indicators: dict[str, list[float]] = {}
    within: dict[str, int] = {}

    def step(self, name: str) -> StepTally:
        found = self.steps.get(name)
        if found is None:
            found = self.steps[name] = StepTally()
        return found


def together(tallies: list[Tally]) -> Tally:
    """All replications as one."""
    whole = Tally()
    desks: dict[tuple[str, str], DeskTally] = {}
    for tally in tallies:
        whole.cases += tally.cases
        whole.arriving += tally.arriving
        whole.moves += tally.moves
        whole.unfinished += tally.unfinished
        whole.durations += tally.durations
        _add(whole.reasons, tally.reasons)
        _add(whole.events, tally.events)
        _add(whole.within, tally.within)
        for name, values in tally.indicators.items():
            whole.indicators.setdefault(name, []).extend(values)
        for name, step in tally.steps.items():
            _join(whole.step(name), step)
        for desk in tally.desks:
            key = (desk.role, desk.scope)
            if key in desks:
                _join(desks[key], desk)
            else:
                desks[key] = msgspec.structs.replace(desk)
    whole.desks = [desks[key] for key in sorted(desks)]
    return whole


def _add(into: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        into[name] = into.get(name, 0) + count


def _join(into: Any, more: Any) -> None:
    for name in into.__struct_fields__:
        value = getattr(more, name)
        if name == "longest":
            into.longest = max(into.longest, value)
        elif isinstance(value, dict):
            setattr(into, name, dict(Counter(getattr(into, name)) + Counter(value)))
        elif isinstance(value, (int, float, list)) and name != "people":
            setattr(into, name, getattr(into, name) + value)
