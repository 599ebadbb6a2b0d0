"""What was established: agreements, the six dimensions, placements, departures from the path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from api.http.access import may_read_hosts
from api.web.case.seen import Seen
from api.web.inbox.view import staff_name
from api.web.words import case as words
from domain.log.recorded import Recorded
from projections.timeline.established import KINDS
from projections.timeline.sentences import SENTENCES
from projections.titles import Titles, answer
from protocols import facts
from protocols.engine import events as e
from protocols.language.forms import FormField
from protocols.text import Text

DIMENSIONS = ("functioning", "economic", "work", "education", "housing", "networks")


def field_of(seen: Seen, fact: facts.Fact, name: str) -> FormField | None:
    """The question that a fact's value answers, where the step's form asks it by the same name."""
    form = seen.screen.form_of(fact.task.partition("#")[0])
    return form.fields.get(name) if form else None


def withheld_category(seen: Seen, event: Recorded, name: str) -> str:
    """Of which category a fact's value is, if the reader may not see it; empty if they may."""
    field = field_of(seen, event.body, name)
    category = field.category if field else "social"
    may = seen.screen.may(category, bool(field and field.personal), seen.origin(event))
    seen.desk.door.looks.saw(category, may)
    return "" if may else category


# ── what was agreed ──────────────────────────────────────────────────────────────────────────


class Agreed(msgspec.Struct, frozen=True):
    """`what` was decided or signed on a day, until when, by whom it was recorded."""

    what: Text
    detail: Text
    at: datetime
    until: date | None
    by: str


def agreements(seen: Seen) -> tuple[Agreed, ...]:
    """Decisions of the team and signed projects, the latest first."""
    territory = seen.desk.door.service.territory
    found = []
    for event in seen.history:
        body = event.body
        by = staff_name(territory, event.actor)
        if isinstance(body, facts.CaseDiscussed):
            found.append(Agreed(words.DECIDED, _titled(seen, body, "decision"), event.at, None, by))
        elif isinstance(body, facts.ProjectReviewed):
            found.append(
                Agreed(words.REVIEWED, _titled(seen, body, "decision"), event.at, None, by)
            )
        elif isinstance(body, facts.ProjectSigned):
            signed = words.LIGHT_SIGNED if body.light else words.SIGNED
            found.append(Agreed(signed, Text("", ""), event.at, body.ends_on, by))
        elif isinstance(body, facts.CaseClosed):
            closed = _titled(seen, body, "reason")
            found.append(Agreed(words.CLOSED, closed, event.at, None, by))
    return tuple(reversed(found))


def _titled(seen: Seen, fact: facts.Fact, name: str) -> Text:
    """A fact's value that is an outcome of its step, or a choice of its form, in words."""
    part = fact.task.partition("#")[0]
    return answer(seen.plan.protocol, part, type(fact).__name__, name, getattr(fact, name))


# ── the six dimensions ───────────────────────────────────────────────────────────────────────


class Level(msgspec.Struct, frozen=True):
    """`value`: the mean of what the assessors gave, on the ministry's scale 1–6; `low` and `high`
    where they differ."""

    value: float
    low: int
    high: int


class Dimension(msgspec.Struct, frozen=True):
    """`now`: of the latest assessment after that at entry. `withheld`: the category, empty if the
    reader may see it."""

    title: Text
    entry: Level | None
    now: Level | None
    withheld: str


class Profile(msgspec.Struct, frozen=True):
    dimensions: tuple[Dimension, ...]
    entry_at: datetime | None
    now_at: datetime | None
    assessors: int


def profile(seen: Seen) -> Profile | None:
    """None before anything was assessed. Source: D.Lgs. 147/2017 art. 5."""
    recorded = [
        (event, event.body)
        for event in seen.history
        if isinstance(event.body, facts.AssessmentRecorded)
    ]
    if not recorded:
        return None
    entries = [(event, body) for event, body in recorded if body.moment == "entry"]
    later = [(event, body) for event, body in recorded if body.moment != "entry"]
    latest = [pair for pair in later if pair[1].moment == later[-1][1].moment]
    return Profile(
        tuple(_dimension(seen, name, entries, latest) for name in DIMENSIONS),
        entries[-1][0].at if entries else None,
        latest[-1][0].at if latest else None,
        len({body.assessor or event.actor for event, body in entries}),
    )


_Given = list[tuple[Recorded, facts.AssessmentRecorded]]


def _dimension(seen: Seen, name: str, entries: _Given, latest: _Given) -> Dimension:
    hidden, title = "", words.DIMENSIONS[name]
    for event, body in (*entries, *latest):
        if getattr(body, name) is not None:
            field = field_of(seen, body, name)
            title = field.title if field else title
            hidden = hidden or withheld_category(seen, event, name)
    if hidden:
        return Dimension(title, None, None, hidden)
    return Dimension(title, _level(entries, name), _level(latest, name), "")


def _level(given: _Given, name: str) -> Level | None:
    """Of several by one assessor the last counts."""
    by_assessor = {
        body.assessor or event.actor: value
        for event, body in given
        if (value := getattr(body, name)) is not None
    }
    values = list(by_assessor.values())
    if not values:
        return None
    return Level(round(sum(values) / len(values), 1), min(values), max(values))


# ── placements ───────────────────────────────────────────────────────────────────────────────


class Month(msgspec.Struct, frozen=True):
    """Hours planned and attended, `share` in percent; euro paid."""

    month: str
    planned: float
    attended: float
    share: int
    paid: float


class Placement(msgspec.Struct, frozen=True):
    """`host`: its name, empty where the reader may not know it; `outcome`: how it ended."""

    kind: Text
    host: str
    starts_on: date
    ends_on: date
    ended_on: date | None
    hours_week: float
    suspended: bool
    outcome: Text | None
    months: tuple[Month, ...]


def placements(seen: Seen, connection: Connection[Any]) -> tuple[tuple[Placement, ...], str]:
    """(the latest first, the category withheld)."""
    found: list[dict[str, Any]] = []
    for event in seen.history:
        body = event.body
        if isinstance(body, facts.PlacementStarted):
            may = seen.screen.may("work", False, seen.origin(event))
            seen.desk.door.looks.saw("work", may)
            if not may:
                return (), "work"
            found.append(
                {"body": body, "months": [], "suspended": False, "outcome": None, "ended_on": None}
            )
        elif not found:
            continue
        elif isinstance(body, facts.AttendanceValidated):
            found[-1]["months"].append(_month(body))
        elif isinstance(body, facts.PlacementSuspended):
            found[-1]["suspended"] = True
        elif isinstance(body, facts.PlacementResumed):
            found[-1]["suspended"] = False
        elif isinstance(body, facts.PlacementEnded):
            found[-1]["outcome"] = _titled(seen, body, "outcome")
            found[-1]["ended_on"] = body.ended_on
    names = _host_names(seen, connection, [each["body"].host for each in found])
    return tuple(_placement(each, names) for each in reversed(found)), ""


def _month(body: facts.AttendanceValidated) -> Month:
    share = round(100 * body.hours_attended / body.hours_planned) if body.hours_planned else 0
    return Month(body.month, body.hours_planned, body.hours_attended, share, body.paid)


def _placement(each: dict[str, Any], names: dict[str, str]) -> Placement:
    body: facts.PlacementStarted = each["body"]
    it, en = KINDS.get(body.kind, (body.kind, body.kind))
    return Placement(
        Text(it, en), names.get(body.host, ""), body.starts_on, body.ends_on, each["ended_on"],
        body.hours_week, each["suspended"], each["outcome"], tuple(each["months"]),
    )  # fmt: skip


_HOSTS = "SELECT originator_id::text, name FROM hosts.hosts WHERE originator_id::text = ANY(%s)"


def _host_names(seen: Seen, connection: Connection[Any], hosts: list[str]) -> dict[str, str]:
    if not hosts or not may_read_hosts(seen.reader):
        return {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(_HOSTS, (hosts,)).fetchall())


# ── departures from the path ─────────────────────────────────────────────────────────────────


class Departure(msgspec.Struct, frozen=True):
    """`reason`: as typed; `withheld`: the category where the reader may not know it."""

    said: Text
    at: datetime
    by: str
    reason: str
    withheld: str


_DEPARTURES = (e.StepSkipped, e.StepForced, e.StepRedone, e.DataCorrected)


def departures(seen: Seen) -> tuple[Departure, ...]:
    """What was left out, forced, done again or corrected; the latest first."""
    return tuple(reversed(list(_departures(seen))))


def _departures(seen: Seen) -> Iterator[Departure]:
    territory = seen.desk.door.service.territory
    titles = Titles(seen.plan.protocol, territory.timezone)
    for event in seen.history:
        if isinstance(event.body, _DEPARTURES):
            reason = seen.body(event).get("reason", "")
            hidden = reason["withheld"] if isinstance(reason, dict) else ""
            yield Departure(
                Text(*SENTENCES[type(event.body)](titles, event.body)),
                event.at,
                staff_name(territory, event.actor),
                "" if hidden else str(reason),
                hidden,
            )
