"""Who was anonymous gives a name by their own choice, and nothing earlier is revealed by it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from api.http.access import Reader
from api.http.door import Door
from api.http.likenesses import possible
from api.http.looks import Looks
from domain.case import commands as c
from domain.person.index import SCOPE, alike, held
from domain.person.state import person_of
from domain.service import CaseService
from projections import storage
from projections.models import read_models
from projections.projector import Projector
from tests.domain.conftest import TERRITORY
from tests.domain.test_places import command, opened, service
from tests.persons.conftest import about, decide_merge, decision, propose

__all__ = ["service"]

CODE = "RSSMRA85T10A562S"
NAME = {"first_name": "Canarino", "last_name": "Nomesegreto", "tax_code": CODE}


def referred(service: CaseService) -> UUID:
    return opened(service, anonymous=True, pseudonym="Kappa7")


def name(service: CaseService, case: UUID) -> None:
    service.handle(command(c.CompleteTask, case, task="name", outcome="done", data=NAME))


def readable(url: str, word: str) -> list[str]:
    """Tables of the database, in every schema, in which the word stands in the clear."""
    found = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(
                SQL("SELECT to_jsonb(t)::text FROM {} t").format(Identifier(schema, table))
            ).fetchall()
            forms = (word.lower(), word.encode().hex(), word.lower().encode().hex())
            if any(form in row[0].lower() for row in rows for form in forms):
                found.append(f"{schema}.{table}")
    return found


def test_nothing_earlier_is_revealed_by_a_name(service: CaseService, database_url: str) -> None:
    case = referred(service)
    person = about(service, case)
    assert [claim.scope for claim in held(service.recorder, [person])] == ["pseudonym"]
    earlier = [entry.state for entry in service.recorder.stream()]
    name(service, case)
    # Byte for byte as it was: exports and checkpoints of before say nothing.
    assert [entry.state for entry in service.recorder.stream()][: len(earlier)] == earlier
    projector = Projector(database_url, service.recorder, read_models(service.registry, TERRITORY))
    with storage.connect(database_url) as connection:
        projector.catch_up(connection)
    for word in ("Nomesegreto", "Canarino", CODE, "Kappa7"):
        assert readable(database_url, word) == []
    # The case's own events have no name in them, not even sealed.
    for event in service.history(case):
        assert not NAME.keys() & getattr(event.body, "personal", {}).keys()
    state = person_of(service, person)
    assert (state.anonymous, state.was_anonymous) == (False, True)
    # From now on they are found, as everybody is.
    assert SCOPE in {claim.scope for claim in held(service.recorder, [person])}


def test_a_name_that_somebody_has_already_is_no_obstacle_and_tells_nobody(
    service: CaseService,
) -> None:
    known = about(service, opened(service, **NAME))
    case = referred(service)
    person = about(service, case)
    assert [one.person for one in alike(service.recorder, service.blind_key, NAME, "")] == [known]
    name(service, case)
    both = {one.person for one in alike(service.recorder, service.blind_key, NAME, "")}
    assert both == {known, person}
    # The tax code still finds who had it first.
    assert about(service, opened_again(service, known)) == known
    # To who may see neither, not even a hint of the one who was anonymous.
    seen = possible(_door(service, "nobody", ()), NAME, "", known)
    assert (seen.found, seen.hint) == ([], None)
    # Two people may join them now, never one alone.
    service.handle(command(c.ReportEvent, case, event="death"))
    propose(service, known, person)
    decide_merge(service, decision(known, person))
    assert about(service, case) == known


def opened_again(service: CaseService, known: UUID) -> UUID:
    """The named person's case ends, and they are referred once more."""
    case = service.recorder.holder("open-case:test", known.bytes)
    assert case is not None
    service.handle(command(c.ReportEvent, case, event="death"))
    return opened(service, **NAME)


def _door(service: CaseService, who: str, holds: tuple[tuple[str, str, bool], ...]) -> Door:
    reader = Reader(who, holds)
    parts: Any = type("Parts", (), {"service": service})
    return Door(parts, reader, Looks(reader, "/test", service.clock.now()))
