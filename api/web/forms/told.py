"""Recorded answers, or those about to be, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from babel.numbers import format_currency

from api.web.forms.choices import Choices, title_in
from api.web.forms.typed import Fields, inner_fields
from api.web.words import common
from protocols.instruments import shipped
from protocols.language.forms import FormField
from protocols.text import Text


class Told(msgspec.Struct, frozen=True):
    """`text`: texts, one a line; `number` and `day` are written in the reader's language; `parts`:
    of a group, `rows`: of a list; `withheld`: the category of what the reader may not see."""

    title: Text
    text: tuple[Text, ...] = ()
    number: float | None = None
    day: date | None = None
    parts: tuple[Told, ...] = ()
    rows: tuple[tuple[Told, ...], ...] = ()
    withheld: str = ""


def told(fields: Fields, data: Mapping[str, Any], choices: Choices) -> tuple[Told, ...]:
    """In the form's order; what no field of the form explains comes last, as it is, without the
    outcome."""
    known = tuple(
        _told(field, data[name], choices)
        for name, field in fields.items()
        if data.get(name) is not None
    )
    others = tuple(
        _plain(Text(name.replace("_", " "), name.replace("_", " ")), value)
        for name, value in data.items()
        if name not in fields and name != "outcome" and value is not None
    )
    return known + others


def withheld_category(value: Any) -> str:
    """Of `{"withheld": category}`; empty for anything else."""
    if isinstance(value, dict) and set(value) == {"withheld"}:
        return str(value["withheld"])
    return ""


def _told(field: FormField, value: Any, choices: Choices) -> Told:
    if category := withheld_category(value):
        return Told(field.title, withheld=category)
    within = inner_fields(field)
    if field.type == "list" and isinstance(value, list):
        rows = tuple(told(within, row, choices) for row in value if isinstance(row, dict))
        return Told(field.title, rows=rows)
    if field.instrument and isinstance(value, dict):
        return _of_instrument(field, value, choices)
    if within and isinstance(value, dict):
        return Told(field.title, parts=told(within, value, choices))
    if field.type in ("choice", "choices") and not isinstance(value, dict):
        chosen = value if isinstance(value, list) else [value]
        return Told(field.title, tuple(_option(field, each) for each in chosen))
    if field.type in ("comune", "service", "host", "person", "document"):
        return Told(field.title, (title_in(choices, field.type, str(value)),))
    if field.type == "date":
        return _day(field.title, value)
    if field.type == "money" and isinstance(value, (int, float)):
        return Told(field.title, (_euro(value),))
    return _plain(field.title, value)


def _of_instrument(field: FormField, value: dict[str, Any], choices: Choices) -> Told:
    instrument = shipped()[field.instrument or ""]
    items = value.get("items", value)
    parts = told(inner_fields(field), items, choices)
    result = instrument.result(
        {name: answer for name, answer in items.items() if instrument.allows(name, answer)}
    )
    if result.score is None:
        return Told(field.title, parts=parts)
    band = next((band.title for band in instrument.bands if band.name == result.band), None)
    said = (band,) if band else ()
    return Told(field.title, said, number=float(result.score), parts=parts)


def _option(field: FormField, value: Any) -> Text:
    options = field.options if isinstance(field.options, dict) else {}
    return options.get(value) or Text(str(value), str(value))


def _day(title: Text, value: Any) -> Told:
    try:
        return Told(title, day=value if isinstance(value, date) else date.fromisoformat(value))
    except (TypeError, ValueError):
        return _plain(title, value)


def _plain(title: Text, value: Any) -> Told:
    if category := withheld_category(value):
        return Told(title, withheld=category)
    if isinstance(value, bool):
        return Told(title, (common.YES if value else common.NO,))
    if isinstance(value, (int, float)):
        return Told(title, number=float(value))
    if isinstance(value, list):
        return Told(title, tuple(Text(str(each), str(each)) for each in value))
    return Told(title, (Text(str(value), str(value)),))


def _euro(value: float) -> Text:
    return Text(
        format_currency(value, "EUR", locale="it"), format_currency(value, "EUR", locale="en")
    )
