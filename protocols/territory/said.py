"""People, roles and places of the territory by the names that people know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.text import Text

if TYPE_CHECKING:
    from protocols.territory.territory import Territory


def staff_name(territory: Territory, person: str) -> str:
    """The name of somebody on the staff; the id itself where there is nobody of that id."""
    found = territory.people.get(person)
    return found.name if found else person


def role_title(territory: Territory, role: str) -> Text:
    """What a role is called; the id itself where there is no such role."""
    found = territory.roles.get(role)
    return found.title if found else Text(role, role)
