"""What a decision table asks of a value: `work`, `[work, home]`, `at most 40`, `41..60`, …"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

Scalar = str | int | float | bool

_COMPARED = re.compile(
    r"^(<=|>=|<|>|at most|at least|less than|more than)\s*(-?\d{1,12}(?:\.\d{1,6})?)$"
)
# In YAML a text that begins with > must be quoted: words need not.
_WORDS = {"at most": "<=", "at least": ">=", "less than": "<", "more than": ">"}
_BETWEEN = re.compile(r"^(-?\d{1,12}(?:\.\d{1,6})?)\s*\.\.\s*(-?\d{1,12}(?:\.\d{1,6})?)$")
_NOT = re.compile(r"^not\s+(\S.*)$")


class Condition(NamedTuple):
    """Any of `values` (none of them, if `negated`), or within the bounds; a bound that is None is
    open, one that is `strict` is not reached. With nothing in it, anything will do."""

    values: tuple[Scalar, ...] = ()
    negated: bool = False
    low: float | None = None
    high: float | None = None
    strict: bool = False

    @property
    def anything(self) -> bool:
        return not self.values and self.low is None and self.high is None

    @property
    def numeric(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def edges(self) -> tuple[float, ...]:
        """The numbers at which its answer may change."""
        named = [v for v in self.values if is_number(v)]
        return tuple(float(e) for e in (*named, self.low, self.high) if e is not None)

    def matches(self, value: Any) -> bool:
        """Whether it holds of a value; of a missing one only `anything` does."""
        if self.anything:
            return True
        if value is None:
            return False
        if self.values:
            return any(same(value, named) for named in self.values) is not self.negated
        if not is_number(value):
            return False
        low, high = self.low, self.high
        if self.strict:
            return (low is None or value > low) and (high is None or value < high)
        return (low is None or value >= low) and (high is None or value <= high)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(a: Any, b: Any) -> bool:
    """Equal and of the same kind: 1 is neither true nor '1'."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def condition(written: Any) -> Condition:
    """Read a condition as it stands in the document. Raises ValueError."""
    if written is None or written == "-":
        return Condition()
    if isinstance(written, list | tuple):
        if not written or any(isinstance(v, list | dict) or v is None for v in written):
            raise ValueError("a list of values is needed: [work, home]")
        return Condition(tuple(written))
    if isinstance(written, str):
        if match := _COMPARED.match(written.strip()):
            sign, number = _WORDS.get(match[1], match[1]), float(match[2])
            strict = len(sign) == 1
            return (
                Condition(low=number, strict=strict)
                if sign[0] == ">"
                else Condition(high=number, strict=strict)
            )
        if match := _BETWEEN.match(written.strip()):
            low, high = float(match[1]), float(match[2])
            if low > high:
                raise ValueError(f"{written}: the first number is the greater")
            return Condition(low=low, high=high)
        if match := _NOT.match(written):
            return Condition((match[1].strip(),), negated=True)
    if isinstance(written, Scalar):
        return Condition((written,))
    raise ValueError("a value, a list of values, a comparison as at most 40 or a range as 41..60")
