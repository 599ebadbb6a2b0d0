"""The runner: exactly once, whatever happens on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.log.mapper import CaseLogMapper
from projections import positions, storage
from projections.cases.handler import Cases
from projections.cases.queries import case
from projections.folding import Batch
from projections.models import NAMES
from projections.parked import AFTER_PARKED, parked
from projections.positions import positions as positions_of
from projections.projector import Projector, run
from projections.rebuild import rebuild_models
from projections.verify import compare
from projections.waiting import wait_for
from protocols.facts import FollowUpDone, TriageRecorded


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    with storage.connect(database_url) as connection:
        yield connection


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool[Any]]:
    with ConnectionPool(database_url, min_size=1, max_size=4, open=True) as pool:
        yield pool


@pytest.fixture
def projector(world: Any, database_url: str) -> Projector:
    return Projector(database_url, world.recorder, world.models())


@contextmanager
def running(*projectors: Projector) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=run, args=(p, stop)) for p in projectors]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def assert_tables_are_the_fold(world: Any, database_url: str) -> None:
    verified = compare(database_url, world.recorder, world.models())
    assert verified.differences == []
    assert set(verified.positions.values()) == {world.last()}


def test_tables_equal_the_fold_of_the_log(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    world.wander(12)
    projector.catch_up(connection)
    assert_tables_are_the_fold(world, database_url)


def test_batches_of_one_and_of_many_give_the_same_tables(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    world.wander(3)
    while projector.advance(connection, limit=1).events:
        pass
    assert_tables_are_the_fold(world, database_url)


def test_a_connection_killed_between_write_and_commit_applies_nothing_twice(
    world: Any,
    database_url: str,
    pool: ConnectionPool[Any],
    projector: Projector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.wander(8)
    killed: list[int] = []
    announce = positions.announce

    def kill_once(cursor: Any, model: Any, position: int) -> None:
        announce(cursor, model, position)
        if len(killed) < 2 and model.name == "timeline":
            killed.append(position)
            victim = cursor.connection.info.backend_pid
            with pool.connection() as other:
                other.execute("SELECT pg_terminate_backend(%s)", (victim,))

    monkeypatch.setattr(positions, "announce", kill_once)
    with running(projector):
        assert wait_for(pool, NAMES, world.last(), timeout=30)
    assert len(killed) == 2
    assert_tables_are_the_fold(world, database_url)


def test_two_projectors_and_a_busy_log_apply_every_event_once(
    world: Any, database_url: str, pool: ConnectionPool[Any]
) -> None:
    two = [Projector(database_url, world.recorder, world.models()) for _ in range(2)]
    with running(*two):
        world.wander(15)
        assert wait_for(pool, NAMES, world.last(), timeout=30)
    assert_tables_are_the_fold(world, database_url)


def test_a_projector_whose_turn_was_taken_writes_nothing(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    world.wander(1)
    projector.catch_up(connection)
    with pytest.raises(positions.Moved), connection.transaction():
        positions.move(connection.cursor(), "inbox", before=0, after=3)
    assert_tables_are_the_fold(world, database_url)


def test_an_event_is_announced_when_it_can_be_read(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute("LISTEN projected")
        world.wander(1)
        projector.catch_up(connection)
        told = {n.payload for n in listener.notifies(timeout=10, stop_after=len(NAMES))}
    assert told == {f"{name}:{world.last()}" for name in NAMES}


# ── what a handler cannot take ───────────────────────────────────────────────────────────────


class BuggyCases(Cases):
    """Fails on one fact, after having changed rows."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tries = 0

    def _fail(self, rows: Any, event: Any, body: Any) -> None:
        self._happened(rows, event, body)
        self.tries += 1
        raise ValueError("Bianchi")


BuggyCases.handlers = {**Cases.handlers, TriageRecorded: BuggyCases._fail}


def test_a_failing_event_is_parked_and_everything_else_goes_on(
    world: Any,
    database_url: str,
    connection: Connection[Any],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    buggy = BuggyCases(world.plans, world.territory)
    others = [model for model in world.models() if model.name != "cases"]
    bad, good = world.case(), world.case()
    bad.to_placement()
    good.complete("acknowledge")
    Projector(database_url, world.recorder, [buggy, *others]).catch_up(connection)

    found = parked(connection)
    assert {event.originator_id for event in found} == {bad.id}
    assert (found[0].model, found[0].topic, found[0].error_class) == (
        "cases", "fact.triage-recorded", "ValueError",
    )  # fmt: skip
    assert buggy.tries == 3
    assert {event.error_class for event in found[1:]} == {AFTER_PARKED}
    stuck = case(connection, bad.id)
    assert stuck is not None
    assert stuck.last_position == found[0].position - 1
    alive = case(connection, good.id)
    assert alive is not None
    assert alive.event_count == good.version
    assert set(positions_of(connection, NAMES).values()) == {world.last()}
    said = caplog.text + "".join(capsys.readouterr())
    assert "fact.triage-recorded" in said
    assert "Bianchi" not in said
    verified = compare(database_url, world.recorder, others)
    assert verified.differences == []


def test_later_events_of_a_parked_originator_wait_in_later_batches_too(
    world: Any, database_url: str, connection: Connection[Any]
) -> None:
    projector = Projector(database_url, world.recorder, [BuggyCases(world.plans, world.territory)])
    bad = world.case()
    bad.to_placement()
    projector.catch_up(connection)
    before = len(parked(connection, "cases"))
    bad.complete("placement", "completed")
    projector.catch_up(connection)
    after = parked(connection, "cases")
    assert len(after) > before
    assert after[-1].position == world.last()


def test_a_fixed_handler_and_a_rebuild_bring_the_parked_case_back(
    world: Any, database_url: str, connection: Connection[Any]
) -> None:
    bad = world.case()
    bad.to_placement()
    buggy = BuggyCases(world.plans, world.territory)
    Projector(database_url, world.recorder, [buggy]).catch_up(connection)
    assert parked(connection)

    rebuild_models(database_url, world.recorder, world.models())

    assert parked(connection) == []
    assert_tables_are_the_fold(world, database_url)


def test_an_unknown_topic_parks_its_originator_in_every_model(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    odd, good = world.case(), world.case()
    with psycopg.connect(database_url) as raw:
        raw.execute(
            "INSERT INTO stored_events SELECT %s, %s, 'case.from-the-future', '{}', %s, ''",
            (odd.id, odd.version + 1, world.last() + 1),
        )
    good.complete("acknowledge")
    projector.catch_up(connection)
    found = parked(connection)
    assert {(p.model, p.originator_id) for p in found} == {(name, odd.id) for name in NAMES}
    assert {p.error_class for p in found} == {"UnknownTopic"}
    alive = case(connection, good.id)
    assert alive is not None
    assert alive.event_count == good.version


def test_a_batch_with_an_unreadable_event_keeps_the_readable_ones(world: Any) -> None:
    world.case()
    entries = world.recorder.read_from(0, 100)
    spoiled = entries[1]._replace(state=b"\xff")
    batch = Batch.of(CaseLogMapper(), [entries[0], spoiled, *entries[2:]], 0)
    assert len(batch.events) == len(entries) - 1
    assert [u.position for u in batch.unreadable] == [spoiled.position]


# ── what a model's tables cannot take ────────────────────────────────────────────────────────


def test_a_model_that_cannot_be_written_does_not_stop_the_others(
    world: Any, database_url: str, pool: ConnectionPool[Any], projector: Projector
) -> None:
    with psycopg.connect(database_url) as raw:
        raw.execute("ALTER TABLE hosts.hosts ADD CONSTRAINT never CHECK (places < 0)")
    world.wander(5)
    others = [name for name in NAMES if name != "hosts"]
    with running(projector):
        assert wait_for(pool, others, world.last(), timeout=30)
        assert not wait_for(pool, "hosts", world.last(), timeout=0)
        with psycopg.connect(database_url) as raw:
            raw.execute("ALTER TABLE hosts.hosts DROP CONSTRAINT never")
        assert wait_for(pool, NAMES, world.last(), timeout=30)
    assert_tables_are_the_fold(world, database_url)


def test_values_that_postgres_cannot_hold_stop_nobody(
    world: Any, database_url: str, connection: Connection[Any], projector: Projector
) -> None:
    one = world.case()
    one.record(FollowUpDone("triage", 10**30, True, "part\0time"))
    projector.catch_up(connection)
    assert parked(connection) == []
    assert_tables_are_the_fold(world, database_url)
    row = connection.execute("SELECT month, contract FROM indicators.follow_ups").fetchone()
    assert row == (2**63 - 1, "part\ufffdtime")
    rebuild_models(database_url, world.recorder, world.models())
    assert_tables_are_the_fold(world, database_url)
