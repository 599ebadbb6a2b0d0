"""The hourly checkpoint, asked for now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import psycopg
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from domain.proof.archive import Archive
from tests.workflows.conftest import Town
from workflows.connection import connect
from workflows.sealing import SCHEDULE, keep_schedule


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("CANTIERE_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("CANTIERE_SIGNING_KEY", str(tmp_path / "log-signing.key"))
    return Archive(tmp_path / "archive")


def triggered(
    town: Town,
    named: str = SCHEDULE,
    keep: Callable[[Client], Coroutine[Any, Any, None]] = keep_schedule,
) -> Any:
    """Have the schedule act now; the description of what it started, once it has ended."""

    async def run() -> Any:
        client = await connect(town.settings)
        await keep(client)
        schedule = client.get_schedule_handle(named)
        before = len((await schedule.describe()).info.recent_actions)
        await schedule.trigger()
        deadline = time.monotonic() + 60
        while len(actions := (await schedule.describe()).info.recent_actions) == before:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        action = actions[-1].action
        handle = client.get_workflow_handle(
            action.workflow_id, run_id=action.first_execution_run_id
        )
        while (found := await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        return found

    return asyncio.run(run())


def test_the_schedule_has_the_log_sealed(town: Town, archive: Archive) -> None:
    town.refer()
    with town.worker():
        assert triggered(town).status is WorkflowExecutionStatus.COMPLETED
        size = archive.last_size()
        assert size == town.service.recorder.last_position()
        town.refer()
        assert triggered(town).status is WorkflowExecutionStatus.COMPLETED
    assert [kept for kept, _ in archive.notes()] == [size, town.service.recorder.last_position()]


def test_what_was_altered_fails_the_workflow_for_all_to_see(town: Town, archive: Archive) -> None:
    town.refer()
    with psycopg.connect(town.settings.database_url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
        connection.execute("UPDATE stored_events SET topic = 'x' WHERE notification_id = 1")
    with town.worker():
        assert triggered(town).status is WorkflowExecutionStatus.FAILED
    assert archive.last_size() is None
