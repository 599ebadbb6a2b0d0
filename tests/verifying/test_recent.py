"""What is new since the last verification: what that finds, and what it leaves to a full one."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import pytest

from domain.verify import LogVerified
from tests.verifying.conftest import Log


class Grown(NamedTuple):
    """`before`: how many events there were when it was verified; all of them are sealed by now."""

    log: Log
    before: int


@pytest.fixture
def grown(log: Log) -> Grown:
    outside, aside = log.archive.folder, log.home / "aside"
    shutil.move(outside, aside)
    shutil.copytree(aside, outside, ignore=shutil.ignore_patterns("checkpoint*", "tile"))
    before = log.hide_the_end(200)
    log.tamper("DELETE FROM checkpoints", "DELETE FROM tree_tiles")
    log.seal()
    assert log.verify().well
    log.let_it_happen()
    log.seal()
    return Grown(log, before)


def _verify(grown: Grown, *, since_last: bool = True) -> LogVerified:
    return grown.log.verify(since_last=since_last)


def test_only_what_is_new_is_read_and_all_is_found_well(grown: Grown) -> None:
    found = _verify(grown)
    assert (found.kind, found.well) == ("incremental", True)
    assert found.since == grown.before
    assert found.sealed == grown.log.events
    assert grown.log.events - grown.before <= found.read < grown.log.events
    assert any("solo gli eventi dopo" in notice.it for notice in found.notices)
    # From here on, there is nothing new.
    again = _verify(grown)
    assert (again.read, again.since, again.well) == (0, grown.log.events, True)


def test_the_head_is_that_of_a_whole_verification(grown: Grown) -> None:
    assert _verify(grown).root == _verify(grown, since_last=False).root


def test_read_models_of_the_cases_it_is_about_are_compared(grown: Grown) -> None:
    whole = grown.log.verify_with_views(since_last=True)
    assert (whole.kind, whole.beside) == ("incremental", [])


def test_a_row_of_a_case_that_moved_is_found_out(grown: Grown) -> None:
    grown.log.tamper(
        f"UPDATE cases.cases SET reason = 'altro' WHERE last_position = {grown.log.events}"
    )
    found = grown.log.verify_with_views(since_last=True)
    assert [(d.table, d.field) for d in found.beside] == [("cases", "reason")]


def test_the_first_time_everything_is_checked(log: Log) -> None:
    found = log.verify(since_last=True)
    assert (found.kind, found.read, found.well) == ("full", log.events, True)
    assert any("precedente" in notice.it for notice in found.notices)


def test_a_new_event_that_was_altered_is_named(grown: Grown) -> None:
    grown.log.tamper(
        "UPDATE stored_events SET state = set_byte(state, 3, 65) "
        f"WHERE notification_id = {grown.log.events - 5}"
    )
    found = _verify(grown)
    assert ("altered", grown.log.events - 5) in {(f.code, f.position) for f in found.flaws}
    # What was not well is not what the next one builds upon.
    assert _verify(grown).since == grown.before


def test_a_log_rolled_back_below_what_was_verified_is_found(grown: Grown) -> None:
    assert _verify(grown).well
    last = grown.log.events - 50
    grown.log.tamper(
        f"DELETE FROM stored_events WHERE notification_id > {last}",
        f"DELETE FROM commands WHERE last_position > {last}",
    )
    for since_last in (True, False):
        found = _verify(grown, since_last=since_last)
        assert ("rolled_back", last + 1) in {(f.code, f.position) for f in found.flaws}
    note = grown.log.notes().verified()
    assert note is not None
    assert note.events == grown.log.events


def test_an_old_event_deleted_is_found(grown: Grown) -> None:
    grown.log.tamper("DELETE FROM stored_events WHERE notification_id = 7")
    found = _verify(grown)
    assert "gap" in {finding.code for finding in found.findings}


def test_an_old_event_of_a_case_that_moved_is_found(grown: Grown) -> None:
    # Its newest event is new; its first one is not.
    grown.log.tamper(
        "UPDATE stored_events SET state = set_byte(state, 3, 65) WHERE originator_version = 1 "
        "AND originator_id = (SELECT originator_id FROM stored_events WHERE notification_id = "
        f"{grown.log.events} AND originator_version > 1)"
    )
    assert "altered" in {flaw.code for flaw in _verify(grown).flaws}


def test_a_tree_that_does_not_continue_is_found(grown: Grown) -> None:
    grown.log.tamper("UPDATE tree_tiles SET hashes = set_byte(hashes, 40, 7) WHERE level = 0")
    codes = {flaw.code for flaw in _verify(grown).flaws}
    assert codes == {"not_continued"}


def test_what_it_leaves_to_a_whole_one(grown: Grown) -> None:
    # An old event of a case where nothing is new, of which the hash was left as it was.
    grown.log.tamper(
        "UPDATE stored_events SET state = set_byte(state, 3, 65) WHERE notification_id = ("
        " SELECT max(notification_id) FROM stored_events e WHERE notification_id < 400"
        " AND NOT EXISTS (SELECT FROM stored_events n WHERE n.originator_id = e.originator_id"
        f" AND n.notification_id > {grown.before}))"
    )
    assert _verify(grown).well
    assert "altered" in {flaw.code for flaw in _verify(grown, since_last=False).flaws}
