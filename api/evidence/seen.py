"""The read log of a case up to a position: from the read model, and what it has not yet from the
log itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.evidence.naming import Naming
from domain.log.recorded import Entry
from domain.log.topics import topic_of
from domain.reads.events import ReadsRecorded
from domain.service import CaseService
from projections.positions import positions
from projections.reads.queries import ReadLine, reads

_PAGE = 1_000
_LATER = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE notification_id > %b::bigint AND notification_id <= %b::bigint AND topic = %b
    ORDER BY notification_id
"""


def reads_of(
    service: CaseService, connection: Connection[Any], case: UUID, until: int
) -> list[ReadLine]:
    """Oldest first, every read or refusal recorded up to the position `until`."""
    known = positions(connection, ["reads"])["reads"]
    found = [*_modelled(connection, case), *_later(service, case, min(known, until), until)]
    kept = {(line.position, line.line): line for line in found if line.position <= until}
    return [kept[key] for key in sorted(kept)]


def _modelled(connection: Connection[Any], case: UUID) -> Iterator[ReadLine]:
    cursor = ""
    while True:
        page = reads(connection, case=case, limit=_PAGE, cursor=cursor)
        yield from page.reads
        cursor = page.cursor
        if not cursor:
            return


def _later(service: CaseService, case: UUID, after: int, until: int) -> Iterator[ReadLine]:
    rows = service.recorder.rows(_LATER, (after, until, topic_of(ReadsRecorded)))
    for row in rows:
        event = service.mapper.read(Entry._make(row))
        for number, read in enumerate(event.body.reads, 1):
            if read.case == case:
                yield ReadLine(
                    event.position, number, read.at, read.by, read.door, read.case, read.person,
                    list(read.roles), list(read.grounds), list(read.shown), list(read.withheld),
                    read.refused,
                )  # fmt: skip


def told(lines: list[ReadLine], naming: Naming) -> list[dict[str, Any]]:
    """As the bundle writes them: the person is left out, for all lines are about this case."""
    return [
        {
            "position": line.position,
            "line": line.line,
            "at": line.at,
            "reader": naming.staff(line.reader),
            "roles": line.roles,
            "door": line.door,
            "grounds": line.grounds,
            "shown": line.shown,
            "withheld": line.withheld,
            "refused": line.refused,
        }
        for line in lines
    ]
