"""The facts on which policies decide: who reads, what a case is, and what ties the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple, get_args
from uuid import UUID

import msgspec

from domain.access.rules import Rules, shipped_rules
from domain.case.state import Restriction
from domain.disclosure.ledger import Flow
from protocols.language.forms import Category
from protocols.territory import scope_kind, scope_place

CATEGORIES: tuple[str, ...] = get_args(Category)

# Kinds of scope that tie to a case by having, or having had, a task in it.
_BY_TASK = frozenset({"health_provider", "employment", "joint_office", "anti_violence"})


class Reader(msgspec.Struct, frozen=True):
    """`holds`: the (role, scope, as deputy) triples of today; `rules`: those of the territory,
    where they are not the shipped ones."""

    id: str
    holds: tuple[tuple[str, str, bool], ...] = ()
    rules: Rules | None = None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope for _, scope, _ in self.holds)

    @property
    def under(self) -> Rules:
        return self.rules or shipped_rules()


class Sight(msgspec.Struct, frozen=True):
    """What of a case decides who may see it, `at` an instant.

    `scopes`: of all tasks it has or had, and of those called in; `assignees`: (staff, scope) of the
    tasks given to somebody by name, and who referred the case; `person`: whom it is about;
    `restriction`: of that person's data (Reg. UE 2016/679 art. 18); `limited`: erasure was asked
    for and archive duties keep the record (art. 17.3); `flows`: what the person's authorisations
    let pass at that instant; `emergencies`: (staff, category) opened for them then; `placing`: a
    host's place is held for the person, or the placement there goes on.
    """

    comune: str
    district: int
    service: str
    service_kind: str = ""
    scopes: frozenset[str] = frozenset()
    assignees: frozenset[tuple[str, str]] = frozenset()
    sealed: bool = False
    person: UUID | None = None
    restriction: Restriction | None = None
    at: datetime = datetime.max.replace(tzinfo=UTC)
    limited: bool = False
    flows: frozenset[Flow] = frozenset()
    emergencies: frozenset[tuple[str, str]] = frozenset()
    placing: bool = False


class Origin(msgspec.Struct, frozen=True):
    """Who recorded a field: the task's role and scope, and the person. Without a task: the role
    acted in, and no scope."""

    role: str = ""
    scope: str = ""
    actor: str = ""


class Capacity(NamedTuple):
    """One tie between a reader and a case, and the circle to which the reader belongs by it."""

    relation: str
    circle: str


def capacities(reader: Reader, sight: Sight) -> frozenset[Capacity]:
    """All that the reader has to do with the case; empty if nothing."""
    rules = reader.under
    found: set[Capacity] = set()
    places = {f"comune:{sight.comune}", f"district:{sight.district}", f"service:{sight.service}"}
    for scope in reader.scopes:
        kind, circle = scope_kind(scope), rules.circle(scope)
        if scope in places:
            found.add(Capacity(kind, circle))
        elif scope in sight.scopes:
            if scope_place(scope):
                # Another comune, district or service that has, or had, a hand in the case.
                found.add(Capacity("elsewhere", circle))
            elif kind in _BY_TASK:
                found.add(Capacity(kind, circle))
            elif kind in ("management", "steering"):
                found.add(Capacity("called", circle))
        if kind in ("management", "audit"):
            found.add(Capacity(kind, circle))
    for staff, scope in sight.assignees:
        if staff == reader.id:
            found.add(Capacity("assignee", rules.circle(scope)))
    if any(staff == reader.id for staff, _ in sight.emergencies):
        found.add(Capacity("emergency", ""))
    return frozenset(found)


def relations(reader: Reader, sight: Sight) -> frozenset[str]:
    """By what the reader has to do with the case; empty if by nothing."""
    return frozenset(capacity.relation for capacity in capacities(reader, sight))


def is_own(reader: Reader, origin: Origin | None) -> bool:
    """Whether the reader recorded it, or holds the role that was asked for it in that place."""
    if origin is None:
        return False
    asked = (origin.role, origin.scope)
    return bool(origin.actor == reader.id or any(hold[:2] == asked for hold in reader.holds))


def recorded_by(rules: Rules, sight: Sight, category: str, origin: Origin | None) -> str:
    """The circle that recorded a field. Who the person is was told by the service that referred
    them; of what nobody in particular recorded, the keeper of the file answers."""
    referring = rules.circle(f"service:{sight.service}") or rules.access.keeper
    if origin is None:
        return referring if category == "identity" else rules.access.keeper
    if origin.scope:
        return rules.circle(origin.scope)
    kind = rules.scope_of_role(origin.role)
    if kind == "service":
        return referring
    return rules.access.circle_of_scope(kind) or rules.access.keeper


def stored_only(reader: Reader, sight: Sight) -> bool:
    """Whether the data are only kept, for this reader (Reg. UE 2016/679 art. 18)."""
    return sight.restriction is not None and sight.restriction.binds(reader.id, sight.at)
