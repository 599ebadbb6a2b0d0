"""Restriction of processing (Reg. UE 2016/679 art. 18): stored, and nothing else.

It is written on the person's stream and into each of their cases, which therefore know by
themselves: who works on one is refused, who reads one sees that it is restricted. Terms run, for
the law's do not wait for us; automations do not, so that nothing is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.case import events as c
from domain.case.commands import Command
from domain.person import events as p
from domain.person.acting import Said, cases_about, check_why, once, own, role_in
from domain.person.state import PersonState
from domain.refusal import FieldProblem, Refused
from protocols.engine.events import Body
from protocols.territory import UnknownName
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService, Receipt

GROUNDS = {
    "a": Text("l'esattezza dei dati è contestata", "the accuracy of the data is contested"),
    "b": Text(
        "il trattamento è illecito e la persona non vuole la cancellazione",
        "processing is unlawful and the person opposes erasure",
    ),
    "c": Text(
        "i dati servono alla persona per un diritto in giudizio",
        "the person needs the data for a legal claim",
    ),
    "d": Text(
        "la persona si è opposta e la prevalenza è da verificare",
        "the person has objected, pending verification",
    ),
}
"""The letters of art. 18.1."""

EASED_FOR = ("consent", "legal_claim", "rights_of_others", "public_interest")
"""What art. 18.2 allows all the same."""

LONGEST = timedelta(days=90)
"""An exception is for something to be done, not for good."""


class RestrictPerson(Command, frozen=True, kw_only=True):
    """`case` is the person's id; `ground`: one of GROUNDS."""

    ground: str
    why: str


class EaseRestriction(Command, frozen=True, kw_only=True):
    """`to`, a staff id, may work on the person's cases until that instant."""

    to: str
    ground: str
    until: datetime
    why: str


class LiftRestriction(Command, frozen=True, kw_only=True):
    """The person must have been told before (art. 18.3)."""

    why: str


def restrict_person(service: CaseService, command: RestrictPerson) -> Receipt:
    """Raises Refused, LogUnavailable."""
    _known("ground", command.ground, tuple(GROUNDS))
    return _decided(
        service,
        command,
        False,
        p.ProcessingRestricted(command.ground, why=command.why),
        c.CaseRestricted(command.ground),
    )


def ease_restriction(service: CaseService, command: EaseRestriction) -> Receipt:
    """Raises Refused, LogUnavailable."""
    _known("ground", command.ground, EASED_FOR)
    try:
        service.territory.person(command.to)
    except UnknownName as error:
        raise _wrong("to", error.message) from None
    now = service.clock.now()
    if not now < command.until <= now + LONGEST:
        days = LONGEST.days
        raise _wrong(
            "until",
            Text(f"da adesso a {days} giorni", f"from now to {days} days on"),
        )
    return _decided(
        service,
        command,
        True,
        p.RestrictionEased(command.to, command.ground, command.until, why=command.why),
        c.CaseRestrictionEased(command.to, command.ground, command.until),
    )


def lift_restriction(service: CaseService, command: LiftRestriction) -> Receipt:
    """Raises Refused, LogUnavailable."""
    return _decided(
        service, command, True, p.RestrictionLifted(why=command.why), c.CaseRestrictionLifted()
    )


def _decided(
    service: CaseService,
    command: RestrictPerson | EaseRestriction | LiftRestriction,
    restricted: bool,
    of_person: Body,
    of_case: Body,
) -> Receipt:
    check_why(command.why)
    person = own(service, command.case)
    roles = service.territory.records.restricts
    role = role_in(service.territory, command.actor, roles, cases_about(service, person))

    def decide() -> Said:
        person: PersonState = own(service, command.case)
        if (person.restriction is not None) != restricted:
            raise Refused(
                "conflict",
                "restriction_as_asked",
                Text("Il trattamento è già limitato.", "Processing is restricted already.")
                if person.restriction
                else Text("Il trattamento non è limitato.", "Processing is not restricted."),
            )
        cases = cases_about(service, person)
        return Said(
            [
                (person.id, person.version, [of_person]),
                *((case.id, case.version, [of_case]) for case in cases),
            ]
        )

    return once(service, command, role, decide)


def _known(field: str, value: str, names: tuple[str, ...]) -> None:
    if value not in names:
        listed = ", ".join(names)
        raise _wrong(field, Text(f"uno tra: {listed}", f"one of: {listed}"))


def _wrong(field: str, message: Text) -> Refused:
    return Refused(
        "invalid",
        "restriction_invalid",
        Text("La richiesta non va bene.", "The request is not right."),
        Text("Correggere il campo indicato.", "Correct the field that is named."),
        (FieldProblem(field, message),),
    )
