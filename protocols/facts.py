"""The catalogue of typed domain facts: what a step establishes, whatever its form looks like.

Projections read facts, so that figures stay comparable across versions of a protocol. A fact
carries nothing personal: people are ids, clinical content stays in the step's own data.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from protocols.engine.events import Body


class Fact(Body, frozen=True, omit_defaults=True):
    """`task` is the key of the task that established it."""

    task: str

    def attributes(self) -> dict[str, Any]:
        """The case attributes that this fact changes."""
        return {}


class ReferralRegistered(Fact, frozen=True):
    source: str
    service: str
    complete: bool = True


class TriageRecorded(Fact, frozen=True):
    need: str


class DisclosureAuthorised(Fact, frozen=True):
    """From whom, to whom, which categories, for what, until when (GDPR is not consent here)."""

    source: str
    recipients: tuple[str, ...]
    categories: tuple[str, ...]
    purpose: str
    until: date | None = None


class DisclosureRefused(Fact, frozen=True):
    pass


class DisclosureWithdrawn(Fact, frozen=True):
    """`recipients`: those who may be told no more; none, or `everyone`: all of them."""

    recipients: tuple[str, ...] = ()


class TeamConstituted(Fact, frozen=True):
    """`members`: ids of staff; `case_manager`: one of them."""

    members: tuple[str, ...]
    case_manager: str


class AssessmentRecorded(Fact, frozen=True):
    """The six statutory dimensions, D.Lgs. 147/2017 art. 5, on the ministry's scale 1 (serious
    problem) … 6 (evident strength). `moment`: `entry` or `exit`."""

    assessor: str = ""
    moment: str = "entry"
    functioning: int | None = None
    economic: int | None = None
    work: int | None = None
    education: int | None = None
    housing: int | None = None
    networks: int | None = None


class CaseDiscussed(Fact, frozen=True):
    decision: str


class ProjectSigned(Fact, frozen=True):
    signed_on: date
    ends_on: date | None = None
    light: bool = False
    stream: str = ""
    amount: float = 0.0


class CompetencesBalanced(Fact, frozen=True):
    target: str = ""


class PlaceReserved(Fact, frozen=True):
    """The host's place is taken from now on."""

    host: str
    kind: str


class PlaceReleased(Fact, frozen=True):
    host: str
    reason: str = ""


class PlacementStarted(Fact, frozen=True):
    host: str
    kind: str
    starts_on: date
    ends_on: date
    hours_week: float = 0.0
    allowance: float = 0.0
    stream: str = ""


class PlacementSuspended(Fact, frozen=True):
    reason: str


class PlacementResumed(Fact, frozen=True):
    pass


class AttendanceValidated(Fact, frozen=True):
    """One month: hours planned and attended, allowance paid in euro, from which stream."""

    month: str
    hours_planned: float
    hours_attended: float
    paid: float = 0.0
    stream: str = ""


class PlacementEnded(Fact, frozen=True):
    """`outcome`: completed, interrupted, host_withdrew, hired, …"""

    outcome: str
    ended_on: date | None = None


class ProjectReviewed(Fact, frozen=True):
    decision: str


class ResidenceTransferred(Fact, frozen=True):
    comune: str
    district: int

    def attributes(self) -> dict[str, Any]:
        return {"comune": self.comune, "district": self.district}


class PersonIdentified(Fact, frozen=True):
    """The person, known by a pseudonym until now, has chosen to give a name."""

    def attributes(self) -> dict[str, Any]:
        return {"anonymous": False}


class RestrictionRequested(Fact, frozen=True):
    """GDPR art. 18 and 17(3): the record is restricted, not erased."""

    ground: str = ""

    def attributes(self) -> dict[str, Any]:
        return {"restricted": True}


class FollowUpDone(Fact, frozen=True):
    month: int
    employed: bool | None = None
    contract: str = ""


class CaseClosed(Fact, frozen=True):
    """`reason`: autonomy, employment, goals_partly_met, drop_out, transfer, health, …"""

    reason: str
    contract: str = ""


CATALOGUE: dict[str, type[Fact]] = {
    cls.__name__: cls for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, Fact) and cls is not Fact
}  # fmt: skip


class FactError(ValueError):
    """A fact whose fields are missing or of another type; the message names the field."""


def establish(name: str, task: str, fields: dict[str, Any]) -> Fact:
    """The fact `name` from plain values. Raises FactError."""
    cls = CATALOGUE[name]
    known = {key: value for key, value in fields.items() if value is not None}
    try:
        return msgspec.convert({"task": task, **known}, cls)
    except msgspec.ValidationError as error:
        raise FactError(f"{name}: {error}") from None
