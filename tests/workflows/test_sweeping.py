"""Uploads that are killed, and the daily sweep that removes what they leave."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.documents.ledger import documents_in_log
from domain.documents.place import Documents
from domain.documents.store import FolderStore
from domain.documents.sweeping import YOUNG
from tests.workflows.conftest import Town
from tests.workflows.test_sealing import triggered
from workflows.sweeping import SWEEP, keep_sweeping

ROOT = Path(__file__).parents[2]


def test_a_killed_upload_shows_nothing_half_written_and_is_swept_by_the_schedule(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANTIERE_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("CANTIERE_SIGNING_KEY", str(tmp_path / "log-signing.key"))
    case, folder = town.refer(), tmp_path / "documents"
    subprocess.run(
        [
            sys.executable,
            str(Path(__file__).parent / "dying_upload.py"),
            town.settings.database_url,
            str(folder),
            str(case),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
    )
    store = FolderStore(folder, 0)
    town.service.documents = Documents(store)
    left = list(store.stored())
    assert [file.sha256 is None for file in left].count(True) == 1
    assert len(left) == 3
    [standing] = documents_in_log(town.service.recorder)
    assert standing.stands
    assert standing.sha256 in {file.sha256 for file in left}

    yesterday = datetime.now(UTC).timestamp() - YOUNG.total_seconds()
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (yesterday, yesterday))
    with town.worker():
        found = triggered(town, SWEEP, keep_sweeping)
        assert found.status is WorkflowExecutionStatus.COMPLETED
        assert [file.sha256 for file in store.stored()] == [standing.sha256]

        # After an older backup was put in place, the later documents are not leavings.
        checkpoints = tmp_path / "archive" / "checkpoints"
        checkpoints.mkdir(parents=True)
        (checkpoints / "999999").write_text("…", encoding="utf-8")
        lost = store.begin()
        lost.write(b"of an event that the backup has not")
        digest = lost.keep()
        os.utime(store.path_of(digest), (yesterday, yesterday))
        found = triggered(town, SWEEP, keep_sweeping)
        assert found.status is WorkflowExecutionStatus.FAILED
        assert digest in {file.sha256 for file in store.stored()}
