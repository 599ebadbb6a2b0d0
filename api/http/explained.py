"""Why somebody sees, or does not see, what a case holds: policy by policy, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from api.http.access import CATEGORIES, Origin, Reader, Sight
from api.http.disclosures import AuthorisationLine, in_force
from api.http.followed import Followed, followed
from api.http.sights import sight_of
from api.http.withheld import origins
from domain.access.capacities import recorded_by
from domain.access.reading import Verdict, about_field, about_part
from domain.access.rules import Rules, rules_of
from domain.log.recorded import Recorded
from domain.service import CaseService, unknown_case
from protocols.engine import events as e
from protocols.territory import Territory

PARTS = ("summary", "timeline", "data", "place")


class FieldAsked(NamedTuple):
    """A field that the case holds, by the strictest of the texts it followed."""

    step: str
    field: str
    category: str
    personal: bool
    origin: Origin | None


class FieldVerdict(msgspec.Struct, frozen=True):
    """`by`: the policies that permit or, where it is withheld, forbid; none: no policy permits."""

    step: str
    field: str
    category: str
    personal: bool
    recorded_by: str
    may: bool
    by: list[str]


class Explained(msgspec.Struct, frozen=True):
    """`rules`: digest of the policies asked, those of that instant; `parts`: of the case →
    policies; `flows`: what the person's authorisations let pass then, as `from → to: category`;
    `authorised`: the authorisations that do, each with its purpose and its end."""

    person: str
    case: UUID
    at: datetime
    rules: str
    relations: list[str]
    parts: dict[str, list[str]]
    flows: list[str]
    authorised: list[AuthorisationLine]
    fields: list[FieldVerdict]


def reader_on(territory: Territory, person: str, day: date) -> Reader:
    """Somebody with the roles of that day, under the territory's rules. Raises UnknownName."""
    held = territory.memberships(person, day)
    holds = tuple((m.role, m.scope, m.deputy) for m in held)
    return Reader(person, holds, rules_of(territory))


def explain(
    service: CaseService, person: str, case: UUID, at: datetime, category: str = ""
) -> Explained:
    """At that instant, by the policies and the roles of then. Raises Refused (not_found),
    UnknownName."""
    history, territory = service.history(case, at=at), service.territory_at(at)
    sight = sight_of(history, territory, at)
    if sight is None:
        raise unknown_case(case)
    reader = reader_on(territory, person, at.astimezone(territory.timezone).date())
    parts = {part: permitting(about_part(reader, sight, part)) for part in PARTS}
    fields = [
        verdict_on(reader, sight, asked)
        for asked in fields_of(history, followed(service, history))
        if not category or asked.category == category
    ]
    flows = [f"{f.recorded_by} → {f.read_by}: {f.category}" for f in sorted(sight.flows)]
    ties = {verdict.capacity.relation for verdict in about_part(reader, sight, "summary")}
    digest = reader.under.digest
    authorised = in_force(history, at, territory.timezone)
    return Explained(person, case, at, digest, sorted(ties), parts, flows, authorised, fields)


def permitting(verdicts: Iterable[Verdict]) -> list[str]:
    """The policies that permit; none where nothing does."""
    return sorted({p.id for v in verdicts if v.answer.permitted for p in v.answer.by})


def verdict_on(reader: Reader, sight: Sight, asked: FieldAsked) -> FieldVerdict:
    verdicts = list(about_field(reader, sight, asked.category, asked.personal, asked.origin))
    may = any(verdict.answer.permitted for verdict in verdicts)
    by = {p.id for v in verdicts if v.answer.permitted is may for p in v.answer.by}
    source = recorded_by(reader.under, sight, asked.category, asked.origin)
    return FieldVerdict(
        asked.step, asked.field, asked.category, asked.personal, source, may, sorted(by)
    )


def fields_of(history: Sequence[Recorded], texts: Followed) -> list[FieldAsked]:
    """Those recorded so far, the latest record of each, and who the person is."""
    of = origins(list(history))
    found = {("", "person"): FieldAsked("", "person", "identity", True, None)}
    for event in history:
        body = event.body
        if isinstance(body, (e.StepCompleted, e.StepSigned, e.DataCorrected)):
            step = body.step
        elif isinstance(body, e.CaseEventHappened):
            step = body.event
        else:
            continue
        for name in (*body.data, *body.personal):
            asked = [(f.category, f.personal) for f in texts.fields(step, name)]
            category, personal = max(asked, key=lambda one: one[1], default=("social", False))
            found[(step, name)] = FieldAsked(
                step, name, category, personal or name in body.personal,
                of[event.originator_version],
            )  # fmt: skip
    return list(found.values())


def sources(rules: Rules, sight: Sight) -> Iterator[Origin | None]:
    """Whoever could have recorded something of the case, circle by circle."""
    yield None
    for circle in rules.access.circles.values():
        for kind in circle.scopes[:1]:
            yield Origin("", f"comune:{sight.comune}" if kind == "comune" else kind)


def by_category(
    reader: Reader, sight: Sight, personal: bool, known: Sequence[Origin | None]
) -> dict[str, tuple[set[str], set[str]]]:
    """Category → (the circles whose data of it are seen, the policies that permit)."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for category in CATEGORIES:
        for origin in known:
            by = permitting(about_field(reader, sight, category, personal, origin))
            if by:
                circles, policies = found.setdefault(category, (set(), set()))
                circles.add(recorded_by(reader.under, sight, category, origin))
                policies.update(by)
    return found
