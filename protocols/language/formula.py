"""Formulas over other steps' outcomes, read in three values (Kleene's strong logic).

`triage.complex and not refuse`, `at_least(2, a, b, c)`, `settled(a, b)`.

References: S. C. Kleene, Introduction to Metamathematics (1952), § 64.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

DONE = "done"
OUT = "out"
OPEN = "open"
WAITING = "waiting"


class Mark(NamedTuple):
    """Where a step stands: `waiting`, `open`, `done` (with an outcome) or `out`; and its round."""

    status: str
    outcome: str | None = None
    round: int = 1


Truth = bool | None
Evaluate = Callable[[Mapping[str, Mark]], Truth]


class FormulaError(ValueError):
    """A formula that cannot be read; the message says where."""


class Formula(NamedTuple):
    """A parsed formula.

    `evaluate(marks)` is True, False or None (unknown yet); `atoms` are the (step, outcome or None)
    pairs that it reads, in the order of their writing.
    """

    text: str
    evaluate: Evaluate
    atoms: tuple[tuple[str, str | None], ...]

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step for step, _ in self.atoms))


_TOKEN = re.compile(r"\s*(?:(?P<name>[a-z_][a-z0-9_]*)|(?P<number>\d+)|(?P<sign>[().,]))")
_WORDS = {"and", "or", "not", "at_least", "settled"}


def parse(text: str) -> Formula:
    """Read a formula. Raises FormulaError."""
    parser = _Parser(text)
    evaluate = parser.either()
    parser.expect_end()
    return Formula(text, evaluate, tuple(parser.atoms))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens(text)
        self.at = 0
        self.depth = 0
        self.atoms: list[tuple[str, str | None]] = []

    @staticmethod
    def _tokens(text: str) -> list[str]:
        tokens, position = [], 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if not match:
                raise FormulaError(f"'{stripped[position:].strip()[:20]}' is not understood here")
            tokens.append(match.group().strip())
            position = match.end()
        if not tokens:
            raise FormulaError("the formula is empty")
        return tokens

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if expected is not None and token != expected:
            found = f"'{token}'" if token else "the end"
            raise FormulaError(f"'{expected}' was expected and {found} was found")
        self.at += 1
        return token

    def expect_end(self) -> None:
        if self.peek():
            raise FormulaError(f"'{self.peek()}' was not expected: join conditions with and / or")

    def either(self) -> Evaluate:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else _any(tuple(parts))

    def both(self) -> Evaluate:
        parts = [self.unary()]
        while self.peek() == "and":
            self.take()
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else _all(tuple(parts))

    def unary(self) -> Evaluate:
        self.depth += 1
        if self.depth > 50:
            raise FormulaError("too many parentheses inside one another (50 at most)")
        try:
            return self._unary()
        finally:
            self.depth -= 1

    def _unary(self) -> Evaluate:
        token = self.peek()
        if token == "not":
            self.take()
            return _not(self.unary())
        if token == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if token == "at_least":
            self.take()
            self.take("(")
            number = self.take()
            if not number.isdigit():
                raise FormulaError("at_least begins with a number: at_least(2, a, b, c)")
            parts = self._rest()
            if not 1 <= int(number) <= len(parts):
                raise FormulaError(f"at_least({number}, …) names {len(parts)} conditions")
            return _at_least(int(number), tuple(parts))
        if token == "settled":
            self.take()
            self.take("(")
            steps = [self._step_name()]
            while self.peek() == ",":
                self.take()
                steps.append(self._step_name())
            self.take(")")
            self.atoms.extend((step, None) for step in steps)
            return _settled(tuple(steps))
        return self._atom()

    def _rest(self) -> list[Evaluate]:
        parts = []
        while self.peek() == ",":
            self.take()
            parts.append(self.either())
        self.take(")")
        return parts

    def _step_name(self) -> str:
        token = self.take()
        if not token or not (token[0].isalpha() or token[0] == "_") or token in _WORDS:
            raise FormulaError(f"the name of a step was expected and '{token}' was found")
        return token

    def _atom(self) -> Evaluate:
        step = self._step_name()
        outcome = None
        if self.peek() == ".":
            self.take()
            outcome = self._step_name()
        self.atoms.append((step, outcome))
        return _done(step) if outcome is None else _with(step, outcome)


def _done(step: str) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        status = marks[step][0]
        return True if status == DONE else False if status == OUT else None

    return evaluate


def _with(step: str, outcome: str) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        mark = marks[step]
        if mark[0] == DONE:
            return mark[1] == outcome
        return False if mark[0] == OUT else None

    return evaluate


def _settled(steps: tuple[str, ...]) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        return True if all(marks[s][0] in (DONE, OUT) for s in steps) else None

    return evaluate


def _not(inner: Evaluate) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        value = inner(marks)
        return None if value is None else not value

    return evaluate


def _all(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        result: Truth = True
        for part in parts:
            value = part(marks)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return evaluate


def _any(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        result: Truth = False
        for part in parts:
            value = part(marks)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return evaluate


def _at_least(number: int, parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(marks: Mapping[str, Mark]) -> Truth:
        true = possible = 0
        for part in parts:
            value = part(marks)
            true += value is True
            possible += value is not False
        return True if true >= number else False if possible < number else None

    return evaluate
