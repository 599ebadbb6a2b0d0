"""Cases: the list, one, its history, its state at any time, its timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from psycopg import Connection

from api.http.access import Sight
from api.http.case_view import (
    DETAIL_EXAMPLE,
    STATE_EXAMPLE,
    CaseDetail,
    CaseStateView,
    case_detail,
    state_view,
)
from api.http.door import Door, Identified
from api.http.followed import followed
from api.http.looks import ReadRoute
from api.http.parameters import After, Cursor, Instant, Limit, Version, Word
from api.http.referrals import istat_of
from api.http.shapes import Json, shape
from api.http.visible import placed, visible
from api.http.withheld import Screen, origins
from domain.log.topics import topic_of
from domain.service import unknown_case
from domain.vault.pseudonyms import with_pseudonyms
from projections.cases.queries import CasePage, CaseSummary, cases
from projections.cursor import cursor_of
from projections.deadlines.queries import overdue as overdue_tasks
from projections.timeline.queries import TimelineEntry, timeline

router = APIRouter(prefix="/api/v1/cases", tags=["casi"], route_class=ReadRoute)

At = Annotated[Instant | None, Query(description="Com'era in quell'istante.")]
AtVersion = Annotated[Version | None, Query(description="Com'era dopo tanti eventi.")]


class HistoryEvent(msgspec.Struct, frozen=True):
    """`kind`: the event's topic; `body`: what it says, fields that may not be seen replaced by
    `{"withheld": category}`; `role`: in which the actor acted."""

    position: int
    version: int
    at: datetime
    occurred_at: datetime | None
    actor: str
    role: str | None
    kind: str
    body: dict[str, Any]


class History(msgspec.Struct, frozen=True):
    case: UUID
    version: int
    events: list[HistoryEvent]


class Timeline(msgspec.Struct, frozen=True):
    """`after_version` asks for the rest, null at the end."""

    case: UUID
    entries: list[TimelineEntry]
    after_version: int | None


_CASE = DETAIL_EXAMPLE.id
_HISTORY = History(_CASE, 0, [])


@router.get("", responses=shape(CasePage, "I casi.", CasePage([], "")), summary="Elenca i casi")
def list_cases(
    door: Identified,
    state: Literal["open", "ended"] | None = None,
    stage: Word | None = None,
    district: Annotated[int | None, Query(ge=0, le=999)] = None,
    comune: Annotated[Word | None, Query(description="Codice ISTAT o nome.")] = None,
    protocol: Word | None = None,
    protocol_version: Word | None = None,
    source: Word | None = None,
    service: Word | None = None,
    reason: Word | None = None,
    person: UUID | None = None,
    paused: bool | None = None,
    open_step: Word | None = None,
    overdue: Annotated[bool, Query(description="Con qualcosa oltre il termine.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """Solo quelli che chi chiede può vedere, i più recenti prima. · Only those one may see."""
    door.wait(after, "cases", "persons")
    filters: dict[str, Any] = {
        "state": state,
        "stage": stage,
        "districts": None if district is None else [district],
        "comune": istat_of(door.service.territory, comune, "query.comune") if comune else None,
        "protocol": protocol,
        "version": protocol_version,
        "source": source,
        "service": service,
        "reason": reason,
        "person": person,
        "paused": paused,
        "open_step": open_step,
    }

    def show(row: CaseSummary, sight: Sight) -> CaseSummary | None:
        shown = placed(door.reader, row, sight)
        # To be found by the comune would tell it too.
        return None if comune and not shown.comune else shown

    with door.reading() as connection:

        def fetch(at: str, count: int) -> tuple[list[CaseSummary], str]:
            page = cases(connection, **filters, limit=count, cursor=at)
            return with_pseudonyms(door.service.vault, page.cases), page.cursor

        late = _late(connection, door) if overdue else None
        found, following = visible(
            door,
            fetch,
            lambda row: row.id,
            _cursor_at,
            limit=limit,
            cursor=cursor,
            keep=lambda row: late is None or row.id in late,
            show=show,
        )
    return Json(CasePage(found, following))


def _cursor_at(row: CaseSummary) -> str:
    return cursor_of(row.opened_at.isoformat(), row.id)


def _late(connection: Connection[Any], door: Door) -> set[UUID]:
    return {d.case for d in overdue_tasks(connection, door.service.clock.now(), 100_000)}


@router.get("/{case}", responses=shape(CaseDetail, "Il caso.", DETAIL_EXAMPLE), summary="Un caso")
def one_case(case: UUID, door: Identified) -> Json:
    """Com'è adesso, letto dal registro. · As it is now, read from the log."""
    return Json(case_detail(door, door.sight(case), case))


@router.get(
    "/{case}/history",
    responses=shape(History, "Gli eventi.", _HISTORY),
    summary="La storia di un caso",
)
def history(case: UUID, door: Identified, at: At = None, version: AtVersion = None) -> Json:
    """Gli eventi fino a un istante o a una versione. · The events up to an instant or version."""
    sight = door.sight(case, "data")
    service = door.service
    events = service.history(case, version=version, at=at)
    if not events:
        raise unknown_case(case)
    state = service.state(case)
    assert state.opened is not None
    personal = service.personal_reader(state.opened.person)
    screen = Screen(
        door.reader, sight, service.plan(state), followed(service, events), personal, door.looks
    )
    of = origins(events)
    return Json(
        History(
            case,
            events[-1].originator_version,
            [
                HistoryEvent(
                    event.position,
                    event.originator_version,
                    event.at,
                    event.occurred_at,
                    event.actor,
                    event.role,
                    topic_of(type(event.body)),
                    screen.body(event, of[event.originator_version]),
                )
                for event in events
            ],
        )
    )


@router.get(
    "/{case}/state",
    responses=shape(CaseStateView, "Lo stato.", STATE_EXAMPLE),
    summary="Lo stato di un caso, anche nel passato",
)
def state(case: UUID, door: Identified, at: At = None, version: AtVersion = None) -> Json:
    """Passi, compiti e dati com'erano. · Steps, tasks and data as they stood."""
    sight = door.sight(case, "data")
    found = door.service.state(case, version=version, at=at)
    events = door.service.history(case, version=found.version)
    return Json(state_view(door, sight, found, events))


@router.get(
    "/{case}/timeline",
    responses=shape(Timeline, "La cronologia.", Timeline(_CASE, [], None)),
    summary="La cronologia di un caso, a parole",
)
def case_timeline(
    case: UUID,
    door: Identified,
    at: At = None,
    after_version: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Limit = 200,
    after: After = 0,
) -> Json:
    """Una riga per evento, senza nulla di personale. · One line for each event."""
    door.sight(case, "timeline")
    door.wait(after, "timeline")
    with door.reading() as connection:
        entries = timeline(connection, case, after_version=after_version, at=at, limit=limit + 1)
    more = len(entries) > limit
    entries = entries[:limit]
    return Json(Timeline(case, entries, entries[-1].version if more else None))
