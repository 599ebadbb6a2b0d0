"""Who may read what: `domain.access` by the names that the door uses."""

from domain.access.capacities import (
    CATEGORIES,
    Origin,
    Reader,
    Sight,
    relations,
    stored_only,
)
from domain.access.reading import (
    Tables,
    What,
    grounds_for_read_log,
    may_read,
    may_read_drafts,
    may_read_field,
    may_read_hosts,
    may_read_place,
    may_read_protocols,
    may_read_tables,
    may_review_emergencies,
    may_simulate_from_log,
    organisation_reads,
    scope_shown,
)

__all__ = [
    "CATEGORIES",
    "Origin",
    "Reader",
    "Sight",
    "Tables",
    "What",
    "grounds_for_read_log",
    "may_read",
    "may_read_drafts",
    "may_read_field",
    "may_read_hosts",
    "may_read_place",
    "may_read_protocols",
    "may_read_tables",
    "may_review_emergencies",
    "may_simulate_from_log",
    "organisation_reads",
    "relations",
    "scope_shown",
    "stored_only",
]
