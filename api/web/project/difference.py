"""What changed between two versions of the same answers, field by field and row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from api.web.forms.choices import Choices
from api.web.forms.told import Told, told, withheld_category
from api.web.forms.typed import Fields, inner_fields
from protocols.language.forms import FormField
from protocols.text import Text


class Row(msgspec.Struct, frozen=True):
    """A row of a list; `before` is empty for one that is new, `after` for one that is gone."""

    kind: Literal["added", "removed", "changed"]
    before: tuple[Told, ...]
    after: tuple[Told, ...]


class Change(msgspec.Struct, frozen=True):
    """`before` or `after` is None where there was, or is, no answer; `rows` of a list in place of
    both."""

    title: Text
    before: Told | None
    after: Told | None
    rows: tuple[Row, ...] = ()


def difference(
    fields: Fields, before: Mapping[str, Any], after: Mapping[str, Any], choices: Choices
) -> tuple[Change, ...]:
    """In the form's order. Of what the reader may not see nothing is said, not even that it
    changed."""
    return tuple(_changes(fields, before, after, choices))


def _changes(
    fields: Fields, before: Mapping[str, Any], after: Mapping[str, Any], choices: Choices
) -> Iterator[Change]:
    for name, field in fields.items():
        was, now = before.get(name), after.get(name)
        if was == now or withheld_category(was) or withheld_category(now):
            continue
        if field.type == "list" and _is_list(was) and _is_list(now):
            rows = tuple(_rows(field, was or [], now or [], choices))
            yield Change(field.title, None, None, rows)
        else:
            yield Change(
                field.title, _one(name, field, was, choices), _one(name, field, now, choices)
            )


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _one(name: str, field: FormField, value: Any, choices: Choices) -> Told | None:
    found = told({name: field}, {name: value}, choices)
    return found[0] if found else None


def _rows(field: FormField, was: list[Any], now: list[Any], choices: Choices) -> Iterator[Row]:
    within = inner_fields(field)

    def said(row: Any) -> tuple[Told, ...]:
        return told(within, row, choices)

    # Rows have no names of their own: those that stayed say which ones were changed between them.
    old_keys, new_keys = _keys(was), _keys(now)
    matched = SequenceMatcher(a=old_keys, b=new_keys, autojunk=False)
    for kind, i, i_end, j, j_end in matched.get_opcodes():
        if kind == "equal":
            continue
        old, new = was[i:i_end], now[j:j_end]
        both = min(len(old), len(new))
        for before, after in zip(old, new, strict=False):
            yield Row("changed", said(before), said(after))
        for before in old[both:]:
            yield Row("removed", said(before), ())
        for after in new[both:]:
            yield Row("added", (), said(after))


def _keys(rows: list[Any]) -> list[bytes]:
    return [msgspec.json.encode(row, order="sorted") for row in rows]
