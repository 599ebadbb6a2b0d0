"""The shape of a territory pack: a pydantic model for each of its files.

Those of calendar.yaml are in ``feasts``, those of placements.yaml in ``placements``.
"""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from protocols.documents import ContentError, nearest
from protocols.territory.scopes import ScopeKind
from protocols.text import Text

Istat = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
RoleName = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=60)]


class PackPart(BaseModel):
    """Whatever is written in a pack: fixed once read, and nothing that is not foreseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InForce(PackPart):
    """A rule or a stream of money with its ground in law and the dates between which it holds.

    ``valid_to`` is the last day it holds; ``source`` says how far the entry was verified.
    """

    legal_basis: tuple[str, ...] = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    source: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "InForce":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ContentError(
                Text(
                    f"Finisce ({self.valid_to}) prima di cominciare ({self.valid_from}).",
                    f"It ends ({self.valid_to}) before it begins ({self.valid_from}).",
                ),
                ("valid_to",),
            )
        return self

    def holds(self, on: date) -> bool:
        """Whether it holds on that day, first and last included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


# --- territory.yaml ------------------------------------------------------------------------------


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        near = nearest(name, available_timezones()) or "Europe/Rome"
        raise ContentError(
            Text(
                f"Fuso orario «{name[:60]}» inesistente. Forse «{near}»?",
                f"Time zone “{name[:60]}” does not exist. Perhaps “{near}”?",
            )
        )
    return name


class ComuneEntry(PackPart):
    name: str = Field(min_length=1)
    cadastral: str = Field(pattern=r"^[A-Z][0-9]{3}$")
    cap: str = Field(pattern=r"^[0-9]{5}$")
    also: tuple[str, ...] = ()


class DistrictEntry(PackPart):
    title: Text
    lead: Istat
    comuni: dict[Istat, ComuneEntry] = Field(min_length=1)


class TerritoryFile(PackPart):
    id: Slug
    title: Text
    timezone: Annotated[str, AfterValidator(_known_timezone)]
    lead_entity: Slug
    districts: dict[Annotated[int, Field(ge=1, le=999)], DistrictEntry] = Field(min_length=1)

    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


# --- services.yaml, organisations.yaml -----------------------------------------------------------

ServiceKind = Literal[
    "PSYCHIATRIC_CENTRE",
    "ADDICTION_SERVICE",
    "ALCOHOL_UNIT",
    "CHILD_NEUROPSYCHIATRY",
    "ACCESS_DESK",
    "WORK_INTEGRATION",
    "ANTI_VIOLENCE_CENTRE",
    "TAX_ASSISTANCE",
    "SELF",
]
OrganisationKind = Literal[
    "HEALTH_PROVIDER",
    "HEALTH_AGENCY",
    "MUNICIPALITY",
    "PLAN_OFFICE",
    "JOINT_OFFICE",
    "EMPLOYMENT",
    "THIRD_SECTOR",
    "ANTI_VIOLENCE",
    "UNION",
    "NETWORK",
]
Districts = Literal["all"] | tuple[int, ...]


class ServiceEntry(PackPart):
    """A service that refers people or takes part in their path. ``SELF`` is the person."""

    kind: ServiceKind
    title: Text
    organisation: Slug | None = None
    districts: Districts
    comune: Istat | None = None


class ServicesFile(PackPart):
    services: dict[Slug, ServiceEntry] = Field(min_length=1)


class OrganisationEntry(PackPart):
    kind: OrganisationKind
    title: Text
    districts: Districts
    focus: Text | None = None


class OrganisationsFile(PackPart):
    organisations: dict[Slug, OrganisationEntry] = Field(min_length=1)


# --- governance.yaml -----------------------------------------------------------------------------


class RoleEntry(PackPart):
    """A role that people hold, where it is held, and whether the pack must name its holders.

    ``required`` asks for at least one holder in every place of that kind (each comune, each
    district, …); ``deputy`` asks that one of the holders be the deputy of another person.
    """

    title: Text
    scope: ScopeKind
    required: bool = False
    deputy: bool = False


class Seat(PackPart):
    """A place on a level: the role that fills it, and the organisation that sends the person.

    ``of: residence`` is the comune or district where the citizen of the case lives.
    """

    title: Text
    role: RoleName
    organisation: Slug | None = None
    of: Literal["residence"] | None = None


class Level(PackPart):
    """A governance level; ``escalates_to`` is the one that decides what this one cannot."""

    title: Text
    body: Text
    escalates_to: RoleName | None = None
    speaks_for_it: RoleName
    seats: tuple[Seat, ...] = Field(min_length=1)


class GovernanceFile(PackPart):
    roles: dict[RoleName, RoleEntry] = Field(min_length=1)
    levels: dict[RoleName, Level] = Field(min_length=1)


# --- funding.yaml --------------------------------------------------------------------------------


class FundingStream(InForce):
    """Money that budget lines of projects are charged to."""

    title: Text
    level: Literal["european", "national", "regional", "municipal", "private"]


class FundingFile(PackPart):
    streams: dict[Slug, FundingStream] = Field(min_length=1)


# --- people.yaml ---------------------------------------------------------------------------------


class MembershipEntry(PackPart):
    """A role held in a scope from a day to a day (both included; open where ``to`` is null)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    role: RoleName
    scope: str = Field(max_length=80)
    deputy: bool = False
    from_: date = Field(alias="from")
    to: date | None = None


class PersonEntry(PackPart):
    name: str = Field(min_length=1, max_length=120)
    memberships: tuple[MembershipEntry, ...] = Field(min_length=1)


class PeopleFile(PackPart):
    people: dict[Slug, PersonEntry] = Field(min_length=1)
