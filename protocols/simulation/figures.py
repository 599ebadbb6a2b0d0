"""Figures of a simulation, each with its 95% confidence interval over the replications.

Replications are independent, so their means are close to normal: intervals are Student's t (A. Law,
Simulation Modeling and Analysis, § 9.4). Two versions that are simulated with the same seed meet
the same luck: their differences are paired (§ 11.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

import msgspec

from protocols.simulation.running import Simulation
from protocols.simulation.tally import DeskTally, Tally, together

# Student's t, 97.5%, for 1 … 30 degrees of freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
FULL, SLOW_DAYS = 0.9, 3.0


class Estimate(msgspec.Struct, frozen=True):
    """`low` and `high`: the 95% confidence interval; None with a single replication."""

    value: float
    low: float | None = None
    high: float | None = None


class StepFigures(msgspec.Struct, frozen=True):
    """`wait`, `p90`: days from opening to completion; `queue`: mean days, of these, for want of
    somebody free; `late`: share of tasks with a deadline that missed it."""

    step: str
    done: int
    wait: Estimate
    p90: Estimate
    queue: Estimate
    late: Estimate | None
    stuck: int
    outcomes: dict[str, int]


class IndicatorFigures(msgspec.Struct, frozen=True):
    """`within`: share of all its waits that kept to the indicator's limit; None without one."""

    indicator: str
    count: int
    wait: Estimate
    p90: Estimate
    within: float | None


class RoleFigures(msgspec.Struct, frozen=True):
    """`load`: hours of work that the arriving cases ask for over the hours its people have: above
    1 the queue grows for ever. `queue`: mean days that its tasks waited for somebody."""

    role: str
    places: int
    people: int
    load: Estimate
    queue: Estimate


class Jam(msgspec.Struct, frozen=True):
    """A place where work waits for people. `needed`: how many would bring the load below 80%."""

    role: str
    scope: str
    people: int
    load: float
    queue: float
    longest: int
    needed: int


class Report(msgspec.Struct, frozen=True):
    """Times in days, shares in [0, 1].

    `arriving`: for how long cases arrive in a replication; where that is shorter than the cases
    themselves, queues had no time to form and only `load` tells.
    """

    protocol: str
    version: str
    digest: str
    cases: int
    seed: int
    replications: int
    arriving: float
    moves: int
    unfinished: int
    duration: Estimate
    duration_p90: Estimate
    late: Estimate
    reasons: dict[str, int]
    steps: list[StepFigures]
    indicators: list[IndicatorFigures]
    roles: list[RoleFigures]
    jams: list[Jam]


class Difference(msgspec.Struct, frozen=True):
    """`change` = second − first, with its interval. `significant`: the interval leaves out zero; of
    many figures that differ by chance alone, one in twenty is so too."""

    measure: str
    first: Estimate
    second: Estimate
    change: Estimate
    significant: bool


def quantile_of(values: Sequence[float], share: float) -> float:
    """By straight lines between the sorted values; 0 where there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def estimate(samples: Sequence[float]) -> Estimate:
    """Mean of independent samples and its interval."""
    value = fmean(samples)
    if len(samples) < 2:
        return Estimate(value)
    width = _T[min(len(samples) - 1, len(_T)) - 1] * stdev(samples) / sqrt(len(samples))
    return Estimate(value, value - width, value + width)


def measures(tally: Tally) -> dict[str, float]:
    """Every figure of one replication that there is something to say of, by name."""
    found: dict[str, float] = {}
    if tally.durations:
        found["duration.median"] = quantile_of(tally.durations, 0.5)
        found["duration.p90"] = quantile_of(tally.durations, 0.9)
    timed = late = 0
    for name, step in tally.steps.items():
        timed += step.timed
        late += step.late
        if step.waits:
            found[f"step.{name}.median"] = quantile_of(step.waits, 0.5)
            found[f"step.{name}.p90"] = quantile_of(step.waits, 0.9)
            found[f"step.{name}.queue"] = sum(step.queued) / len(step.waits)
        if step.timed:
            found[f"step.{name}.late"] = step.late / step.timed
    found["late"] = late / timed if timed else 0.0
    for name, waits in tally.indicators.items():
        found[f"indicator.{name}.median"] = quantile_of(waits, 0.5)
        found[f"indicator.{name}.p90"] = quantile_of(waits, 0.9)
    for role, desks in _by_role(tally).items():
        capacity = sum(desk.capacity for desk in desks)
        jobs = sum(desk.jobs for desk in desks)
        if capacity:
            found[f"role.{role}.load"] = sum(desk.asked for desk in desks) / capacity
        if jobs:
            found[f"role.{role}.queue"] = sum(desk.waited for desk in desks) / jobs
    return found


def report(simulation: Simulation) -> Report:
    """What the simulation says, for people and for programs."""
    whole = together(list(simulation.tallies))
    each = [measures(tally) for tally in simulation.tallies]

    def of(name: str) -> Estimate:
        samples = [found[name] for found in each if name in found]
        return estimate(samples) if samples else Estimate(0.0)

    steps = [
        StepFigures(
            name, len(step.waits), of(f"step.{name}.median"), of(f"step.{name}.p90"),
            of(f"step.{name}.queue"), of(f"step.{name}.late") if step.timed else None, step.stuck,
            step.outcomes,
        )
        for name, step in whole.steps.items()
    ]  # fmt: skip
    indicators = [
        IndicatorFigures(
            name, len(waits), of(f"indicator.{name}.median"), of(f"indicator.{name}.p90"),
            whole.within[name] / len(waits) if name in whole.within else None,
        )
        for name, waits in whole.indicators.items()
    ]  # fmt: skip
    roles = [
        RoleFigures(
            role, len(desks), sum(desk.people for desk in desks), of(f"role.{role}.load"),
            of(f"role.{role}.queue"),
        )
        for role, desks in sorted(_by_role(whole).items())
    ]  # fmt: skip
    return Report(
        simulation.protocol, simulation.version, simulation.digest, simulation.cases,
        simulation.seed, len(simulation.tallies), whole.arriving / len(simulation.tallies),
        whole.moves, whole.unfinished,
        of("duration.median"), of("duration.p90"), of("late"), whole.reasons, steps, indicators,
        roles, _jams(whole),
    )  # fmt: skip


def compare(first: Simulation, second: Simulation) -> list[Difference]:
    """Two versions side by side: what both measure, replication by replication.

    Raises ValueError where the two were not run with the same seed, cases and replications.
    """
    same = (first.cases, first.seed, len(first.tallies))
    if same != (second.cases, second.seed, len(second.tallies)):
        raise ValueError("simulations of other cases cannot be compared")
    pairs = [(measures(a), measures(b)) for a, b in zip(first.tallies, second.tallies, strict=True)]
    names = dict.fromkeys(name for a, b in pairs for name in a if name in b)
    differences = []
    for name in names:
        both = [(a[name], b[name]) for a, b in pairs if name in a and name in b]
        change = estimate([b - a for a, b in both])
        significant = change.low is not None and change.high is not None
        differences.append(
            Difference(
                name,
                estimate([a for a, _ in both]),
                estimate([b for _, b in both]),
                change,
                significant and not (change.low or 0.0) <= 0.0 <= (change.high or 0.0),
            )
        )
    return differences


def _by_role(tally: Tally) -> dict[str, list[DeskTally]]:
    found: dict[str, list[DeskTally]] = {}
    for desk in tally.desks:
        found.setdefault(desk.role, []).append(desk)
    return found


def _jams(whole: Tally) -> list[Jam]:
    jams = []
    for desk in whole.desks:
        load = desk.asked / desk.capacity if desk.capacity else 0.0
        queue = desk.waited / desk.jobs if desk.jobs else 0.0
        if load >= FULL or queue >= SLOW_DAYS:
            needed = max(desk.people, -int(-load * desk.people // 0.8))
            jams.append(Jam(desk.role, desk.scope, desk.people, load, queue, desk.longest, needed))
    return sorted(jams, key=lambda jam: (-jam.load, -jam.queue, jam.role, jam.scope))
