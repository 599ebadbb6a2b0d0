"""Appends without the application: the same rows by hand-written SQL, and by the stock recorder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from bench.measuring import Case
from domain.log.appending import Claim, Claims, CommandRow
from domain.log.arguments import APPEND, heads, parameters_of


@dataclass(frozen=True)
class Command:
    """What one command wrote: its events, its own row (less its positions), its claims."""

    events: tuple[StoredEvent, ...]
    row: tuple[UUID, bytes, UUID, int]
    claims: tuple[tuple[str, bytes, UUID], ...]


def written_in(database_url: str) -> list[list[Command]]:
    """What the commands in a log wrote, by case, in order."""
    with psycopg.connect(database_url) as connection:
        commands = connection.execute(
            "SELECT command_id, fingerprint, originator_id, version, first_position,"
            " last_position FROM commands ORDER BY originator_id, last_position"
        ).fetchall()
        events = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events"
            " ORDER BY notification_id"
        ).fetchall()
        claims = connection.execute("SELECT scope, key, originator_id FROM claims").fetchall()
    claimed: dict[UUID, list[Any]] = {}
    for claim in claims:
        claimed.setdefault(claim[2], []).append(claim)
    cases = []
    for case, rows in groupby(commands, key=lambda row: row[2]):
        cases.append(
            [
                Command(
                    tuple(StoredEvent(*event) for event in events[row[4] - 1 : row[5]]),
                    row[:4],
                    tuple(claimed.get(case, ())) if row[3] == len(events[row[4] - 1 : row[5]]) - 1
                    else (),
                )
                for row in rows
            ]
        )  # fmt: skip
    return cases


_LOCK = "LOCK TABLE stored_events IN EXCLUSIVE MODE"
_LAST = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_EVENT = "INSERT INTO stored_events VALUES (%b, %b, %b, %b, %b)"
_COMMAND = """
    INSERT INTO commands (command_id, fingerprint, originator_id, version, first_position,
                          last_position)
    VALUES (%b, %b, %b, %b, %b, %b)
"""
_CLAIM = "INSERT INTO claims VALUES (%b, %b, %b)"
_NOTIFY = "SELECT pg_notify('stored_events', %s)"

_NEXT_EVENT = f"INSERT INTO stored_events VALUES (%b, %b, %b, %b, ({_LAST}) + 1)"
_NEXT_COMMAND = f"""
    INSERT INTO commands (command_id, fingerprint, originator_id, version, first_position,
                          last_position)
    SELECT %b, %b, %b, %b, last - %b::bigint + 1, last FROM ({_LAST}) AS log (last)
"""
_NOTIFY_LAST = f"SELECT pg_notify('stored_events', ({_LAST})::text)"


def by_statements(connection: Connection[Any], command: Command) -> None:
    """As it reads in a textbook: lock, number, insert, notify, commit; a round trip each."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_LOCK, prepare=True)
        (last,) = cursor.execute(_LAST, prepare=True).fetchone() or (0,)
        for number, event in enumerate(command.events, last + 1):
            cursor.execute(_EVENT, (*_columns(event), number), prepare=True)
        end = last + len(command.events)
        cursor.execute(_COMMAND, (*command.row, last + 1, end), prepare=True)
        for claim in command.claims:
            cursor.execute(_CLAIM, claim, prepare=True)
        cursor.execute(_NOTIFY, (str(end),), prepare=True)


def by_pipeline(connection: Connection[Any], command: Command) -> None:
    """The same rows, with nothing waited for before the commit: one round trip."""
    with connection.pipeline(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_LOCK, prepare=True)
        for event in command.events:
            cursor.execute(_NEXT_EVENT, _columns(event), prepare=True)
        cursor.execute(_NEXT_COMMAND, (*command.row, len(command.events)), prepare=True)
        for claim in command.claims:
            cursor.execute(_CLAIM, claim, prepare=True)
        cursor.execute(_NOTIFY_LAST, prepare=True)


def by_function(connection: Connection[Any], command: Command) -> None:
    """What the recorder calls, with nothing of Python around it but the arguments."""
    row = CommandRow(*command.row[:3])
    claims = Claims(tuple(Claim(*claim) for claim in command.claims))
    arguments = parameters_of(command.events, heads(command.events), row, claims)
    connection.execute(APPEND, arguments, prepare=True).fetchone()


def _columns(event: StoredEvent) -> tuple[Any, ...]:
    return event.originator_id, event.originator_version, event.topic, event.state


@contextmanager
def by_hand(
    database_url: str,
    append: Callable[[Connection[Any], Command], None],
    cases: Sequence[Sequence[Command]],
) -> Iterator[list[Case]]:
    """The cases, to be written with `append` on a connection for each thread."""
    own = threading.local()
    opened: list[Connection[Any]] = []

    def write(command: Command) -> None:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(database_url, autocommit=True)
            opened.append(own.connection)
        append(own.connection, command)

    try:
        yield [[partial(write, command) for command in case] for case in cases]
    finally:
        for connection in opened:
            connection.close()


@contextmanager
def by_stock_recorder(
    database_url: str, cases: Sequence[Sequence[Command]]
) -> Iterator[list[Case]]:
    """The cases' events, to be written by eventsourcing's recorder as it comes: without the
    command's row, which it does not have."""
    given = {name: str(value) for name, value in conninfo_to_dict(database_url).items()}
    with PostgresDatastore(
        given["dbname"], given["host"], "5432", given["user"], "", pool_size=8, max_overflow=0
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        yield [
            [partial(recorder.insert_events, command.events) for command in case] for case in cases
        ]
