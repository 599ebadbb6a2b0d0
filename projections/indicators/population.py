"""Which episodes a figure is about, and by what it can be divided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

DIVISIONS = ("source", "service", "district", "sex", "age_band", "protocol", "need")
"""By what figures can be divided. There is no comune: comune by service is never published."""


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """Episodes that began from `since` to `until` (both included, by the local day). None: all."""

    since: date | None = None
    until: date | None = None
    districts: tuple[int, ...] | None = None
    source: str | None = None
    sex: str | None = None
    age_band: str | None = None
    protocol: str | None = None

    def parameters(self, timezone: str = "Europe/Rome") -> dict[str, Any]:
        values = msgspec.structs.asdict(self)
        values["districts"] = None if self.districts is None else list(self.districts)
        values["timezone"] = timezone
        return values


EVERYBODY = Population()

# Age bands are those of the steering board's reports; the year of birth is all that is known.
EPISODES = """
    WITH population AS (
        SELECT * FROM (
            SELECT e.*, coalesce(nullif(p.sex, ''), 'unknown') AS sex,
                CASE WHEN p.birth_year IS NULL THEN 'unknown'
                     WHEN extract(year FROM e.started_at) - p.birth_year < 18 THEN '0-17'
                     WHEN extract(year FROM e.started_at) - p.birth_year < 30 THEN '18-29'
                     WHEN extract(year FROM e.started_at) - p.birth_year < 45 THEN '30-44'
                     WHEN extract(year FROM e.started_at) - p.birth_year < 60 THEN '45-59'
                     ELSE '60+' END AS age_band
            FROM indicators.episodes e
            LEFT JOIN persons.persons p ON p.originator_id = e.person
        ) banded
        WHERE (%(since)s::date IS NULL
               OR (started_at AT TIME ZONE %(timezone)s)::date >= %(since)s)
          AND (%(until)s::date IS NULL
               OR (started_at AT TIME ZONE %(timezone)s)::date <= %(until)s)
          AND (%(districts)s::int[] IS NULL OR district = ANY(%(districts)s))
          AND (%(source)s::text IS NULL OR source = %(source)s)
          AND (%(sex)s::text IS NULL OR sex = %(sex)s)
          AND (%(age_band)s::text IS NULL OR age_band = %(age_band)s)
          AND (%(protocol)s::text IS NULL OR protocol = %(protocol)s)
    )
"""


def divided(by: Sequence[str]) -> tuple[str, str]:
    """(an SQL array of the values to divide by, a list of columns to group by).

    Raises ValueError for anything but DIVISIONS.
    """
    for name in by:
        if name not in DIVISIONS:
            raise ValueError(f"{name!r}: expected one of {', '.join(DIVISIONS)}")
    columns = ", ".join(f"population.{name}" for name in by)
    texts = ", ".join(f"population.{name}::text" for name in by)
    return f"ARRAY[{texts}]::text[]", columns or "()"
