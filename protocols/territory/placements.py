"""The legal limits of each kind of placement at work, as placements.yaml states them."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from protocols.documents import ContentError
from protocols.territory.model import InForce, PackPart
from protocols.text import Text

PlacementKind = Literal[
    "TRAINEESHIP",
    "INCLUSION_TRAINEESHIP",
    "WORK_GRANT",
    "COMMUNITY_PROJECT",
    "COMMUNITY_SERVICE",
]
Circumstance = Literal[
    "DISADVANTAGED",
    "DISABLED",
    "SEASONAL",
    "EQF_4_OR_MORE",
    "ATTESTED_BY_SERVICE",
]


class DurationException(PackPart):
    """Other limits, in months, where the circumstance holds; null leaves the limit as it is.

    ``unlimited`` lifts the maximum.
    """

    circumstance: Circumstance
    min_months: int | None = Field(default=None, ge=0, le=120)
    max_months: int | None = Field(default=None, ge=1, le=120)
    unlimited: bool = False


class StaffBand(PackPart):
    """How many placements at once a host may have with ``staff_from`` to ``staff_to`` employees.

    Either ``places``, or a ``percent`` of the staff rounded up.
    """

    staff_from: int = Field(ge=0)
    staff_to: int | None = Field(default=None, ge=0)
    places: int | None = Field(default=None, ge=0)
    percent: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _one_measure(self) -> "StaffBand":
        if (self.places is None) == (self.percent is None):
            raise ContentError(
                Text(
                    "Indica «places» oppure «percent», uno solo dei due.",
                    "Give either “places” or “percent”, only one of them.",
                )
            )
        return self

    def cap(self, staff: int) -> int:
        if self.places is not None:
            return self.places
        return -(-staff * (self.percent or 0) // 100)


class Allowance(PackPart):
    """Euro a month below which the allowance may not go; the reduced sums where they apply.

    ``full_at_share`` is the share of the planned hours from which the whole sum is due.
    """

    minimum_month: int = Field(ge=0)
    with_meals: int | None = Field(default=None, ge=0)
    short_day: int | None = Field(default=None, ge=0)
    short_day_hours: int | None = Field(default=None, ge=1, le=12)
    full_at_share: float | None = Field(default=None, gt=0, le=1)


class PlacementRule(InForce):
    """The limits of one kind of placement between two dates. A null limit is no limit.

    Months for durations, hours for ``weekly_hours_*``, euro for the allowance.
    """

    title: Text
    min_months: int = Field(default=0, ge=0, le=120)
    max_months: int | None = Field(default=None, ge=1, le=120)
    exceptions: tuple[DurationException, ...] = ()
    host_caps: tuple[StaffBand, ...] = ()
    allowance: Allowance | None = None
    trainees_per_tutor: int | None = Field(default=None, ge=1)
    weekly_hours_min: int | None = Field(default=None, ge=1, le=48)
    weekly_hours_max: int | None = Field(default=None, ge=1, le=48)
    convention: bool = False
    training_plan: bool = False
    compulsory_communication: bool = False

    def shortest(self, circumstances: Iterable[str] = ()) -> int:
        """The fewest months allowed in these circumstances."""
        held = set(circumstances)
        lower = [
            exception.min_months
            for exception in self.exceptions
            if exception.circumstance in held and exception.min_months is not None
        ]
        return min([self.min_months, *lower])

    def longest(self, circumstances: Iterable[str] = ()) -> int | None:
        """The most months allowed in these circumstances; None where there is no limit."""
        held = set(circumstances)
        met = [exception for exception in self.exceptions if exception.circumstance in held]
        if self.max_months is None or any(exception.unlimited for exception in met):
            return None
        higher = [exception.max_months for exception in met if exception.max_months is not None]
        return max([self.max_months, *higher])

    def cap(self, staff: int) -> int | None:
        """Placements at once for a host with that many employees; None where there is no limit."""
        if not self.host_caps:
            return None
        for band in self.host_caps:
            if band.staff_from <= staff and (band.staff_to is None or staff <= band.staff_to):
                return band.cap(staff)
        return 0


class PlacementsFile(PackPart):
    placements: dict[PlacementKind, tuple[PlacementRule, ...]] = Field(min_length=1)
