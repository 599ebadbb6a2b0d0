"""Who did what, read from many events at once: the envelope, and of the body three fields.

Somebody's acts of years are tens of thousands of events; to read their bodies whole takes six times
as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry
from domain.log.topics import body_class, class_version, topic_of

_AT = """
    SELECT notification_id, originator_id, originator_version, topic, state
    FROM stored_events WHERE notification_id = ANY(%s) ORDER BY notification_id
"""


class Said(NamedTuple):
    """One event. `kind`: its topic; `step`: the step it is about, if about one."""

    position: int
    case: UUID
    actor: str
    at: datetime
    occurred_at: datetime | None
    command: UUID
    kind: str
    step: str
    role: str | None
    as_deputy: bool


class _Body(msgspec.Struct, gc=False):
    step: str = ""
    task: str = ""
    as_deputy: bool = False


class _Envelope(msgspec.Struct, gc=False):
    at: datetime
    by: str
    cmd: UUID
    body: _Body
    as_: str | None = msgspec.field(default=None, name="as")
    on: datetime | None = None
    v: int = 1


_DECODER = msgspec.json.Decoder(_Envelope)


def entries_at(connection: Connection[Any], positions: Sequence[int]) -> Iterator[Entry]:
    """The rows at these positions of the log, in its order."""
    with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        for row in cursor.execute(_AT, (list(positions),)):
            yield Entry._make(row)


def said_at(
    mapper: CaseLogMapper, connection: Connection[Any], positions: Sequence[int]
) -> Iterator[Said]:
    """The events of cases at these positions, in the log's order. Raises UnreadableEvent."""
    for entry in entries_at(connection, positions):
        kind, version = _known(entry.topic)
        try:
            told = _DECODER.decode(entry.state)
        except msgspec.MsgspecError:
            told = None
        if told is None or told.v != version:
            # In an older form: brought to today's first.
            yield _read(mapper, entry)
            continue
        step = told.body.step or told.body.task.partition("#")[0]
        yield Said(
            entry.position, entry.originator_id, told.by, told.at, told.on, told.cmd, kind, step,
            told.as_, told.body.as_deputy,
        )  # fmt: skip


@cache
def _known(topic: str) -> tuple[str, int]:
    """The topic under which such events are written today, and their form."""
    cls = body_class(topic)
    return (topic_of(cls), class_version(cls)) if cls else (topic, 0)


def _read(mapper: CaseLogMapper, entry: Entry) -> Said:
    event = mapper.read(entry)
    body = event.body
    step = getattr(body, "step", "") or str(getattr(body, "task", "")).partition("#")[0]
    return Said(
        event.position,
        event.originator_id,
        event.actor,
        event.at,
        event.occurred_at,
        event.command_id,
        topic_of(type(body)),
        step,
        event.role,
        bool(getattr(body, "as_deputy", False)),
    )
