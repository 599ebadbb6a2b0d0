"""The territory: its places, services, organisations, people, working days and legal limits."""

from protocols.territory.calendar import WorkingCalendar, end_of_day, last_day
from protocols.territory.load import default_pack, load_territory, packs_folder, shipped_packs
from protocols.territory.placements import PlacementRule
from protocols.territory.records import (
    Comune,
    District,
    Membership,
    NotInForce,
    Service,
    UnknownName,
)
from protocols.territory.said import role_title, staff_name
from protocols.territory.scopes import scope_kind, scope_place
from protocols.territory.territory import Territory

__all__ = [
    "Comune",
    "District",
    "Membership",
    "NotInForce",
    "PlacementRule",
    "Service",
    "Territory",
    "UnknownName",
    "WorkingCalendar",
    "default_pack",
    "end_of_day",
    "last_day",
    "load_territory",
    "packs_folder",
    "role_title",
    "scope_kind",
    "scope_place",
    "shipped_packs",
    "staff_name",
]
