"""Working hours and queues."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from protocols.simulation.desks import Desk, Job, WorkingTime
from protocols.simulation.shares import Hours
from tests.simulation.shapes import TERRITORY

ROME = TERRITORY.timezone
HOURS = Hours.model_validate({"from": time(9), "to": time(17)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


def working(part: float = 1.0) -> WorkingTime:
    return WorkingTime(TERRITORY.calendar(), ROME, HOURS, part)


@pytest.mark.parametrize(
    ("begun", "effort", "done"),
    [
        ("2026-03-02T10:00", 2, "2026-03-02T12:00"),
        ("2026-03-02T16:00", 2, "2026-03-03T10:00"),
        ("2026-03-06T16:30", 1, "2026-03-09T09:30"),
        ("2026-03-07T12:00", 1, "2026-03-09T10:00"),
        ("2026-04-30T16:00", 2, "2026-05-04T10:00"),
        ("2026-03-02T03:00", 20, "2026-03-04T13:00"),
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),
    ],
)
def test_work_goes_on_in_working_hours_of_working_days(begun, effort, done):
    assert working().finish(at(begun), effort) == at(done)


def test_half_a_persons_time_takes_twice_as_long():
    assert working(0.5).finish(at("2026-03-02T10:00"), 2) == at("2026-03-02T14:00")


def test_work_begins_when_the_office_opens():
    assert working().begin(at("2026-03-02T07:00")) == at("2026-03-02T09:00")
    assert working().begin(at("2026-03-02T10:30")) == at("2026-03-02T10:30")
    assert working().begin(at("2026-03-06T20:00")) == at("2026-03-09T09:00")


def test_capacity_counts_the_hours_of_working_days():
    assert working().capacity(at("2026-03-02T09:00"), at("2026-03-08T17:00")) == 40
    assert working(0.5).capacity(at("2026-03-02T09:00"), at("2026-03-02T17:00")) == 4


def job(name: str, priority: int = 0) -> Job:
    made = Job(None, name, name, 1, at("2026-03-02T09:00"))
    made.ripe, made.effort, made.priority = at("2026-03-02T09:00"), 1.0, priority
    return made


def test_the_urgent_come_first_and_then_who_came_first():
    desk = Desk("r", "s", 1, working())
    now = at("2026-03-02T09:00")
    assert desk.ask(job("first"), now) == at("2026-03-02T10:00")
    for waiting in (job("second"), job("third"), job("urgent", 3)):
        assert desk.ask(waiting, now) is None
    order = []
    while (following := desk.release(now)) is not None:
        order.append(following[0].key)
    assert order == ["urgent", "second", "third"]
    assert desk.longest == 3
    assert desk.hours == 4


def test_what_is_no_longer_to_be_done_takes_nobodys_time():
    desk = Desk("r", "s", 1, working())
    now = at("2026-03-02T09:00")
    desk.ask(job("first"), now)
    gone = job("gone")
    desk.ask(gone, now)
    gone.gone = True
    assert desk.release(now) is None
    assert desk.free == 1
