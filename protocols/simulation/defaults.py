"""What is assumed where nothing is known: read from the protocol and the territory themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocols.engine.plan import Plan
from protocols.language.document import Outcome, Step
from protocols.simulation.cases import ABSENT
from protocols.simulation.shares import (
    USUAL_OF_DUE,
    Arrivals,
    EventShares,
    Lasts,
    Shares,
    StepShares,
)
from protocols.territory import Territory

# People go forward more often than back or out.
_FORWARD, _BACK, _END = 1.0, 0.25, 0.25
_EFFORT = 1.0
_LONG_STEP_DAYS = (120.0, 180.0, 270.0, 365.0, 400.0)
_MACHINE_DAYS = (0.0, 0.001)
_UNDATED_DAYS = (1.0, 5.0, 10.0, 20.0, 40.0)
_EVENT_SHARE, _END_SHARE = 0.02, 0.005
_EVENT_DAYS = (0.0, 365.0)
_TRUE_SHARE = 0.1
_CASES_A_YEAR = 300.0

_COMPARED = re.compile(r"case\.([a-z_]\w*)\s*(?:==|!=)\s*'([^']*)'")
_LISTED = re.compile(r"case\.([a-z_]\w*)\s+in\s+\[([^\]]*)\]")
_FLAG = re.compile(r"case\.([a-z_]\w*)\s*(?:==|!=)\s*(?:true|false)")
_OWN = ("source", "service", "comune", "district", "referred_on", "person", "episode")


def default_shares(plan: Plan, territory: Territory) -> Shares:
    """Outcomes alike, except that going back or ending is rarer; durations as a share of what the
    deadline allows; every kind of service refers as often, and every district in proportion to its
    comuni."""
    steps = plan.protocol.steps
    regions = {step.during for step in steps.values() if step.during}
    return Shares(
        arrivals=Arrivals(
            a_year=_CASES_A_YEAR,
            sources=dict.fromkeys(sorted(_referring(plan, territory)), 1.0),
            districts={str(d.number): len(d.comuni) for d in territory.districts.values()},
            attributes=_attributes(plan),
        ),
        steps={name: _step(step, name in regions) for name, step in steps.items()},
        events={
            name: EventShares(
                share=_END_SHARE if event.ends else _EVENT_SHARE, lasts=Lasts(days=_EVENT_DAYS)
            )
            for name, event in plan.protocol.events.items()
        },
    )


def _step(step: Step, is_region: bool) -> StepShares:
    weights = {name: _weight(step.outcome(name)) for name in step.outcomes}
    if step.automation:
        return StepShares(outcomes=weights, lasts=Lasts(days=_MACHINE_DAYS), effort=_EFFORT)
    days = _LONG_STEP_DAYS if is_region else _UNDATED_DAYS
    of_due = USUAL_OF_DUE if step.due else ()
    return StepShares(outcomes=weights, lasts=Lasts(days=days, of_due=of_due), effort=_EFFORT)


def _weight(outcome: Outcome) -> float:
    if outcome.again:
        return _BACK
    return _END if outcome.ends else _FORWARD


def _referring(plan: Plan, territory: Territory) -> set[str]:
    """The kinds of service that the protocol speaks of, and the access desks; or all."""
    kinds = {service.kind for service in territory.services.values()}
    spoken = {value for name, value in _values(plan) if name == "source"}
    for event in plan.protocol.events.values():
        spoken.update(event.source)
    named = spoken & kinds
    return named | ({"ACCESS_DESK"} & kinds) if named else kinds


def _attributes(plan: Plan) -> dict[str, float | dict[str, float]]:
    """The attributes that guards read: true or false ones, and those held against words."""
    found: dict[str, float | dict[str, float]] = {}
    for name, value in sorted(set(_values(plan))):
        if name not in _OWN:
            weights = found.setdefault(name, {ABSENT: 2.0})
            assert isinstance(weights, dict)
            weights[value] = 1.0
    for source in _guards(plan):
        for name in _FLAG.findall(source):
            if name not in _OWN:
                found.setdefault(name, _TRUE_SHARE)
    return found


def _values(plan: Plan) -> Iterator[tuple[str, str]]:
    for source in _guards(plan):
        yield from _COMPARED.findall(source)
        for name, listed in _LISTED.findall(source):
            for value in re.findall(r"'([^']*)'", listed):
                yield name, value


def _guards(plan: Plan) -> Iterator[str]:
    for step in plan.steps.values():
        for guard in (step.guard, step.due_guard, *step.outcome_guards.values()):
            if guard:
                yield guard.source
