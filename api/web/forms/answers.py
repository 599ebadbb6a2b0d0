"""What was typed, as the answers that a command takes; and answers as somebody would type them.

What cannot be understood is passed on as it was typed: the domain says what is wrong with it, in
the same words as to any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from api.web.forms.typed import Fields, Typed, asked_of_people, inner_fields
from protocols.language.answers import is_asked
from protocols.language.forms import FormField

# 1.234 and 1.234.567: points between thousands, as they are written in Italy.
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(?=,|$)")
_NUMBER = re.compile(r"[+-]?\d{1,20}([.,]\d{0,20})?")
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


def answers(fields: Fields, typed: Typed) -> dict[str, Any]:
    """Of the questions that are asked; those whose condition does not hold are left out."""
    found: dict[str, Any] = {}
    for name, field in asked_of_people(fields).items():
        value = _value(field, typed.get(name))
        if value is not None:
            found[name] = value
    while gone := [name for name in found if not is_asked(fields[name], fields, found)]:
        found = {name: value for name, value in found.items() if name not in gone}
    return found


def _value(field: FormField, typed: Any) -> Any:
    if field.type == "list":
        rows = [answers(inner_fields(field), row) for row in typed or ()]
        return rows or None
    if within := inner_fields(field):
        parts = answers(within, typed or {})
        # Of a group that is needed the domain says which of its questions lack an answer.
        return parts if parts or (field.type == "group" and field.required) else None
    if field.type == "choices":
        return [each for each in typed or () if each] or None
    written = typed[-1] if typed else ""
    if not written.strip():
        return None
    return _READERS.get(field.type, str.strip)(written)


def whole(written: str) -> int | str:
    """`1.234` is one thousand two hundred and thirty-four."""
    value = number(written)
    return int(value) if isinstance(value, float) and value.is_integer() else written


def number(written: str) -> float | str:
    """`1.234,50`, `1234,5` and `1234.5`."""
    plain = re.sub(r"[\s€']", "", written)
    if _THOUSANDS.match(plain):
        plain = plain.replace(".", "")
    if not _NUMBER.fullmatch(plain):
        return written
    return float(plain.replace(",", "."))


def day(written: str) -> str:
    """`31/3/2026` as `2026-03-31`."""
    found = _DAY.fullmatch(written.strip())
    if not found:
        return written.strip()
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"


def _decimal(written: str) -> int | float | str:
    value = number(written)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _yes_no(written: str) -> bool | str:
    return {"true": True, "false": False}.get(written, written)


def _lines(written: str) -> str:
    """Browsers send lines ended as in mail."""
    return written.replace("\r\n", "\n").strip()


_READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": whole,
    "scale": whole,
    "decimal": _decimal,
    "money": _decimal,
    "date": day,
    "yes_no": _yes_no,
    "note": _lines,
}


def typed_of(fields: Fields, data: Mapping[str, Any]) -> Typed:
    """Recorded answers as somebody would type them."""
    return {
        name: _typed(field, data[name])
        for name, field in asked_of_people(fields).items()
        if data.get(name) is not None
    }


def _typed(field: FormField, value: Any) -> Any:
    within = inner_fields(field)
    if field.type == "list":
        return [typed_of(within, row) for row in value]
    if within:
        return typed_of(within, value.get("items", value) if field.instrument else value)
    if field.type == "choices":
        return list(value)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float):
        return [f"{value:.10f}".rstrip("0").rstrip(".").replace(".", ",")]
    return [str(value)]
