"""Appending: versions, commands, claims; and what can never be changed."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.log.appending import Claim, Claims, CommandRow
from domain.log.errors import ClaimTaken, CommandMismatch, Conflict
from domain.log.recorder import CaseLogRecorder


def event(of: UUID, version: int, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(of, version, "test.happened", state)


def command(fingerprint: bytes = b"same") -> CommandRow:
    return CommandRow(uuid4(), fingerprint)


def test_several_originators_are_appended_as_one(recorder: CaseLogRecorder) -> None:
    case, host = uuid4(), uuid4()
    done = recorder.append([event(case, 1), event(host, 1), event(case, 2)])
    assert (done.status, done.first, done.last) == ("appended", 1, 3)
    assert [(e.position, e.originator_id) for e in recorder.read_from(0, 10)] == [
        (1, case),
        (2, host),
        (3, case),
    ]
    assert [e.originator_version for e in recorder.read(case)] == [1, 2]
    assert [e.originator_version for e in recorder.read(case, after_version=1)] == [2]


@pytest.mark.parametrize("version", [1, 3])
def test_a_stale_or_a_too_new_version_is_a_conflict_that_leaves_no_trace(
    recorder: CaseLogRecorder, version: int
) -> None:
    case, host = uuid4(), uuid4()
    recorder.append([event(case, 1)])
    stale = command()
    with pytest.raises(Conflict) as refused:
        recorder.append([event(host, 1), event(case, version)], command=stale)
    assert refused.value.originator_id == case
    assert recorder.last_position() == 1
    assert recorder.command(stale.command_id) is None


def test_versions_count_from_one_and_have_no_holes(recorder: CaseLogRecorder) -> None:
    case = uuid4()
    with pytest.raises(Conflict):
        recorder.append([event(case, 2)])
    with pytest.raises(ValueError, match="does not follow"):
        recorder.append([event(case, 1), event(case, 3)])


def test_a_repeated_command_gets_its_first_answer(recorder: CaseLogRecorder) -> None:
    case, host = uuid4(), uuid4()
    recorder.append([event(host, 1)])
    asked = CommandRow(uuid4(), b"content", originator_id=case, result=b'{"task": 7}')
    first = recorder.append([event(host, 2), event(case, 1), event(case, 2)], command=asked)
    recorder.append([event(case, 3)])
    again = recorder.append([event(case, 1)], command=asked)

    assert again.status == "replayed"
    assert (again.first, again.last) == (first.first, first.last) == (2, 4)
    assert again.command == first.command == recorder.command(asked.command_id)
    assert again.command is not None
    assert (again.command.originator_id, again.command.version) == (case, 2)
    assert again.command.result == b'{"task": 7}'
    assert recorder.last_position() == 5


def test_a_command_id_used_for_another_content_is_refused(recorder: CaseLogRecorder) -> None:
    asked = command(b"one")
    recorder.append([event(uuid4(), 1)], command=asked)
    with pytest.raises(CommandMismatch) as refused:
        recorder.append([event(uuid4(), 1)], command=CommandRow(asked.command_id, b"two"))
    assert refused.value.command_id == asked.command_id
    assert str(asked.command_id) in refused.value.message.en
    assert recorder.last_position() == 1


def test_a_command_without_events_is_remembered_too(recorder: CaseLogRecorder) -> None:
    recorder.append([event(uuid4(), 1)])
    asked = CommandRow(uuid4(), b"nothing to do", result=b"null")
    done = recorder.append([], command=asked)
    assert (done.status, done.first, done.last) == ("appended", None, 1)
    assert recorder.append([], command=asked).status == "replayed"
    assert recorder.last_position() == 1


def test_events_and_command_are_read_together(recorder: CaseLogRecorder) -> None:
    case, asked = uuid4(), command()
    recorder.append([event(case, 1, b"one")])
    done = recorder.append([event(case, 2, b"two")], command=asked)

    entries, found = recorder.read_with_command(case, 1, asked.command_id)
    assert [(e.position, e.state) for e in entries] == [(2, b"two")]
    assert found == done.command
    entries, found = recorder.read_with_command(case, 0, uuid4())
    assert [e.originator_version for e in entries] == [1, 2]
    assert found is None


def test_a_claim_has_one_holder(recorder: CaseLogRecorder) -> None:
    first, second = uuid4(), uuid4()
    recorder.append([event(first, 1)], claims=Claims(take=(Claim("open-case", b"p", first),)))
    with pytest.raises(ClaimTaken) as refused:
        recorder.append([event(second, 1)], claims=Claims(take=(Claim("open-case", b"p", second),)))
    assert (refused.value.scope, refused.value.originator_id) == ("open-case", first)
    assert recorder.read(second) == []
    recorder.append([event(second, 1)], claims=Claims(take=(Claim("person", b"p", second),)))
    assert recorder.holder("open-case", b"p") == first
    assert recorder.holder("person", b"p") == second


def test_only_its_holder_releases_a_claim(recorder: CaseLogRecorder) -> None:
    holder, other = uuid4(), uuid4()
    held = Claim("open-case", b"p", holder)
    recorder.append([event(holder, 1)], claims=Claims(take=(held, held)))
    foreign = Claim("open-case", b"p", other)
    with pytest.raises(ClaimTaken):
        recorder.append([event(other, 1)], claims=Claims(take=(foreign,), release=(foreign,)))
    recorder.append([event(holder, 2)], claims=Claims(take=(held,)))
    recorder.append([event(holder, 3)], claims=Claims(release=(held,)))
    assert recorder.holder("open-case", b"p") is None
    recorder.append([event(other, 1)], claims=Claims(take=(foreign,)))
    assert recorder.holder("open-case", b"p") == other


def test_a_claim_passes_from_one_to_another_in_one_append(recorder: CaseLogRecorder) -> None:
    giver, taker = uuid4(), uuid4()
    given, taken = Claim("open-case", b"p", giver), Claim("open-case", b"p", taker)
    recorder.append([event(giver, 1)], claims=Claims(take=(given,)))
    recorder.append([event(taker, 1)], claims=Claims(take=(taken,), release=(given,)))
    assert recorder.holder("open-case", b"p") == taker


def test_a_refused_append_keeps_the_claims_as_they_were(recorder: CaseLogRecorder) -> None:
    case = uuid4()
    held = Claim("open-case", b"p", case)
    recorder.append([event(case, 1)], claims=Claims(take=(held,)))
    with pytest.raises(Conflict):
        recorder.append([event(case, 1)], claims=Claims(release=(held,)))
    assert recorder.holder("open-case", b"p") == case


def test_the_stream_reads_the_whole_log_in_order_and_stops(recorder: CaseLogRecorder) -> None:
    case = uuid4()
    recorder.append([event(case, version) for version in range(1, 24)])
    positions = []
    for entry in recorder.stream(batch=5):
        if entry.position == 1:
            recorder.append([event(uuid4(), 1)])
        positions.append(entry.position)
    assert positions == list(range(1, 24))
    assert [e.position for e in recorder.stream(after=20, batch=2)] == [21, 22, 23, 24]
    assert [e.position for e in recorder.stream(after=3, until=6, batch=2)] == [4, 5, 6]
    assert list(recorder.stream(after=24)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = 'forged'",
        "DELETE FROM stored_events",
        "TRUNCATE stored_events",
        "UPDATE commands SET result = 'forged'",
        "TRUNCATE commands",
    ],
)
def test_the_database_refuses_to_change_what_is_recorded(
    recorder: CaseLogRecorder, log_url: str, statement: str
) -> None:
    recorder.append([event(uuid4(), 1)], command=command())
    with (
        psycopg.connect(log_url) as connection,
        pytest.raises(psycopg.IntegrityError, match="append-only"),
    ):
        connection.execute(statement.encode())


def test_an_event_cannot_be_inserted_without_its_position(log_url: str) -> None:
    with psycopg.connect(log_url) as connection, pytest.raises(psycopg.IntegrityError):
        connection.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "VALUES (gen_random_uuid(), 1, 'test.happened', '')"
        )


@pytest.mark.parametrize("topic", ['quo"ted', "back\\slash", "{bra,ce}", "NULL", "", "è 👩🏽"])
@pytest.mark.parametrize("state", [b"", b"\x00\xff", b'{"a":"\\u0000"}'])
def test_topic_and_state_are_kept_byte_by_byte(
    recorder: CaseLogRecorder, topic: str, state: bytes
) -> None:
    case = uuid4()
    recorder.append([StoredEvent(case, v, topic, state) for v in (1, 2)])
    assert [(e.topic, e.state) for e in recorder.read(case)] == [(topic, state)] * 2
