"""The staff as they are shown to people: names, and roles with their places in words."""

from __future__ import annotations

from datetime import datetime

import msgspec

from protocols.territory import Territory, scope_kind, scope_place
from protocols.territory.records import Membership
from protocols.text import Text


class Role(msgspec.Struct, frozen=True):
    """`value`: `role scope`, as the role switcher sends it."""

    value: str
    title: Text
    place: Text
    deputy: bool
    membership: Membership


class Shown(msgspec.Struct, frozen=True):
    id: str
    name: str
    roles: tuple[Role, ...]


def roles_of(territory: Territory, held: tuple[Membership, ...]) -> tuple[Role, ...]:
    return tuple(
        Role(
            f"{each.role} {each.scope}",
            territory.role(each.role).title,
            place_of(territory, each.scope),
            each.deputy,
            each,
        )
        for each in held
    )


def place_of(territory: Territory, scope: str) -> Text:
    """A scope in words: the comune's, the district's, the service's or the organisation's name."""
    kind, name = scope_kind(scope), scope_place(scope)
    if kind == "comune" and name in territory.comuni:
        found = territory.comuni[name].name
        return Text(found, found)
    if kind == "district" and name and int(name) in territory.districts:
        return territory.districts[int(name)].title
    if kind == "service" and name in territory.services:
        return territory.services[name].title
    if scope in territory.organisations:
        return territory.organisations[scope].title
    return _KINDS.get(kind, Text(scope, scope))


_KINDS = {
    "comune": Text("Comune di residenza", "Comune of residence"),
    "management": Text("Direzione del piano di zona", "Area plan management"),
    "steering": Text("Cabina di regia", "Steering board"),
    "audit": Text("Revisione", "Audit"),
    "design": Text("Disegno dei protocolli", "Protocol design"),
    "employment": Text("Servizi per il lavoro", "Employment services"),
    "joint_office": Text("Ufficio di piano", "Joint office"),
    "anti_violence": Text("Centro antiviolenza", "Anti-violence centre"),
    "health_provider": Text("Servizi sanitari", "Health services"),
    "system": Text("Sistema", "System"),
}


def shown_people(territory: Territory, now: datetime, sought: str = "") -> list[Shown]:
    """Staff who hold a role today, in the pack's order, which is that in which a case meets them;
    `sought`: words in names, roles or places."""
    today = now.astimezone(territory.timezone).date()
    words = sought.casefold().split()
    found = []
    for person, entry in territory.people.items():
        roles = roles_of(territory, territory.memberships(person, today))
        said = " ".join(
            (person, entry.name, *(f"{role.title.it} {role.place.it}" for role in roles))
        ).casefold()
        if roles and all(word in said for word in words):
            found.append(Shown(person, entry.name, roles))
    return found


def by_role(people: list[Shown]) -> list[tuple[Text, list[Shown]]]:
    """The same under the title of each one's first role."""
    groups: dict[Text, list[Shown]] = {}
    for person in people:
        groups.setdefault(person.roles[0].title, []).append(person)
    return list(groups.items())
