"""Who a referral is about: a new person, or one the territory knows already."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date
from typing import Any

import msgspec

from domain.person.events import PersonNamed, PersonRegistered
from domain.refusal import FieldProblem, Refused
from protocols.language.answers import text_problem
from protocols.text import Text

# Decreto MEF 23 dicembre 1976 and its omocodia letters.
_TAX_CODE = re.compile(
    r"^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$"
)
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11,
         3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


class Particulars(msgspec.Struct, frozen=True):
    """A person's particulars, checked: `personal` ones apart."""

    pseudonym: str
    sex: str
    birth_year: int | None
    anonymous: bool
    sealed: bool
    personal: dict[str, Any]
    tax_code: str

    def registered(self) -> PersonRegistered:
        return PersonRegistered(
            self.pseudonym, self.sex, self.birth_year, self.anonymous, self.sealed, self.personal
        )

    def named(self) -> PersonNamed:
        return PersonNamed(self.personal, self.sex, self.birth_year)


_TEXTS = ("first_name", "last_name", "alias", "email", "phone", "address", "citizenship")


def read_particulars(given: dict[str, Any], on: date) -> Particulars:
    """Raises Refused naming each wrong field. `on`: the day of the referral.

    An anonymous person (DPR 309/1990 art. 120) needs a pseudonym and nothing else; any other needs
    a first and last name.
    """
    problems: list[FieldProblem] = []

    def wrong(field: str, it: str, en: str) -> None:
        problems.append(FieldProblem(f"person.{field}", Text(it, en)))

    known = {*_TEXTS, "pseudonym", "sex", "birth_date", "tax_code", "anonymous", "sealed"}
    for name in given:
        if name not in known:
            wrong(str(name)[:40], "campo non previsto", "no such field")
    personal: dict[str, Any] = {}
    for name in (*_TEXTS, "pseudonym"):
        value = given.get(name)
        if value in (None, ""):
            continue
        problem = (
            text_problem(value, 200)
            if isinstance(value, str)
            else Text("deve essere un testo", "it must be a text")
        )
        if problem:
            problems.append(FieldProblem(f"person.{name}", problem))
        elif name != "pseudonym":
            personal[name] = value.strip()
    anonymous = given.get("anonymous", False) is True
    if anonymous:
        if not given.get("pseudonym"):
            wrong("pseudonym", "serve uno pseudonimo", "a pseudonym is needed")
    else:
        for name in ("first_name", "last_name"):
            if name not in personal:
                wrong(name, "è obbligatorio", "it is required")
    sex = given.get("sex") or ""
    if sex not in ("", "F", "M", "X"):
        wrong("sex", "scegliere tra F, M, X", "choose among F, M, X")
    birth = _birth_date(given.get("birth_date"), on, wrong)
    if birth:
        personal["birth_date"] = birth.isoformat()
    tax_code = read_tax_code(given.get("tax_code"), wrong)
    if tax_code:
        personal["tax_code"] = tax_code
    if problems:
        raise Refused(
            "invalid",
            "person_invalid",
            Text("I dati della persona non vanno bene.", "The person's data are not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(problems),
        )
    return Particulars(
        pseudonym=str(given.get("pseudonym") or ""),
        sex=sex,
        birth_year=birth.year if birth else None,
        anonymous=anonymous,
        sealed=given.get("sealed", False) is True,
        personal=personal,
        tax_code=tax_code,
    )


def _birth_date(value: Any, on: date, wrong: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        birth = date.fromisoformat(value)
    except (TypeError, ValueError):
        wrong("birth_date", "deve essere una data come 1984-05-31", "a date like 1984-05-31")
        return None
    if birth > on:
        wrong(
            "birth_date",
            "la nascita non può essere dopo la segnalazione",
            "birth cannot come after the referral",
        )
        return None
    if birth.year < on.year - 120:
        wrong("birth_date", "è più di 120 anni fa", "it is more than 120 years ago")
        return None
    return birth


def read_tax_code(value: Any, wrong: Any) -> str:
    """The code as it is kept; '' where there is none, or where `wrong` was told of a fault."""
    if value in (None, ""):
        return ""
    code = value.replace(" ", "").upper() if isinstance(value, str) else ""
    if not _TAX_CODE.match(code) or _check_letter(code) != code[15]:
        wrong(
            "tax_code",
            "non è un codice fiscale valido: controllare le 16 lettere e cifre",
            "it is not a valid Italian tax code: check its 16 letters and digits",
        )
        return ""
    return code


def _check_letter(code: str) -> str:
    total = 0
    for index, character in enumerate(code[:15]):
        if index % 2 == 0:
            total += _ODD[character]
        else:
            total += int(character) if character.isdigit() else ord(character) - ord("A")
    return chr(ord("A") + total % 26)


def blind_index(key: bytes, value: str) -> bytes:
    """A keyed hash by which a person can be found without keeping the value readable."""
    return hmac.new(key, value.encode(), hashlib.sha256).digest()
