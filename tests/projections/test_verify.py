"""Verification finds whatever is not what the log says."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from projections import storage, verify
from projections.projector import Projector, run
from projections.rebuild import rebuild_models
from projections.verify import Difference, compare


@pytest.fixture
def projected(world: Any, database_url: str) -> Any:
    world.wander(6)
    rebuild_models(database_url, world.recorder, world.models())
    return world


def tamper(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(statement.encode())


def test_a_changed_a_missing_and_a_surplus_row_are_named(projected: Any, database_url: str) -> None:
    tamper(database_url, "UPDATE cases.cases SET reason = 'altro' WHERE last_position = 10")
    tamper(
        database_url,
        "UPDATE persons.persons SET sex = 'X' WHERE originator_id ="
        " (SELECT min(originator_id::text)::uuid FROM persons.persons)",
    )
    tamper(database_url, "DELETE FROM timeline.entries WHERE position = 4")
    tamper(
        database_url,
        "INSERT INTO hosts.hosts"
        " SELECT gen_random_uuid(), 'x', 'x', 1, 'x', 1, '{}', '{}', '{}', 1",
    )
    found = compare(database_url, projected.recorder, projected.models()).differences
    kinds = {(d.model, d.table, d.field) for d in found}
    assert ("persons", "persons", "sex") in kinds
    assert ("timeline", "entries", "missing") in kinds
    assert ("hosts", "hosts", "surplus") in kinds


def test_a_difference_names_the_key_and_no_value(projected: Any, database_url: str) -> None:
    tamper(database_url, "UPDATE inbox.tasks SET role = 'segreto'")
    found = compare(database_url, projected.recorder, projected.models("inbox")).differences
    assert found
    assert {d.field for d in found} <= {"role"}
    assert "segreto" not in repr(found)
    originator, task = found[0].key.split(" ")
    assert isinstance(found[0], Difference)
    assert len(originator) == 36
    assert task


def test_a_model_is_compared_as_far_as_it_has_come(world: Any, database_url: str) -> None:
    world.wander(3)
    with storage.connect(database_url) as connection:
        projector = Projector(database_url, world.recorder, world.models())
        projector.advance(connection, ["inbox"], limit=7)
        projector.advance(connection, ["timeline"], limit=20)
    verified = compare(database_url, world.recorder, world.models())
    assert verified.differences == []
    assert verified.positions["inbox"] == 7
    assert verified.positions["timeline"] == 20
    assert verified.positions["hosts"] == 0


def test_small_batches_find_the_same(
    projected: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_BATCH", 9)
    assert compare(database_url, projected.recorder, projected.models()).differences == []


def test_verifying_while_the_projector_writes_finds_no_false_difference(
    projected: Any, database_url: str
) -> None:
    stop = threading.Event()
    projector = Projector(database_url, projected.recorder, projected.models())
    thread = threading.Thread(target=run, args=(projector, stop))
    thread.start()
    try:
        for seed in range(3):
            projected.wander(3, seed)
            found = compare(database_url, projected.recorder, projected.models())
            assert found.differences == []
    finally:
        stop.set()
        thread.join()
