"""A case in the past, over the API: as it stood, as it was known, what differs, who could see."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query

from api.answers.audit import CouldSee, could_see
from api.http.access import grounds_for_read_log, scope_shown
from api.http.disclosures import AuthorisationLine
from api.http.door import Door, Identified
from api.http.followed import followed
from api.http.looks import ReadRoute
from api.http.parameters import Day, Instant, Version
from api.http.problems import Problem
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.withheld import Screen, origins
from api.replaying.moments import Between, between_moments
from api.replaying.shapes import Replay
from api.replaying.standing import Sight, replay_of
from domain.case.difference import Difference
from domain.log.recorded import Recorded
from domain.refusal import FieldProblem
from domain.service import unknown_case
from protocols.text import Text

router = APIRouter(prefix="/api/v1/cases", tags=["il passato di un caso"], route_class=ReadRoute)

_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
_AT = datetime.fromisoformat("2026-03-12T09:30:00+00:00")


class Past(msgspec.Struct, frozen=True):
    """`replay`: the case as it stood, or `between`: what differs; one of the two is null."""

    replay: Replay | None = None
    between: Between | None = None


class WhoCouldSee(msgspec.Struct, frozen=True):
    """At the end of the day `on`. `rules`: digest of the access policies of that day, installed at
    `rules_since` (null: the log has none so early, and its first ones count, or today's);
    `authorised`: the person's authorisations then in force, each with its purpose and its end."""

    case: UUID
    on: date
    rules: str
    rules_since: datetime | None
    authorised: list[AuthorisationLine]
    people: list[CouldSee]


_PAST = Past(between=Between(_CASE, None, _AT, 0, 2, Difference([], [], [], [])))
_COULD = WhoCouldSee(
    _CASE,
    date(2026, 3, 12),
    "9f2c4b1e…",
    _AT,
    [],
    [CouldSee("mr-melzo-1", ["comune"], ["summary"], ["social"], ["social"])],
)


@router.get(
    "/{case}/replay",
    responses=shape(Past, "Il caso nel passato.", _PAST),
    summary="Un caso com'era, com'era noto, o che cosa cambia fra due momenti",
)
def replay(
    case: UUID,
    door: Identified,
    at: Annotated[Instant | None, Query(description="Com'era noto allora.")] = None,
    version: Annotated[Version | None, Query(description="Dopo tanti eventi.")] = None,
    known_at: Annotated[
        Instant | None,
        Query(description="Con «at»: com'era allora, per quanto si seppe a questo istante."),
    ] = None,
    since: Annotated[
        Instant | None, Query(alias="from", description="Che cosa cambia da allora…")
    ] = None,
    until: Annotated[
        Instant | None, Query(alias="to", description="… fino ad allora; o ad adesso.")
    ] = None,
) -> Json:
    """Una cosa per volta: `at` (anche con `known_at`), `version`, oppure `from` e `to`. · One thing
    at a time."""
    span = since is not None or until is not None
    _check(span, at, version, known_at)
    sight = door.sight(case, "data")
    service = door.service
    if span:
        found = between_moments(service, case, since, until or service.clock.now())
        return Json(Past(between=found))
    history = service.history(case)
    screen = Screen(
        door.reader, sight, service.plan(service.state(case)), followed(service, history),
        looks=door.looks,
    )  # fmt: skip
    of = origins(history)

    def fact(event: Recorded) -> dict[str, Any]:
        return screen.body(event, of[event.originator_version])

    shown = Sight(fact, lambda scope: scope_shown(door.reader, sight, scope))
    past = replay_of(service, case, version=version, at=at, known_at=known_at, sight=shown)
    return Json(Past(replay=past))


def _check(span: bool, at: datetime | None, version: int | None, known_at: datetime | None) -> None:
    clash = (
        (span and (at is not None or version is not None or known_at is not None))
        or (at is not None and version is not None)
        or (known_at is not None and at is None)
    )
    if clash:
        message = Text(
            "si chiede una cosa per volta: «at» (anche con «known_at»), «version», oppure «from» "
            "e «to»",
            "ask one thing at a time: “at” (also with “known_at”), “version”, or “from” and “to”",
        )
        raise Problem(
            422,
            "parameters_clash",
            Text("I parametri non vanno insieme.", "The parameters do not go together."),
            fields=(FieldProblem("query", message),),
        )


@router.get(
    "/{case}/could-see",
    responses=shape(WhoCouldSee, "Chi poteva vedere.", _COULD),
    summary="Chi poteva vedere un caso in un giorno",
)
def who_could_see(
    case: UUID,
    door: Identified,
    on: Annotated[Day, Query(description="Alla fine di quel giorno.")],
    category: Literal["identity", "social", "work", "clinical", "judicial"] | None = None,
) -> Json:
    """Per chi verifica e per chi tutela i dati. · For auditors and those who protect data."""
    grounds = auditing(door, case)
    service = door.service
    # Of today's case: that of the day may not have been opened, which is answered below.
    known = sights(service, [case]).get(case)
    if known is None:
        raise unknown_case(case)
    end = datetime.combine(on, time.max, service.territory.timezone)
    found = could_see(service, case, end, on, category)
    door.looks.admitted(grounds, case, known.person)
    return Json(
        WhoCouldSee(case, on, found.rules, found.rules_since, found.authorised, found.people)
    )


def auditing(door: Door, case: UUID | None = None) -> frozenset[str]:
    """By which right the asker puts an auditor's questions. Raises Problem (403), and that is
    recorded."""
    protecting = door.service.territory.records.erasure.approved_by
    grounds = grounds_for_read_log(door.reader, protecting)
    if not grounds:
        door.looks.refused(case, None)
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Lo chiede chi verifica, o chi tutela i dati.",
                "It is asked by those who audit, or who protect data.",
            ),
        )
    return grounds
