"""Whatever is killed while 500 commands are in flight, nothing acknowledged is lost or doubled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

import psycopg
import pytest

import projections.verify
import workflows.verify
from api.stack.stack import Stack
from domain.service import CaseService
from tests.faults.load import Load
from workflows import due

FAULTS: dict[str, Callable[[Stack], None]] = {
    "api": lambda stack: stack.kill("api"),
    "worker": lambda stack: stack.kill("worker"),
    "conductor": lambda stack: stack.kill("conductor"),
    "projector": lambda stack: stack.kill("projector"),
    "temporal": lambda stack: stack.kill("temporal"),
    "postgres": lambda stack: stack.restart("postgres"),
}


def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(stack: Stack) -> None:
    """One after the other, each while the load goes on and the one before it still comes back."""
    faults = {60 + 80 * turn: partial(fault, stack) for turn, fault in enumerate(FAULTS.values())}
    _holds(stack, Load(stack, "all"), faults)


@pytest.mark.slow
@pytest.mark.parametrize("killed", FAULTS)
def test_nothing_acknowledged_is_lost_or_doubled(stack: Stack, killed: str) -> None:
    _holds(stack, Load(stack, killed), {120: partial(FAULTS[killed], stack)})


def _holds(stack: Stack, load: Load, faults: Mapping[int, Callable[[], None]]) -> None:
    load.run(faults)
    for name in FAULTS:
        stack.wait_ready(name)
    assert load.faults == len(faults)
    assert len(load.acknowledged) == 500
    service = CaseService.connect(stack.settings)
    try:
        _each_command_is_in_the_log_once(service, load)
        _followers_have_caught_up(stack, service)
        assert workflows.verify.differences(stack.settings, service=service) == []
        assert projections.verify.differences(stack.settings).differences == []
    finally:
        service.close()


def _each_command_is_in_the_log_once(service: CaseService, load: Load) -> None:
    positions: Counter[int] = Counter()
    for acknowledged in load.acknowledged:
        receipt = acknowledged.receipt
        last, count = receipt["position"], receipt["events"]
        positions.update(range(last - count + 1, last + 1))
        kinds = [type(event.body).__name__ for event in service.history(UUID(receipt["case"]))]
        assert kinds.count("CaseOpened") == 1
        assert kinds.count("StepCompleted") - kinds.count("ReferralRegistered") in (0, 1)
        written = service.mapper.read_all(service.recorder.read_from(last - count, count))
        assert len({event.command_id for event in written}) == 1
    assert set(positions.values()) == {1}


def _followers_have_caught_up(stack: Stack, service: CaseService) -> None:
    """Conductor and projector come to the log's end and stay there: waited for, not slept for."""
    deadline = time.monotonic() + 90
    with psycopg.connect(stack.settings.database_url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            end = service.recorder.last_position()
            reached = [due.position(connection)]
            for (model,) in connection.execute(
                "SELECT table_schema FROM information_schema.tables WHERE table_name = 'position'"
            ).fetchall():
                row = connection.execute(f'SELECT position FROM "{model}".position').fetchone()
                reached.append(row[0] if row else 0)
            if min(reached) >= end and not due.automating_cases(connection):
                return
            time.sleep(0.05)
    raise AssertionError(f"followers stand at {reached}, the log ends at {end}")
