"""Durations and moments as a coordinator writes them: `20 working days`, `3 months after exit`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from protocols.territory.calendar import WorkingCalendar

Unit = Literal["second", "minute", "hour", "day", "working day", "week", "month", "year"]

_DURATION = re.compile(
    r"^(?:(?P<n>\d{1,4})\s+)?(?P<unit>second|minute|hour|day|working day|week|month|year)s?$"
)
_MOMENT = re.compile(
    r"^(?P<duration>.+?)\s+(?P<side>before|after)\s+(?P<anchor>[a-z_][a-z0-9_.]*)$"
)

_CLOCK_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


class Duration(msgspec.Struct, frozen=True):
    """A length of time. `n` is 0 or more; a working day is one of the case's comune's calendar."""

    n: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """`20 working days`, `month`, `same day`. Raises ValueError with the accepted forms."""
        text = " ".join(str(text).split())
        if text == "same day":
            return cls(0, "day")
        match = _DURATION.match(text)
        if not match:
            raise ValueError(
                f"'{text}' is not a duration: write for example '20 working days', '3 months', "
                "'1 week' or 'same day'"
            )
        length = cls(int(match["n"] or 1), match["unit"])  # type: ignore[arg-type]
        if length.unit == "year" and length.n > 100:
            raise ValueError(f"'{text}' is too long: 100 years at most")
        return length

    def __str__(self) -> str:
        if self.n == 0 and self.unit == "day":
            return "same day"
        return f"{self.n} {self.unit}{'' if self.n == 1 else 's'}"

    @property
    def counts_days(self) -> bool:
        """Whether it runs to the end of a day (days, weeks, months) or to the second."""
        return self.unit not in _CLOCK_SECONDS

    @property
    def seconds(self) -> int:
        """Its length for the machine's own pauses; days count 86,400."""
        return self.n * _CLOCK_SECONDS.get(self.unit, 86_400)

    def from_date(self, day: date, calendar: WorkingCalendar, sign: int = 1) -> date:
        """The day this long after (`sign` 1) or before (-1) `day`.

        Months and years keep the day of the month, or take the last one there is.
        """
        if self.unit == "working day":
            return calendar.add_working_days(day, sign * self.n)
        if self.unit == "month":
            return _add_months(day, sign * self.n)
        if self.unit == "year":
            return _add_months(day, sign * self.n * 12)
        days = {"day": 1, "week": 7}[self.unit]
        return day + timedelta(days=sign * self.n * days)

    def from_instant(self, at: datetime, sign: int = 1) -> datetime:
        """For units of the clock only."""
        return at + timedelta(seconds=sign * self.n * _CLOCK_SECONDS[self.unit])


class Moment(msgspec.Struct, frozen=True):
    """A duration before or after an anchor: a step, `step.field` (a date) or a case event."""

    duration: Duration
    side: Literal["before", "after"]
    anchor: str

    @classmethod
    def parse(cls, text: str) -> Moment:
        """`90 days after placement`, `30 days before sign_project.ends_on`."""
        match = _MOMENT.match(" ".join(str(text).split()))
        if not match:
            raise ValueError(
                f"'{text}' is not a moment: write for example '90 days after placement' or "
                "'30 days before sign_project.ends_on'"
            )
        return cls(Duration.parse(match["duration"]), match["side"], match["anchor"])  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.duration} {self.side} {self.anchor}"

    @property
    def sign(self) -> int:
        return -1 if self.side == "before" else 1


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
