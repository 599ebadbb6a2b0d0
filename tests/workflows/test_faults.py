"""What dies, and what is lost: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from api.stack.child import Child
from api.stack.postgres import DATABASE, ROLE, EmbeddedPostgres
from api.stack.temporal import EmbeddedTemporal
from tests.workflows.conftest import LONG, Town, open_town
from workflows import due
from workflows.clock import advance
from workflows.names import workflow_id
from workflows.rebuild import rebuild_workflows
from workflows.verify import differences

ROOT = Path(__file__).parents[2]


class Server:
    """A Temporal server of this test's own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self.server = EmbeddedTemporal(folder, folder / "temporal.log")
        self.server.prepare()
        self.start()

    def start(self) -> None:
        self.child = Child.start(self.server.command())
        self.server.wait_ready(self.child)

    def kill(self) -> None:
        self.child.kill()
        self.child.gone.wait(LONG)

    def forget(self) -> None:
        self.kill()
        for file in self.server.folder.glob("temporal.db*"):
            file.unlink()
        self.start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.child.stop()


@pytest.fixture
def own_town(empty_database_url: str, server: Server) -> Iterator[Town]:
    with open_town(empty_database_url, server.server.address) as town:
        yield town


# As long as Temporal's time-out of a task; among 500 commands tests/faults kills one quickly too.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcome", "command", "event"),
    [("letter", "CompleteTask", "StepCompleted"), ("seconds", "PassTime", "Reminded")],
)
def test_a_worker_killed_between_commit_and_reply_does_nothing_twice(
    town: Town, outcome: str, command: str, event: str
) -> None:
    with town.conductor():
        case = town.refer()
        town.complete(case, "triage", outcome)
        dying = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).parent / "dying_worker.py"),
                town.settings.database_url,
                str(town.settings.temporal_address),
                command,
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert dying.wait(LONG) != 0
        with town.worker():
            if outcome == "letter":
                town.complete(case, "after_letter")
            else:
                town.wait_for(lambda: len(town.bodies(case, "Escalated")) == 2)
                town.complete(case, "urgent")
            town.wait_for(lambda: town.service.state(case).ended and town.is_conducted())
            town.workflow(case, lambda handle: handle.result())
    done = [e for e in town.history(case) if e.actor.startswith("system:")]
    assert len([e for e in done if type(e.body).__name__ == event]) == 1


def test_people_work_while_temporal_is_down_and_time_catches_up(
    own_town: Town, server: Server
) -> None:
    with own_town.machine():
        case = own_town.refer()
        own_town.wait_for(own_town.is_conducted)
        server.kill()
        own_town.complete(case, "triage", "seconds")
        another = own_town.refer()
        server.start()
        own_town.wait_for(lambda: len(own_town.bodies(case, "Escalated")) == 2, 60)
        own_town.wait_for(own_town.is_conducted, 60)
        own_town.complete(another, "triage", "seconds")
        own_town.wait_for(lambda: len(own_town.bodies(another, "Escalated")) == 2, 60)


def test_a_restart_of_postgres_delays_and_loses_nothing(
    tmp_path: Path, temporal_address: str
) -> None:
    postgres = EmbeddedPostgres(tmp_path / "data", tmp_path / "log", tmp_path / "socket")
    postgres.prepare()
    child = Child.start(postgres.command())
    try:
        postgres.wait_ready(child)
        postgres.ensure_database()
        with open_town(postgres.url(ROLE, DATABASE), temporal_address) as town, town.machine():
            timed, automated = town.refer(), town.refer()
            town.complete(automated, "triage", "letter")
            town.complete(timed, "triage", "seconds")
            child.kill()
            child.gone.wait(LONG)
            child = Child.start(postgres.command())
            postgres.wait_ready(child)
            town.wait_for(lambda: len(town.bodies(timed, "Escalated")) == 2, 60)
            town.wait_for(lambda: "after_letter" in town.service.state(automated).open, 60)
            assert len(town.bodies(timed, "Reminded")) == 1
    finally:
        child.stop()
        postgres.clean()


def test_everything_temporal_forgot_is_rebuilt_from_the_log(own_town: Town, server: Server) -> None:
    with own_town.machine():
        ended, running = own_town.refer(), own_town.refer()
        own_town.complete(running, "triage", "days")
        own_town.report(ended, "death")
        own_town.wait_for(own_town.is_conducted)
    server.forget()
    missing = differences(own_town.settings, service=own_town.service)
    assert [str(running) in difference.workflow for difference in missing] == [True]
    assert "cantiere rebuild workflows" in missing[0].message.it
    with own_town.machine():
        assert rebuild_workflows(own_town.settings, service=own_town.service) == 1
        assert rebuild_workflows(own_town.settings, service=own_town.service) == 1
        assert differences(own_town.settings, service=own_town.service) == []
        advance(own_town.settings, timedelta(days=60))
    assert len(own_town.bodies(running, "Escalated")) == 2


def test_the_conductor_heals_a_lost_timer_by_itself(own_town: Town, server: Server) -> None:
    case = own_town.refer()
    with own_town.worker(), own_town.conductor(lost_after=0.5):
        own_town.complete(case, "triage", "seconds")
        own_town.wait_for(lambda: own_town.bodies(case, "Reminded"))
        own_town.wait_for(own_town.is_conducted)
        own_town.forget_everything()
        own_town.wait_for(lambda: len(own_town.bodies(case, "Escalated")) == 2)


def test_a_conductor_that_forgets_its_position_tells_everything_again(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.wait_for(town.is_conducted)
    with psycopg.connect(town.settings.database_url) as connection:
        connection.execute("UPDATE conductor_position SET position = 0")
        connection.execute("DELETE FROM conductor_due")
    with town.machine():
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: len(town.bodies(case, "Escalated")) == 2)
    assert len(town.bodies(case, "Reminded")) == 1


def test_two_conductors_and_two_workers_do_nothing_twice(town: Town) -> None:
    with town.machine(), town.machine():
        cases = [town.refer() for _ in range(5)]
        for case in cases:
            town.complete(case, "triage", "seconds")
        town.wait_for(lambda: all(len(town.bodies(case, "Escalated")) == 2 for case in cases), 60)
    for case in cases:
        assert len(town.bodies(case, "Reminded")) == 1


def test_what_a_case_waits_for_follows_the_log(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "days")
        town.wait_for(town.is_conducted)
        with psycopg.connect(town.settings.database_url) as connection:
            first = due.next_due(connection)
            assert first == town.service.agenda(case).next_at
            assert first is not None
            assert [w.case for w in due.due_cases(connection, first)] == [case]
            assert due.due_cases(connection, first - timedelta(seconds=1)) == []
        town.report(case, "death")
        town.wait_for(town.is_conducted)
        with psycopg.connect(town.settings.database_url) as connection:
            assert due.next_due(connection) is None


def test_what_the_conductor_remembers_is_compared_with_the_log(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.wait_for(town.is_conducted)
    assert differences(town.settings, service=town.service) == []
    with psycopg.connect(town.settings.database_url) as connection:
        connection.execute(
            "UPDATE conductor_due SET automating = automating + 1 WHERE case_id = %s",
            (case,),
        )
        connection.execute("UPDATE conductor_position SET position = position + 9000")
    named = [found.workflow for found in differences(town.settings, service=town.service)]
    assert named == [workflow_id(case, 1), "conductor_position"]
    with psycopg.connect(town.settings.database_url) as connection:
        connection.execute("UPDATE conductor_position SET position = 0")
        connection.execute("DELETE FROM conductor_due")
