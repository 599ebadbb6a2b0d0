"""A referral opens a case: who it is about, which text it follows, and its first steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from domain.case.commands import Actor, Referral
from domain.case.decide import Ground, open_case
from domain.case.events import CaseSealed
from domain.case.state import CaseState
from domain.log.appending import Claim, Claims
from domain.person.acting import cases_about
from domain.person.events import PersonReferred
from domain.person.index import likeness_claims
from domain.person.register import Particulars, blind_index, read_particulars
from domain.person.state import standing_for, unrestricted
from domain.reactions import Batch, recorded
from domain.refusal import FieldProblem, Refused
from protocols.documents import DocumentError
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.applying import REFERRAL_ATTRIBUTES
from protocols.registry import UnknownProtocol
from protocols.territory import Service, UnknownName
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService

_PERSONS = UUID("6d0f3b62-3f0e-4a8c-9f53-0d8a3f0f7c11")


def refer(service: CaseService, state: CaseState, command: Referral, now: datetime) -> Batch:
    """Raises Refused: unknown comune or service, an actor who may not refer, wrong particulars."""
    if state.opened is not None:
        raise Refused(
            "conflict",
            "case_exists",
            Text("Questo caso esiste già.", "This case exists already."),
            related={"case": str(command.case)},
        )
    found = examined(service, command, now)
    source, particulars, attributes = found.source, found.particulars, found.attributes
    plan, role = found.plan, found.role
    take: list[Claim] = []
    person: UUID | None = None
    if particulars.tax_code:
        key = blind_index(service.blind_key, particulars.tax_code)
        person = service.recorder.holder("person", key)
    elif particulars.anonymous:
        key = blind_index(service.blind_key, f"{command.service}\0{particulars.pseudonym}")
        person = service.recorder.holder("pseudonym", key)
    known = standing_for(service, person) if person is not None else None
    if known is not None:
        unrestricted(known)
        person = known.id
        # Whoever once had to be protected is, also where those who refer now do not know it.
        attributes = {**attributes, "sealed": particulars.sealed or known.sealed}
    else:
        person = uuid5(_PERSONS, str(command.case))
        if particulars.tax_code:
            take.append(Claim("person", key, person))
        elif particulars.anonymous:
            take.append(Claim("pseudonym", key, person))
        if not particulars.anonymous:
            named = likeness_claims(
                service.blind_key, person, particulars.personal, particulars.sex
            )
            take.extend(named)
    take.append(Claim(f"open-case:{command.protocol}", person.bytes, command.case))
    opened = e.CaseOpened(
        plan.protocol.protocol,
        plan.protocol.version,
        plan.digest,
        str(person),
        source.kind,
        source.id,
        command.comune,
        service.territory.district_of(command.comune),
        command.referred_on,
        attributes,
    )
    empty = CaseState(command.case, plan)
    decision = open_case(Ground(plan, service.territory, service.known), empty, opened, now)
    events = recorded(command.case, 0, decision.events, command, role, now)
    if known is None:
        events = recorded(person, 0, [particulars.registered()], command, role, now) + events
    else:
        # On the person's stream too: who joins or parts persons meanwhile decides anew.
        again = PersonReferred(str(command.case), sealed=attributes["sealed"])
        events += recorded(person, known.version, [again], command, role, now)
        if again.sealed and not known.sealed:
            for case in cases_about(service, known):
                events += recorded(case.id, case.version, [CaseSealed()], command, role, now)
    return Batch(events, Claims(tuple(take)), decision.state)


class Examined(NamedTuple):
    """A referral that can be made: `role`, in which the actor makes it; `plan`, which the case will
    follow."""

    source: Service
    role: str
    particulars: Particulars
    attributes: dict[str, Any]
    plan: Plan


def examined(service: CaseService, command: Referral, now: datetime) -> Examined:
    """What can be said of a referral before it is made; whether the person has an open case is
    told only by making it. Raises Refused, with the fields of the person beside the others."""
    day = now.astimezone(service.territory.timezone).date()
    problems = _problems(service, command, day)
    if problems:
        raise Refused(
            "invalid",
            "referral_invalid",
            Text("La segnalazione non va bene.", "The referral is not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            (*problems, *_problems_of_person(command)),
        )
    source = service.territory.service(command.service)
    role = _standing(command.actor, source, command.comune)
    particulars = read_particulars(command.person, command.referred_on)
    attributes = {
        **command.attributes,
        "anonymous": particulars.anonymous,
        "sealed": particulars.sealed,
    }
    plan = _plan(service, command, source, attributes)
    return Examined(source, role, particulars, attributes, plan)


def _problems_of_person(command: Referral) -> tuple[FieldProblem, ...]:
    try:
        read_particulars(command.person, command.referred_on)
    except Refused as refused:
        return refused.fields
    return ()


def _plan(
    service: CaseService, command: Referral, source: Service, attributes: dict[str, Any]
) -> Plan:
    """The version in force, with the variants that are for such a case."""
    known = {
        **attributes,
        "source": source.kind,
        "service": source.id,
        "comune": command.comune,
        "district": service.territory.district_of(command.comune),
    }
    try:
        plan = service.registry.valid_on(command.protocol, command.referred_on, known)
    except UnknownProtocol as error:
        raise Refused("invalid", "unknown_protocol", error.message) from None
    except DocumentError:
        raise Refused(
            "conflict",
            "variants_in_conflict",
            Text(
                "Le varianti del protocollo previste per questo caso si contraddicono.",
                "The variants of the protocol that apply to this case contradict each other.",
            ),
            Text(
                "Avvisare chi scrive i protocolli: `cantiere protocol check` dice dove.",
                "Tell the protocol designers: `cantiere protocol check` says where.",
            ),
        ) from None
    if plan.protocol.takes:
        raise Refused(
            "invalid",
            "protocol_of_others",
            Text(
                f"Il protocollo «{command.protocol}» si usa dentro altri: da solo non apre casi.",
                f"The protocol “{command.protocol}” is used inside others: alone it opens none.",
            ),
            Text(
                "Segnalare la persona per il protocollo che lo usa.",
                "Refer the person for the protocol that uses it.",
            ),
        )
    return plan


def _problems(service: CaseService, command: Referral, day: date) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    try:
        service.territory.comune(command.comune)
    except UnknownName as error:
        problems.append(
            FieldProblem(
                "comune",
                Text(
                    f"{error.message.it} Fuori territorio: indirizzarla al proprio comune.",
                    f"{error.message.en} Outside the area: redirect to the person's own comune.",
                ),
            )
        )
    try:
        service.territory.service(command.service)
    except UnknownName as error:
        problems.append(FieldProblem("service", error.message))
    if command.referred_on > day:
        problems.append(
            FieldProblem(
                "referred_on",
                Text("non può essere nel futuro", "it cannot be in the future"),
            )
        )
    for name, value in command.attributes.items():
        allowed = REFERRAL_ATTRIBUTES.get(name)
        if allowed is None or not any(
            value is a or (a == value and isinstance(a, str)) for a in allowed
        ):
            listed = ", ".join(REFERRAL_ATTRIBUTES)
            problems.append(
                FieldProblem(
                    f"attributes.{str(name)[:40]}",
                    Text(
                        f"non previsto, o con un valore non previsto; ci sono: {listed}",
                        f"unknown, or of an unknown value; there are: {listed}",
                    ),
                )
            )
    return problems


def _standing(actor: Actor, source: Service, comune: str) -> str:
    """A service refers for itself; a comune's staff register for their residents."""
    scopes = {f"service:{source.id}", f"comune:{comune}"}
    for role, scope, _ in actor.holds:
        if scope in scopes:
            return role
    raise Refused(
        "forbidden",
        "may_not_refer",
        Text(
            "Può segnalare chi lavora nel servizio inviante o nel comune di residenza.",
            "Only the referring service's staff or the comune's may refer.",
        ),
    )
