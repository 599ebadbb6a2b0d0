"""Who may read what. Pure; the matrix of `domain.md`, "Who may see what".

A person reads through the scopes of the roles held today, and through tasks given to them. Acting
is another matter: `domain.case.standing` decides that.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import msgspec

from protocols.territory import scope_kind, scope_place

What = Literal["summary", "timeline", "data"]
Tables = Literal["published", "full"]

HEALTH_SERVICES = frozenset(
    {"PSYCHIATRIC_CENTRE", "ADDICTION_SERVICE", "ALCOHOL_UNIT", "CHILD_NEUROPSYCHIATRY"}
)


class Reader(msgspec.Struct, frozen=True):
    """`holds`: the (role, scope, as deputy) triples of today."""

    id: str
    holds: tuple[tuple[str, str, bool], ...] = ()

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope for _, scope, _ in self.holds)


class Sight(msgspec.Struct, frozen=True):
    """What of a case decides who may see it. `scopes`: of all tasks it has or had, and of those
    called in; `assignees`: staff whom tasks were given to by name, or who referred the case;
    `person`: whom it is about."""

    comune: str
    district: int
    service: str
    service_kind: str = ""
    scopes: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    sealed: bool = False
    person: UUID | None = None


class Origin(msgspec.Struct, frozen=True):
    """Who recorded a field: the task's role and scope, and the person."""

    role: str = ""
    scope: str = ""
    actor: str = ""


# Relations by which a case is read, and what they open.
_ALL = frozenset({"summary", "timeline", "data"})
_OPENS: dict[str, frozenset[str]] = {
    "comune": _ALL,
    "district": _ALL,
    "service": _ALL,
    "elsewhere": _ALL,
    "health_provider": _ALL,
    "employment": _ALL,
    "joint_office": _ALL,
    "anti_violence": _ALL,
    "called": _ALL,
    "assignee": _ALL,
    "audit": _ALL,
    "management": frozenset({"summary", "timeline"}),
}

# Fields that are not personal, by category; `service` reads clinical ones if it is of health.
_CATEGORY: dict[str, frozenset[str]] = {
    "identity": frozenset(_OPENS) - {"management", "called"},
    "social": frozenset(_OPENS) - {"management"},
    "work": frozenset(_OPENS) - {"management", "health_provider"},
    "clinical": frozenset({"service", "health_provider", "audit"}),
    "judicial": frozenset({"comune", "service", "assignee", "audit"}),
}
_PERSONAL = frozenset({"comune", "service", "assignee"})


def relations(reader: Reader, sight: Sight) -> frozenset[str]:
    """By what the reader has to do with the case; empty if by nothing."""
    found: set[str] = set()
    places = {f"comune:{sight.comune}", f"district:{sight.district}", f"service:{sight.service}"}
    for scope in reader.scopes:
        kind = scope_kind(scope)
        if scope in places:
            found.add(kind)
        elif scope in sight.scopes:
            # Another comune or district that has, or had, a hand in the case.
            found.add("elsewhere" if scope_place(scope) else kind)
        if kind in ("management", "audit"):
            found.add(kind)
        if scope in sight.scopes and kind in ("management", "steering"):
            found.add("called")
    if reader.id in sight.assignees:
        found.add("assignee")
    return frozenset(found)


def may_read(reader: Reader, sight: Sight, what: What) -> bool:
    """Whether the reader may see this of the case at all."""
    return any(what in _OPENS.get(relation, ()) for relation in relations(reader, sight))


def may_read_field(
    reader: Reader, sight: Sight, category: str, personal: bool, origin: Origin | None = None
) -> bool:
    """Whether the reader may see a field of this category. Whoever recorded it always may, and the
    role that was asked for it."""
    if origin is not None:
        if origin.actor == reader.id:
            return True
        if any((role, scope) == (origin.role, origin.scope) for role, scope, _ in reader.holds):
            return True
    related = relations(reader, sight)
    if category == "clinical":
        if sight.service_kind not in HEALTH_SERVICES:
            related -= {"service"}
        if personal:
            # Clinical text stays with those who care: the municipality has the functional summary.
            return bool(related & {"service", "health_provider"})
    if personal:
        return bool(related & _PERSONAL)
    return bool(related & _CATEGORY.get(category, frozenset()))


def may_read_place(reader: Reader, sight: Sight) -> bool:
    """Where the person lives: of a sealed case only the places that take care of it know."""
    related = relations(reader, sight)
    return bool(related - {"management"}) and (
        not sight.sealed or bool(related & {"comune", "service", "anti_violence"})
    )


def scope_shown(reader: Reader, sight: Sight, scope: str) -> str:
    """A task's scope, without its place where that would tell where a sealed case lives."""
    if scope_kind(scope) == "comune" and not may_read_place(reader, sight):
        return scope if scope in reader.scopes else "comune"
    return scope


def may_read_tables(reader: Reader, tables: Tables) -> bool:
    """Published tables are for all staff; with small cells, for those who govern and audit."""
    if tables == "published":
        return bool(reader.holds)
    governing = {"management", "steering", "joint_office", "audit"}
    return any(scope_kind(scope) in governing for scope in reader.scopes)


def may_read_protocols(reader: Reader) -> bool:
    """All staff: what the rules say is no secret."""
    return bool(reader.holds)


def may_simulate_from_log(reader: Reader) -> bool:
    """Shares and durations taken from the log may rest on few cases: only for those who see such
    tables."""
    return may_read_tables(reader, "full")


def organisation_reads(organisation: str, category: str, personal: bool) -> bool:
    """Whether an organisation that has a hand in a case reads such fields of it: what a change of
    protocol newly shows to whom is told by these rules."""
    place = {"comune": "comune:000000", "district": "district:0", "service": "service:s"}
    scope = place.get(organisation, organisation)
    sight = Sight("000000", 0, "s", next(iter(sorted(HEALTH_SERVICES))), frozenset({scope}))
    return may_read_field(Reader("reader", (("role", scope, False),)), sight, category, personal)


def may_read_drafts(reader: Reader) -> bool:
    """Those who design protocols, those who govern, and those who audit."""
    deciding = {"design", "management", "steering", "joint_office", "audit"}
    return any(scope_kind(scope) in deciding for scope in reader.scopes)


def may_read_hosts(reader: Reader) -> bool:
    """All who work on cases, and those who govern; designers see no registry."""
    return any(scope_kind(scope) not in ("design", "system") for scope in reader.scopes)


def grounds_for_read_log(reader: Reader, protecting: Collection[str]) -> frozenset[str]:
    """By what somebody reads who has looked at a person's data; empty if by nothing. `protecting`:
    roles of the management that decide of a person's data as such (an erasure)."""
    found = {"audit"} & {scope_kind(scope) for scope in reader.scopes}
    if any(role in protecting and scope == "management" for role, scope, _ in reader.holds):
        found.add("protection")
    return frozenset(found)
