"""Working days of a place: weekends, national holidays, its patron saint, its closures."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_SATURDAY = 5


class WorkingCalendar:
    """The working days of one place. Immutable; each year is worked out once.

    ``country`` is an ISO 3166 code known to the ``holidays`` library; each of ``feasts`` gives the
    day off of a year, such as a patron saint's, or None; ``closures`` are single days off.
    """

    __slots__ = ("_closures", "_country", "_feasts", "_working")

    def __init__(
        self,
        country: str,
        feasts: Iterable[Callable[[int], date | None]] = (),
        closures: Iterable[date] = (),
    ) -> None:
        self._country = country
        self._feasts = tuple(feasts)
        self._closures = frozenset(closures)
        # year -> ordinals of its working days, in order: counting is then arithmetic on positions.
        self._working: dict[int, tuple[int, ...]] = {}

    def is_working(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        working = self._year(day.year)
        position = bisect_left(working, day.toordinal())
        return position < len(working) and working[position] == day.toordinal()

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, or before it where ``count`` is negative.

        ``day`` itself is not counted (the initial day of a term does not count: art. 155 c.p.c.,
        art. 2963 c.c.). With ``count`` 0 it is ``day``, or the next working day if it is not one.
        Raises ``ValueError`` where the result is beyond the years that dates can hold.
        """
        year = day.year
        working = self._year(year)
        if count > 0:
            position = bisect_right(working, day.toordinal()) + count - 1
        else:
            position = bisect_left(working, day.toordinal()) + count
        while position >= len(working):
            position -= len(working)
            year += 1
            working = self._year(year)
        while position < 0:
            year -= 1
            working = self._year(year)
            position += len(working)
        return date.fromordinal(working[position])

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lead from ``start`` to ``end``; negative where ``end`` is earlier.

        Counts as :meth:`add_working_days` does: ``start`` excluded, ``end`` included, so that
        ``working_days_between(d, add_working_days(d, n)) == n``.
        """
        if end >= start:
            counted, first, last, sign = bisect_right, start, end, 1
        else:
            counted, first, last, sign = bisect_left, end, start, -1
        whole_years = sum(len(self._year(year)) for year in range(first.year, last.year))
        return sign * (
            whole_years
            + counted(self._year(last.year), last.toordinal())
            - counted(self._year(first.year), first.toordinal())
        )

    def _year(self, year: int) -> tuple[int, ...]:
        try:
            return self._working[year]
        except KeyError:
            return self._work_out(year)

    def _work_out(self, year: int) -> tuple[int, ...]:
        if not date.min.year <= year <= date.max.year:
            raise ValueError(f"working day outside the years {date.min.year}-{date.max.year}")
        off = holidays.country_holidays(self._country, years=year)
        own = self._closures | {feast(year) for feast in self._feasts}
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        working = tuple(
            ordinal
            for ordinal in range(first, last + 1)
            if (day := date.fromordinal(ordinal)).weekday() < _SATURDAY
            and day not in off
            and day not in own
        )
        self._working[year] = working
        return working


@lru_cache(maxsize=20_000)
def end_of_day(day: date, timezone: ZoneInfo) -> datetime:
    """The UTC instant at which the local ``day`` is over, that is when the next one begins.

    A term that expires on ``day`` is kept before this instant and missed from it on. A day may last
    23 or 25 hours: the clock's change is respected.
    """
    return datetime.combine(day + timedelta(days=1), time.min, timezone).astimezone(UTC)


def last_day(due: datetime, timezone: ZoneInfo) -> date:
    """The local day by whose end something is due: a deadline at midnight is of the day before."""
    return (due.astimezone(timezone) - timedelta(seconds=1)).date()
