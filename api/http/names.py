"""The names of whom a list of cases is about, for those who may read them: three questions to the
database, however many cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from api.http.access import Sight, may_read_field, relations
from api.http.door import Door
from api.http.sights import sights
from domain.log.datastore import patiently
from domain.log.recorded import Entry, Recorded
from domain.log.topics import topic_of
from domain.person.events import PersonCorrected, PersonNamed, PersonRegistered
from domain.person.particulars import particulars
from domain.service import CaseService
from domain.vault.events import PersonalReader

_QUERY = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) AND topic = ANY(%b)
    ORDER BY originator_id, originator_version
"""
_BODIES = (PersonRegistered, PersonNamed, PersonCorrected)


def names_of(door: Door, cases: Collection[UUID]) -> dict[UUID, str]:
    """By case: family name and given name. Left out are those whose name may not be read here, and
    those who have none. Each name shown is a read of that person's data, and logged as one.

    Raises LogUnavailable, VaultProblem, FieldAltered.
    """
    seen: Mapping[UUID, Sight] = sights(door.service, list(cases)) if cases else {}
    allowed: dict[UUID, UUID] = {}
    for case, sight in seen.items():
        if sight.person and may_read_field(door.reader, sight, "identity", True):
            allowed[case] = sight.person
    if not allowed:
        return {}
    names = _names(door.service, set(allowed.values()))
    for case, person in allowed.items():
        if names.get(person):
            door.looks.admitted(relations(door.reader, seen[case]), case, person)
    if names:
        door.looks.saw("identity", True)
    return {case: names[person] for case, person in allowed.items() if names.get(person)}


def _names(service: CaseService, persons: set[UUID]) -> dict[UUID, str]:
    topics = [topic_of(body) for body in _BODIES]

    def attempt(connection: Any, _: int) -> list[tuple[Any, ...]]:
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(_QUERY, (list(persons), topics)).fetchall()

    rows = patiently(service.recorder.datastore, attempt)
    events = (service.mapper.read(Entry._make(row)) for row in rows)
    keys = service.vault.keys_to_read(persons)
    found = {}
    for person, history in groupby(events, lambda event: event.originator_id):
        reader = PersonalReader(service.vault, person, keys)
        found[person] = _said(list(history), reader)
    return found


def _said(history: list[Recorded], reader: PersonalReader) -> str:
    known = particulars(history, reader)
    parts = (known.get("last_name"), known.get("first_name"))
    return " ".join(dict.fromkeys(str(part) for part in parts if part))
