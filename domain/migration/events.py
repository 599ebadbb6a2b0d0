"""Events of a migration plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from protocols.engine.events import Body
from protocols.migration.mapping import Mapping


class Route(Body, frozen=True):
    """From one combination (a base, or a base with variants) to another: the `cases` of a plan that
    go this way. `digests`: of the texts, from and to; `mapping`: what was stated of names, as far
    as these two know them, and what was recognised besides."""

    from_version: str
    to_version: str
    digests: tuple[str, str]
    mapping: Mapping
    cases: int


class Planned(Body, frozen=True):
    """Which open cases of one version would move to another, on the day of the plan.

    `from_version`, `to_version`: a base stands for itself with whatever variants; `digests`: of the
    texts so named; `cases`: the ids (hex) of those that move; `counts`: how many by verdict; `why`:
    how many by what stands in the way; `digest`: sha256 (hex) over every case's verdict and route:
    what was approved; `routes`: of the cases, the first so many go by the first route, and so on;
    `day`: on which the variants that are to be followed were valid.
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
    routes: tuple[Route, ...] = ()
    day: date | None = None

    def each(self) -> Iterator[tuple[str, Route]]:
        """The cases, each with its route."""
        whole = Route(
            self.from_version, self.to_version, self.digests, self.mapping, len(self.cases)
        )
        at = 0
        for route in self.routes or (whole,):
            for case in self.cases[at : at + route.cases]:
                yield case, route
            at += route.cases


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
