"""The contract that eventsourcing ships for recorders, run on ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    StoredEvent,
)
from eventsourcing.tests import persistence as contract
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder


class OnADatabaseOfItsOwn:
    recorder_class: type[CaseLogRecorder] = CaseLogRecorder

    @pytest.fixture(autouse=True)
    def _database(self, empty_database_url: str) -> Iterator[None]:
        self.recorder = self.recorder_class.connect(empty_database_url)
        self.recorder.create_table()
        yield
        self.recorder.close()

    def create_recorder(self) -> CaseLogRecorder:
        return self.recorder


class WithoutPositions(CaseLogRecorder):
    """An aggregate recorder answers no positions, an application recorder must: the suites differ
    in this alone."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class TestAggregateRecorder(OnADatabaseOfItsOwn, contract.AggregateRecorderTestCase):
    recorder_class = WithoutPositions


class TestApplicationRecorder(
    OnADatabaseOfItsOwn, contract.ApplicationRecorderTestCase[CaseLogRecorder]
):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleaving(OnADatabaseOfItsOwn, contract.NonInterleavingNotificationIDsBaseCase):
    pass


@pytest.fixture
def library_recorder(empty_database_url: str) -> Iterator[ApplicationRecorder]:
    """Our recorder as eventsourcing's own factory makes it from environment settings."""
    given = conninfo_to_dict(empty_database_url)
    factory: InfrastructureFactory[Any] = InfrastructureFactory.construct(
        Environment(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "APPLICATION_RECORDER_TOPIC": "domain.log.recorder:CaseLogRecorder",
                "MAPPER_TOPIC": "domain.log.mapper:CaseLogMapper",
                "POSTGRES_DBNAME": str(given["dbname"]),
                "POSTGRES_HOST": str(given["host"]),
                "POSTGRES_USER": str(given["user"]),
                "POSTGRES_PASSWORD": "",
            }
        )
    )
    with factory:
        assert isinstance(factory.mapper(), CaseLogMapper)
        yield factory.application_recorder()


def test_the_recorder_and_mapper_can_be_named_in_the_library_s_settings(
    library_recorder: ApplicationRecorder,
) -> None:
    assert isinstance(library_recorder, CaseLogRecorder)
    event = StoredEvent(uuid4(), 1, "test.happened", b"{}")
    assert library_recorder.insert_events([event]) == [1]
    assert library_recorder.select_events(event.originator_id) == [event]
    with pytest.raises(IntegrityError):
        library_recorder.insert_events([event])
    assert library_recorder.insert_events([StoredEvent(uuid4(), 1, "test.happened", b"")]) == [2]


def test_positions_follow_the_order_of_the_batch(library_recorder: ApplicationRecorder) -> None:
    one, two = uuid4(), uuid4()
    batch = [
        StoredEvent(of, version, "test.happened", b"")
        for version, of in itertools.product((1, 2), (one, two))
    ]
    assert library_recorder.insert_events(batch) == [1, 2, 3, 4]
    notifications = library_recorder.select_notifications(None, 10)
    assert [(n.originator_id, n.originator_version) for n in notifications] == [
        (e.originator_id, e.originator_version) for e in batch
    ]
