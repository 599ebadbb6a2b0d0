"""What a killed process has taken in is brought into the log by the next, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.clock import SystemClock
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.reads.conformance import check_reads
from domain.reads.events import Read
from domain.reads.journal import ReadJournal, ReadsUnlogged
from domain.reads.spool import Spool, left, reads_of

# Takes in reads and is killed: at once, or between the log's answer and the end of the batch.
_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import domain.topics
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.reads.events import Read
from domain.reads.journal import ReadJournal
from domain.reads.spool import Spool

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

url, folder, when = sys.argv[1:]
with CaseLogRecorder.connect(url) as recorder:
    journal = ReadJournal(recorder, SystemClock(), Path(folder))
    if when == "written":
        Spool.done = die
    journal.take([Read(datetime.now(UTC), f"staff-{n}", "/door", refused=True) for n in range(250)])
    if when == "taken":
        die()
    journal.close()
"""


def read(by: str = "staff") -> Read:
    return Read(datetime(2026, 3, 12, 9, 30, tzinfo=UTC), by, "/door", refused=True)


@pytest.fixture
def recorder(database_url: str) -> Iterator[CaseLogRecorder]:
    with CaseLogRecorder.connect(database_url) as recorder:
        yield recorder


def readers(recorder: CaseLogRecorder) -> list[str]:
    events = list(CaseLogMapper().read_all(recorder.read_from(0, 1_000)))
    for stream in {event.originator_id for event in events}:
        found = [event for event in events if event.originator_id == stream]
        assert list(check_reads(stream, found)) == []
    return [one.by for event in events for one in event.body.reads]


@pytest.mark.parametrize("when", ["taken", "written"])
def test_a_killed_process_loses_no_read_and_doubles_none(
    recorder: CaseLogRecorder, database_url: str, tmp_path: Path, when: str
) -> None:
    folder = tmp_path / "reads"
    killed = subprocess.run([sys.executable, "-c", _KILLED, database_url, str(folder), when])
    assert killed.returncode == -signal.SIGKILL
    assert readers(recorder) == ([] if when == "taken" else [f"staff-{n}" for n in range(250)])
    # A line that was being written, on which nothing was answered.
    for file in folder.glob("*/gathering"):
        with file.open("ab") as lines:
            lines.write(b'{"at":"2026-03-1')
    for _ in range(2):
        journal = ReadJournal(recorder, SystemClock(), folder)
        journal.begin()
        journal.close()
    assert readers(recorder) == [f"staff-{n}" for n in range(250)]
    assert list(folder.iterdir()) == []


def test_nobody_takes_what_a_living_process_has_gathered(tmp_path: Path) -> None:
    spool = Spool.new(tmp_path)
    spool.keep([read()])
    assert list(left(tmp_path)) == []
    spool.end(empty=False)
    (found,) = left(tmp_path)
    assert [reads for _, reads in found.batches()] == [[read()]]
    found.end(empty=True)
    assert list(left(tmp_path)) == []


def test_nothing_is_shown_that_no_file_takes(
    recorder: CaseLogRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = ReadJournal(recorder, SystemClock(), tmp_path)
    with monkeypatch.context() as full:

        def keep(*_: Any) -> None:
            raise OSError(28, "no space left")

        full.setattr(Spool, "keep", keep)
        with pytest.raises(ReadsUnlogged):
            journal.take([read("unseen")])
    journal.take([read("seen")])
    journal.close()
    assert readers(recorder) == ["seen"]


def test_a_write_that_was_cut_short_leaves_the_lines_before_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, write = Spool.new(tmp_path), os.write
    spool.keep([read("one")])
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, lines: write(file, lines[:9]))
        with pytest.raises(OSError, match="room"):
            spool.keep([read("two")])
    spool.keep([read("three")])
    spool.end(empty=False)
    (found,) = left(tmp_path)
    assert [[one.by for one in reads] for _, reads in found.batches()] == [["one", "three"]]
    found.end(empty=True)


def test_files_that_are_not_ours_stop_nobody_from_reading(
    recorder: CaseLogRecorder, tmp_path: Path
) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "lock").touch()
    (odd / "whatever").write_text("?")
    journal = ReadJournal(recorder, SystemClock(), tmp_path)
    journal.take([read("seen")])
    journal.close()
    assert readers(recorder) == ["seen"]
    assert (odd / "whatever").exists()


def test_files_removed_under_a_living_process_do_not_stop_it(
    recorder: CaseLogRecorder, tmp_path: Path
) -> None:
    journal = ReadJournal(recorder, SystemClock(), tmp_path)
    journal.take([read("one")])
    for file in tmp_path.glob("*/gathering"):
        file.unlink()
    assert journal.flush()
    journal.take([read("two")])
    journal.close()
    assert readers(recorder) == ["one", "two"]


def test_where_the_files_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert reads_of(None) is None
    assert reads_of(tmp_path) == tmp_path / "reads"
    monkeypatch.setenv("CANTIERE_READS", str(tmp_path / "elsewhere"))
    assert reads_of(None) == tmp_path / "elsewhere"
