"""Working days are counted right: weekends, holidays, patron saints, closures, years, clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.territory import WorkingCalendar, end_of_day
from protocols.territory.feasts import PatronSaint, WeekdayOfMonth

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
ROME = ZoneInfo("Europe/Rome")
AMBROSE = PatronSaint(saint="Sant'Ambrogio", day="12-07")
ITALY = WorkingCalendar("IT")
MILAN = WorkingCalendar("IT", (AMBROSE.in_year,), (date(2026, 8, 14),))


def counted_one_by_one(calendar: WorkingCalendar, day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if calendar.is_working(day):
            count -= 1 if count > 0 else -1
    return day


@settings(deadline=None)
@given(DAYS, st.integers(-400, 400).filter(bool))
def test_adding_is_counting_day_by_day(day: date, count: int) -> None:
    assert MILAN.add_working_days(day, count) == counted_one_by_one(MILAN, day, count)


@settings(deadline=None)
@given(DAYS, st.integers(-2000, 2000).filter(bool))
def test_between_is_the_inverse_of_adding(day: date, count: int) -> None:
    assert MILAN.working_days_between(day, MILAN.add_working_days(day, count)) == count


@settings(deadline=None)
@given(DAYS, st.integers(-900, 900))
def test_what_is_reached_is_a_working_day(day: date, count: int) -> None:
    assert MILAN.is_working(MILAN.add_working_days(day, count))


@settings(deadline=None)
@given(DAYS, DAYS, DAYS)
def test_counts_forward_add_up(first: date, second: date, third: date) -> None:
    first, second, third = sorted((first, second, third))
    assert MILAN.working_days_between(first, third) == MILAN.working_days_between(
        first, second
    ) + MILAN.working_days_between(second, third)


def test_zero_is_the_day_itself_or_the_next_working_day() -> None:
    assert ITALY.add_working_days(date(2026, 3, 2), 0) == date(2026, 3, 2)
    assert ITALY.add_working_days(date(2026, 2, 28), 0) == date(2026, 3, 2)
    assert ITALY.add_working_days(date(2027, 12, 31), 1) == date(2028, 1, 3)


def test_the_turn_of_the_year_skips_christmas_and_new_year() -> None:
    assert ITALY.add_working_days(date(2025, 12, 23), 5) == date(2026, 1, 2)
    assert ITALY.add_working_days(date(2026, 1, 2), -5) == date(2025, 12, 23)
    assert ITALY.working_days_between(date(2025, 12, 23), date(2026, 1, 7)) == 7


def test_weekends_and_movable_holidays_are_off() -> None:
    assert not ITALY.is_working(date(2026, 4, 6))  # Easter Monday
    assert not ITALY.is_working(date(2026, 3, 7))
    assert not ITALY.is_working(date(2026, 3, 8))
    assert ITALY.is_working(date(2026, 3, 9))


def test_a_patron_saint_is_off_in_its_own_comune_only() -> None:
    assert not MILAN.is_working(date(2026, 12, 7))
    assert ITALY.is_working(date(2026, 12, 7))


def test_a_closure_is_off_in_its_year_only() -> None:
    assert not MILAN.is_working(date(2026, 8, 14))
    assert MILAN.is_working(date(2025, 8, 14))


@pytest.mark.parametrize(
    ("feast", "days"),
    [
        (PatronSaint(saint="Palme", easter=-6), {2024: date(2024, 3, 25), 2026: date(2026, 3, 30)}),
        (PatronSaint(saint="x", day="02-29"), {2024: date(2024, 2, 29), 2026: None}),
        (
            PatronSaint(saint="x", on=WeekdayOfMonth(which=3, weekday="monday", month=10)),
            {2026: date(2026, 10, 19), 2027: date(2027, 10, 18)},
        ),
        (
            PatronSaint(saint="x", on=WeekdayOfMonth(which=5, weekday="monday", month=2)),
            {2026: None, 2044: date(2044, 2, 29)},
        ),
    ],
)
def test_a_feast_falls_on_its_day_of_each_year(
    feast: PatronSaint, days: dict[int, date | None]
) -> None:
    assert {year: feast.in_year(year) for year in days} == days


def test_beyond_the_years_that_dates_hold_is_an_error_and_not_a_wrong_day() -> None:
    with pytest.raises(ValueError, match="outside the years"):
        ITALY.add_working_days(date(9999, 12, 1), 60)
    with pytest.raises(ValueError, match="outside the years"):
        ITALY.add_working_days(date(1, 1, 5), -60)


@pytest.mark.parametrize(
    ("day", "instant", "hours"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 23, tzinfo=UTC), 24),
        (date(2026, 7, 15), datetime(2026, 7, 15, 22, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC), 25),
    ],
)
def test_a_day_ends_when_the_next_begins_there(day: date, instant: datetime, hours: int) -> None:
    assert end_of_day(day, ROME) == instant
    assert instant - end_of_day(day - timedelta(days=1), ROME) == timedelta(hours=hours)
