"""A territory as the rest of Cantiere asks about it: places, services, people, limits, days."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from protocols.territory.calendar import WorkingCalendar
from protocols.territory.disclosing import AccessFile
from protocols.territory.feasts import CalendarFile
from protocols.territory.keeping import RecordsFile
from protocols.territory.model import (
    Districts,
    FundingFile,
    FundingStream,
    GovernanceFile,
    Level,
    OrganisationEntry,
    OrganisationsFile,
    PeopleFile,
    PersonEntry,
    RoleEntry,
    ServicesFile,
    TerritoryFile,
)
from protocols.territory.placements import PlacementRule, PlacementsFile
from protocols.territory.records import (
    Comune,
    District,
    Membership,
    NotInForce,
    Service,
    UnknownName,
)
from protocols.territory.scopes import PLACED_KINDS
from protocols.text import Text

Entry = TypeVar("Entry")


class PackFiles(BaseModel):
    """The files of a pack, each in its own shape, before they are joined."""

    territory: TerritoryFile
    services: ServicesFile
    organisations: OrganisationsFile
    governance: GovernanceFile
    calendar: CalendarFile
    funding: FundingFile
    placements: PlacementsFile
    people: PeopleFile
    records: RecordsFile
    access: AccessFile
    policies: dict[str, str]


class Territory:
    """Everything a pack says, joined and indexed. Never changes once built.

    Mappings keep the order of the pack. Lookups by name raise :class:`UnknownName`.
    """

    def __init__(self, files: PackFiles) -> None:
        self.files = files
        self.id = files.territory.id
        self.title = files.territory.title
        self.timezone: ZoneInfo = files.territory.zone()
        self.lead_entity = files.territory.lead_entity
        self.districts: Mapping[int, District] = MappingProxyType(_districts(files.territory))
        self.comuni: Mapping[str, Comune] = MappingProxyType(_comuni(files.territory))
        self.organisations: Mapping[str, OrganisationEntry] = MappingProxyType(
            dict(files.organisations.organisations)
        )
        self.services: Mapping[str, Service] = MappingProxyType(self._all_services(files.services))
        self.roles: Mapping[str, RoleEntry] = MappingProxyType(dict(files.governance.roles))
        self.levels: Mapping[str, Level] = MappingProxyType(dict(files.governance.levels))
        self.funding: Mapping[str, FundingStream] = MappingProxyType(dict(files.funding.streams))
        self.records: RecordsFile = files.records
        self.access: AccessFile = files.access
        self.policies: Mapping[str, str] = MappingProxyType(dict(files.policies))
        self.people: Mapping[str, PersonEntry] = MappingProxyType(dict(files.people.people))
        self.digest = _digest(files)
        self._placements: Mapping[str, tuple[PlacementRule, ...]] = dict(
            files.placements.placements.items()
        )
        self._names = _comune_names(files.territory)
        self._memberships = {
            person: tuple(
                Membership(held.role, held.scope, held.deputy, held.from_, held.to)
                for held in entry.memberships
            )
            for person, entry in self.people.items()
        }
        self._holders: dict[tuple[str, str], list[tuple[str, Membership]]] = {}
        for person, memberships in self._memberships.items():
            for held in memberships:
                self._holders.setdefault((held.role, held.scope), []).append((person, held))
        self._calendars = _calendars(files.calendar, self.comuni)

    def comune(self, istat: str) -> Comune:
        return _known(self.comuni, istat, Text("Comune", "Comune"))

    def find_comune(self, name: str) -> Comune:
        """The comune of that name, however apostrophes, accents, case and spaces are written.

        Raises :class:`UnknownName` with the nearest name.
        """
        istat = self._names.get(_plain(name))
        if istat is None:
            names = [comune.name for comune in self.comuni.values()]
            raise UnknownName(Text("Comune", "Comune"), name, names)
        return self.comuni[istat]

    def district(self, number: int) -> District:
        try:
            return self.districts[number]
        except KeyError:
            known = map(str, self.districts)
            raise UnknownName(Text("Distretto", "District"), number, known) from None

    def district_of(self, istat: str) -> int:
        """The number of the district that the comune belongs to."""
        return self.comune(istat).district

    def organisation(self, name: str) -> OrganisationEntry:
        return _known(self.organisations, name, Text("Organizzazione", "Organisation"))

    def service(self, name: str) -> Service:
        return _known(self.services, name, Text("Servizio", "Service"))

    def services_for(self, istat: str, kind: str) -> tuple[Service, ...]:
        """The services of that kind which serve the residents of the comune."""
        comune = self.comune(istat)
        return tuple(
            service
            for service in self.services.values()
            if service.kind == kind
            and comune.district in service.districts
            and (kind != "ACCESS_DESK" or service.comune == istat)
        )

    def person(self, name: str) -> PersonEntry:
        return _known(self.people, name, Text("Persona", "Person"))

    def role(self, name: str) -> RoleEntry:
        return _known(self.roles, name, Text("Ruolo", "Role"))

    def memberships(self, person: str, on: date) -> tuple[Membership, ...]:
        """The roles that the person holds on that day."""
        self.person(person)
        return tuple(held for held in self._memberships[person] if held.holds(on))

    def holders(self, role: str, scope: str, on: date) -> tuple[tuple[str, bool], ...]:
        """Who holds the role in the scope on that day, as (person id, deputy); deputies last."""
        held = [
            (person, membership.deputy)
            for person, membership in self._holders.get((role, scope), ())
            if membership.holds(on)
        ]
        return tuple(sorted(held, key=lambda holder: holder[1]))

    def staff_of(self, scope: str, on: date) -> tuple[str, ...]:
        """Who holds any role in the scope on that day."""
        found = {
            person
            for (_, where), held in self._holders.items()
            if where == scope
            for person, membership in held
            if membership.holds(on)
        }
        return tuple(sorted(found))

    def scope(self, role: str, istat: str, service: str | None = None) -> str:
        """The scope in which ``role`` is held for a resident of the comune.

        A role held in a service needs the service's id.
        """
        kind = self.role(role).scope
        if kind not in PLACED_KINDS:
            return kind
        if kind == "comune":
            return f"comune:{self.comune(istat).istat}"
        if kind == "district":
            return f"district:{self.district_of(istat)}"
        return f"service:{self.service(service or '').id}"

    def escalation(self, level: str) -> str | None:
        """The level that decides what ``level`` cannot; None for the highest."""
        return _known(self.levels, level, Text("Livello", "Level")).escalates_to

    def placement_rule(self, kind: str, on: date) -> PlacementRule:
        """The limits in force on that day. Raises :class:`NotInForce` where there are none."""
        rules = _known(self._placements, kind, Text("Tipo di inserimento", "Kind of placement"))
        for rule in rules:
            if rule.holds(on):
                return rule
        raise NotInForce(kind, on)

    def host_cap(self, kind: str, staff: int, on: date) -> int | None:
        """How many placements of that kind a host with ``staff`` employees may have at once."""
        return self.placement_rule(kind, on).cap(staff)

    def calendar(self, istat: str | None = None) -> WorkingCalendar:
        """The working days of a comune, or those of the whole territory (no patron saint)."""
        if istat is not None:
            self.comune(istat)
        return self._calendars[istat]

    def _all_services(self, file: ServicesFile) -> dict[str, Service]:
        services = {
            name: Service(
                name,
                entry.kind,
                entry.title,
                entry.organisation,
                self._served(entry.districts),
                entry.comune,
            )
            for name, entry in file.services.items()
        }
        for comune in self.comuni.values():
            desk = f"desk-{comune.istat}"
            services[desk] = Service(
                desk,
                "ACCESS_DESK",
                Text(f"Segretariato sociale – {comune.name}", f"Access desk – {comune.name}"),
                f"comune-{comune.istat}",
                (comune.district,),
                comune.istat,
            )
        return services

    def _served(self, districts: Districts) -> tuple[int, ...]:
        return tuple(self.districts) if districts == "all" else districts


def _known(entries: Mapping[str, Entry], name: str, kind: Text) -> Entry:
    try:
        return entries[name]
    except KeyError:
        raise UnknownName(kind, name, entries) from None


def _districts(file: TerritoryFile) -> dict[int, District]:
    return {
        number: District(number, entry.title, entry.lead, tuple(entry.comuni))
        for number, entry in file.districts.items()
    }


def _comuni(file: TerritoryFile) -> dict[str, Comune]:
    return {
        istat: Comune(istat, entry.name, entry.cadastral, entry.cap, number)
        for number, district in file.districts.items()
        for istat, entry in district.comuni.items()
    }


def _plain(name: str) -> str:
    """Letters and digits only: ``Cassina de’ Pecchi`` and ``cassina de pecchi`` are one name."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _comune_names(file: TerritoryFile) -> dict[str, str]:
    return {
        _plain(name): istat
        for district in file.districts.values()
        for istat, entry in district.comuni.items()
        for name in (entry.name, *entry.also)
    }


def _calendars(
    file: CalendarFile, comuni: Mapping[str, Comune]
) -> dict[str | None, WorkingCalendar]:
    def closed(istat: str | None) -> list[date]:
        return [
            day
            for closure in file.closures
            if closure.comuni == "all" or istat in closure.comuni
            for day in closure.days()
        ]

    calendars: dict[str | None, WorkingCalendar] = {
        None: WorkingCalendar(file.country, (), closed(None))
    }
    for istat in comuni:
        patron = file.patron_saints.get(istat)
        feasts = (patron.in_year,) if patron else ()
        calendars[istat] = WorkingCalendar(file.country, feasts, closed(istat))
    return calendars


def _digest(files: PackFiles) -> str:
    """SHA-256 of the content as canonical JSON: layout and comments do not change it."""
    content = files.model_dump(mode="json", by_alias=True)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
