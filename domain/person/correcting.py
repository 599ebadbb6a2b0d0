"""Correction of a person's particulars (Reg. UE 2016/679 art. 16), or its refusal (art. 12.4).

Nothing is overwritten: what was believed before stays in the events before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.case.commands import Actor, Command
from domain.case.state import CaseState
from domain.person import events as p
from domain.person.acting import Said, cases_about, check_why, once, own, role_in
from domain.person.particulars import found_by, particulars_of
from domain.person.register import read_particulars
from domain.person.state import PersonState, unrestricted
from domain.refusal import FieldProblem, Refused
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService, Receipt

CORRECTABLE = (
    "first_name", "last_name", "birth_date", "tax_code", "sex", "alias", "email", "phone",
    "address", "citizenship",
)  # fmt: skip


class CorrectPerson(Command, frozen=True, kw_only=True):
    """`case` is the person's id. `fields`: the right values; "" or None where there is none."""

    fields: dict[str, Any]
    why: str


class DeclineCorrection(Command, frozen=True, kw_only=True):
    """The person asked that `fields` be corrected, and they are right as they are."""

    fields: tuple[str, ...]
    why: str


def correct_person(service: CaseService, command: CorrectPerson) -> Receipt:
    """Raises Refused naming each wrong field, LogUnavailable."""
    check_why(command.why)
    _check_names(tuple(command.fields))
    role = _role(service, command)

    def decide() -> Said:
        person = own(service, command.case)
        _check_restriction(service, person, command.actor)
        _check_named(person)
        before = particulars_of(service, person.id)
        on = service.clock.now().astimezone(service.territory.timezone).date()
        given = {**before, "sex": person.sex, **command.fields}
        after = read_particulars(given, on)
        changed = {n: v for n, v in after.personal.items() if before.get(n) != v}
        removed = tuple(sorted(before.keys() - after.personal.keys()))
        if not changed and not removed and after.sex == person.sex:
            raise Refused(
                "conflict",
                "nothing_to_correct",
                Text("I dati sono già così.", "The data are so already."),
            )
        claims, elsewhere = found_by(service, person.id, after.personal, after.sex, named=True)
        if elsewhere and "tax_code" in changed:
            raise _invalid(
                "tax_code",
                Text(
                    "è di un'altra persona registrata: se è la stessa, proporre di unirle",
                    "it is another registered person's: if it is the same one, propose to merge",
                ),
            )
        body = p.PersonCorrected(after.sex, after.birth_year, removed, command.why, changed)
        return Said([(person.id, person.version, [body])], claims)

    return once(service, command, role, decide)


def decline_correction(service: CaseService, command: DeclineCorrection) -> Receipt:
    """Raises Refused, LogUnavailable."""
    check_why(command.why)
    _check_names(command.fields)
    role = _role(service, command)

    def decide() -> Said:
        person = own(service, command.case)
        body = p.CorrectionDeclined(tuple(sorted(set(command.fields))), why=command.why)
        return Said([(person.id, person.version, [body])])

    return once(service, command, role, decide)


def _role(service: CaseService, command: Command) -> str:
    cases: list[CaseState] = cases_about(service, own(service, command.case))
    records = service.territory.records
    roles = (*records.corrects, *records.restricts)
    return role_in(service.territory, command.actor, roles, cases)


def _check_restriction(service: CaseService, person: PersonState, actor: Actor) -> None:
    # Where what is contested is whether the data are right, those who protect them set them right.
    roles = service.territory.records.restricts
    if not any(role in roles for role, _, _ in actor.holds):
        unrestricted(person)


def _check_named(person: PersonState) -> None:
    if person.anonymous:
        raise Refused(
            "conflict",
            "person_anonymous",
            Text(
                "Questa persona è anonima: non ha dati da rettificare.",
                "This person is anonymous: there are no particulars to correct.",
            ),
            Text(
                "Se vuole, dà il proprio nome nel suo caso.",
                "They may give a name in their case, if they wish.",
            ),
        )


def _check_names(fields: tuple[str, ...]) -> None:
    for name in fields:
        if name not in CORRECTABLE:
            listed = ", ".join(CORRECTABLE)
            raise _invalid(
                str(name)[:40], Text(f"non previsto; ci sono: {listed}", f"one of: {listed}")
            )
    if not fields:
        raise _invalid("", Text("che cosa va rettificato?", "what is to be corrected?"))


def _invalid(field: str, message: Text) -> Refused:
    return Refused(
        "invalid",
        "correction_invalid",
        Text("La rettifica non va bene.", "The correction is not right."),
        Text("Correggere i campi indicati.", "Correct the fields that are named."),
        (FieldProblem(f"fields.{field}" if field else "fields", message),),
    )
