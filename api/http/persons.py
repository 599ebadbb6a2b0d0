"""Who has looked at a person's data: line by line for those who audit, by day for the person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query

from api.http.access import grounds_for_read_log, may_read_field
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import After, Cursor, Instant, Limit, Word
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.sights import sights
from domain.person.forgetting import cases_of
from domain.person.state import fold, standing_for
from projections.reads.queries import ReadLine, ReadPage, reads
from projections.reads.who import ReaderOnDay, who_looked
from protocols.text import Text

router = APIRouter(prefix="/api/v1/persons", tags=["persone"], route_class=ReadRoute)

_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
_PERSON = UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111")
_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
_PAGE = ReadPage(
    [
        ReadLine(
            431, 1, _AT, "ref-melzo", "/api/v1/cases/{case}/history", _CASE, _PERSON,
            ["municipal_referent@comune:015142"], ["comune"], ["identity", "social"],
            ["clinical"], False,
        )
    ],
    "",
)  # fmt: skip


class Readers(msgspec.Struct, frozen=True):
    """Who looked at the person's data, by day, the latest first."""

    person: UUID
    readers: list[ReaderOnDay]


_READERS = Readers(
    _PERSON,
    [
        ReaderOnDay(
            date(2026, 3, 12), "ref-melzo", ["municipal_referent"], ["comune:015142"],
            ["identity", "social"], 2, 0,
        )
    ],
)  # fmt: skip


@router.get(
    "/{person}/reads",
    responses=shape(ReadPage, "Le consultazioni.", _PAGE),
    summary="Chi ha consultato i dati di una persona",
)
def person_reads(
    person: UUID,
    door: Identified,
    case: UUID | None = None,
    by: Word | None = None,
    since: Annotated[Instant | None, Query(description="Da, compreso.")] = None,
    until: Annotated[Instant | None, Query(description="A, escluso.")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """Per chi verifica e per chi tutela i dati; anche questa lettura è registrata. · For auditors
    and those who protect data; this reading is recorded too."""
    grounds = _grounds(door)
    if not grounds:
        raise _refused(door, person)
    persons = standing_for(door.service, person).ids
    door.wait(after, "reads")
    with door.reading() as connection:
        page = reads(
            connection, persons=persons, case=case, by=by, since=since, until=until, limit=limit,
            cursor=cursor,
        )  # fmt: skip
    door.looks.admitted(grounds, case, person)
    return Json(page)


@router.get(
    "/{person}/readers",
    responses=shape(Readers, "Chi ha guardato, giorno per giorno.", _READERS),
    summary="«Chi ha guardato il mio fascicolo?»",
)
def person_readers(person: UUID, door: Identified, after: After = 0) -> Json:
    """Da consegnare alla persona, da chi la segue. · To be handed to the person by those in
    charge of them: pseudonymous ids of staff, roles, organisations, days."""
    grounds = _grounds(door)
    # Without a ground, who is not known is refused as who may not be seen.
    known = grounds or fold(person, door.service.history(person))
    persons = standing_for(door.service, person).ids if known else ()
    if not grounds:
        cases = [case for one in persons for case in cases_of(door.service, one)]
        seen = sights(door.service, cases)
        grounds = frozenset(
            "in_charge"
            for sight in seen.values()
            if may_read_field(door.reader, sight, "identity", True)
        )
    if not grounds:
        raise _refused(door, person)
    door.wait(after, "reads")
    zone = str(door.service.territory.timezone)
    with door.reading() as connection:
        found = who_looked(connection, persons, zone)
    door.looks.admitted(grounds, None, person)
    return Json(Readers(person, found))


def _grounds(door: Door) -> frozenset[str]:
    return grounds_for_read_log(door.reader, door.service.territory.records.erasure.approved_by)


def _refused(door: Door, person: UUID) -> Problem:
    door.looks.refused(None, person)
    return Problem(
        403,
        "not_for_this_role",
        Text(
            "Le consultazioni dei dati di una persona le vede chi verifica, chi tutela i dati e, "
            "giorno per giorno, chi segue la persona.",
            "Who read a person's data is shown to those who audit, those who protect data and, by "
            "day, those in charge of the person.",
        ),
    )
