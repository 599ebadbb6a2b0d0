"""Lost connections and lost answers: what was acknowledged is there, once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.log.appending import CommandRow
from domain.log.errors import Conflict, LogUnavailable
from domain.log.follower import Follower
from domain.log.recorder import CaseLogRecorder

# The message by which Postgres says that a statement with one row is complete.
_DONE = b"C\x00\x00\x00\rSELECT 1\x00"


class LosesAnswers:
    """A relay before Postgres that, once armed, drops the next acknowledgement and the connection.

    The server has done its work by then: only its answer is lost.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._armed = Event()
        self.lost = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def arm(self) -> None:
        self._armed.set()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            Thread(target=self._pass, args=(client, server), daemon=True).start()
            Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass
        finally:
            _shut(client, server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65536):
                if self._armed.is_set() and _DONE in data:
                    self._armed.clear()
                    self.lost += 1
                    return
                client.sendall(data)
        except OSError:
            pass
        finally:
            _shut(client, server)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@pytest.fixture
def relay(log_url: str) -> Iterator[LosesAnswers]:
    with closing(LosesAnswers(f"{conninfo_to_dict(log_url)['host']}/.s.PGSQL.5432")) as opened:
        yield opened


@pytest.fixture
def relayed(log_url: str, relay: LosesAnswers) -> Iterator[CaseLogRecorder]:
    url = make_conninfo(log_url, host="127.0.0.1", port=relay.port, sslmode="disable")
    with CaseLogRecorder.connect(url, pool_size=1, max_size=1) as opened:
        opened.last_position()
        yield opened


def _event(version: int = 1) -> StoredEvent:
    return StoredEvent(uuid4(), version, "test.happened", b"{}")


def test_a_command_whose_acknowledgement_was_lost_succeeds_once(
    relayed: CaseLogRecorder, relay: LosesAnswers
) -> None:
    event, command = _event(), CommandRow(uuid4(), b"content", result=b"done")
    relay.arm()
    answer = relayed.append([event], command=command)
    assert relay.lost == 1
    assert (answer.status, answer.first, answer.last) == ("replayed", 1, 1)
    assert answer.command is not None
    assert answer.command.result == b"done"
    assert len(relayed.read(event.originator_id)) == 1  # type: ignore[arg-type]


def test_without_a_command_one_s_own_success_is_not_taken_for_a_conflict(
    relayed: CaseLogRecorder, relay: LosesAnswers
) -> None:
    event = _event()
    relay.arm()
    answer = relayed.append([event])
    assert relay.lost == 1
    assert (answer.first, answer.last) == (1, 1)
    other = StoredEvent(event.originator_id, 1, event.topic, b"somebody else's")
    with pytest.raises(Conflict):
        relayed.append([other])


def test_the_library_s_own_insertion_survives_a_lost_acknowledgement(
    relayed: CaseLogRecorder, relay: LosesAnswers
) -> None:
    events = [_event(), _event()]
    relay.arm()
    assert relayed.insert_events(events) == [1, 2]
    assert relay.lost == 1
    assert relayed.last_position() == 2


def test_a_read_is_repeated_when_its_answer_is_lost(
    relayed: CaseLogRecorder, relay: LosesAnswers
) -> None:
    relayed.append([_event()])
    relay.arm()
    assert relayed.last_position() == 1
    assert relay.lost == 1


def _end_connections(log_url: str) -> int:
    with psycopg.connect(log_url, autocommit=True) as connection:
        return connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).rowcount


def test_a_pool_full_of_dead_connections_recovers_within_one_call(log_url: str) -> None:
    with CaseLogRecorder.connect(log_url, pool_size=12, max_size=12) as recorder:
        recorder.datastore.pool.open(wait=True)
        assert _end_connections(log_url) == 12
        answer = recorder.append([_event()], command=CommandRow(uuid4(), b""))
        assert answer.status == "appended"
        assert recorder.last_position() == 1


def test_a_writer_that_dies_waiting_for_the_lock_writes_once(
    recorder: CaseLogRecorder, log_url: str
) -> None:
    with psycopg.connect(log_url) as holder:
        holder.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        answers: list[str] = []
        writer = Thread(
            target=lambda: answers.append(
                recorder.append([_event()], command=CommandRow(uuid4(), b"")).status
            )
        )
        writer.start()
        with psycopg.connect(log_url, autocommit=True) as watcher:
            while not watcher.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchall():
                continue
        holder.rollback()
    writer.join()
    assert answers == ["appended"]
    assert recorder.last_position() == 1


def test_a_log_that_stays_locked_is_unavailable_and_keeps_no_trace(
    recorder: CaseLogRecorder, log_url: str
) -> None:
    recorder.last_position()
    with psycopg.connect(log_url) as holder:
        holder.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        with pytest.raises(LogUnavailable):
            recorder.append([_event()])
        assert recorder.last_position() == 0


def test_an_unreachable_postgres_is_said_in_a_sentence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        free = taken.getsockname()[1]
    url = f"postgresql://nobody@127.0.0.1:{free}/none"
    with (
        CaseLogRecorder.connect(url, patience=0.3) as recorder,
        pytest.raises(LogUnavailable) as refused,
    ):
        recorder.append([_event()], command=CommandRow(uuid4(), b""))
    assert "riprovare" in refused.value.message.it
    assert str(free) not in str(refused.value)


def test_a_follower_outlives_its_connections(recorder: CaseLogRecorder, log_url: str) -> None:
    stop = Event()
    batches = Follower(recorder, log_url, poll=3600).batches(0, stop)
    recorder.append([_event()])
    assert [e.position for e in next(batches)] == [1]
    _end_connections(log_url)
    recorder.append([_event()])
    assert [e.position for e in next(batches)] == [2]
