"""Real timers, of seconds."""

from __future__ import annotations

import psycopg

from domain.notices.schema import migrate as migrate_notices
from tests.workflows.conftest import REFERENT, Town, _running
from workflows.notices.running import run_notifier


def test_reminder_deputy_and_escalation_come_by_durable_timers_and_people_are_told(
    town: Town,
) -> None:
    migrate_notices(town.settings.database_url)

    def told() -> list[tuple[str, str]]:
        """What the referent has been told of the task that nobody does."""
        with psycopg.connect(town.settings.database_url) as connection:
            query = "SELECT kind, step FROM notices WHERE person = %s ORDER BY id"
            return connection.execute(query, (REFERENT.id,)).fetchall()

    notifier = _running(lambda stop: run_notifier(town.settings, stop, service=town.service))
    with town.machine(), notifier:
        case = town.refer()
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: len(town.bodies(case, "Reminded", "Escalated")) == 3)
        town.wait_for(lambda: [kind for kind, _ in told()].count("escalated") == 2)
    step = town.bodies(case, "Reminded")[0].task
    late = [kind for kind, each in told() if each == step]
    assert late == ["reminded", "escalated", "escalated"]
    kinds = [type(b).__name__ for b in town.bodies(case, "Reminded", "Escalated")]
    assert kinds == ["Reminded", "Escalated", "Escalated"]
    called = [b.role for b in town.bodies(case, "Escalated")]
    assert called == ["district_referent", "management"]
