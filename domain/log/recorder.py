"""The recorder: appends in one round trip, reads in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, tuple_row

from domain.log.appending import NO_CLAIMS, Appended, Claims, CommandRow
from domain.log.arguments import APPEND, columns, heads, parameters_of
from domain.log.datastore import CaseLogDatastore, patiently
from domain.log.errors import ClaimTaken, CommandMismatch, Conflict, LogUnavailable
from domain.log.migrations import CASE_LOG
from domain.log.recorded import Entry

_WRITTEN = """
    SELECT e.notification_id, e.topic, e.state
    FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS u (id, version, ordinal)
    JOIN stored_events e ON e.originator_id = u.id AND e.originator_version = u.version
    ORDER BY u.ordinal
"""
_ENTRY = "notification_id, originator_id, originator_version, topic, state"
_READ = f"""
    SELECT {_ENTRY} FROM stored_events
    WHERE originator_id = %b AND originator_version > %b::bigint ORDER BY originator_version
"""
_READ_FROM = f"""
    SELECT {_ENTRY} FROM stored_events
    WHERE notification_id > %b::bigint AND notification_id <= %b::bigint
    ORDER BY notification_id LIMIT %b
"""
_COMMAND_COLUMNS = (
    "command_id, fingerprint, originator_id, result, first_position, last_position, version, at"
)
_COMMAND = f"SELECT {_COMMAND_COLUMNS} FROM commands WHERE command_id = %b"
_KNOWN = "SELECT command_id FROM commands WHERE command_id = ANY(%b)"
# The command's row comes with the events in one round trip, told apart by its fingerprint.
_READ_WITH_COMMAND = f"""
    SELECT {_ENTRY}, null::bytea, null::bigint, null::timestamptz FROM stored_events
    WHERE originator_id = %b AND originator_version > %b::bigint
    UNION ALL
    SELECT last_position, originator_id, version, null, result, fingerprint, first_position, at
    FROM commands WHERE command_id = %b
    ORDER BY 3
"""
_LAST = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_HOLDER = "SELECT originator_id FROM claims WHERE scope = %b AND key = %b"
_BEGINNINGS = """
    SELECT originator_id FROM stored_events
    WHERE topic = %b AND originator_version = 1 ORDER BY notification_id
"""

_END_OF_TIME = 2**63 - 1


class CaseLogRecorder(PostgresApplicationRecorder):
    """The case log behind eventsourcing's recorder interface, and beyond it.

    Its own methods raise :class:`~domain.log.errors.LogError`; the inherited ones raise
    eventsourcing's exceptions. Versions count from 1 in each originator.
    """

    def __init__(
        self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events"
    ) -> None:
        if events_table_name != "stored_events" or datastore.schema != "public":
            raise ProgrammingError("the case log is the table public.stored_events")
        super().__init__(datastore, events_table_name=events_table_name)

    @classmethod
    def connect(cls, database_url: str, **pool: Any) -> Self:
        """Recorder with a pool of its own (see :class:`CaseLogDatastore`); close it after use."""
        return cls(CaseLogDatastore(database_url, **pool))

    def close(self) -> None:
        """Close the pool."""
        self.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create_table(self) -> None:
        """Create or migrate the schema."""
        with self.datastore.get_connection() as connection:
            CASE_LOG.migrate_over(connection)

    def append(
        self,
        events: Sequence[StoredEvent],
        *,
        command: CommandRow | None = None,
        claims: Claims = NO_CLAIMS,
    ) -> Appended:
        """Record events, their command and claims: all of them, or nothing.

        Each originator's events must follow its last one in the log. A connection lost
        on the way is tried again, and a command that had gone through comes back as
        ``replayed``.

        Raises:
            Conflict: an originator has moved since the caller read it.
            CommandMismatch: the command's id was used for another content.
            ClaimTaken: a claim belongs to another originator.
            LogUnavailable: Postgres did not answer in time.
            ValueError: an originator's versions are not consecutive.
        """
        parameters = parameters_of(events, heads(events), command, claims)

        def attempt(connection: Connection[DictRow], number: int) -> Appended:
            row = _one(connection, APPEND, parameters)
            status, first, last, originator_id, version, result, at, scope = row
            if status == "conflict":
                written = _written(connection, events) if number and command is None else None
                if written is None:
                    raise Conflict(originator_id)
                return Appended("appended", written[0], written[-1], None)
            if status == "taken":
                raise ClaimTaken(scope, originator_id)
            if command is None:
                return Appended("appended", first, last, None)
            if status == "mismatch":
                raise CommandMismatch(command.command_id)
            recorded = CommandRow(
                command_id=command.command_id,
                fingerprint=command.fingerprint,
                originator_id=originator_id,
                result=result,
                first_position=first,
                last_position=last,
                version=version,
                at=at,
            )
            return Appended(status, first, last, recorded)

        return patiently(self.datastore, attempt)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Eventsourcing's own way in: no command, any versions not yet taken."""
        if not stored_events:
            return None
        parameters = parameters_of(stored_events, {}, None, NO_CLAIMS)

        def attempt(connection: Connection[DictRow], number: int) -> Sequence[int]:
            try:
                row = _one(connection, APPEND, parameters)
            except psycopg.errors.UniqueViolation:
                written = _written(connection, stored_events) if number else None
                if written is None:
                    raise
                return written
            return range(row[1], row[2] + 1)

        try:
            return list(patiently(self.datastore, attempt))
        except LogUnavailable as error:
            raise OperationalError(str(error)) from error
        except psycopg.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except psycopg.ProgrammingError as error:
            raise ProgrammingError(str(error)) from error
        except psycopg.DatabaseError as error:
            raise DatabaseError(str(error)) from error

    def read(self, originator_id: UUID, after_version: int = 0) -> list[Entry]:
        """Events of one originator with a version above ``after_version``, in order."""
        return self._entries(_READ, (originator_id, after_version))

    def read_with_command(
        self, originator_id: UUID, after_version: int, command_id: UUID
    ) -> tuple[list[Entry], CommandRow | None]:
        """:meth:`read` and :meth:`command` in one round trip."""
        rows = self.rows(_READ_WITH_COMMAND, (originator_id, after_version, command_id))
        entries: list[Entry] = []
        command = None
        for last, of, version, topic, state, fingerprint, first, at in rows:
            if fingerprint is None:
                entries.append(Entry(last, of, version, topic, state))
            else:
                command = CommandRow(command_id, fingerprint, of, state, first, last, version, at)
        return entries, command

    def read_from(self, position: int, limit: int, until: int = _END_OF_TIME) -> list[Entry]:
        """At most ``limit`` events after ``position`` (and up to ``until``), in log order.

        Complete up to its last event: nothing can appear later before it.
        """
        return self._entries(_READ_FROM, (position, until, limit))

    def stream(
        self, after: int = 0, until: int | None = None, batch: int = 5000
    ) -> Iterator[Entry]:
        """Events after ``after``, up to ``until`` or the end of the log now, in constant memory.

        Each batch is a short query of its own, so a long reading holds no transaction open.
        """
        until = self.last_position() if until is None else until
        while after < until and (entries := self.read_from(after, batch, until)):
            yield from entries
            after = entries[-1].position

    def last_position(self) -> int:
        """Position of the last event; 0 for an empty log."""
        return self.rows(_LAST)[0][0]

    def command(self, command_id: UUID) -> CommandRow | None:
        """The command as it was recorded; None if it never was."""
        rows = self.rows(_COMMAND, (command_id,))
        return CommandRow(*rows[0]) if rows else None

    def known(self, command_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these commands that have been recorded."""
        rows = self.rows(_KNOWN, (list(command_ids),)) if command_ids else []
        return {row[0] for row in rows}

    def holder(self, scope: str, key: bytes) -> UUID | None:
        """Originator that holds a claim; None if it is free."""
        rows = self.rows(_HOLDER, (scope, key))
        return rows[0][0] if rows else None

    def originators_of(self, topic: str) -> list[UUID]:
        """Originators whose first event is of ``topic``, oldest first."""
        return [row[0] for row in self.rows(_BEGINNINGS, (topic,))]

    def _entries(self, query: str, parameters: tuple[Any, ...]) -> list[Entry]:
        return list(map(Entry._make, self.rows(query, parameters)))

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of any reading query, values in binary."""
        return patiently(self.datastore, lambda c, _: _all(c, query, parameters))


def _all(
    connection: Connection[DictRow], query: str, parameters: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()


def _one(
    connection: Connection[DictRow], query: str, parameters: tuple[Any, ...]
) -> tuple[Any, ...]:
    return _all(connection, query, parameters)[0]


def _written(connection: Connection[DictRow], events: Sequence[StoredEvent]) -> list[int] | None:
    """Positions of these very events, if an attempt whose answer was lost wrote them."""
    ids, versions = columns([(e.originator_id, e.originator_version) for e in events], 2)
    rows = _all(connection, _WRITTEN, (ids, versions))
    if [(topic, state) for _, topic, state in rows] != [(e.topic, e.state) for e in events]:
        return None
    return [row[0] for row in rows]
