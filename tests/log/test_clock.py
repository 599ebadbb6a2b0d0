"""The movable clock, and the installation that may move it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.clock import ClockRefused, MovableClock, SystemClock
from domain.installation import InstallationRefused, initialise, installation_kind
from domain.log.datastore import CaseLogDatastore
from domain.log.recorder import CaseLogRecorder


@pytest.fixture
def clock(log_url: str) -> Iterator[MovableClock]:
    with CaseLogDatastore(log_url, pool_size=1) as datastore:
        yield MovableClock(datastore)


def test_an_unmoved_clock_tells_the_true_time(clock: MovableClock) -> None:
    before = SystemClock().now()
    now = clock.now()
    assert now.tzinfo is UTC
    assert before - timedelta(seconds=1) <= now <= SystemClock().now() + timedelta(seconds=1)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Rome"])
def test_every_process_sees_the_moved_time_whatever_its_zone(
    clock: MovableClock, log_url: str, zone: str
) -> None:
    initialise(log_url, "training")
    target = clock.now() + timedelta(days=400, microseconds=1)
    with psycopg.connect(log_url, autocommit=True) as listener:
        listener.execute("LISTEN clock")
        moved = clock.advance_to(target)
        assert [n.channel for n in listener.notifies(timeout=5, stop_after=1)] == ["clock"]
    assert target <= moved <= clock.now()
    with psycopg.connect(f"{log_url}&options=-ctimezone%3D{zone}", autocommit=True) as other:
        row = other.execute("SELECT clock_timestamp() + offset_ - %s FROM clock", (target,))
        assert timedelta(0) <= row.fetchone()[0] < timedelta(minutes=5)  # type: ignore[index]


def test_the_clock_only_goes_forward(clock: MovableClock, log_url: str) -> None:
    initialise(log_url, "training")
    target = clock.now() + timedelta(days=40)
    clock.advance_to(target)
    with pytest.raises(ClockRefused, match="avanti"):
        clock.advance_to(target)
    assert clock.now() >= target


@pytest.mark.parametrize("kind", ["real", None])
def test_only_a_training_clock_moves(clock: MovableClock, log_url: str, kind: str | None) -> None:
    if kind == "real":
        initialise(log_url, "real")
    with pytest.raises(ClockRefused, match="formazione"):
        clock.advance_to(clock.now() + timedelta(days=1))
    with psycopg.connect(log_url) as connection, pytest.raises(psycopg.IntegrityError):
        connection.execute("UPDATE clock SET offset_ = interval '1 day'")
    assert clock.now() < SystemClock().now() + timedelta(hours=1)


def test_an_instant_needs_its_zone(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.advance_to(datetime(2030, 1, 1))


def test_an_installation_is_what_it_was_said_to_be(log_url: str) -> None:
    assert installation_kind(log_url) is None
    first = initialise(log_url, "real")
    assert initialise(log_url, "real") == first
    assert installation_kind(log_url) == "real"


def test_a_real_installation_never_becomes_a_training_one(log_url: str) -> None:
    initialise(log_url, "real")
    with pytest.raises(InstallationRefused, match="reale"):
        initialise(log_url, "training")
    for statement in (b"UPDATE installation SET kind = 'training'", b"DELETE FROM installation"):
        with psycopg.connect(log_url) as connection, pytest.raises(psycopg.IntegrityError):
            connection.execute(statement)
    assert installation_kind(log_url) == "real"


def test_an_empty_training_installation_may_become_real_and_its_clock_true(
    clock: MovableClock, log_url: str
) -> None:
    initialise(log_url, "training")
    clock.advance_to(clock.now() + timedelta(days=400))
    initialise(log_url, "real")
    assert clock.now() < SystemClock().now() + timedelta(hours=1)


def test_a_training_installation_with_cases_stays_one(
    recorder: CaseLogRecorder, log_url: str
) -> None:
    initialise(log_url, "training")
    recorder.append([StoredEvent(uuid4(), 1, "test.happened", b"")])
    with pytest.raises(InstallationRefused, match="casi"):
        initialise(log_url, "real")
    assert installation_kind(log_url) == "training"
