"""The invented people whose desks are worth looking at when the stories have been played."""

from __future__ import annotations

from datetime import UTC, datetime

from api.web.people import Shown, shown_people
from protocols.territory import default_pack, load_territory

_WORTH_TRYING = ("desk-melzo-1", "mr-melzo-1", "dr-5", "cps-melzo-1", "lead-1")


def accounts() -> list[Shown]:
    """In the order in which a case meets them."""
    territory = load_territory(default_pack())
    people = {each.id: each for each in shown_people(territory, datetime.now(UTC))}
    return [people[person] for person in _WORTH_TRYING]
