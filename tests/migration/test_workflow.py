"""The plan carried out by Temporal: cases' workflows follow, and a killed worker leaves no half."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from domain.installation import initialise
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.running import count
from domain.migration.state import Migration
from domain.settings import Settings
from domain.verify import verify_log
from protocols.migration.mapping import Mapping
from tests.migration.conftest import Office
from tests.migration.test_plans import ask, moves, started
from tests.workflows.conftest import Town
from workflows import due, verify
from workflows.connection import prepare_namespace
from workflows.names import migration_workflow_id

ROOT = Path(__file__).parents[2]


@pytest.fixture
def town(office: Office, temporal_address: str) -> Iterator[Town]:
    due.migrate(office.url)
    initialise(office.url, "training")
    settings = Settings(database_url=office.url, temporal_address=temporal_address, training=True)
    asyncio.run(prepare_namespace(settings))
    town = Town(settings, office.service)
    yield town
    town.forget_everything()


def status(office: Office, made: Migration) -> str:
    return h.migration(office.service, made.id).status


def workflows_agree(town: Town) -> bool:
    return town.is_conducted() and not verify.differences(town.settings, service=town.service)


def test_workflows_of_moved_cases_become_those_of_the_new_version(
    office: Office, town: Town
) -> None:
    with town.machine():
        cases = [office.refer(), office.at_conference(), office.in_placement()]
        town.wait_for(town.is_conducted)
        made = started(office, Mapping(decisions={"late:project": "do"}))
        town.wait_for(lambda: status(office, made) == "finished")
        town.wait_for(lambda: workflows_agree(town))
        assert [office.version(case) for case in cases] == ["2.0.0"] * 3
        ask(office, k.RevertPlan, h.ask_revert, made)
        town.wait_for(lambda: status(office, made) == "reverted")
        town.wait_for(lambda: workflows_agree(town))
        after = h.migration(office.service, made.id)
        assert after.reverted == 3 - len(after.kept)
        assert office.version(cases[0]) == "1.0.0"
    assert verify_log(office.url, office.pack).findings == []


def test_a_paused_plan_waits_and_goes_on(office: Office, town: Town) -> None:
    cases = [office.refer() for _ in range(3)]
    made = started(office)
    ask(office, k.PauseMigration, h.pause, made)
    with town.machine():
        handle = migration_workflow_id(made.id)

        async def progress(client: object) -> dict[str, object]:
            found: dict[str, object] = await client.get_workflow_handle(handle).query("progress")  # type: ignore[attr-defined]
            return found

        town.wait_for(town.is_conducted)
        town.wait_for(lambda: town.ask(progress).get("status") == "paused")
        assert count(office.service, made) == (0, 0)
        ask(office, k.ResumeMigration, h.resume, made)
        town.wait_for(lambda: status(office, made) == "finished")
        assert {office.version(case) for case in cases} == {"2.0.0"}


def killed_again_and_again(office: Office, town: Town, cases: int, kills: int) -> None:
    """Each worker dies between the commit of a move and its answer, after a few more moves."""
    moving = [office.refer() for _ in range(cases)]
    made = started(office)
    with town.conductor():
        for number in range(kills):
            worker = subprocess.Popen(
                [
                    sys.executable, "-X", "faulthandler", "-m", "tests.migration.dying_worker",
                    office.url, str(town.settings.temporal_address), str(office.pack),
                    str(3 + number),
                ],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            assert worker.wait(120) == -9
        done, _ = count(office.service, made)
        assert 0 < done < cases
        with town.worker():
            town.wait_for(lambda: status(office, made) == "finished", 180)
            town.wait_for(lambda: workflows_agree(town), 180)
    nothing_half_moved(office, made, moving)


def nothing_half_moved(office: Office, made: Migration, cases: list[UUID]) -> None:
    assert count(office.service, made) == (len(cases), 0)
    for case in cases:
        assert moves(office, case) == ["Migrated"]
        assert office.version(case) == "2.0.0"
    assert h.migration(office.service, made.id).moved == len(cases)
    assert verify_log(office.url, office.pack).findings == []


@pytest.mark.slow
def test_a_worker_killed_during_the_run_leaves_no_case_half_moved(
    office: Office, town: Town
) -> None:
    killed_again_and_again(office, town, cases=30, kills=1)


@pytest.mark.slow
def test_a_worker_killed_ten_times_leaves_no_case_half_moved(office: Office, town: Town) -> None:
    killed_again_and_again(office, town, cases=300, kills=10)
