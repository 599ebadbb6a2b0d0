"""Rebuilding beside the tables that serve."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from projections import rebuild, storage
from projections.cases.handler import Cases
from projections.inbox.queries import inbox
from projections.models import NAMES, UnknownModel, classes
from projections.positions import Busy, claim_rebuild, positions
from projections.projector import Projector, run
from projections.rebuild import Interrupted, rebuild_models
from projections.schema import migrate
from projections.verify import compare
from projections.waiting import wait_for


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool[Any]]:
    with ConnectionPool(database_url, min_size=1, max_size=4, open=True) as pool:
        yield pool


@contextmanager
def running(projector: Projector) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(projector, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def schemas(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    return {name for (name,) in rows}


def assert_tables_are_the_fold(world: Any, database_url: str) -> None:
    verified = compare(database_url, world.recorder, world.models())
    assert verified.differences == []
    assert set(verified.positions.values()) == {world.last()}


def test_migrating_again_and_at_once_changes_nothing(database_url: str) -> None:
    with ThreadPoolExecutor(4) as many:
        assert list(many.map(migrate, [database_url] * 4)) == [[]] * 4


def test_tables_are_made_once_by_whoever_comes_first(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as many:
        made = list(many.map(migrate, [empty_database_url] * 4))
    assert sorted(made, key=len) == [[], [], [], list(NAMES)]


def test_a_rebuild_counts_events_and_leaves_no_second_copy(world: Any, database_url: str) -> None:
    world.wander(6)
    seen: list[tuple[int, int]] = []
    reached = rebuild_models(
        database_url, world.recorder, world.models(), lambda *at: seen.append(at)
    )
    assert reached == dict.fromkeys(NAMES, world.last())
    assert seen[-1] == (world.last(), world.last())
    assert not [name for name in schemas(database_url) if name.endswith(("__next", "__old"))]
    assert_tables_are_the_fold(world, database_url)


def test_indexes_are_there_after_a_rebuild(world: Any, database_url: str) -> None:
    def indexes() -> set[tuple[str, str]]:
        with psycopg.connect(database_url) as connection:
            rows = connection.execute(
                "SELECT schemaname, indexdef FROM pg_indexes WHERE schemaname = ANY(%s)",
                (list(NAMES),),
            ).fetchall()
        return {(schema, definition) for schema, definition in rows}

    before = indexes()
    rebuild_models(database_url, world.recorder, world.models())
    assert indexes() == before


def test_memory_is_emptied_on_the_way_without_changing_the_result(
    world: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.wander(12)
    monkeypatch.setattr(rebuild, "_KEEP", 3)
    monkeypatch.setattr(rebuild, "_BATCH", 20)
    rebuild_models(database_url, world.recorder, world.models())
    assert_tables_are_the_fold(world, database_url)


def test_readers_and_writers_go_on_while_models_are_rebuilt_and_switched(
    world: Any, database_url: str, pool: ConnectionPool[Any]
) -> None:
    world.wander(10)
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            while not done.is_set():
                seen.append(positions(connection, ["inbox"])["inbox"])
                inbox(connection, now=world.now)

    projector = Projector(database_url, world.recorder, world.models())
    with running(projector), ThreadPoolExecutor(1) as other:
        assert wait_for(pool, NAMES, world.last(), timeout=30)
        reading = other.submit(read)
        for seed in range(3):
            world.wander(4, seed)
            rebuild_models(database_url, world.recorder, world.models())
        assert wait_for(pool, NAMES, world.last(), timeout=30)
        done.set()
        reading.result()
    assert seen == sorted(seen)
    assert_tables_are_the_fold(world, database_url)


def test_what_was_reached_is_never_lost_by_a_switch(world: Any, database_url: str) -> None:
    """Events appended after the rebuild has read the log, and before it switches."""
    world.wander(4)
    projector = Projector(database_url, world.recorder, world.models())

    def more(position: int, goal: int) -> None:
        if not late:
            late.append(world.case())
            with storage.connect(database_url) as connection:
                projector.catch_up(connection)

    late: list[Any] = []
    rebuild_models(database_url, world.recorder, world.models(), more)
    assert late
    assert_tables_are_the_fold(world, database_url)


def test_an_interrupted_rebuild_leaves_the_live_tables(world: Any, database_url: str) -> None:
    world.wander(4)
    with storage.connect(database_url) as connection:
        Projector(database_url, world.recorder, world.models()).catch_up(connection)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        rebuild_models(database_url, world.recorder, world.models(), stop=stop)
    assert_tables_are_the_fold(world, database_url)
    rebuild_models(database_url, world.recorder, world.models())
    assert not [name for name in schemas(database_url) if name.endswith(("__next", "__old"))]


class LaterCases(Cases):
    version = Cases.version + 1


def code_version(pool: ConnectionPool[Any]) -> int:
    with pool.connection() as connection:
        row = connection.execute("SELECT code_version FROM cases.position").fetchone()
    assert row is not None
    return int(row[0])


def test_the_projector_rebuilds_a_model_whose_code_has_changed(
    world: Any, database_url: str, pool: ConnectionPool[Any]
) -> None:
    world.wander(4)
    with storage.connect(database_url) as connection:
        Projector(database_url, world.recorder, world.models()).catch_up(connection)
        connection.execute("UPDATE cases.cases SET event_count = -1")
    later = [LaterCases(world.plans, world.territory), *world.models("inbox", "persons")]
    with running(Projector(database_url, world.recorder, later)):
        world.wander(2, seed=5)
        deadline = monotonic() + 30
        while code_version(pool) != LaterCases.version:
            assert monotonic() < deadline
        assert wait_for(pool, ["cases", "inbox", "persons"], world.last(), timeout=30)
    verified = compare(database_url, world.recorder, later)
    assert verified.differences == []


def test_an_older_program_leaves_a_newer_model_alone(world: Any, database_url: str) -> None:
    rebuild_models(database_url, world.recorder, [LaterCases(world.plans, world.territory)])
    world.wander(2)
    with storage.connect(database_url) as connection:
        projector = Projector(database_url, world.recorder, world.models())
        projector.catch_up(connection)
        assert projector.advance(connection).outdated == ()
        found = positions(connection, NAMES)
    assert found.pop("cases") == 0
    assert set(found.values()) == {world.last()}


def test_waiting_ends_when_the_model_is_there_and_gives_up_when_it_is_not(
    world: Any, database_url: str, pool: ConnectionPool[Any]
) -> None:
    world.case()
    assert wait_for(pool, "inbox", 0, timeout=0)
    assert not wait_for(pool, "inbox", world.last(), timeout=0.02)
    with running(Projector(database_url, world.recorder, world.models())):
        assert wait_for(pool, ["inbox", "cases"], world.last(), timeout=30)


def test_an_unknown_model_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownModel, match="timeline"):
        classes(["timelin"])


def test_two_rebuilds_of_one_model_do_not_meet(
    world: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.wander(2)

    def impatient(url: str) -> Any:
        connection = connect(url)
        connection.execute("SET lock_timeout = '50ms'")
        return connection

    connect = storage.connect
    monkeypatch.setattr(storage, "connect", impatient)
    with connect(database_url) as other:
        claim_rebuild(other, "inbox")
        with pytest.raises(Busy, match="inbox"):
            rebuild_models(database_url, world.recorder, world.models())
        rebuild_models(database_url, world.recorder, world.models("cases"))
    rebuild_models(database_url, world.recorder, world.models())
    assert_tables_are_the_fold(world, database_url)
