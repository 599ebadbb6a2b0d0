"""Answers to a form, checked field by field; what is personal is set apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from msgspec import Struct

from protocols.documents import nearest
from protocols.engine.plan import Guard
from protocols.instruments import shipped
from protocols.language.forms import Form, FormField
from protocols.text import Text

MAX_TEXT = 500
MAX_NOTE = 20_000
MAX_ITEMS = 500

# Marks that reorder or hide what a reader sees (Unicode TR 36, § 2.5 and Trojan Source, 2021).
_HIDDEN = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


class FieldError(Struct, frozen=True):
    """`field`: dotted path in the form."""

    field: str
    message: Text


class Known(Struct, frozen=True):
    """Names that exist outside the form. Each maps an id to whether it exists. `document`: whether
    it is attached to the case that the form is about, and was not withdrawn."""

    comune: Callable[[str], bool]
    service: Callable[[str], bool]
    host: Callable[[str], bool]
    person: Callable[[str], bool]
    document: Callable[[str], bool] = bool


def text_problem(value: str, longest: int = MAX_TEXT) -> Text | None:
    """Why a text cannot be taken: control or hidden direction characters, or its length."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in value):
        return Text(
            "contiene caratteri di controllo (per esempio NUL): toglierli e riprovare",
            "it has control characters (NUL for example): remove them and try again",
        )
    if _HIDDEN.search(value):
        return Text(
            "contiene segni invisibili di direzione del testo: toglierli e riprovare",
            "it has invisible text-direction marks: remove them and try again",
        )
    if len(value) > longest:
        return Text(
            f"è troppo lungo: {len(value)} caratteri, al massimo {longest}",
            f"it is too long: {len(value)} characters, {longest} at most",
        )
    return None


def check(
    form: Form | None, answers: dict[str, Any], known: Known, requires: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any], list[FieldError]]:
    """(data, personal, errors). Dates come out as ISO strings. `requires`: fields that the chosen
    outcome needs although the form does not."""
    checker = _Checker(known)
    data, personal = checker.fields(form.fields if form else {}, answers, "", requires)
    return data, personal, checker.errors


# A condition is compiled once; there are as many as the published forms have.
_condition = cache(Guard)


def is_asked(field: FormField, fields: Iterable[str], answers: Mapping[str, Any]) -> bool:
    """Whether a question is asked, given the answers to those beside it (`fields`: their names)."""
    if not field.when:
        return True
    return _condition(field.when).holds({**dict.fromkeys(fields), **answers})


class _Checker:
    def __init__(self, known: Known) -> None:
        self.known = known
        self.errors: list[FieldError] = []

    def error(self, path: str, it: str, en: str) -> None:
        self.errors.append(FieldError(path, Text(it, en)))

    def fields(
        self,
        fields: dict[str, FormField],
        answers: dict[str, Any],
        prefix: str,
        requires: tuple[str, ...] = (),
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data: dict[str, Any] = {}
        personal: dict[str, Any] = {}
        for name in answers:
            if name not in fields:
                near = nearest(str(name), fields)
                shown = str(name)[:60]
                it = f"campo «{shown}» non previsto" + (f": forse «{near}»?" if near else "")
                en = f"no field “{shown}”" + (f": perhaps “{near}”?" if near else "")
                self.error(f"{prefix}{shown}", it, en)
        for name, field in fields.items():
            path = f"{prefix}{name}"
            if not is_asked(field, fields, answers):
                continue
            value = answers.get(name)
            if field.computed:
                if value is not None:
                    self._not_asked(field, path)
                continue
            if value is None or value == [] or (isinstance(value, str) and not value.strip()):
                if field.required or name in requires:
                    title = field.title
                    self.error(
                        path,
                        f"«{title.it}» è obbligatorio",
                        f"“{title.in_('en')}” is required",
                    )
                continue
            count = len(self.errors)
            cleaned = self.value(field, value, path)
            if len(self.errors) == count:
                (personal if field.personal else data)[name] = cleaned
        return data, personal

    def _not_asked(self, field: FormField, path: str) -> None:
        it, en = f"è la somma di «{field.sum_of}»", f"it adds up “{field.sum_of}”"
        if field.filled_by:
            table = field.filled_by
            it, en = f"lo dice la tabella «{table}»", f"table “{table}” gives it"
        self.error(path, f"«{field.title.it}» non si chiede: {it}", f"not asked: {en}")

    def value(self, field: FormField, value: Any, path: str) -> Any:
        return getattr(self, f"_{field.type}")(field, value, path)

    def _text(self, field: FormField, value: Any, path: str) -> Any:
        return self._string(value, path, MAX_TEXT)

    def _note(self, field: FormField, value: Any, path: str) -> Any:
        return self._string(value, path, MAX_NOTE)

    def _string(self, value: Any, path: str, longest: int) -> Any:
        if not isinstance(value, str):
            return self.error(path, "deve essere un testo", "it must be a text")
        problem = text_problem(value, longest)
        if problem:
            self.errors.append(FieldError(path, problem))
        return value

    def _range(self, field: FormField, value: float, path: str) -> Any:
        low, high = field.min, field.max
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"{'' if low is None else f'{low:g}'}…{'' if high is None else f'{high:g}'}"
            self.error(path, f"deve stare tra {bounds}", f"it must be within {bounds}")
        return value

    def _integer(self, field: FormField, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**12:
            return self.error(path, "deve essere un numero intero", "it must be a whole number")
        return self._range(field, value, path)

    _scale = _integer

    def _decimal(self, field: FormField, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            return self.error(path, "deve essere un numero", "it must be a number")
        if abs(value) > 10**12:
            return self.error(path, "è un numero troppo grande", "the number is too large")
        return self._range(field, value, path)

    def _money(self, field: FormField, value: Any, path: str) -> Any:
        value = self._decimal(field, value, path)
        if value is None:
            return None
        if value < 0 or abs(value * 100 - round(value * 100)) > 1e-6:
            return self.error(
                path,
                "deve essere un importo in euro, non negativo, con al più due decimali",
                "it must be an amount in euro, not negative, with two decimals at most",
            )
        return round(value, 2)

    def _date(self, field: FormField, value: Any, path: str) -> Any:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
            if not 1900 <= day.year <= 2200:
                raise ValueError
        except (TypeError, ValueError):
            return self.error(
                path,
                "deve essere una data come 2026-03-31, tra il 1900 e il 2200",
                "it must be a date like 2026-03-31, between 1900 and 2200",
            )
        return day.isoformat()[:10]

    def _yes_no(self, field: FormField, value: Any, path: str) -> Any:
        if not isinstance(value, bool):
            return self.error(path, "deve essere vero o falso", "it must be true or false")
        return value

    def _choice(self, field: FormField, value: Any, path: str) -> Any:
        if value not in field.option_names:
            near = nearest(str(value), field.option_names)
            listed = ", ".join(field.option_names)
            self.error(
                path,
                f"scegliere tra: {listed}" + (f" (forse «{near}»?)" if near else ""),
                f"choose among: {listed}" + (f" (perhaps “{near}”?)" if near else ""),
            )
        return value

    def _choices(self, field: FormField, value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            return self.error(path, "deve essere un elenco di scelte", "it must be a list")
        return [self._choice(field, item, f"{path}[{i}]") for i, item in enumerate(value)]

    def _reference(self, value: Any, path: str, exists: Any, it: str, en: str) -> Any:
        if not isinstance(value, str) or not exists(value):
            return self.error(path, it, en)
        return value

    def _comune(self, field: FormField, value: Any, path: str) -> Any:
        return self._reference(
            value, path, self.known.comune,
            "non è il codice ISTAT di un comune del territorio",
            "it is not the ISTAT code of a comune of the territory",
        )  # fmt: skip

    def _service(self, field: FormField, value: Any, path: str) -> Any:
        return self._reference(
            value, path, self.known.service, "questo servizio non esiste", "no such service"
        )

    def _host(self, field: FormField, value: Any, path: str) -> Any:
        return self._reference(
            value, path, self.known.host, "questo soggetto ospitante non esiste", "no such host"
        )

    def _person(self, field: FormField, value: Any, path: str) -> Any:
        return self._reference(
            value, path, self.known.person, "questo operatore non esiste", "no such staff member"
        )

    def _document(self, field: FormField, value: Any, path: str) -> Any:
        return self._reference(
            value, path, self.known.document,
            "questo documento non è allegato al caso: allegarlo prima",
            "this document is not attached to the case: attach it first",
        )  # fmt: skip

    def _instrument(self, field: FormField, value: Any, path: str) -> Any:
        """{instrument, items: {item: value}, score, band}; score and band only where there are.
        The items may also be given alone."""
        instrument = shipped()[field.instrument or ""]
        count = len(self.errors)
        given = value.get("items", value) if isinstance(value, dict) else None
        if not isinstance(given, dict):
            return self.error(
                path,
                "deve dire un valore per ogni voce dello strumento",
                "it must give a value for each item of the instrument",
            )
        for name in given:
            if name not in instrument.items:
                shown = str(name)[:60]
                self.error(
                    f"{path}.{shown}",
                    f"lo strumento non ha la voce «{shown}»",
                    f"the instrument has no item “{shown}”",
                )
        items = {name: given[name] for name in instrument.items if given.get(name) is not None}
        for name, answer in items.items():
            if not instrument.allows(name, answer):
                listed = ", ".join(map(str, instrument.items[name].values))
                bounds = listed or "{}…{}".format(*instrument.range)
                self.error(f"{path}.{name}", f"deve valere {bounds}", f"it must be {bounds}")
        missing = [name for name in instrument.items if name not in items]
        if missing and not (instrument.incomplete and items):
            named = ", ".join(missing[:5])
            self.error(path, f"mancano le voci: {named}", f"items are missing: {named}")
        if len(self.errors) > count:
            return None
        score, band = instrument.result(items)
        recorded = {"instrument": field.instrument, "items": items, "score": score, "band": band}
        return {name: part for name, part in recorded.items() if part is not None}

    def _group(self, field: FormField, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            return self.error(
                path, "deve essere un gruppo di campi", "it must be a group of fields"
            )
        data, personal = self.fields(field.fields or {}, value, f"{path}.")
        return {**data, **personal}

    def _list(self, field: FormField, value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            return self.error(
                path,
                f"deve essere un elenco, al massimo di {MAX_ITEMS} voci",
                f"it must be a list of {MAX_ITEMS} items at most",
            )
        least, most = field.rows
        if len(value) < least:
            self.error(
                path,
                f"ne servono almeno {least}, ce ne sono {len(value)}",
                f"at least {least} are needed, there are {len(value)}",
            )
        elif most is not None and len(value) > most:
            self.error(
                path,
                f"possono essere al massimo {most}, ce ne sono {len(value)}",
                f"there may be {most} at most, there are {len(value)}",
            )
        rows = [self._group(field, item, f"{path}[{i}]") for i, item in enumerate(value)]
        if field.distinct:
            self._no_two(field.distinct, rows, path)
        return rows

    def _no_two(self, name: str, rows: list[Any], path: str) -> None:
        said: dict[Any, int] = {}
        for i, row in enumerate(rows):
            value = row.get(name) if isinstance(row, dict) else None
            if isinstance(value, str) and said.setdefault(value, i) != i:
                at = f"{path}[{i}].{name}"
                self.error(at, "c'è già in un'altra riga", "it is in another row already")
