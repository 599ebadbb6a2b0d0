"""The log read with its hashes, for whoever recomputes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from domain.log.recorder import CaseLogRecorder
from domain.proof.leaf import FIRST, event_hash

# What may not be missing, and is, is read as what cannot be: so that its hash is not right; and
# numbers as numbers, whatever somebody made of their columns.
_COLUMNS = """
    e.notification_id::bigint, e.originator_id,
    coalesce(e.originator_version::bigint, 9223372036854775807), coalesce(e.topic, ''),
    coalesce(e.state, ''), coalesce(e.hash, '')
"""
_BY_POSITION = f"""
    SELECT {_COLUMNS}, (
        SELECT p.hash FROM stored_events p WHERE p.originator_id = e.originator_id
        AND p.originator_version < e.originator_version ORDER BY p.originator_version DESC LIMIT 1)
    FROM stored_events e WHERE e.notification_id > %b::bigint AND e.notification_id <= %b::bigint
    ORDER BY e.notification_id LIMIT %b
"""
_BY_ORIGINATOR = f"""
    SELECT {_COLUMNS} FROM stored_events e
    WHERE (e.originator_id, e.originator_version) > (%b, %b::bigint)
      AND e.originator_id <= %b AND e.notification_id <= %b::bigint
    ORDER BY e.originator_id, e.originator_version LIMIT %b
"""
_BATCH = 5_000
LEAST, GREATEST = UUID(int=0), UUID(int=(1 << 128) - 1)


class Hashed(NamedTuple):
    """A row of the log; ``previous`` is the stored hash of the originator's event before it."""

    position: int
    originator: UUID
    version: int
    topic: str
    state: bytes
    hash: bytes
    previous: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the hash is that of what stands beside it, after what came before."""
        return self.hash == event_hash(
            self.previous, self.originator, self.version, self.position, self.topic, self.state
        )


def by_position(recorder: CaseLogRecorder, after: int, until: int) -> Iterator[Hashed]:
    """Events after position ``after`` up to ``until``, in the log's order."""
    while rows := recorder.rows(_BY_POSITION, (after, until, _BATCH)):
        for row in rows:
            yield Hashed._make((*row[:6], row[6] or FIRST))
        after = rows[-1][0]


def by_originator(
    recorder: CaseLogRecorder, until: int, low: UUID = LEAST, high: UUID = GREATEST
) -> Iterator[Hashed]:
    """Events up to position ``until``, originator by originator (above ``low``, up to ``high``)."""
    of, version, last = low, (1 << 63) - 1 if low.int else 0, FIRST
    while rows := recorder.rows(_BY_ORIGINATOR, (of, version, high, until, _BATCH)):
        for row in rows:
            if row[1] != of:
                of, last = row[1], FIRST
            yield Hashed._make((*row, last))
            version, last = row[2], row[5]
        if len(rows) < _BATCH:
            return
