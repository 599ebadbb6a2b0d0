"""Deadlines, reminders and escalation, by the calendar of the case's comune."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from protocols.engine import events as e
from tests.engine.gwt import (
    MELZO,
    TERRITORY,
    at,
    complete,
    event,
    given,
    midnight,
    pass_time,
    protocol,
)


def within(length: str, **more: str) -> str:
    rest = "".join(f", {name}: {value}" for name, value in more.items())
    return f"""
steps:
  work: {{title: Lavoro, role: worker, due: {{within: {length}{rest}}}}}
"""


@pytest.mark.parametrize(
    ("length", "day", "due"),
    [
        ("same day", "2026-03-02", "2026-03-02"),
        ("1 day", "2026-03-02", "2026-03-03"),
        ("2 weeks", "2026-03-02", "2026-03-16"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("1 month", "2028-01-31", "2028-02-29"),
        ("1 year", "2028-02-29", "2029-02-28"),
        ("5 working days", "2026-03-02", "2026-03-09"),
        ("1 working day", "2026-03-06", "2026-03-09"),
        # Across the year's end: 25, 26 December, 1 and 6 January are holidays.
        ("5 working days", "2026-12-23", "2026-12-31"),
        ("7 working days", "2026-12-23", "2027-01-05"),
        ("8 working days", "2026-12-23", "2027-01-07"),
        # Easter Monday, 6 April 2026.
        ("2 working days", "2026-04-02", "2026-04-07"),
        # The clocks go forward on 29 March 2026 and back on 25 October.
        ("1 day", "2026-03-28", "2026-03-29"),
        ("1 week", "2026-10-24", "2026-10-31"),
    ],
)
def test_a_deadline_is_the_end_of_a_day_of_the_calendar(length: str, day: str, due: str) -> None:
    assert given(protocol(within(length)), on=day).task("work").due == midnight(due)


def test_a_day_in_which_the_clocks_change_is_longer_or_shorter() -> None:
    spring = given(protocol(within("1 day")), on="2026-03-28").task("work").due
    assert spring == at("2026-03-30T00:00")
    assert str(spring) == "2026-03-29 22:00:00+00:00"
    assert str(given(protocol(within("1 day")), on="2026-10-24").task("work").due) == (
        "2026-10-25 23:00:00+00:00"
    )


def test_hours_are_hours_whatever_the_clocks_show() -> None:
    case = given(protocol(within("24 hours")), on="2026-03-28")
    assert case.task("work").due == at("2026-03-29T11:00")


def test_the_patron_saint_of_the_comune_is_not_a_working_day() -> None:
    plan = protocol(within("1 working day"))
    calendar = TERRITORY.calendar(MELZO)
    plain = TERRITORY.calendar(None)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    saint = next(d for d in days if plain.is_working(d) and not calendar.is_working(d))
    eve = plain.add_working_days(saint, -1)
    due = given(plan, on=eve.isoformat()).task("work").due
    assert due == midnight(plain.add_working_days(saint, 1).isoformat())


LADDER = protocol("""
steps:
  work:
    title: Lavoro
    role: worker
    due:
      within: 5 working days
      remind: 2 working days before due
      overdue: [deputy, {to: chief, after: 3 working days}, {to: board, after: 2 weeks}]
""")


def test_a_reminder_then_each_rung_come_in_their_order() -> None:
    case = given(LADDER, on="2026-03-02")
    bodies = case.on("2026-06-01").when(pass_time())
    bodies.then(
        e.Reminded("work"),
        e.Escalated("work", 0, "chief", "district:5"),
        e.Escalated("work", 1, "chief", "district:5"),
        e.Escalated("work", 2, "board", "steering"),
    )


def test_each_comes_at_its_instant_and_not_before() -> None:
    case = given(LADDER, on="2026-03-02")
    task = case.task("work")
    assert task.due == midnight("2026-03-09")
    assert task.remind == midnight("2026-03-04")
    assert [rung.at for rung in task.ladder] == [
        midnight("2026-03-09"), midnight("2026-03-12"), midnight("2026-03-23"),
    ]  # fmt: skip
    assert case.on("2026-03-04T23:59").when(pass_time()).events == []
    reminded = case.on("2026-03-05T00:00").did(pass_time())
    assert reminded.when(pass_time()).events == []
    assert reminded.on("2026-03-10T00:00").when(pass_time()).of(e.Escalated)


def test_what_is_done_is_neither_reminded_nor_escalated() -> None:
    plan = protocol("""
steps:
  work:
    title: Lavoro
    role: worker
    due: {within: 5 days, remind: 1 day before due, overdue: board}
  other: {title: Altro, role: worker}
""")
    case = given(plan).did(complete("work"))
    assert case.on("2027-01-01").when(pass_time()).events == []


def test_overdue_never_decides_anything() -> None:
    late = given(LADDER, on="2026-03-02").on("2027-03-02").did(pass_time())
    assert late.open == {"work"}
    assert late.did(complete("work")).state.ended == "completed"


def test_a_reminder_whose_time_has_passed_at_the_opening_is_left_out() -> None:
    plan = protocol(within("1 day", remind="5 days before due"))
    assert given(plan).task("work").remind is None


ANCHORED = protocol("""
forms:
  sign: {title: Firma, fields: {ends_on: {type: date, title: Fine, required: false}}}
steps:
  triage: {title: Analisi, role: worker}
  sign: {title: Firma, role: worker, form: sign, due: {within: 20 working days, of: triage}}
  plan: {title: Progetto, after: triage, role: worker, due: {within: 20 days, of: triage}}
  warn:
    title: Avviso
    after: sign
    role: worker
    due: {within: 30 days, of: sign.ends_on, before: true}
  call: {title: Chiamata, role: worker, due: {within: 5 days, of: absence}}
  refer: {title: Referto, after: sign, role: worker, due: {within: 10 days, of: case.referred_on}}
  some: {title: Qualcuno, role: worker, due: {within: 10 days, when: "case.source == 'SERT'"}}
events:
  absence: {title: Assenza, by: worker, opens: call}
""")


def test_a_deadline_may_run_from_a_step_a_date_an_event_or_the_referral() -> None:
    case = given(ANCHORED, on="2026-03-02").on("2026-03-10").did(complete("triage"))
    case = case.on("2026-03-20").did(complete("sign", ends_on="2026-12-31"), event("absence"))
    assert case.task("plan").due == midnight("2026-03-30")
    assert case.task("warn").due == midnight("2026-12-01")
    assert case.task("call").due == midnight("2026-03-25")
    assert case.task("refer").due == midnight("2026-03-12")


def test_a_deadline_may_bind_only_some_cases() -> None:
    assert given(ANCHORED).task("some").due is None
    assert given(ANCHORED, source="SERT").task("some").due is not None


def test_a_deadline_whose_anchor_is_not_there_runs_from_the_opening() -> None:
    case = given(ANCHORED, on="2026-03-02").on("2026-03-10").did(complete("sign"))
    assert case.task("warn").due == midnight("2026-04-09")


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_the_furthest_dates_a_form_takes_can_be_reckoned_with(day: str) -> None:
    plan = protocol("""
forms:
  sign: {title: Firma, fields: {ends_on: {type: date, title: Fine}}}
steps:
  sign: {title: Firma, role: worker, form: sign}
  before:
    title: Prima
    after: sign
    role: worker
    due: {within: 100 years, of: sign.ends_on, before: true}
  after: {title: D, after: sign, role: worker, due: {within: 9999 working days, of: sign.ends_on}}
""")
    case = given(plan).did(complete("sign", ends_on=day))
    assert case.open == {"before", "after"}
    case.on("2090-01-01").did(pass_time())


def test_a_rung_that_calls_nobody_is_left_out() -> None:
    plan = protocol("""
steps:
  wait: {title: Attesa, waits_for: answer, due: {within: 5 days, overdue: [deputy, board]}}
events:
  answer: {title: Risposta, by: worker}
""")
    assert [rung.role for rung in given(plan).task("wait").ladder] == ["board"]
