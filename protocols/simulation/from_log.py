"""Shares and durations as the log has them. Pure: events in, Shares out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.simulation.cases import ABSENT
from protocols.simulation.figures import quantile_of
from protocols.simulation.shares import Arrivals, EventShares, Lasts, Shares, StepShares

_ENOUGH = 5
_POINTS = 11
_MOST_VALUES = 20
_LEAST_DAYS = 30.0


class Event(Protocol):
    """One event of the log, as it is recorded."""

    @property
    def originator_id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...
    @property
    def body(self) -> Any: ...


class _Seen:
    def __init__(self) -> None:
        self.cases: dict[UUID, e.CaseOpened] = {}
        self.days: list[datetime] = []
        self.open: dict[tuple[UUID, str], datetime] = {}
        self.waits: dict[str, list[float]] = {}
        self.outcomes: dict[str, Counter[str]] = {}
        self.openings: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()
        self.gave_up: Counter[str] = Counter()
        self.machine: Counter[str] = Counter()


def shares_from(events: Iterable[Event], plan: Plan) -> Shares:
    """What the cases of this protocol, of whatever version, have shown. Names that this version
    does not have are passed over; so is what was seen fewer than five times.

    A duration in the log holds the wait for somebody free too: with as many people as there were,
    the simulation waits a little longer than the log did.
    """
    seen = _Seen()
    for event in events:
        _take(seen, event, plan)
    return Shares(
        arrivals=_arrivals(seen),
        steps={name: said for name in plan.names if (said := _step(seen, plan, name))},
        events=_events(seen, plan),
    )


def _take(seen: _Seen, event: Event, plan: Plan) -> None:
    body, case = event.body, event.originator_id
    if isinstance(body, e.CaseOpened):
        if body.protocol == plan.protocol.protocol:
            seen.cases[case] = body
            seen.days.append(event.at)
        return
    if case not in seen.cases:
        return
    if isinstance(body, e.StepOpened):
        seen.open[case, body.task] = event.at
        seen.openings[body.step] += 1
        seen.machine[body.step] += bool(body.automation)
    elif isinstance(body, e.StepCompleted):
        seen.outcomes.setdefault(body.step, Counter())[body.outcome] += 1
        opened = seen.open.pop((case, body.task), None)
        if opened is not None:
            days = max(0.0, (event.at - opened).total_seconds() / 86_400)
            seen.waits.setdefault(body.step, []).append(days)
    elif isinstance(body, e.CaseEventHappened):
        seen.happened[body.event] += 1
    elif isinstance(body, e.AutomationGaveUp):
        seen.gave_up[body.task.partition("#")[0]] += 1


def _step(seen: _Seen, plan: Plan, name: str) -> StepShares | None:
    said: dict[str, Any] = {}
    outcomes = seen.outcomes.get(name, Counter())
    if outcomes.total() >= _ENOUGH:
        known = plan.steps[name].outcomes
        weights = {outcome: float(count) for outcome, count in outcomes.items() if outcome in known}
        if weights:
            said["outcomes"] = weights
    waits = seen.waits.get(name, [])
    if len(waits) >= _ENOUGH:
        points = [quantile_of(waits, point / (_POINTS - 1)) for point in range(_POINTS)]
        said["lasts"] = Lasts(days=tuple(min(round(days, 4), 3650.0) for days in points))
    if seen.gave_up[name] and seen.machine[name]:
        said["gives_up"] = min(1.0, seen.gave_up[name] / seen.machine[name])
    return StepShares(**said) if said else None


def _events(seen: _Seen, plan: Plan) -> dict[str, EventShares]:
    if len(seen.cases) < _ENOUGH:
        return {}
    found = {}
    for name, event in plan.events.items():
        of_step = event.event.during or (event.completes[0] if event.completes else None)
        times = seen.openings[of_step] if of_step else len(seen.cases)
        if times:
            found[name] = EventShares(share=min(1.0, round(seen.happened[name] / times, 6)))
    return found


def _arrivals(seen: _Seen) -> Arrivals:
    if len(seen.cases) < _ENOUGH:
        return Arrivals()
    said: dict[str, Any] = {
        "sources": dict(Counter(case.source for case in seen.cases.values())),
        "districts": {
            str(number): count
            for number, count in Counter(case.district for case in seen.cases.values()).items()
        },
        "attributes": _attributes(list(seen.cases.values())),
    }
    days = (max(seen.days) - min(seen.days)).total_seconds() / 86_400
    if days >= _LEAST_DAYS:
        said["a_year"] = round(len(seen.cases) * 365.25 / days, 1)
    return Arrivals(**said)


def _attributes(cases: list[e.CaseOpened]) -> dict[str, float | dict[str, float]]:
    found: dict[str, float | dict[str, float]] = {}
    for name in sorted({name for case in cases for name in case.attributes}):
        values = [case.attributes.get(name, ABSENT) for case in cases]
        if all(isinstance(value, bool) or value == ABSENT for value in values):
            found[name] = sum(value is True for value in values) / len(values)
        elif all(isinstance(value, str) for value in values) and len(set(values)) <= _MOST_VALUES:
            found[name] = {value: float(count) for value, count in Counter(values).items()}
    return found
