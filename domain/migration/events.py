"""Events of a migration plan."""

from __future__ import annotations

from protocols.engine.events import Body
from protocols.migration.mapping import Mapping


class Planned(Body, frozen=True):
    """Which open cases of one version would move to another, on the day of the plan.

    `digests`: of the texts, from and to; `cases`: the ids (hex) of those that move; `counts`: how
    many by verdict; `why`: how many by what stands in the way; `digest`: sha256 (hex) over every
    case's verdict: what was approved.
    """

    protocol: str
    from_version: str
    to_version: str
    digests: tuple[str, str]
    mapping: Mapping
    counts: dict[str, int]
    why: dict[str, int]
    cases: tuple[str, ...]
    digest: str
    reason: str = ""


class Approved(Body, frozen=True):
    """By somebody of the management level who is not the planner. `digest`: of what they saw."""

    digest: str
    reason: str = ""


class Started(Body, frozen=True):
    pass


class Paused(Body, frozen=True):
    pass


class Resumed(Body, frozen=True):
    pass


class Finished(Body, frozen=True):
    """`left`: the cases (id, why) that were to move and did not."""

    moved: int
    left: tuple[tuple[str, str], ...] = ()


class RevertAsked(Body, frozen=True):
    reason: str = ""


class Reverted(Body, frozen=True):
    """`kept`: the cases (id, why) that have moved and stay: something has been done there since."""

    reverted: int
    kept: tuple[tuple[str, str], ...] = ()
