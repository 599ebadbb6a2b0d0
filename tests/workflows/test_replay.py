"""Workflows begun by an earlier program go on under this one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from workflows.case_workflow import CaseWorkflow
from workflows.worker import workflow_runner

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_recorded_history_replays(path: Path) -> None:
    history = WorkflowHistory.from_json("case-recorded-1", path.read_text(encoding="utf-8"))

    async def replay() -> None:
        replayer = Replayer(workflows=[CaseWorkflow], workflow_runner=workflow_runner())
        await replayer.replay_workflow(history)

    asyncio.run(replay())


def test_there_are_histories_to_replay() -> None:
    assert len(HISTORIES) >= 5
