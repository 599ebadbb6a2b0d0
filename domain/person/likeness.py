"""By what two registrations look like one human being: marks that can be compared blindly.

Pure. A mark is a kind and a value made of particulars; two persons who share a mark are alike in
that way. The log keeps keyed hashes of marks only (`domain.person.index`). Names are compared as
they sound in Italian, without regard to accents, apostrophes, doubled letters, or which of the two
was given as the family name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from protocols.text import Text


class Mark(NamedTuple):
    kind: str
    value: str


class Likeness(NamedTuple):
    """`score`: 0–100, how strongly one shared mark speaks for one human being; `group`: of marks
    that say the same more or less exactly only the strongest counts."""

    score: int
    group: str
    reason: Text


KINDS: dict[str, Likeness] = {
    "code": Likeness(99, "who", Text("stesso codice fiscale", "same tax code")),
    "names": Likeness(
        95, "who", Text("stesso nome, stessa data di nascita", "same name and date of birth")
    ),
    "derived": Likeness(
        84, "who",
        Text(
            "nome, nascita e sesso danno lo stesso codice fiscale",
            "name, birth and sex give the same tax code",
        ),
    ),
    "slip": Likeness(
        85, "who",
        Text("stessa data di nascita, una lettera diversa nel nome", "same date of birth, one "
             "letter of the name differs"),
    ),
    "swapped": Likeness(
        80, "who",
        Text("stesso nome, giorno e mese di nascita scambiati", "same name, day and month of birth "
             "transposed"),
    ),
    "skeleton": Likeness(
        75, "who",
        Text("stessa data di nascita, nome simile", "same date of birth, similar name"),
    ),
    "near_date": Likeness(
        65, "who",
        Text("stesso nome, data di nascita che differisce in una parte", "same name, one part of "
             "the date of birth differs"),
    ),
    "family": Likeness(
        55, "who",
        Text("stesso cognome e stessa data di nascita, altro nome: forse gemelli", "same family "
             "name and date of birth, another first name: perhaps twins"),
    ),
    "undated": Likeness(
        50, "who",
        Text("stesso nome; manca una data di nascita", "same name; a date of birth is missing"),
    ),
    "given": Likeness(
        40, "who",
        Text("stesso nome proprio e stessa data di nascita, altro cognome", "same first name and "
             "date of birth, another family name"),
    ),
    "email": Likeness(35, "contact", Text("stessa e-mail", "same e-mail address")),
    "phone": Likeness(30, "contact", Text("stesso telefono", "same telephone")),
}  # fmt: skip

LISTED_FROM = 40
"""Below this score nobody is bothered: relatives share telephones."""

_DATED, _UNDATED = "dated", "undated"


def marks(personal: Mapping[str, Any], sex: str) -> frozenset[Mark]:
    """What is kept of somebody who has given a name; nothing of anybody else."""
    return frozenset(_marks(personal, sex))


def sought(personal: Mapping[str, Any], sex: str) -> dict[Mark, str]:
    """Marks by which somebody like this is found, and the kind of likeness that each tells."""
    found = {}
    for mark in marks(personal, sex):
        if mark.kind == _DATED:
            found[Mark(_UNDATED, mark.value)] = "undated"
        elif mark.kind == _UNDATED:
            found[mark] = found[Mark(_DATED, mark.value)] = "undated"
        else:
            found[mark] = mark.kind
    return found


def score(kinds: Iterable[str]) -> int:
    """0–100 for all the ways in which two are alike."""
    strongest: dict[str, int] = {}
    for kind in kinds:
        of = KINDS[kind]
        strongest[of.group] = max(of.score, strongest.get(of.group, 0))
    doubt = 1.0
    for one in strongest.values():
        doubt *= 1 - one / 100
    return round(100 * (1 - doubt))


def reasons(kinds: Iterable[str]) -> tuple[Text, ...]:
    """The strongest of each group, strongest first."""
    best: dict[str, Likeness] = {}
    for kind in sorted(kinds, key=lambda kind: -KINDS[kind].score):
        best.setdefault(KINDS[kind].group, KINDS[kind])
    return tuple(of.reason for of in best.values())


def _marks(personal: Mapping[str, Any], sex: str) -> Iterator[Mark]:
    code = str(personal.get("tax_code") or "")
    if code:
        plain = plain_code(code)
        yield Mark("code", plain[:15])
        yield Mark("derived", plain[:11])
    phone = re.sub(r"\D", "", re.sub(r"^\s*(\+|00)39", "", str(personal.get("phone") or "")))
    if len(phone) >= 6:
        yield Mark("phone", phone[-10:])
    email = str(personal.get("email") or "").strip().casefold()
    if email:
        yield Mark("email", email)
    family = letters(str(personal.get("last_name") or ""))
    given = letters(str(personal.get("first_name") or ""))
    if not family or not given:
        return
    heard, first = sound(family), _given(str(personal["first_name"]))
    both = {_pair(heard, one) for one in first}
    born = str(personal.get("birth_date") or "")
    if not born:
        yield from (Mark(_UNDATED, pair) for pair in both)
        return
    yield from (Mark(_DATED, pair) for pair in both)
    year, month, day = born.split("-")
    for pair in both:
        yield Mark("names", f"{pair}|{born}")
        yield Mark("swapped", f"{pair}|{year}|{'|'.join(sorted((month, day)))}")
        yield Mark("near_date", f"{pair}|{year}-{month}")
        yield Mark("near_date", f"{pair}|{year}--{day}")
        yield Mark("near_date", f"{pair}|{month}-{day}")
    for one in first:
        yield Mark("given", f"{one}|{born}")
        yield Mark("skeleton", f"{_pair(_consonants(heard), _consonants(one))}|{born}")
        for a, b in (*product(_one_less(heard), (one,)), *product((heard,), _one_less(one))):
            yield Mark("slip", f"{_pair(a, b)}|{born}")
    yield Mark("family", f"{heard}|{born}")
    if not code:
        for one in (sex,) if sex in ("F", "M") else ("F", "M"):
            yield Mark("derived", derived_code(family, given, year, month, day, one))


def _given(name: str) -> set[str]:
    """Somebody called Maria Grazia may be known as Maria."""
    words = re.split(r"[\s\-]+", name.strip())
    return {sound(letters(name)), sound(letters(words[0])) or sound(letters(name))}


def _pair(one: str, other: str) -> str:
    return "+".join(sorted((one, other)))


def _one_less(word: str) -> Iterator[str]:
    """The word, and the word without one letter: two words that differ in one letter share one."""
    yield word
    if len(word) > 2:
        yield from (word[:n] + word[n + 1 :] for n in range(len(word)))


_OTHER_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)


def letters(text: str) -> str:
    """a–z only: «D'Àdda» and «d adda» are both dadda. Empty for other scripts."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_OTHER_LETTERS))
    return re.sub(r"[^a-z]", "", plain)


# Longer spellings first. Capitals are sounds that no single letter has.
_SOUNDS = (
    (r"sch", "sk"), (r"sc(?=[ei])", "S"), (r"sh", "S"), (r"ch(?=[eiy])", "k"), (r"ck", "k"),
    (r"gh", "g_"), (r"gli(?=[aeou])", "L"), (r"gn", "N"), (r"ph", "f"), (r"th", "t"),
    (r"c(?=[eiy])", "C"), (r"g(?=[eiy])", "G"), (r"g_", "g"), (r"([CGS])i(?=[aeou])", r"\1"),
    (r"h", ""), (r"[cq]", "k"), (r"[jy]", "i"), (r"w", "v"), (r"x", "s"), (r"(.)\1+", r"\1"),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), into) for pattern, into in _SOUNDS)


def sound(word: str) -> str:
    """As an Italian hears it: Giacomo, Jacopo no; Cecchi and Ceci no; Catia and Katia, Mattia and
    Matia, Michele and Mickele yes."""
    for pattern, into in _RULES:
        word = pattern.sub(into, word)
    return word


def _consonants(heard: str) -> str:
    """What is left of foreign names however they are written: Mohamed, Muhammad."""
    return re.sub(r"[aeiou]", "", heard) or heard


# ── the tax code (decreto MEF 23 dicembre 1976) ──────────────────────────────────────────────

_MONTHS = "ABCDEHLMPRST"
_DIGITS = dict(zip("LMNPQRSTUV", "0123456789", strict=True))
_NUMBERS = (6, 7, 9, 10, 12, 13, 14)


def plain_code(code: str) -> str:
    """The code with its omocodia letters back to digits."""
    return "".join(
        _DIGITS.get(letter, letter) if place in _NUMBERS else letter
        for place, letter in enumerate(code)
    )


def derived_code(family: str, given: str, year: str, month: str, day: str, sex: str) -> str:
    """The first eleven characters of the tax code; names in plain letters."""
    born = int(day) + (40 if sex == "F" else 0)
    first = re.sub(r"[aeiou]", "", given)
    kept = first[0] + first[2:4] if len(first) > 3 else None
    names = _three(family) + (kept or _three(given)).upper()
    return f"{names}{year[2:]}{_MONTHS[int(month) - 1]}{born:02}"


def _three(name: str) -> str:
    """Consonants, then vowels, then X where the name is shorter than three (D.M. 23/12/1976)."""
    found = re.sub(r"[aeiou]", "", name) + re.sub(r"[^aeiou]", "", name)
    return f"{found}XXX"[:3].upper()
