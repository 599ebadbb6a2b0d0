"""Conditions in CEL, compiled once and asked often."""

from __future__ import annotations

import re
from typing import Any

import cel

_STRING = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")
# Strings of a kind that the expression above does not tell apart.
_ODD_STRING = re.compile(r"\\|'''|\"\"\"|\b[rRbB]{1,2}['\"]")
# What is alike in every respect where it is equal: 0.0 and -0.0 are not.
_PLAIN = frozenset({str, bool, int, type(None)})
_ABSENT = object()
_MOST = 1000
# A condition is a sentence. Longer ones, nested in themselves, exhaust time, memory or the stack.
_LONGEST = 2000
_MOST_LOOPS = 2
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(")


class Guard:
    """A compiled condition. A guard that reads data that are not there is not satisfied.

    The answer for the same data is remembered: evaluating takes some thirty times as long. `reads`
    are the (name, field) pairs that it depends on, None where it may depend on more.
    """

    __slots__ = ("_answers", "names", "program", "reads", "source")

    def __init__(self, source: str) -> None:
        _check_size(source)
        self.source = source
        self.program = cel.compile(source)
        self.names: tuple[str, ...] = tuple(self.program.references()["variables"])
        self.reads = _fields(source, self.names)
        self._answers: dict[tuple[Any, ...], bool] = {}

    def holds(self, names: dict[str, Any]) -> bool:
        key = self._key(names)
        if key is None:
            return self._evaluate(names)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _MOST:
                self._answers.clear()
            answer = self._answers[key] = self._evaluate(names)
        return answer

    def _evaluate(self, names: dict[str, Any]) -> bool:
        try:
            return self.program.execute(names) is True
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
            return False

    def _key(self, names: dict[str, Any]) -> tuple[Any, ...] | None:
        """All that the answer depends on; None where that cannot be compared."""
        if self.reads is None:
            return None
        key: list[Any] = []
        for name, field in self.reads:
            record = names.get(name, _ABSENT)
            if record is _ABSENT:
                key.append(_ABSENT)
                continue
            if type(record) is not dict:
                return None
            value = record.get(field, _ABSENT)
            kind = type(value)
            if value is not _ABSENT and kind not in _PLAIN:
                return None
            # True is equal to 1, but a guard tells them apart.
            key += (kind, value)
        return tuple(key)


def _check_size(source: str) -> None:
    """Raises ValueError."""
    if len(source) > _LONGEST:
        raise ValueError(
            f"più di {_LONGEST} caratteri: dividerla, o usare una tabella (more than {_LONGEST} "
            "characters: divide it, or use a table)"
        )
    if len(_LOOP.findall(source)) > _MOST_LOOPS:
        raise ValueError(
            f"più di {_MOST_LOOPS} fra all, exists, filter e map: usare una tabella (more than "
            f"{_MOST_LOOPS} of all, exists, filter and map: use a table)"
        )


def _fields(source: str, names: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
    if _ODD_STRING.search(source):
        return None
    bare = _STRING.sub("''", source)
    reads: dict[tuple[str, str], None] = {}
    for name in names:
        found = re.findall(rf"(?<![\w.]){name}\.([A-Za-z_]\w*)\b(?!\s*\()", bare)
        if len(found) != len(re.findall(rf"\b{name}\b", bare)):
            return None
        reads.update(dict.fromkeys((name, field) for field in found))
    return tuple(reads)
