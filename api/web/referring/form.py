"""The referral form: what may be chosen in it, what was typed, and the referral that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import msgspec
from starlette.datastructures import FormData

from api.http.referrals import ReferralBody, istat_of
from api.http.writing import command_id
from api.web.desk import Desk
from api.web.words import referring as words
from domain.case.commands import Referral
from domain.case.notes import LONGEST
from domain.refer import examined
from domain.refusal import FieldProblem, Refused
from protocols.language.answers import text_problem
from protocols.language.applying import REFERRAL_ATTRIBUTES
from protocols.territory import Territory, scope_kind, scope_place
from protocols.text import Text

ELSEWHERE = "fuori"
"""What the form sends for a comune outside the territory."""

_NAMED = ("last_name", "first_name", "tax_code", "birth_date", "sex", "citizenship")
_CONTACTS = ("phone", "email", "address")
FLAGS = tuple(name for name, values in REFERRAL_ATTRIBUTES.items() if True in values)
FIELDS: dict[str, Text] = {
    "protocol": words.PROTOCOL,
    "service": words.SERVICE,
    "referred_on": words.REFERRED_ON,
    "identity": words.IDENTITY,
    "last_name": words.LAST_NAME,
    "first_name": words.FIRST_NAME,
    "pseudonym": words.PSEUDONYM,
    "tax_code": words.TAX_CODE,
    "birth_date": words.BIRTH_DATE,
    "sex": words.SEX,
    "citizenship": words.CITIZENSHIP,
    "comune": words.COMUNE,
    "address": words.ADDRESS,
    "phone": words.PHONE,
    "email": words.EMAIL,
    "sealed": words.PROTECTED,
    "attributes": words.ATTRIBUTES,
    "measure": words.MEASURE,
    "knows": words.KNOWS,
    "account": words.ACCOUNT,
}
"""In the order of the form."""

Typed = dict[str, list[str]]
Pairs = list[tuple[str, Text]]
Groups = list[tuple[Text, Pairs]]


class Choices(msgspec.Struct, frozen=True):
    """`mine`: services that the person works for; `services`: all that they may refer for."""

    protocols: Pairs
    mine: Pairs
    services: Pairs
    comuni: Groups
    comune: str
    today: date


def today(desk: Desk) -> date:
    service = desk.door.service
    return service.clock.now().astimezone(service.territory.timezone).date()


def places_of(desk: Desk) -> tuple[list[str], list[str]]:
    """(services, comuni) in which somebody holds a role now."""
    scopes = dict.fromkeys(scope for _, scope, _ in desk.reader.holds)
    services = [scope_place(s) for s in scopes if scope_kind(s) == "service"]
    comuni = [scope_place(s) for s in scopes if scope_kind(s) == "comune"]
    return [s for s in services if s], [c for c in comuni if c]


def choices_for(desk: Desk) -> Choices:
    """Empty `services`: nobody to refer for."""
    territory = desk.door.service.territory
    services, comuni = places_of(desk)
    mine = [*services, *(s.id for c in comuni for s in territory.services_for(c, "ACCESS_DESK"))]
    more: list[str] = []
    if comuni:
        served = {territory.comuni[comune].district for comune in comuni}
        more = [
            service.id
            for service in territory.services.values()
            if service.kind != "ACCESS_DESK" and served & set(service.districts)
        ]
    by_name = [(each, territory.services[each].title) for each in dict.fromkeys(mine)]
    others = [(each, territory.services[each].title) for each in more if each not in mine]
    return Choices(
        _protocols(desk),
        by_name,
        [*by_name, *sorted(others, key=lambda each: each[1].it)],
        _comuni(territory),
        comuni[0] if len(comuni) == 1 and not services else "",
        today(desk),
    )


def _protocols(desk: Desk) -> Pairs:
    """Those in force that open cases of their own; the API's usual one first."""
    registry, day = desk.door.service.registry, today(desk)
    found = {
        plan.protocol.protocol: plan.protocol.title
        for plan in registry.all()
        if not plan.protocol.takes
        and registry.validity((plan.protocol.protocol, plan.protocol.version)).on(day)
    }
    usual = ReferralBody.model_fields["protocol"].default
    return sorted(found.items(), key=lambda each: (each[0] != usual, each[1].it))


def _comuni(territory: Territory) -> Groups:
    """By district."""
    return [
        (
            district.title,
            sorted(
                ((istat, Text(*[territory.comuni[istat].name] * 2)) for istat in district.comuni),
                key=lambda each: each[1].it,
            ),
        )
        for district in territory.districts.values()
    ]


# ── what was typed ───────────────────────────────────────────────────────────────────────────


def read(form: FormData) -> Typed:
    """Only fields of the form, as they were typed."""
    found: Typed = {}
    for name, value in form.multi_items():
        if name in FIELDS and isinstance(value, str):
            found.setdefault(name, []).append(value.strip())
    return found


def kept(typed: Typed) -> list[tuple[str, str]]:
    """As a draft holds it."""
    return [(name, value) for name, values in typed.items() for value in values]


def said(typed: Typed, name: str) -> str:
    return (typed.get(name) or [""])[0]


def referral(desk: Desk, typed: Typed, key: str) -> Referral:
    """The command that the form means. Raises Refused with the fields, by the form's names, that
    cannot be understood or are not answered; nothing is asked of the log."""
    problems: list[FieldProblem] = []
    choices = choices_for(desk)

    def one_of(name: str, allowed: Iterable[str], *, needed: bool = True) -> str:
        value = said(typed, name)
        if not value and needed:
            problems.append(FieldProblem(name, words.MISSING))
        elif value and value not in allowed:
            problems.append(FieldProblem(name, words.NOT_LISTED))
        return value

    protocol = one_of("protocol", [each for each, _ in choices.protocols])
    service = one_of("service", [each for each, _ in choices.services])
    identity = one_of("identity", ("named", "anonymous"))
    one_of("knows", words.KNOWN)
    measure = one_of("measure", words.MEASURES, needed=False)
    comune = _comune(desk, said(typed, "comune"), problems)
    day = _day(typed, "referred_on", problems) or choices.today
    account = said(typed, "account")
    too_much = text_problem(account, LONGEST - 200)
    if not account or too_much:
        problems.append(FieldProblem("account", too_much or words.MISSING))
    command = Referral(
        command_id=command_id(desk.door, key),
        actor=desk.door.actor,
        case=case_of(desk, key),
        protocol=protocol,
        service=service,
        comune=comune,
        referred_on=day,
        person=_person(typed, identity == "anonymous"),
        attributes={
            **{flag: True for flag in FLAGS if flag in typed.get("attributes", [])},
            **({"measure": measure} if measure else {}),
        },
    )
    try:
        examined(desk.door.service, command, desk.door.service.clock.now())
    except Refused as refused:
        told = {problem.field for problem in problems}
        meant = by_field(refused)
        if not problems and not meant.fields:
            raise
        problems += [each for each in meant.fields if each.field not in told]
    if problems:
        order = list(FIELDS)
        raise Refused(
            "invalid",
            "referral_invalid",
            Text("La segnalazione non va bene.", "The referral is not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(sorted(problems, key=lambda problem: order.index(problem.field))),
        )
    return command


def case_of(desk: Desk, key: str) -> UUID:
    """The case that a referral sent with this key opens, as the API numbers it."""
    return uuid5(command_id(desk.door, key), "case")


def by_field(refused: Refused) -> Refused:
    """The same with the names that the form gives its fields."""
    fields = []
    if refused.code == "may_not_refer":
        fields.append(FieldProblem("comune", words.NOT_OURS))
    for problem in refused.fields:
        name = problem.field.removeprefix("person.").removeprefix("query.")
        name = "attributes" if name.startswith("attributes.") else name
        fields.append(FieldProblem(name if name in FIELDS else "identity", problem.message))
    return Refused(
        refused.kind, refused.code, refused.message, refused.remedy, tuple(fields), refused.related
    )


def summary(problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
    """For the list on top: which question each is about, too."""
    return tuple(
        FieldProblem(
            each.field,
            Text(
                *(
                    words.AT_FIELD.in_(language).format(
                        field=FIELDS[each.field].in_(language), message=each.message.in_(language)
                    )
                    for language in ("it", "en")
                )
            ),
        )
        for each in problems
    )


def account_of(typed: Typed) -> str:
    """The referring service's words, with whether the person knows."""
    return f"{words.KNOWN_WRITTEN[said(typed, 'knows')].it}\n\n{said(typed, 'account')}"


def _person(typed: Typed, anonymous: bool) -> dict[str, Any]:
    names = ("pseudonym", "sex", "birth_date", *_CONTACTS) if anonymous else (*_NAMED, *_CONTACTS)
    found: dict[str, Any] = {name: value for name in names if (value := said(typed, name))}
    if anonymous:
        found["anonymous"] = True
    if said(typed, "sealed"):
        found["sealed"] = True
    return found


def _comune(desk: Desk, written: str, problems: list[FieldProblem]) -> str:
    if not written:
        problems.append(FieldProblem("comune", words.MISSING))
        return ""
    try:
        return istat_of(desk.door.service.territory, written)
    except Refused:
        problems.append(FieldProblem("comune", words.OUTSIDE))
        return ""


def _day(typed: Mapping[str, list[str]], name: str, problems: list[FieldProblem]) -> date | None:
    written = (typed.get(name) or [""])[0]
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        problems.append(FieldProblem(name, words.NOT_A_DAY))
        return None
