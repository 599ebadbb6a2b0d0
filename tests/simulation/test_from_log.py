"""Shares that are read from what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.simulation.from_log import shares_from
from protocols.simulation.shares import Shares
from protocols.simulation.walk import Walk
from tests.simulation.shapes import MINI, SHIPPED, TERRITORY, shares

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ZERO = UUID(int=0)


def recorded(case: int, entries) -> list[Recorded]:
    found: list[Recorded] = []
    for entry in entries:
        for body in entry.events:
            found.append(
                Recorded(
                    originator_id=UUID(int=case), originator_version=len(found) + 1, at=entry.at,
                    actor="somebody", command_id=ZERO, body=body,
                )
            )  # fmt: skip
    return found


def log(cases: int = 10) -> list[Recorded]:
    """Cases that are opened a week apart; the n-th one is triaged after n days, one in five as
    complex; every second one ends with a death on the same day."""
    events = []
    for number in range(cases):
        day = (START + timedelta(weeks=number)).date()
        source = "PSYCHIATRIC_CENTRE" if number % 5 else "ACCESS_DESK"
        walk = Walk(
            MINI, TERRITORY, shares(MINI), day=day, seed=number,
            attributes={"source": source, "minor": number % 2 == 0},
        )  # fmt: skip
        walk.wait_until(walk.now + timedelta(days=number))
        walk.complete("triage", "simple" if number % 5 else "complex")
        if number % 2:
            walk.happen("death")
        events += recorded(number + 1, walk.history)
    return events


def test_outcomes_durations_arrivals_and_events_are_those_of_the_log():
    found = shares_from(log(), MINI)
    triage = found.steps["triage"]
    assert triage.outcomes == {"simple": 8, "complex": 2}
    assert triage.lasts is not None
    assert (triage.lasts.days[0], triage.lasts.days[5], triage.lasts.days[-1]) == (0, 4.5, 9)
    assert found.arrivals.sources == {"PSYCHIATRIC_CENTRE": 8, "ACCESS_DESK": 2}
    assert found.arrivals.attributes["minor"] == 0.5
    assert found.arrivals.a_year == pytest.approx(10 * 365.25 / 63, rel=0.01)
    assert found.events["death"].share == 0.5
    assert found.events["crisis"].share == 0


def test_other_protocols_are_passed_over():
    assert shares_from(log(), SHIPPED) == Shares(
        arrivals=shares_from([], SHIPPED).arrivals, steps={}, events={}
    )


def test_what_was_seen_too_seldom_says_nothing():
    found = shares_from(log(3), MINI)
    assert found.steps == {}
    assert found.arrivals.sources is None


def test_a_version_without_those_names_takes_what_it_knows():
    changed = log()
    opened = [event for event in changed if isinstance(event.body, e.StepCompleted)]
    renamed = [
        msgspec.structs.replace(event, body=msgspec.structs.replace(event.body, step="gone"))
        if event in opened
        else event
        for event in changed
    ]
    assert "gone" not in shares_from(renamed, MINI).steps


def test_what_the_log_says_stands_over_the_defaults():
    whole = shares_from(log(), MINI).over(shares(MINI))
    assert whole.steps["triage"].outcomes == {"simple": 8, "complex": 2}
    assert whole.steps["placement"] == shares(MINI).steps["placement"]
