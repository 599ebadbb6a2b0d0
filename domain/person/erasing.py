"""Erasure of a person: asked by one, approved by another, and then for ever.

Records yield to archive duties (Reg. UE 2016/679 art. 17.3): what was lawful is erased only when
its time of keeping is over. What was unlawful, or what a court orders, at once. Events are not
touched: the key that opens what is personal in them is destroyed, so that every proof stays valid.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import msgspec
from dateutil.relativedelta import relativedelta

from domain.case.commands import Command
from domain.case.state import fold as fold_case
from domain.holding import held_anywhere
from domain.log.appending import Claims
from domain.person import events as p
from domain.person.acting import Said, check_why, once
from domain.person.forgetting import cases_of, forget
from domain.person.index import held
from domain.person.state import PersonState, fold, person_of, unrestricted
from domain.refusal import Refused
from domain.service import CaseService, Receipt
from protocols.engine.events import Body
from protocols.text import Text

__all__ = ["GROUNDS", "cases_of", "decide_erasure", "hold_records", "request_erasure", "standing"]

GROUNDS = ("unlawful", "court_order", "retention_over")
"""What was gathered unlawfully (art. 17.1.d), a court's order, the end of the time of keeping."""


class RequestErasure(Command, frozen=True, kw_only=True):
    """`case` is the person's id."""

    ground: str
    why: str


class DecideErasure(Command, frozen=True, kw_only=True):
    """`case` is the person's id. By somebody else than who asked."""

    approve: bool
    why: str = ""


class HoldRecords(Command, frozen=True, kw_only=True):
    """`case` is the person's id. `lift`: the hold ends."""

    why: str
    lift: bool = False


class Standing(msgspec.Struct):
    """A person's stream, as far as erasure is concerned."""

    person: PersonState
    asked_by: str = ""
    ground: str = ""
    asked_at: datetime | None = None
    held: bool = False

    @property
    def version(self) -> int:
        return self.person.version

    @property
    def erased(self) -> bool:
        return self.person.erased


def standing(service: CaseService, person: UUID) -> Standing:
    """Raises Refused (not_found)."""
    history = service.history(person)
    state = fold(person, history)
    if state is None:
        raise Refused(
            "not_found",
            "unknown_person",
            Text(f"Non c'è la persona {person}.", f"There is no person {person}."),
        )
    found = Standing(state)
    for event in history:
        body = event.body
        if isinstance(body, p.ErasureRequested):
            found.asked_by, found.ground, found.asked_at = event.actor, body.ground, event.at
        elif isinstance(body, p.ErasureDeclined | p.PersonErased):
            found.asked_by = found.ground = ""
            found.asked_at = None
        elif isinstance(body, p.LegalHoldPlaced | p.LegalHoldLifted):
            found.held = isinstance(body, p.LegalHoldPlaced)
    return found


def request_erasure(service: CaseService, command: RequestErasure) -> Receipt:
    """Raises Refused, LogUnavailable."""
    territory = service.territory
    role = held_anywhere(territory, command.actor, territory.records.erasure.asked_by)
    check_why(command.why)
    if command.ground not in GROUNDS:
        listed = ", ".join(GROUNDS)
        raise Refused(
            "invalid",
            "unknown_ground",
            Text(f"Il fondamento dev'essere uno di: {listed}.", f"The ground is one of: {listed}."),
        )

    def decide(now: Standing) -> Body:
        if now.asked_by:
            raise Refused(
                "conflict",
                "asked_already",
                Text(
                    "La cancellazione è già stata chiesta, e aspetta una decisione.",
                    "The erasure has been asked for, and waits for a decision.",
                ),
            )
        _check_lawful(service, command.ground, now)
        return p.ErasureRequested(command.ground, command.why)

    return _record(service, command, role, decide)


def decide_erasure(service: CaseService, command: DecideErasure) -> Receipt:
    """Approve or decline. An approved erasure is complete when this returns; should the process
    die on the way, the same command again completes it. Raises Refused, LogUnavailable."""
    territory = service.territory
    role = held_anywhere(territory, command.actor, territory.records.erasure.approved_by)
    if not command.approve:
        check_why(command.why)

    def decide(now: Standing) -> Body:
        if not now.asked_by:
            raise Refused(
                "conflict",
                "nothing_asked",
                Text("Nessuno ha chiesto la cancellazione.", "Nobody has asked for an erasure."),
            )
        if now.asked_by == command.actor.id:
            raise Refused(
                "forbidden",
                "second_person_needed",
                Text(
                    "Decide una persona diversa da chi ha chiesto.",
                    "Somebody other than who asked decides.",
                ),
            )
        if not command.approve:
            return p.ErasureDeclined(command.why)
        _check_lawful(service, now.ground, now)
        return p.PersonErased(now.ground, now.asked_by)

    if command.approve and standing(service, command.case).erased:
        # What is asked again may have been cut off.
        forget(service, person_of(service, command.case).ids)
    receipt = _record(service, command, role, decide)
    if command.approve:
        forget(service, person_of(service, command.case).ids)
    return receipt


def hold_records(service: CaseService, command: HoldRecords) -> Receipt:
    """Place or lift a legal hold. Raises Refused, LogUnavailable."""
    territory = service.territory
    role = held_anywhere(territory, command.actor, territory.records.erasure.approved_by)
    check_why(command.why)

    def decide(now: Standing) -> Body:
        if now.held != command.lift:
            raise Refused(
                "conflict",
                "hold_as_asked",
                Text("È già così.", "It is so already."),
            )
        return p.LegalHoldLifted(command.why) if command.lift else p.LegalHoldPlaced(command.why)

    return _record(service, command, role, decide)


def hindrance(service: CaseService, ground: str, now: Standing) -> Refused | None:
    """What forbids the erasure at this moment."""
    try:
        _check_lawful(service, ground, now)
    except Refused as refused:
        return refused
    return None


def _check_lawful(service: CaseService, ground: str, now: Standing) -> None:
    if now.erased:
        raise Refused(
            "conflict",
            "person_erased",
            Text("I dati sono già stati cancellati.", "The data were erased already."),
        )
    if now.person.kept_by:
        raise Refused(
            "conflict",
            "person_merged",
            Text(
                "Questa persona è stata riconosciuta in un'altra: la cancellazione si chiede per "
                "quella, e vale per entrambe.",
                "This person was found to be another: ask for that one's erasure, which counts "
                "for both.",
            ),
            related={"person": str(now.person.kept_by)},
        )
    if ground != "court_order":
        unrestricted(now.person)
    ids = now.person.ids
    if now.held or any(standing(service, one).held for one in ids[1:]):
        raise Refused(
            "conflict",
            "legal_hold",
            Text(
                "C'è un vincolo di conservazione: prima va tolto.",
                "There is a legal hold: it must be lifted first.",
            ),
        )
    last = date.min
    for case in (case for one in ids for case in cases_of(service, one)):
        state = fold_case(case, service.history(case), service.registry)
        if not state.ended or state.ended_at is None:
            raise Refused(
                "conflict",
                "case_open",
                Text(
                    "La persona ha un caso aperto: prima va chiuso.",
                    "The person has an open case: it must be ended first.",
                ),
                related={"case": str(case)},
            )
        last = max(last, state.ended_at.astimezone(service.territory.timezone).date())
    today = service.clock.now().astimezone(service.territory.timezone).date()
    if ground == "retention_over" and last != date.min:
        until = last + relativedelta(years=service.territory.records.years_on(today))
        if today < until:
            raise Refused(
                "conflict",
                "to_be_kept",
                Text(
                    f"Gli atti si conservano fino al {until:%d/%m/%Y}.",
                    f"The records are to be kept until {until.isoformat()}.",
                ),
            )


def _record(
    service: CaseService, command: Command, role: str, decide: Callable[[Standing], Body]
) -> Receipt:
    def said() -> Said:
        now = standing(service, command.case)
        body = decide(now)
        if not isinstance(body, p.PersonErased):
            return Said([(command.case, now.version, [body])])
        ids = now.person.ids
        versions = (now.version, *(person_of(service, one).version for one in ids[1:]))
        streams = [(one, version, [body]) for one, version in zip(ids, versions, strict=True)]
        # Also keyed hashes, by which somebody could be found, go.
        return Said(streams, Claims((), held(service.recorder, ids)))

    return once(service, command, role, said)
