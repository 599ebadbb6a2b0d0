"""The shapes of the steering board's tables."""

from __future__ import annotations

import msgspec


class FunnelRow(msgspec.Struct, frozen=True):
    """How many got how far. `group`: the values divided by, in the order asked for. Persons, cases
    and episodes are counted separately; what follows counts episodes."""

    group: list[str]
    persons: int
    cases: int
    episodes: int
    triaged: int
    authorised: int
    team: int
    assessed: int
    decided: int
    signed: int
    placed: int
    hired: int
    ended: int


class WaitRow(msgspec.Struct, frozen=True):
    """A wait, in days. `indicator`: the protocol's name for it, or a step's name. `ended` of the
    `started` are over, `running` go on, the others were cut off by the end of the case. Median and
    90th percentile are of those ended; `overdue_share` of those that had a deadline."""

    indicator: str
    group: list[str]
    started: int
    ended: int
    running: int
    median_days: float | None
    p90_days: float | None
    overdue: int
    overdue_share: float | None


class PlacementRow(msgspec.Struct, frozen=True):
    """`outcome` is `running` for those that go on. `median_days`: from start to end, without
    suspensions."""

    kind: str
    outcome: str
    group: list[str]
    placements: int
    persons: int
    hired: int
    median_days: float | None


class CountRow(msgspec.Struct, frozen=True):
    """How often, in how many cases. `name`: of what; `detail`: a step, where there is one."""

    name: str
    detail: str
    group: list[str]
    times: int
    cases: int


class ExitRow(msgspec.Struct, frozen=True):
    """Episodes that ended for this reason; `median_days` from their start."""

    reason: str
    group: list[str]
    episodes: int
    persons: int
    median_days: float | None


class ChangeRow(msgspec.Struct, frozen=True):
    """The change of one of the six dimensions from entry to exit, over the episodes that have both
    (the mean of the assessors in each). `improved`, `worsened`: by half a point or more."""

    dimension: str
    episodes: int
    entry: float
    exit: float
    change: float
    improved: int
    worsened: int


class MoneyRow(msgspec.Struct, frozen=True):
    """Euro by funding stream: committed in projects, paid after validated attendance; hours."""

    stream: str
    committed: float
    paid: float
    hours_planned: float
    hours_attended: float


class FollowUpRow(msgspec.Struct, frozen=True):
    """Of those reached after `month` months, how many work; `hired`: of those hired at the end of
    a placement."""

    month: int
    reached: int
    employed: int
    hired: int
    hired_employed: int
