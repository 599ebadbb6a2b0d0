"""Dates, people and places as an Italian report writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from domain.evidence.naming import Naming
from protocols.language.document import Protocol
from protocols.territory import Territory, scope_kind, scope_place

_MONTHS = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
    "ottobre", "novembre", "dicembre",
)  # fmt: skip
_PLACES = {
    "health_provider": "azienda sanitaria",
    "employment": "servizi per il lavoro",
    "joint_office": "Ufficio Unico",
    "management": "coordinamento",
    "steering": "cabina di regia",
    "anti_violence": "centro antiviolenza",
    "audit": "verifica",
    "design": "progettazione dei protocolli",
}
_CATEGORIES = {
    "identity": "identità",
    "social": "sociali",
    "work": "lavoro",
    "clinical": "cliniche",
    "judicial": "giudiziarie",
}


class Words:
    """Of one territory and one bundle. `texts`: the protocols that the case followed."""

    def __init__(self, territory: Territory, naming: Naming, texts: Iterable[Protocol]) -> None:
        self.territory = territory
        self.naming = naming
        self._roles = {
            name: role.title.in_("it") for text in texts for name, role in text.roles.items()
        } | {name: role.title.it for name, role in territory.roles.items()}

    def day(self, at: datetime | date) -> str:
        """`12 marzo 2026`, in the territory's time."""
        if isinstance(at, datetime):
            at = at.astimezone(self.territory.timezone).date()
        return f"{at.day}{'º' if at.day == 1 else ''} {_MONTHS[at.month - 1]} {at.year}"

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.territory.timezone):%H:%M}"

    def instant(self, at: datetime) -> str:
        return f"{self.day(at)}, ore {self.time(at)}"

    def short(self, at: datetime | date | None) -> str:
        """`12/03/2026`; empty for None."""
        if at is None:
            return ""
        if isinstance(at, datetime):
            at = at.astimezone(self.territory.timezone).date()
        return f"{at:%d/%m/%Y}"

    def role(self, role: str | None) -> str:
        """A role of the territory, or of a protocol where the territory does not know it."""
        title = self._roles.get(role or "")
        return _lower(title) if title else (role or "")

    def place(self, scope: str) -> str:
        kind, place = scope_kind(scope), scope_place(scope)
        if kind == "comune":
            known = self.territory.comuni.get(place)
            return f"Comune di {known.name}" if known else "Comune"
        if kind == "district":
            return f"Distretto {place}"
        if kind == "service":
            return self.service(place)
        return _PLACES.get(kind, scope)

    def service(self, name: str) -> str:
        known = self.territory.services.get(name)
        return known.title.it if known else name

    def held(self, roles: list[str] | tuple[str, ...]) -> str:
        """`role@scope`, each in words."""
        parts = (one.partition("@") for one in roles)
        return "; ".join(f"{self.role(role)}, {self.place(scope)}" for role, _, scope in parts)

    def who(self, actor: str, role: str | None = None) -> str:
        if actor.startswith("system:"):
            return "Il programma, allo scadere di un termine o in automatico"
        said = self.role(role)
        name = self.naming.staff(actor)
        return f"{name}, {said}" if said else name

    def categories(self, names: list[str] | tuple[str, ...]) -> str:
        return ", ".join(_CATEGORIES.get(name, name) for name in names)


def _lower(title: str) -> str:
    # «ASST …» stays as it is.
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
