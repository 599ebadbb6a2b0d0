"""The days off that a territory adds to the national holidays, as calendar.yaml states them."""

from datetime import date, timedelta
from typing import Annotated, Literal

from dateutil.easter import easter
from holidays.registry import EntityLoader
from pydantic import AfterValidator, Field, model_validator

from protocols.documents import ContentError, nearest
from protocols.territory.model import Istat, PackPart
from protocols.text import Text

# The years for which the computation of Easter is defined (Gregorian calendar).
_EASTER_YEARS = range(1583, 4100)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _known_country(code: str) -> str:
    # The list of countries with their regions would import the holidays of all the world.
    countries = tuple(EntityLoader.get_country_codes())
    if code not in countries:
        near = nearest(code, countries) or "IT"
        raise ContentError(
            Text(
                f"Codice di paese «{code[:60]}» sconosciuto. Forse «{near}»?",
                f"Unknown country code “{code[:60]}”. Perhaps “{near}”?",
            )
        )
    return code


def _existing_month_day(written: str) -> str:
    try:
        date.fromisoformat(f"2024-{written}")
    except ValueError:
        raise ContentError(
            Text(
                f"Giorno «{written[:60]}» inesistente. Scrivilo come mese-giorno: 12-07.",
                f"The day “{written[:60]}” does not exist. Write it as month-day: 12-07.",
            )
        ) from None
    return written


class WeekdayOfMonth(PackPart):
    """The first to fifth such weekday of a month: the third Monday of October."""

    which: int = Field(ge=1, le=5)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    month: int = Field(ge=1, le=12)

    def in_year(self, year: int) -> date | None:
        first = date(year, self.month, 1)
        until = (_WEEKDAYS.index(self.weekday) - first.weekday()) % 7
        day = first + timedelta(days=until + 7 * (self.which - 1))
        return day if day.month == self.month else None


class PatronSaint(PackPart):
    """The day on which a comune's offices close for its patron, said in one of three ways.

    ``day`` is ``month-day``; ``easter`` is a number of days after Easter Sunday (before it, if
    negative); ``on`` is a weekday of a month. ``source`` says how far the date was verified.
    """

    saint: str
    day: Annotated[str, AfterValidator(_existing_month_day)] | None = None
    easter: int | None = Field(default=None, ge=-70, le=70)
    on: WeekdayOfMonth | None = None
    source: str = ""

    @model_validator(mode="after")
    def _said_once(self) -> "PatronSaint":
        if [self.day, self.easter, self.on].count(None) != 2:
            raise ContentError(
                Text(
                    "Indica uno solo fra «day», «easter» e «on».",
                    "Give only one of “day”, “easter” and “on”.",
                )
            )
        return self

    def in_year(self, year: int) -> date | None:
        """The day in that year; None in a year that does not have it."""
        if self.on is not None:
            return self.on.in_year(year)
        if self.easter is not None:
            if year not in _EASTER_YEARS:
                return None
            return easter(year) + timedelta(days=self.easter)
        try:
            return date.fromisoformat(f"{year:04d}-{self.day}")
        except ValueError:
            return None


class Closure(PackPart):
    """Days off of the whole territory, or of some comuni: first and last included."""

    title: Text
    first: date
    last: date
    comuni: Literal["all"] | tuple[Istat, ...] = "all"

    @model_validator(mode="after")
    def _a_short_while(self) -> "Closure":
        # A closure without end would leave the count of working days without end too.
        if not 0 <= (self.last - self.first).days <= 366:
            raise ContentError(
                Text(
                    "Una chiusura va dal primo all'ultimo giorno e dura al massimo un anno.",
                    "A closure goes from its first to its last day and lasts at most a year.",
                ),
                ("last",),
            )
        return self

    def days(self) -> list[date]:
        length = (self.last - self.first).days
        return [self.first + timedelta(days=offset) for offset in range(length + 1)]


class CalendarFile(PackPart):
    country: Annotated[str, AfterValidator(_known_country)]
    patron_saints: dict[Istat, PatronSaint]
    closures: tuple[Closure, ...] = ()
