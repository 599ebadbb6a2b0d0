"""Real timers, of seconds."""

from __future__ import annotations

from tests.workflows.conftest import Town


def test_reminder_deputy_and_escalation_come_by_durable_timers(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: len(town.bodies(case, "Reminded", "Escalated")) == 3)
    kinds = [type(b).__name__ for b in town.bodies(case, "Reminded", "Escalated")]
    assert kinds == ["Reminded", "Escalated", "Escalated"]
    called = [b.role for b in town.bodies(case, "Escalated")]
    assert called == ["district_referent", "management"]
