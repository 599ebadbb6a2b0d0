"""A small sealed log, and somebody with full write access to its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.installation import initialise
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.audit import Audit, audit
from domain.proof.keys import new_signer, read_verifiers
from domain.proof.note import Signer
from domain.proof.sealing import Sealed, seal

CASES = [uuid5(UUID(int=7), str(number)) for number in range(5)]


class Installation:
    """A log with its archive and key."""

    def __init__(self, url: str, recorder: CaseLogRecorder, folder: Path) -> None:
        self.url = url
        self.recorder = recorder
        self.archive = Archive(folder)
        self.signer: Signer = new_signer("cantiere/prova")
        self.versions: dict[UUID, int] = {}

    def append(self, count: int, what: str = "prova") -> None:
        """Events of five cases in turn, two by two, in commands of 60."""
        done = sum(self.versions.values())
        for first in range(done, done + count, 60):
            events = []
            for number in range(first, min(first + 60, done + count)):
                case = CASES[number // 2 % 5]
                version = self.versions[case] = self.versions.get(case, 0) + 1
                state = f'{{"body":{{"number":{number}}}}}'.encode()
                events.append(StoredEvent(case, version, f"{what}.è-successo-{number % 4}", state))
            self.recorder.append(events)

    def seal(self) -> Sealed:
        return seal(self.recorder, self.archive, self.signer)

    def audit(self) -> Audit:
        return audit(self.recorder, self.archive, read_verifiers(self.archive.keys))

    def attack(self, *statements: str) -> None:
        """Whatever the owner of the database can do, which no trigger keeps from it."""
        with psycopg.connect(self.url) as connection:
            connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]
            connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")

    def cover_up(self) -> None:
        """Compute every hash anew, so that chains are whole again; forget what is derived."""
        self.attack(
            """
            DO $$
            DECLARE event record; last bytea; of_ uuid;
            BEGIN
                FOR event IN SELECT * FROM stored_events ORDER BY originator_id, originator_version
                LOOP
                    IF of_ IS DISTINCT FROM event.originator_id THEN
                        last := decode(repeat('00', 32), 'hex');
                        of_ := event.originator_id;
                    END IF;
                    last := event_hash(last, of_, event.originator_version, event.notification_id,
                                       event.topic, event.state);
                    UPDATE stored_events SET hash = last WHERE originator_id = of_
                        AND originator_version = event.originator_version;
                END LOOP;
            END $$
            """,
            "DELETE FROM tree_tiles",
        )


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """600 events: sealed at 300 and at 520, 80 not sealed yet."""
    initialise(database_url, "real")
    with CaseLogRecorder.connect(database_url) as recorder:
        made = Installation(database_url, recorder, tmp_path / "proof")
        made.append(300)
        made.seal()
        made.append(220)
        made.seal()
        made.append(80)
        yield made


Attack = Callable[[Installation], None]
