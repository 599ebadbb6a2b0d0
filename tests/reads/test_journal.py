"""Reads on their way to the log: none lost, none twice, none beyond what can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.log.errors import LogUnavailable
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.reads.conformance import check_reads
from domain.reads.events import Read, ReadsRecorded
from domain.reads.journal import ReadJournal, ReadsUnlogged
from domain.reads.stream import MOST_AT_ONCE, ReadStream, command_of

MORNING = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
PERSON = UUID(int=7)


class Clock:
    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def recorder(database_url: str) -> Iterator[CaseLogRecorder]:
    with CaseLogRecorder.connect(database_url) as recorder:
        yield recorder


def read(number: int = 0) -> Read:
    return Read(MORNING, f"staff-{number}", "/door", None, PERSON, (), ("audit",), ("social",))


def written(recorder: CaseLogRecorder) -> list[Recorded]:
    return list(CaseLogMapper().read_all(recorder.read_from(0, 1_000)))


def test_many_reads_become_few_events_in_order(recorder: CaseLogRecorder) -> None:
    journal = ReadJournal(recorder, Clock())
    everything = [read(number) for number in range(450)]
    for one in everything:
        journal.take([one])
    journal.close()
    events = written(recorder)
    assert [one for event in events for one in event.body.reads] == everything
    assert len({event.originator_id for event in events}) == 1
    assert max(len(event.body.reads) for event in events) <= MOST_AT_ONCE
    assert list(check_reads(events[0].originator_id, events)) == []
    with pytest.raises(ReadsUnlogged):
        journal.take([read()])


def test_an_acknowledgement_that_was_lost_writes_no_read_twice(
    recorder: CaseLogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, lost = recorder.append, [True]

    def forgetful(*arguments: Any, **more: Any) -> Any:
        found = append(*arguments, **more)
        if lost:
            lost.pop()
            raise LogUnavailable
        return found

    monkeypatch.setattr(recorder, "append", forgetful)
    journal = ReadJournal(recorder, Clock())
    for number in range(3):
        journal.take([read(number)])
    assert journal.flush()
    journal.take([read(3)])
    journal.close()
    assert [one.by for event in written(recorder) for one in event.body.reads] == [
        f"staff-{number}" for number in range(4)
    ]


def test_no_read_is_allowed_once_too_many_wait_or_one_has_waited_too_long(
    recorder: CaseLogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = recorder.append

    def away(*_: Any, **__: Any) -> Any:
        raise LogUnavailable

    monkeypatch.setattr(recorder, "append", away)
    full = ReadJournal(recorder, Clock(), most_waiting=2)
    full.take([read(1), read(2)])
    late = ReadJournal(recorder, Clock(), patience=-1.0)
    late.take([read(3)])
    for journal in (full, late):
        with pytest.raises(ReadsUnlogged):
            journal.take([read(4)])
        assert not journal.flush(0.01)
    monkeypatch.setattr(recorder, "append", append)
    full.close()
    late.close()
    found = {one.by for event in written(recorder) for one in event.body.reads}
    assert found == {"staff-1", "staff-2", "staff-3"}


def test_each_day_and_each_process_has_a_stream_of_its_own(recorder: CaseLogRecorder) -> None:
    clock = Clock()
    one, another = ReadStream(recorder, clock), ReadStream(recorder, clock)
    for stream in (one, another, one):
        stream.write([read()])
    clock.at += timedelta(days=1)
    one.write([read()])
    versions: dict[UUID, list[int]] = {}
    for event in written(recorder):
        versions.setdefault(event.originator_id, []).append(event.originator_version)
    assert sorted(versions.values()) == [[1], [1], [1, 2]]


def test_a_clock_that_is_set_back_leaves_the_stream_in_order(recorder: CaseLogRecorder) -> None:
    clock = Clock()
    stream = ReadStream(recorder, clock)
    stream.write([read()])
    clock.at -= timedelta(seconds=90)
    stream.write([read()])
    events = written(recorder)
    assert [event.originator_version for event in events] == [1, 2]
    assert list(check_reads(events[0].originator_id, events)) == []


def _event(*reads: Read, **changes: Any) -> Recorded:
    stream = uuid4()
    event = Recorded(
        originator_id=stream,
        originator_version=1,
        at=MORNING,
        actor="system:reads",
        command_id=command_of(stream, 1),
        body=ReadsRecorded(reads or (read(),)),
    )
    return replace(event, **changes)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (_event(), None),
        (_event(actor="mr-melzo-1"), "read_author"),
        (_event(command_id=uuid4()), "read_author"),
        (_event(body=ReadsRecorded(())), "read_size"),
        (_event(*[read()] * (MOST_AT_ONCE + 1)), "read_size"),
        (_event(replace(read(), by="")), "read_incomplete"),
        (_event(replace(read(), door="")), "read_incomplete"),
        (_event(replace(read(), grounds=())), "read_groundless"),
        (_event(replace(read(), refused=True)), "read_refused_and_shown"),
        (_event(replace(read(), refused=True, shown=(), grounds=())), None),
    ],
)
def test_a_stream_that_no_process_would_write_is_named(event: Recorded, code: str | None) -> None:
    found = [finding.code for finding in check_reads(event.originator_id, [event])]
    assert found == ([code] if code else [])


def test_time_on_a_stream_runs_forward() -> None:
    first = _event()
    second = replace(
        first,
        originator_version=2,
        at=MORNING - timedelta(hours=1),
        command_id=command_of(first.originator_id, 2),
    )
    found = list(check_reads(first.originator_id, [first, second]))
    assert [finding.code for finding in found] == ["read_backwards"]
