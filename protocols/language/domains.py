"""Which values a decision table must tell apart: a few of them stand for all that there may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from protocols.documents import nearest
from protocols.language.conditions import Condition, is_number, same
from protocols.language.forms import FormField
from protocols.language.tables import Input
from protocols.text import Text

NUMBERS = ("integer", "decimal", "money", "scale")
WHOLE = ("integer", "scale")


class Point(NamedTuple):
    """A value that stands for all those between which no condition of the table tells."""

    value: Any
    shown: Text


_OTHER = Point("\0other", Text("un altro valore", "another value"))
_MISSING = Point(None, Text("nessun valore", "no value"))


def allowed(source: Input, field: FormField | None) -> tuple[Any, ...]:
    """All the values that there may be, where they are known; nothing where they are not."""
    if source.values:
        return source.values
    if field is None:
        return ()
    return (True, False) if field.type == "yes_no" else field.option_names


def points(source: Input, field: FormField | None, asked: Iterable[Condition]) -> list[Point]:
    """One for each class of values that the conditions on this input tell apart."""
    asked = list(asked)
    known = allowed(source, field)
    if known:
        found = [Point(value, _shown(value)) for value in known]
    elif field is not None and field.type in NUMBERS:
        found = _numbers(field, asked)
    elif any(condition.numeric for condition in asked):
        found = _numbers(None, asked)
    else:
        named = [value for condition in asked for value in condition.values]
        found = [Point(value, _shown(value)) for value in dict.fromkeys(named)]
        found.append(_OTHER)
    may_miss = field is not None and (not field.required or field.when is not None)
    return [*found, _MISSING] if may_miss else found


def _numbers(field: FormField | None, asked: list[Condition]) -> list[Point]:
    low = field.min if field else None
    high = field.max if field else None
    whole = field is not None and field.type in WHOLE
    edges = {edge for condition in asked for edge in condition.edges}
    edges |= {bound for bound in (low, high) if bound is not None}
    inside = sorted(
        edge for edge in edges if (low is None or edge >= low) and (high is None or edge <= high)
    )
    found: list[Point] = []
    last: float | None = None
    for edge in inside:
        if last is not None or low is None:
            found += _between(last, edge, whole)
        if not whole or edge == int(edge):
            found.append(Point(edge, _shown(edge)))
        last = edge
    if high is None or last is None:
        found += _between(last, None, whole)
    return found


def _between(low: float | None, high: float | None, whole: bool) -> list[Point]:
    """The values strictly between two edges; None is without end."""
    if low is None and high is None:
        return [Point(0, Text("un numero", "a number"))]
    if low is None:
        assert high is not None
        return [Point(high - 1, _shown(f"< {high:g}"))]
    if high is None:
        return [Point(low + 1, _shown(f"> {low:g}"))]
    if not whole:
        return [Point((low + high) / 2, _shown(f"{low:g}…{high:g}"))]
    first, final = int(low // 1) + 1, -int(-high // 1) - 1
    if first > final:
        return []
    return [Point(first, _shown(str(first) if first == final else f"{first}…{final}"))]


def _shown(value: Any) -> Text:
    written = f"{value:g}" if is_number(value) else str(value).lower() if value in (True, False) \
        else str(value)  # fmt: skip
    return Text(written, written)


def strangers(
    source: Input, field: FormField | None, condition: Condition
) -> Iterable[tuple[Any, str | None]]:
    """Values that a condition names although the input cannot have them, each with the nearest."""
    known = allowed(source, field)
    numbers = field is not None and field.type in NUMBERS
    for value in condition.values:
        if known and not any(same(value, other) for other in known):
            yield value, nearest(str(value), [str(other) for other in known])
        elif numbers and not is_number(value):
            yield value, None
    if condition.numeric and (known and not any(is_number(v) for v in known)):
        yield _bounds(condition), None


def _bounds(condition: Condition) -> str:
    low, high = condition.low, condition.high
    if low is not None and high is not None:
        return f"{low:g}..{high:g}"
    equal = "" if condition.strict else "="
    return f">{equal} {low:g}" if low is not None else f"<{equal} {high:g}"
