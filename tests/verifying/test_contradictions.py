"""A log that was altered so that programs stumble over it: verify names what was altered."""

from __future__ import annotations

from domain.log.recorder import CaseLogRecorder
from domain.publishing.installing import install_pack
from tests.verifying.conftest import Log


def test_a_log_that_contradicts_the_territory_pack_is_checked_all_the_same(log: Log) -> None:
    with CaseLogRecorder.connect(log.url) as recorder:
        install_pack(recorder, log.pack)
    log.seal()
    assert log.verify().well
    log.tamper(
        "UPDATE stored_events SET state = convert_to(regexp_replace(convert_from(state, 'UTF8'),"
        " '\"digest\":\"[0-9a-f]{4}', '\"digest\":\"0000'), 'UTF8') WHERE notification_id ="
        " (SELECT min(notification_id) FROM stored_events WHERE topic = 'protocol.installed')"
    )
    found = log.verify()
    assert found.flaws[0].position == found.flaws[-1].position == log.events + 1
    assert {f.code for f in found.findings} & {"digest", "text_differs"}


def test_events_that_cannot_follow_each_other_end_nothing(log: Log) -> None:
    log.tamper(
        "UPDATE stored_events SET topic = 'host.place-freed', state = convert_to(regexp_replace("
        'convert_from(state, \'UTF8\'), \'"body":.*\', \'"body":{"case":"x","reason":"y"}}\''
        "), 'UTF8') WHERE topic = 'person.person-registered'"
    )
    found = log.verify()
    assert not found.well
    assert "altered" in {flaw.code for flaw in found.flaws}


def test_a_position_beyond_all_measure_is_a_gap_and_keeps_nobody_waiting(log: Log) -> None:
    log.tamper(f"UPDATE stored_events SET notification_id = {2**62} WHERE notification_id = 9")
    found = log.verify()
    assert ("gap", 9) in {(flaw.code, flaw.position) for flaw in found.flaws}


def test_a_log_altered_everywhere_is_told_by_its_first_events(log: Log) -> None:
    log.tamper("UPDATE stored_events SET state = convert_to('{}', 'UTF8')")
    found = log.verify()
    assert found.flaws[0].position == 1
    assert len(found.flaws) + len(found.findings) + found.more >= log.events
