"""The rows of notices and of what people chose. Connections are in autocommit mode or in the
caller's transaction; `person` is a staff id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from domain.notices.telling import IMPORTANT, Kind, Told

MailChoice = Literal["each", "important", "never"]


class Notice(msgspec.Struct, frozen=True):
    """`protocol`, `version`: the text in which `step` has its title; `at`: when it was recorded."""

    id: int
    kind: Kind
    case_id: UUID
    task: str
    step: str
    protocol: str
    version: str
    at: datetime
    read_at: datetime | None


class Matter(Notice, frozen=True):
    """What somebody was told of one task, as its latest notice; of everything else each notice by
    itself. `earlier`: how many notices were there before; `read_at`: None while one of them has
    not been read."""

    earlier: int


class Preferences(msgspec.Struct, frozen=True):
    """`mail`: what is mailed at once; `digest`: the hour at which one mail says how many notices
    have not been read, None for no such mail."""

    mail: MailChoice = "important"
    digest: int | None = 7

    def mailed(self, kind: Kind) -> bool:
        return self.mail == "each" or (self.mail == "important" and kind in IMPORTANT)


class Case(NamedTuple):
    """The case a notice is about, as it is written down."""

    id: UUID
    protocol: str
    version: str


_COLUMNS = "id, kind, case_id, task, step, protocol, version, at, read_at"
_WRITE = """
    INSERT INTO notices (person, position, kind, case_id, task, step, protocol, version, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person, position) DO NOTHING
"""
_MAIL = """
    INSERT INTO notice_mails (person, about, case_id) VALUES (%s, %s, %s)
    ON CONFLICT (person, about) DO NOTHING
"""
# Of one task people are told that it is there, is theirs, is nearly due, is late: one matter.
OF_TASKS: tuple[Kind, ...] = ("opened", "assigned", "reminded", "escalated")
_MATTER = (
    f"case_id, CASE WHEN kind IN ({', '.join(map(repr, OF_TASKS))}) THEN task ELSE id::text END"
)
_LIST = f"""
    SELECT {_COLUMNS.replace("read_at", "CASE WHEN read THEN read_at END AS read_at")}, earlier
    FROM (
        SELECT *, count(*) OVER matter - 1 AS earlier,
               bool_and(read_at IS NOT NULL) OVER matter AS read,
               max(id) OVER matter AS latest
        FROM notices WHERE person = %s WINDOW matter AS (PARTITION BY {_MATTER})
    ) AS told
    WHERE id = latest AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s
"""
_ONE = f"SELECT {_COLUMNS} FROM notices WHERE person = %s AND id = %s"
_UNREAD = f"""
    SELECT count(*) FROM (
        SELECT FROM notices WHERE person = %s AND read_at IS NULL GROUP BY {_MATTER} LIMIT %s
    )
"""
_READ = "UPDATE notices SET read_at = clock_timestamp() WHERE person = %s AND read_at IS NULL"
_READ_ALL = f"{_READ} AND id <= %s"
_READ_ONE = f"""
    {_READ_ALL} AND ({_MATTER}) = (SELECT {_MATTER} FROM notices WHERE person = %s AND id = %s)
"""
_FORGET = "DELETE FROM notices WHERE at < %s"
_CHOICES = "SELECT person, mail, digest FROM notice_preferences WHERE person = ANY(%s)"
_CHOOSE = """
    INSERT INTO notice_preferences (person, mail, digest) VALUES (%s, %s, %s)
    ON CONFLICT (person) DO UPDATE SET mail = excluded.mail, digest = excluded.digest
"""

KEPT = timedelta(days=180)
"""How long a notice is there, read or not; what it was about is in the log."""
MANY = 100
"""Beyond which it is no use to say how many there are."""


def write(
    connection: Connection[Any],
    told: Told,
    position: int,
    case: Case,
    at: datetime,
    mailed: Iterable[str],
) -> None:
    """Tell each person of the event, and those in `mailed` by mail too; twice is harmless."""
    mailing = set(mailed)
    with connection.cursor() as cursor:
        for person in told.persons:
            row = (person, position, told.kind, case.id, told.task, told.step, case.protocol)
            cursor.execute(_WRITE, (*row, case.version, at))
            if person in mailing:
                cursor.execute(_MAIL, (person, f"notice {position}", case.id))


def listed(
    connection: Connection[Any], person: str, *, before: int | None = None, limit: int = 30
) -> list[Matter]:
    """The latest first. `before`: older than this one."""
    with connection.cursor(row_factory=class_row(Matter)) as cursor:
        return cursor.execute(_LIST, (person, before, before, limit)).fetchall()


def one(connection: Connection[Any], person: str, id: int) -> Notice | None:
    """One of the person's own."""
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(_ONE, (person, id)).fetchone()


def unread(connection: Connection[Any], person: str) -> int:
    """Of how many matters something has not been read, MANY at most."""
    row = connection.execute(_UNREAD, (person, MANY)).fetchone()
    return row[0] if row else 0


def who_has_unread(connection: Connection[Any]) -> set[str]:
    query = "SELECT DISTINCT person FROM notices WHERE read_at IS NULL"
    return {row[0] for row in connection.execute(query)}


def told_until(connection: Connection[Any], *, hold: bool = False) -> int:
    """Position of the last event of the log that people have been told of. `hold`: nobody else may
    move it before the transaction ends."""
    query = "SELECT position FROM notices_position" + (" FOR UPDATE" if hold else "")
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def mark_read(
    connection: Connection[Any], person: str, *, one: int | None = None, until: int
) -> None:
    """What the person was told of the matter of one notice, or of all, up to `until`: what came
    after was not on the page."""
    if one is None:
        connection.execute(_READ_ALL, (person, until))
    else:
        connection.execute(_READ_ONE, (person, until, person, one))


def forget(connection: Connection[Any], before: datetime) -> None:
    """Those of what was recorded before that instant."""
    connection.execute(_FORGET, (before,))


def preferences(connection: Connection[Any], persons: Iterable[str]) -> dict[str, Preferences]:
    """By person, what they chose; who chose nothing has the defaults."""
    wanted = list(persons)
    chosen = {
        person: Preferences(mail, digest)
        for person, mail, digest in connection.execute(_CHOICES, (wanted,))
    }
    return {person: chosen.get(person, Preferences()) for person in wanted}


def choose(connection: Connection[Any], person: str, chosen: Preferences) -> None:
    connection.execute(_CHOOSE, (person, chosen.mail, chosen.digest))
