"""eventsourcing's projection runner as it comes, with the simplest of views: a count by topic."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from domain.log.recorded import Recorded
from domain.log.topics import topic_of


class Stored(Application[UUID]):
    """The case log as eventsourcing's own application reads it: its name names the table."""

    name = "stored"


class Counts(PostgresTrackingRecorder):
    """How many events of each topic."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS counts (topic text PRIMARY KEY, n bigint)").format()
        )

    def count(self, topic: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "INSERT INTO counts VALUES (%s, 1)"
                " ON CONFLICT (topic) DO UPDATE SET n = counts.n + 1",
                (topic,),
                prepare=True,
            )
            self._insert_tracking(cursor, tracking)


class Counting(Projection[Counts]):
    """One transaction for each event, with its tracking row."""

    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:
        self.view.count(topic_of(type(domain_event.body)), tracking)


def run_to(database_url: str, position: int, patience: float) -> None:
    """Project the log up to `position`. Raises TimeoutError after `patience` seconds."""
    given = {name: str(value) for name, value in conninfo_to_dict(database_url).items()}
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "MAPPER_TOPIC": "domain.log.mapper:CaseLogMapper",
        "POSTGRES_DBNAME": given["dbname"],
        "POSTGRES_HOST": given["host"],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": given["user"],
        "POSTGRES_PASSWORD": "none",
    }
    with ProjectionRunner(
        application_class=Stored, projection_class=Counting, view_class=Counts, env=environment
    ) as runner:
        runner.wait(position, timeout=patience)
