"""What a territory answers with: its places, services and memberships, and its two refusals."""

from collections.abc import Iterable
from datetime import date

import msgspec

from protocols.documents import unknown_name
from protocols.text import Text


class UnknownName(LookupError):
    """A name that the territory does not have; ``message`` offers the nearest that it has."""

    def __init__(self, kind: Text, name: object, candidates: Iterable[str]) -> None:
        self.message = unknown_name(kind, name, candidates)
        super().__init__(self.message.it)


class NotInForce(LookupError):
    """No rule of that kind holds on that day."""

    def __init__(self, kind: str, on: date) -> None:
        self.message = Text(
            f"Nessuna regola per {kind} è in vigore il {on.isoformat()}. "
            "Aggiungila in placements.yaml.",
            f"No rule for {kind} is in force on {on.isoformat()}. Add it to placements.yaml.",
        )
        super().__init__(self.message.it)


class Comune(msgspec.Struct, frozen=True):
    """A municipality: ISTAT code (the key), name, cadastral code, postal code, district."""

    istat: str
    name: str
    cadastral: str
    cap: str
    district: int


class District(msgspec.Struct, frozen=True):
    """A social district and the ISTAT codes of its comuni; ``lead`` is the lead comune's."""

    number: int
    title: Text
    lead: str
    comuni: tuple[str, ...]


class Service(msgspec.Struct, frozen=True):
    """A service: ``organisation`` is None for the person; ``comune`` is its seat, if it has one."""

    id: str
    kind: str
    title: Text
    organisation: str | None
    districts: tuple[int, ...]
    comune: str | None = None


class Membership(msgspec.Struct, frozen=True):
    """A role held in a scope between two days, both included (``to`` None: still held)."""

    role: str
    scope: str
    deputy: bool
    from_: date
    to: date | None

    def holds(self, on: date) -> bool:
        return self.from_ <= on and (self.to is None or on <= self.to)
