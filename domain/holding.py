"""Who may by a role of the territory, whatever a case's protocol says."""

from __future__ import annotations

from collections.abc import Iterable

from domain.case.commands import Actor
from domain.refusal import Refused
from protocols.territory import Territory, role_title
from protocols.text import Text


def held_anywhere(territory: Territory, actor: Actor, roles: Iterable[str]) -> str:
    """The first of the actor's roles that is one of these, in whatever place.
    Raises Refused (forbidden)."""
    wanted = tuple(roles)
    for role, _, _ in actor.holds:
        if role in wanted:
            return role
    raise not_held(territory, wanted)


def not_held(territory: Territory, roles: Iterable[str], *, elsewhere: bool = False) -> Refused:
    """Says which roles may, as people call them. `elsewhere`: the actor has one of them, in a place
    where the person has no case."""
    titles = [role_title(territory, role) for role in dict.fromkeys(roles)]
    it = ", ".join(title.in_("it") for title in titles)
    en = ", ".join(title.in_("en") for title in titles)
    return Refused(
        "forbidden",
        "role_not_held",
        Text(
            f"Lo può fare chi ha uno di questi ruoli: {it}"
            + (", dove la persona ha un caso." if elsewhere else "."),
            f"Only holders of these roles may: {en}"
            + (", where the person has a case." if elsewhere else "."),
        ),
    )
