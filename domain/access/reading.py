"""Who may read what: the policies of the territory, asked about the facts. Pure.

A person reads through the scopes of the roles held today, through tasks given to them, and through
emergency access. Acting is another matter: `domain.case.standing` decides that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from domain.access.capacities import (
    CATEGORIES,
    Capacity,
    Origin,
    Reader,
    Sight,
    capacities,
    is_own,
    recorded_by,
    stored_only,
)
from domain.access.rules import Answer, Question, shipped_rules
from domain.disclosure.ledger import Flow
from protocols.territory import scope_kind

What = Literal["summary", "timeline", "data"]
Tables = Literal["published", "full"]


class Verdict(NamedTuple):
    """What the policies say to one capacity of a reader."""

    capacity: Capacity
    answer: Answer


# ── of a case ────────────────────────────────────────────────────────────────────────────────


def may_read(reader: Reader, sight: Sight, what: What) -> bool:
    """Whether the reader may see this of the case at all."""
    return _any(about_part(reader, sight, what))


def may_read_place(reader: Reader, sight: Sight) -> bool:
    """Where the person lives: of a sealed case only the places that take care of it know."""
    return _any(about_part(reader, sight, "place"))


def may_read_field(
    reader: Reader, sight: Sight, category: str, personal: bool, origin: Origin | None = None
) -> bool:
    """Whether the reader may see a field of this category, recorded by `origin`, now."""
    return _any(about_field(reader, sight, category, personal, origin))


def about_part(reader: Reader, sight: Sight, part: str) -> Iterator[Verdict]:
    """The verdict on each capacity. `part`: summary, timeline, data or place."""
    rules, restricted = reader.under, stored_only(reader, sight)
    for capacity in capacities(reader, sight):
        context = (
            ("circle", capacity.circle), ("sealed", sight.sealed), ("restricted", restricted),
        )  # fmt: skip
        resource = ("Part", part)
        question = Question(("Relation", capacity.relation), "read", resource, context)
        yield Verdict(capacity, rules.ask(question))


def about_field(
    reader: Reader, sight: Sight, category: str, personal: bool, origin: Origin | None = None
) -> Iterator[Verdict]:
    """The verdict on each capacity in which the reader comes before the field."""
    rules = reader.under
    source = recorded_by(rules, sight, category, origin)
    restricted = stored_only(reader, sight)
    own = is_own(reader, origin)
    found = set(capacities(reader, sight))
    if own:
        found.add(Capacity("recorder", source))
    for capacity in found:
        relation, circle = capacity
        if relation == "emergency" and (reader.id, category) not in sight.emergencies:
            continue
        context = (
            ("circle", circle),
            ("recorded_by", source),
            ("own", own),
            ("personal", personal),
            ("authorised", Flow(source, circle, category) in sight.flows),
            ("restricted", restricted),
            ("limited", sight.limited),
            ("sealed", sight.sealed),
            ("placing", sight.placing),
        )
        question = Question(("Relation", relation), "read_field", ("Category", category), context)
        yield Verdict(capacity, rules.ask(question))


def about_emergency(reader: Reader, sight: Sight, category: str) -> Iterator[Verdict]:
    """Whether each capacity, or office held, may open emergency access to a category."""
    rules = reader.under
    principals = {
        (("Relation", capacity.relation), capacity) for capacity in capacities(reader, sight)
    } | {
        (("Office", scope_kind(scope)), Capacity(scope_kind(scope), rules.circle(scope)))
        for scope in reader.scopes
    }
    for principal, capacity in principals:
        context = (("circle", capacity.circle),)
        question = Question(principal, "open_emergency", ("Category", category), context)
        yield Verdict(capacity, rules.ask(question))


def may_open_emergency(reader: Reader, sight: Sight, categories: Iterable[str]) -> bool:
    """Whether the reader may break the glass for all of these categories."""
    return all(_any(about_emergency(reader, sight, category)) for category in categories)


def scope_shown(reader: Reader, sight: Sight, scope: str) -> str:
    """A task's scope, without its place where that would tell where a sealed case lives."""
    if scope_kind(scope) == "comune" and not may_read_place(reader, sight):
        return scope if scope in reader.scopes else "comune"
    return scope


def organisation_reads(organisation: str, category: str, personal: bool) -> bool:
    """Whether an organisation that has a hand in a case reads such fields of it, where the person
    has authorised it: what a change of protocol newly shows to whom is told by these rules.
    `organisation`: a kind of scope; of services, a health service."""
    rules = shipped_rules()
    service = rules.service_of("health_provider")
    place = {"comune": "comune:000000", "district": "district:0", "service": f"service:{service}"}
    scope = place.get(organisation, organisation)
    circles = rules.access.circles
    flows = frozenset(
        Flow(a, b, category) for a in circles for b in circles for category in CATEGORIES if a != b
    )
    sight = Sight("000000", 0, service, scopes=frozenset({scope}), flows=flows)
    return may_read_field(Reader("reader", (("role", scope, False),)), sight, category, personal)


# ── of anything else ─────────────────────────────────────────────────────────────────────────


def may_read_tables(reader: Reader, tables: Tables) -> bool:
    """Published tables are for all staff; with small cells, for those who govern and audit."""
    return _may_consult(reader, f"{tables}_tables")


def may_read_protocols(reader: Reader) -> bool:
    """All staff: what the rules say is no secret."""
    return _may_consult(reader, "protocols")


def may_simulate_from_log(reader: Reader) -> bool:
    """Shares and durations taken from the log may rest on few cases: only for those who see such
    tables."""
    return _may_consult(reader, "simulations_from_log")


def may_read_drafts(reader: Reader) -> bool:
    """Those who design protocols, those who govern, and those who audit."""
    return _may_consult(reader, "drafts")


def may_read_hosts(reader: Reader) -> bool:
    """All who work on cases, and those who govern; designers see no registry."""
    return _may_consult(reader, "hosts")


def may_review_emergencies(reader: Reader) -> bool:
    """Those who decide whether an emergency access was justified."""
    return _may_consult(reader, "emergency_reviews")


def grounds_for_read_log(reader: Reader, protecting: Collection[str]) -> frozenset[str]:
    """By what somebody reads who has looked at a person's data; empty if by nothing. `protecting`:
    roles of the management that decide of a person's data as such (an erasure)."""
    return frozenset(
        "audit" if office == "audit" else "protection"
        for office, answer in _consulting(reader, "read_log", protecting)
        if answer.permitted
    )


def _may_consult(reader: Reader, registry: str) -> bool:
    return any(answer.permitted for _, answer in _consulting(reader, registry, ()))


def _consulting(
    reader: Reader, registry: str, protecting: Collection[str]
) -> Iterator[tuple[str, Answer]]:
    rules = reader.under
    reviewing = rules.access.emergency.reviewed_by
    for role, scope, _ in reader.holds:
        context = (("protecting", role in protecting), ("reviewing", role in reviewing))
        office = scope_kind(scope)
        question = Question(("Office", office), "consult", ("Registry", registry), context)
        yield office, rules.ask(question)


def _any(verdicts: Iterable[Verdict]) -> bool:
    return any(verdict.answer.permitted for verdict in verdicts)
