"""What somebody typed into a protocol's form, as a tree of its fields.

A question's name in the page is its path, as the domain says it in a refusal: `held_on`,
`members[0].person`. A row of a list is announced by a field `members[]` whose value is its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from protocols.language.answers import MAX_ITEMS
from protocols.language.forms import FormField
from protocols.language.paths import parts_of

Typed = dict[str, Any]
"""By field: what was typed, as often as it was (list of str); for a group or an instrument another
such tree; for a list one for each row."""

Fields = Mapping[str, FormField]

_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d{1,3})\])?")


def inner_fields(field: FormField) -> dict[str, FormField]:
    """The questions inside a question. Of an instrument: its items."""
    if field.instrument:
        return parts_of(field)["items"].fields or {}
    return field.fields or {}


def asked_of_people(fields: Fields) -> dict[str, FormField]:
    """Without what follows from the other answers."""
    return {name: field for name, field in fields.items() if not field.computed}


def read(fields: Fields, sent: Iterable[tuple[str, Any]]) -> Typed:
    """From a form as it was sent; what is not of these fields, and files, are left out."""
    values: dict[str, list[str]] = {}
    for name, value in sent:
        if isinstance(value, str):
            values.setdefault(name, []).append(value)
    return _read(fields, values, "")


def _read(fields: Fields, sent: Mapping[str, list[str]], prefix: str) -> Typed:
    found: Typed = {}
    for name, field in asked_of_people(fields).items():
        path, within = prefix + name, inner_fields(field)
        if field.type == "list":
            numbers = [n for n in dict.fromkeys(sent.get(f"{path}[]", ())) if n.isdecimal()]
            rows = [_read(within, sent, f"{path}[{n}].") for n in numbers[: MAX_ITEMS + 1]]
            if rows:
                found[name] = rows
        elif within:
            found[name] = _read(within, sent, f"{path}.")
        elif path in sent:
            found[name] = sent[path]
    return found


def pairs(fields: Fields, typed: Typed, prefix: str = "") -> Iterator[tuple[str, str]]:
    """As the form would send it."""
    for name, field in asked_of_people(fields).items():
        path, value = prefix + name, typed.get(name)
        if value is None:
            continue
        if field.type == "list":
            for number, row in enumerate(value):
                yield f"{path}[]", str(number)
                yield from pairs(inner_fields(field), row, f"{path}[{number}].")
        elif within := inner_fields(field):
            yield from pairs(within, value, f"{path}.")
        else:
            yield from ((path, each) for each in value)


def is_blank(value: Any) -> bool:
    """Whether nothing was typed into a question or into any question inside it."""
    if isinstance(value, str):
        return not value.strip()
    parts = value.values() if isinstance(value, dict) else value or ()
    return all(is_blank(part) for part in parts)


def without_blank_rows(fields: Fields, typed: Typed) -> Typed:
    kept: Typed = {}
    for name, value in typed.items():
        field = fields[name]
        within = inner_fields(field)
        if field.type == "list":
            rows = [without_blank_rows(within, row) for row in value if not is_blank(row)]
            if rows:
                kept[name] = rows
        else:
            kept[name] = without_blank_rows(within, value) if within else value
    return kept


def with_row(fields: Fields, typed: Typed, path: str) -> Typed:
    """One empty row more in the list at `path`; the same where there is no such list."""
    return _at_list(fields, typed, _steps(path), lambda rows: [*rows, {}])


def without_row(fields: Fields, typed: Typed, path: str) -> Typed:
    """Without the row at `path`, as `members[1]`."""
    steps = _steps(path)
    if not steps or steps[-1][1] is None:
        return typed
    number = steps[-1][1]
    lists = [*steps[:-1], (steps[-1][0], None)]
    return _at_list(fields, typed, lists, lambda rows: [*rows[:number], *rows[number + 1 :]])


def _steps(path: str) -> list[tuple[str, int | None]]:
    parts = [_STEP.fullmatch(part) for part in path.split(".")]
    return [(m[1], None if m[2] is None else int(m[2])) for m in parts if m]


def _at_list(
    fields: Fields, typed: Typed, steps: list[tuple[str, int | None]], change: Any
) -> Typed:
    """`typed` with the rows of the list that the steps lead to changed."""
    if not steps:
        return typed
    (name, number), *rest = steps
    field = fields.get(name)
    if field is None:
        return typed
    value = typed.get(name)
    if field.type == "list" and number is None and not rest:
        rows = change(value or [])
        return {**typed, name: rows} if len(rows) <= MAX_ITEMS else typed
    within = inner_fields(field)
    if field.type == "list" and number is not None and value and number < len(value):
        rows = list(value)
        rows[number] = _at_list(within, rows[number], rest, change)
        return {**typed, name: rows}
    if field.type == "group" and isinstance(value, dict):
        return {**typed, name: _at_list(within, value, rest, change)}
    return typed
