"""Two persons found to be one human being, and one found to be two.

Nothing is moved: one is kept and stands for the other, whose cases say from then on whom they are
about. Each keeps the key that seals what was recorded of it, so that parting them is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from domain.case.commands import Command
from domain.case.events import CaseSealed, PersonReplaced
from domain.case.state import CaseState
from domain.host.events import PersonExcluded
from domain.log.appending import Claim, Claims
from domain.person import events as p
from domain.person.acting import Said, cases_about, check_why, once, own, role_in
from domain.person.index import held
from domain.person.state import PersonState, person_of, unrestricted
from domain.refusal import Refused
from protocols.engine.events import Body
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService, Receipt

_Stream = tuple[UUID, int, list[Body]]


class ProposeMerge(Command, frozen=True, kw_only=True):
    """`case` is the id of the person to keep, `merged` of the one that is the same. Where the
    territory asks for no second person, they are merged at once."""

    merged: UUID
    why: str


class DecideMerge(Command, frozen=True, kw_only=True):
    """`case` and `merged` as they were proposed. By somebody else than who proposed it."""

    merged: UUID
    approve: bool
    why: str = ""


class PartPersons(Command, frozen=True, kw_only=True):
    """`merged` is not `case` after all."""

    merged: UUID
    why: str


def propose_merge(service: CaseService, command: ProposeMerge) -> Receipt:
    """Raises Refused, LogUnavailable."""
    check_why(command.why)
    rules = service.territory.records.joins
    kept, merged = _pair(service, command.case, command.merged)
    about = [*cases_about(service, kept), *cases_about(service, merged)]
    role = role_in(service.territory, command.actor, rules.proposed_by, about)

    def decide() -> Said:
        kept, merged = _mergeable(service, command.case, command.merged)
        if merged.id in kept.proposed or kept.id in merged.proposed:
            raise Refused(
                "conflict",
                "already_proposed",
                Text("L'unione è già stata proposta.", "The merge was proposed already."),
                Text("Deve deciderla un altro operatore.", "Somebody else must decide it."),
            )
        if rules.second_person == "always" or _sensitive(service, kept, merged):
            said = p.MergeProposed(str(merged.id), command.actor.id, why=command.why)
            return Said([(kept.id, kept.version, [said])])
        return _merge(service, kept, merged, p.PersonsMerged(str(merged.id), why=command.why))

    return once(service, command, role, decide)


def decide_merge(service: CaseService, command: DecideMerge) -> Receipt:
    """Raises Refused, LogUnavailable."""
    if not command.approve:
        check_why(command.why)
    rules = service.territory.records.joins
    kept, merged = _pair(service, command.case, command.merged)
    about = [*cases_about(service, kept), *cases_about(service, merged)]
    role = role_in(service.territory, command.actor, rules.approved_by, about)

    def decide() -> Said:
        kept = own(service, command.case)
        by = kept.proposed.get(command.merged)
        if by is None:
            raise Refused(
                "conflict",
                "nothing_proposed",
                Text("Nessuno ha proposto questa unione.", "Nobody has proposed this merge."),
            )
        if not command.approve:
            said = p.MergeDeclined(str(command.merged), why=command.why)
            return Said([(kept.id, kept.version, [said])])
        if by == command.actor.id:
            raise Refused(
                "forbidden",
                "second_person_needed",
                Text(
                    "Decide un operatore diverso da chi ha proposto.",
                    "Somebody other than who proposed it decides.",
                ),
            )
        kept, merged = _mergeable(service, command.case, command.merged)
        body = p.PersonsMerged(str(merged.id), proposed_by=by, why=command.why)
        return _merge(service, kept, merged, body)

    return once(service, command, role, decide)


def part_persons(service: CaseService, command: PartPersons) -> Receipt:
    """Undo a merge. What was opened for the one that was kept stays with it.
    Raises Refused, LogUnavailable."""
    check_why(command.why)
    kept = own(service, command.case)
    roles = service.territory.records.joins.approved_by
    role = role_in(service.territory, command.actor, roles, cases_about(service, kept))

    def decide() -> Said:
        kept = own(service, command.case)
        unrestricted(kept)
        along = kept.merged.get(command.merged)
        if along is None:
            raise Refused(
                "conflict",
                "not_merged",
                Text("Queste persone non sono unite.", "These persons are not merged."),
                Text(
                    "Se l'unione è passata per un'altra persona, separare prima quella.",
                    "If the merge went through another person, part that one first.",
                ),
            )
        merged = person_of(service, command.merged)
        body = p.PersonsParted(str(merged.id), tuple(map(str, along)), why=command.why)
        streams: list[_Stream] = [(kept.id, kept.version, [body])]
        streams.append((merged.id, merged.version, [p.PartedFrom(str(kept.id))]))
        for one in along:
            back = p.PartedFrom(str(kept.id), str(merged.id))
            streams.append((one, person_of(service, one).version, [back]))
        said, claims = _about(service, cases_about(service, merged), merged.id)
        # Who was to be kept away from a place is kept away, whichever of the two it was.
        excluded = _exclusions(service, [kept.id], merged.id)
        return Said([*streams, *said, *excluded], claims)

    return once(service, command, role, decide)


def _merge(
    service: CaseService, kept: PersonState, merged: PersonState, body: p.PersonsMerged
) -> Said:
    cases = cases_about(service, merged)
    said, claims = _about(service, cases, kept.id)
    _check_open(service, kept, claims)
    along = merged.ids[1:]
    if kept.sealed and not merged.sealed:
        said = [(case, version, [*bodies, CaseSealed()]) for case, version, bodies in said]
    if merged.sealed and not kept.sealed:
        others = cases_about(service, kept)
        said += [(case.id, case.version, [CaseSealed()]) for case in others]
    streams: list[_Stream] = [
        (kept.id, kept.version, [_joined(body, along, kept.sealed or merged.sealed)]),
        (merged.id, merged.version, [p.MergedInto(str(kept.id))]),
    ]
    for one in along:
        into = p.MergedInto(str(kept.id))
        streams.append((one, person_of(service, one).version, [into]))
    excluded = _exclusions(service, merged.ids, kept.id)
    return Said([*streams, *said, *excluded], claims)


def _joined(body: p.PersonsMerged, along: Iterable[UUID], sealed: bool) -> p.PersonsMerged:
    return p.PersonsMerged(body.merged, tuple(map(str, along)), sealed, body.proposed_by, body.why)


def _about(
    service: CaseService, cases: list[CaseState], person: UUID
) -> tuple[list[_Stream], Claims]:
    """The cases are about `person` from now on, and so are the claims to be its only open one."""
    streams: list[_Stream] = [
        (case.id, case.version, [PersonReplaced(str(person))]) for case in cases
    ]
    release = tuple(
        claim
        for claim in held(service.recorder, [case.id for case in cases])
        if claim.scope.startswith("open-case:")
    )
    take = tuple(Claim(c.scope, person.bytes, c.originator_id) for c in release)
    return streams, Claims(take, release)


def _check_open(service: CaseService, kept: PersonState, claims: Claims) -> None:
    for claim in claims.take:
        other = service.recorder.holder(claim.scope, kept.id.bytes)
        if other is not None:
            raise Refused(
                "conflict",
                "both_open",
                Text(
                    "Le due persone hanno ciascuna un caso aperto con lo stesso protocollo.",
                    "Each of the two has an open case under the same protocol.",
                ),
                Text(
                    "Concludere uno dei due casi, poi riproporre l'unione.",
                    "End one of the two cases, then propose the merge again.",
                ),
                related={"case": str(other), "other_case": str(claim.originator_id)},
            )


def _exclusions(service: CaseService, of: Iterable[UUID], person: UUID) -> list[_Stream]:
    """Hosts to which any of these must never be sent: nor must `person`."""
    names = {str(one) for one in of}
    return [
        (host.id, host.version, [PersonExcluded(str(person))])
        for host in service.hosts()
        if names & set(host.excluded) and str(person) not in host.excluded
    ]


def _sensitive(service: CaseService, kept: PersonState, merged: PersonState) -> bool:
    everybody = [person_of(service, one) for one in (*kept.ids, *merged.ids)]
    return any(one.was_anonymous or one.sealed for one in everybody)


def _pair(service: CaseService, kept: UUID, merged: UUID) -> tuple[PersonState, PersonState]:
    if kept == merged:
        raise Refused(
            "invalid",
            "same_person",
            Text("È la stessa registrazione.", "It is the same registration."),
        )
    return person_of(service, kept), person_of(service, merged)


def _mergeable(service: CaseService, kept: UUID, merged: UUID) -> tuple[PersonState, PersonState]:
    one, other = own(service, kept), own(service, merged)
    unrestricted(one)
    unrestricted(other)
    if one.anonymous != other.anonymous:
        # Who is anonymous chooses when to give a name (DPR 309/1990 art. 120): nobody does it
        # for them.
        raise Refused(
            "conflict",
            "anonymous_with_named",
            Text(
                "Una persona anonima non si unisce a una che ha un nome.",
                "An anonymous person is not merged with one who has a name.",
            ),
            Text(
                "Se vuole, la persona dà il proprio nome nel suo caso; poi si può unire.",
                "The person may give a name in their case, if they wish; then they can be merged.",
            ),
        )
    return one, other
