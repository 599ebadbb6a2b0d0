"""Every document that the log knows of, and whether its file is to be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import topic_of
from protocols.engine.events import CaseOpened

_READ = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE topic = ANY(%b) AND notification_id > %b ORDER BY notification_id LIMIT %b
"""
_CASES = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) AND originator_version = 1
"""
# Whose key is gone, by the vault or by the log.
_WITHOUT_KEY = """
    SELECT person FROM vault_keys WHERE wrapped IS NULL AND person = ANY(%b)
    UNION SELECT originator_id FROM stored_events
    WHERE topic = 'person.person-erased' AND originator_id = ANY(%b)
"""
_BATCH = 1_000
_MAPPER = CaseLogMapper()


class Line(NamedTuple):
    """`position`: of the event that attached it. `stands`: neither withdrawn, nor its person
    erased."""

    position: int
    case: UUID
    document: str
    sha256: str
    size: int
    stands: bool


def documents_in_log(recorder: CaseLogRecorder) -> list[Line]:
    """In the order in which they came. Raises LogUnavailable, UnreadableEvent."""
    lines: dict[tuple[UUID, str], Line] = {}
    for entry in _events(recorder):
        body: Any = _MAPPER.read(entry).body
        key = entry.originator_id, body.document
        if isinstance(body, DocumentAttached):
            line = Line(
                entry.position, entry.originator_id, body.document, body.sha256, body.size, True
            )
            lines[key] = line
        elif key in lines:
            lines[key] = lines[key]._replace(stands=False)
    erased = _erased(recorder, list({line.case for line in lines.values()}))
    return [line._replace(stands=False) if line.case in erased else line for line in lines.values()]


def _events(recorder: CaseLogRecorder) -> Iterator[Entry]:
    topics, after = [topic_of(DocumentAttached), topic_of(DocumentWithdrawn)], 0
    while rows := recorder.rows(_READ, (topics, after, _BATCH)):
        yield from map(Entry._make, rows)
        after = rows[-1][0]


def _erased(recorder: CaseLogRecorder, cases: list[UUID]) -> set[UUID]:
    """The cases that were opened for somebody who is erased."""
    found: set[UUID] = set()
    for begin in range(0, len(cases), _BATCH):
        persons: dict[UUID, UUID] = {}
        for row in recorder.rows(_CASES, (cases[begin : begin + _BATCH],)):
            body = _MAPPER.read(Entry._make(row)).body
            if isinstance(body, CaseOpened):
                try:
                    persons[row[1]] = UUID(body.person)
                except ValueError:
                    raise UnreadableEvent(row[3], row[0], "$.body.person") from None
        known = list(persons.values())
        gone = {person for (person,) in recorder.rows(_WITHOUT_KEY, (known, known))}
        found.update(case for case, person in persons.items() if person in gone)
    return found
