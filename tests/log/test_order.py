"""Positions without holes, and followers that miss nothing, while many write at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from uuid import uuid4

import psycopg
from eventsourcing.persistence import IntegrityError, StoredEvent

from domain.log.appending import CommandRow
from domain.log.errors import Conflict
from domain.log.follower import Follower
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder

WRITERS = 4
COMMANDS = 60


def test_four_writers_in_conflict_leave_no_hole_and_a_follower_sees_every_event(
    recorder: CaseLogRecorder, log_url: str
) -> None:
    cases = [uuid4() for _ in range(3)]
    enough = WRITERS * COMMANDS
    stop = Event()
    seen: list[Entry] = []

    def follow() -> None:
        for batch in Follower(recorder, log_url, poll=60).batches(0, stop, size=7):
            seen.extend(batch)
            if len([e for e in seen if e.topic == "test.happened"]) == enough:
                return

    def write(writer: int) -> int:
        conflicts = 0
        for number in range(COMMANDS):
            case = cases[number % len(cases)]
            command = CommandRow(uuid4(), b"")
            while True:
                version = len(recorder.read(case))
                try:
                    recorder.append(
                        [StoredEvent(case, version + 1, "test.happened", b"")], command=command
                    )
                    break
                except Conflict:
                    conflicts += 1
            if number % 10 == writer:
                _abort(log_url)
                _collide(recorder)
        return conflicts

    follower = Thread(target=follow, daemon=True)
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        conflicts = sum(pool.map(write, range(WRITERS)))
    follower.join(timeout=60)
    stop.set()

    assert conflicts > 0
    last = recorder.last_position()
    assert [e.position for e in recorder.stream(batch=50)] == list(range(1, last + 1))
    assert [e.position for e in seen] == list(range(1, len(seen) + 1))
    assert sum(e.topic == "test.happened" for e in seen) == enough
    for case in cases:
        versions = [e.originator_version for e in recorder.read(case)]
        assert versions == list(range(1, len(versions) + 1))


def _abort(log_url: str) -> None:
    """A whole append that is rolled back after its positions were given out."""
    with psycopg.connect(log_url) as connection:
        row = connection.execute(
            "SELECT out_first FROM append_events(ARRAY[gen_random_uuid()], ARRAY[1], "
            "ARRAY['test.aborted'], ARRAY[''::bytea], null, null, null, null, null, null, null, "
            "null, null, null, null, null, null)"
        ).fetchone()
        assert row is not None
        assert row[0] is not None
        connection.rollback()


def _collide(recorder: CaseLogRecorder) -> None:
    """A batch that fails in the middle of its insertion."""
    taken = uuid4()
    recorder.insert_events([StoredEvent(taken, 1, "test.other", b"")])
    try:
        recorder.insert_events(
            [StoredEvent(uuid4(), 1, "test.other", b""), StoredEvent(taken, 1, "test.other", b"")]
        )
    except IntegrityError:
        return
    raise AssertionError("a version was recorded twice")


def test_a_follower_listens_rather_than_polls(recorder: CaseLogRecorder, log_url: str) -> None:
    stop = Event()
    batches = Follower(recorder, log_url, poll=3600).batches(0, stop)
    recorder.append([StoredEvent(uuid4(), 1, "test.happened", b"")])
    assert [e.position for e in next(batches)] == [1]

    writer = Thread(target=lambda: recorder.append([StoredEvent(uuid4(), 1, "test.happened", b"")]))
    writer.start()
    assert [e.position for e in next(batches)] == [2]
    writer.join()
    stop.set()
    assert list(batches) == []
