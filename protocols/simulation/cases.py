"""Synthetic cases: their referrals, and draws that depend on nothing but what they are for."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, Any

from protocols.engine.events import CaseOpened
from protocols.engine.plan import Plan
from protocols.engine.state import State
from protocols.simulation.shares import Chooser, Shares
from protocols.territory import Territory

if TYPE_CHECKING:
    from protocols.simulation.desks import Desk, Job


# The value of an attribute that a case does not have.
ABSENT = "none"


class Draws:
    """Chances of one case. Each purpose has its own, so that the same case meets the same luck in
    another version of the protocol, wherever the two are alike (common random numbers).

    `random`: any generator, seeded anew for each purpose.
    """

    __slots__ = ("_hash", "_random")

    def __init__(self, seed: int, replication: int, case: int, random: Random) -> None:
        self._hash = blake2b(f"{seed}/{replication}/{case}/".encode(), digest_size=16)
        self._random = random

    def chance(self, purpose: str) -> float:
        """In [0, 1)."""
        return (self._number(purpose) >> 75) / (1 << 53)

    def source(self, purpose: str) -> Random:
        """A generator for many draws; good until the next one is asked for."""
        self._random.seed(self._number(purpose))
        return self._random

    def _number(self, purpose: str) -> int:
        copy = self._hash.copy()
        copy.update(purpose.encode())
        return int.from_bytes(copy.digest())


class Case:
    """A synthetic case: where it stands, what is being done in it, and its own luck."""

    __slots__ = (
        "counted", "draws", "gone", "held", "jobs", "moments", "moves", "number", "opened",
        "state", "timer", "turn",
    )  # fmt: skip

    def __init__(self, number: int, draws: Draws, state: State, opened: datetime) -> None:
        self.number = number
        self.draws = draws
        self.state = state
        self.opened = opened
        self.jobs: dict[str, Job] = {}
        self.held: list[Job] = []
        # Those that wait until another task of their group has been done.
        self.turn: list[tuple[Job, Desk | None]] = []
        self.moments: dict[str, datetime] = {}
        self.timer: datetime | None = None
        self.moves = 0
        self.gone = False
        self.counted = False


class Referrals:
    """Where cases come from: district, then comune, then a service that serves it."""

    def __init__(self, plan: Plan, territory: Territory, shares: Shares) -> None:
        self._protocol = plan.protocol
        self._digest = plan.digest
        arrivals = shares.arrivals
        weights = {
            number: (arrivals.districts or {}).get(str(number), 0.0)
            for number, district in territory.districts.items()
            if district.comuni
        }
        self._districts = Chooser(weights)
        self._comuni = {number: territory.district(number).comuni for number in weights}
        self._sources: dict[str, Chooser] = {}
        for comuni in self._comuni.values():
            for istat in comuni:
                self._sources[istat] = _sources(territory, istat, arrivals.sources or {})
        self._attributes = {
            name: Chooser({True: share, False: 1 - share})
            if isinstance(share, float)
            else Chooser(share)
            for name, share in arrivals.attributes.items()
        }

    def referral(self, draws: Draws, at: datetime, person: str) -> CaseOpened:
        """A case opened at `at`; `person` is an id."""
        draw = draws.source("referral")
        district = self._districts.choose(draw.random())
        comuni = self._comuni[district]
        comune = comuni[int(draw.random() * len(comuni))]
        kind, service = self._sources[comune].choose(draw.random())
        attributes: dict[str, Any] = {}
        for name, chooser in self._attributes.items():
            value = chooser.choose(draws.chance(f"attribute/{name}"))
            if value != ABSENT:
                attributes[name] = value
        return CaseOpened(
            self._protocol.protocol, self._protocol.version, self._digest, person, kind, service,
            comune, district, at.date(), attributes,
        )  # fmt: skip


def _sources(territory: Territory, istat: str, weights: dict[str, float]) -> Chooser:
    """(kind, service) of a comune; every service of a kind alike."""
    found: dict[tuple[str, str], float] = {}
    for kind, weight in weights.items():
        services = territory.services_for(istat, kind)
        for service in services:
            if weight:
                found[kind, service.id] = weight / len(services)
    if not found:
        # None of those kinds serves this comune: whoever does.
        district = territory.district_of(istat)
        for service in territory.services.values():
            if district in service.districts:
                found[service.kind, service.id] = 1.0
    return Chooser(found or {("", ""): 1.0})
