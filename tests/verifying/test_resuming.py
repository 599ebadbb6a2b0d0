"""A verification that was interrupted goes on, and trusts nothing it cannot check."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from domain.verify import LogVerified
from tests.verifying.conftest import Log

_A_STATE = "UPDATE stored_events SET state = set_byte(state, 3, 65) WHERE notification_id = 3"


def _interrupted(log: Log, after: float = 0.6, with_views: bool = False) -> None:
    """As by Ctrl-C, when that part of the events has been read."""

    def progress(read: int, of: int) -> None:
        if read > after * of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        (log.verify_with_views if with_views else log.verify)(progress=progress)


def _same(one: LogVerified, other: LogVerified) -> bool:
    names = ("events", "read", "cases", "sealed", "root", "findings", "flaws", "beside")
    return all(getattr(one, name) == getattr(other, name) for name in names)


@pytest.mark.parametrize("with_views", [False, True])
def test_it_goes_on_and_finds_what_a_whole_one_finds(log: Log, with_views: bool) -> None:
    verify = log.verify_with_views if with_views else log.verify
    whole = verify(notes=None)
    _interrupted(log, with_views=with_views)
    resumed = verify()
    assert resumed.well
    assert _same(resumed, whole)
    assert resumed.kind == "resumed"
    assert 0 < resumed.spared < resumed.events
    assert resumed.commands < whole.commands
    assert any("Riprende" in notice.it for notice in resumed.notices)
    # Once it has ended there is nothing to go on with.
    assert verify().kind == "full"


def test_full_begins_anew(log: Log) -> None:
    _interrupted(log)
    found = log.verify(full=True)
    assert (found.kind, found.spared) == ("full", 0)


def test_what_was_altered_after_it_had_been_checked_is_found(log: Log) -> None:
    _interrupted(log, 0.95)
    log.tamper(_A_STATE)
    found = log.verify()
    assert found.kind == "resumed"
    assert ("altered", 3) in {(flaw.code, flaw.position) for flaw in found.flaws}


def test_nor_does_it_help_to_compute_the_hashes_anew(log: Log) -> None:
    _interrupted(log, 0.95)
    log.tamper(
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
        " '\"body\":{', '\"body\":{ '), 'UTF8') WHERE originator_id ="
        " (SELECT originator_id FROM stored_events WHERE notification_id = 3)",
        """
        DO $$
        DECLARE event record; last bytea; of_ uuid;
        BEGIN
            FOR event IN SELECT * FROM stored_events ORDER BY originator_id, originator_version
            LOOP
                IF of_ IS DISTINCT FROM event.originator_id THEN
                    last := decode(repeat('00', 32), 'hex');
                    of_ := event.originator_id;
                END IF;
                last := event_hash(last, of_, event.originator_version, event.notification_id,
                                   event.topic, event.state);
                UPDATE stored_events SET hash = last WHERE originator_id = of_
                    AND originator_version = event.originator_version;
            END LOOP;
        END $$
        """,
    )
    found = log.verify()
    assert {flaw.code for flaw in found.flaws} == {"not_sealed_so"}


def test_cases_that_moved_meanwhile_are_decided_again(log: Log) -> None:
    log.hide_the_end(300)
    _interrupted_before_the_end(log)
    log.let_it_happen()
    found = log.verify()
    assert found.well
    assert found.events == log.events
    assert found.spared > 0
    assert found.commands > 0


def _interrupted_before_the_end(log: Log) -> None:
    # The seals of what has not happened yet would be missed.
    def progress(read: int, of: int) -> None:
        if read > 0.9 * of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.verify(archive=None, progress=progress)


@pytest.mark.parametrize("name", ["under-way", "verified"])
def test_a_forged_note_is_not_used_and_that_is_said(log: Log, name: str) -> None:
    if name == "verified":
        assert log.verify().well
    else:
        _interrupted(log)
    path = log.home / "verify" / name
    mac, _, written = path.read_bytes().partition(b"\n")
    path.write_bytes(mac + b"\n" + written.replace(b'"digest":"', b'"digest":"0', 1) + b" ")
    found = log.verify(since_last=name == "verified")
    assert (found.kind, found.spared, found.well) == ("full", 0, True)
    assert any(f"verify/{name}" in notice.it for notice in found.notices)


def test_a_note_of_another_installation_is_not_used(log: Log) -> None:
    _interrupted(log)
    assert log.verify(notes=log.notes(b"t" * 32)).kind == "full"


def test_notes_of_another_program_or_pack_are_not_used(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    _interrupted(log)
    monkeypatch.setattr("domain.verifying.basis.release", lambda: "9.9.9")
    found = log.verify()
    assert (found.kind, found.well) == ("full", True)
    assert any("altra versione" in notice.it for notice in found.notices)


def test_two_at_once_both_find_and_one_of_them_takes_notes(log: Log) -> None:
    with log.notes().turn() as first:
        assert first
        found = log.verify()
    assert found.well
    assert not (log.home / "verify" / "verified").exists()
    assert any("Un'altra verifica" in notice.it for notice in found.notices)


def test_a_folder_that_cannot_be_written_keeps_nobody_from_verifying(log: Log) -> None:
    (log.home / "verify").write_text("a file where the folder should be")
    found = log.verify()
    assert found.well
    assert any("non si possono scrivere" in notice.it for notice in found.notices)


_KILLED = """
import os, signal
from pathlib import Path
import domain.verify
from domain.verifying.notes import Notes
domain.verify._WORTH_STRETCHES = 0
def progress(read, of):
    if read > 0.5 * of:
        os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    domain.verify.verify_log(
        {url!r}, Path({pack!r}), notes=Notes(Path({home!r}), b"s" * 32),
        processes=2, progress=progress,
    )
"""


@pytest.mark.slow
def test_killed_it_leaves_notes_and_nobody_behind(log: Log) -> None:
    home = log.home / "verify"
    script = log.home / "killed.py"
    script.write_text(_KILLED.format(url=log.url, pack=str(log.pack), home=str(home)))
    # What the killed process leaves behind would hold this pipe open.
    died = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    assert died.returncode == -signal.SIGKILL, died.stdout.decode()
    found = log.verify()
    assert (found.kind, found.well) == ("resumed", True)


def test_the_last_verification_is_remembered_with_its_time(log: Log) -> None:
    before = datetime.now(UTC)
    found = log.verify()
    last = log.notes().verified()
    assert last is not None
    assert (last.events, last.root) == (log.events, found.root)
    assert before <= last.full_at <= last.at


@pytest.mark.slow
def test_interrupted_among_several_processes_it_leaves_notes_and_nobody_behind(log: Log) -> None:
    def progress(read: int, of: int) -> None:
        if read > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.verify(processes=2, progress=progress)
    assert multiprocessing.active_children() == []
    found = log.verify(processes=2)
    assert (found.kind, found.well) == ("resumed", True)
