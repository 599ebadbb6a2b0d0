"""A formula as a tree, to be said in words or written in another language. It decides nothing."""

from __future__ import annotations

import ast
import re
from typing import Literal, NamedTuple

_WORDS = {"and", "or", "not", "at_least", "settled"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class Part(NamedTuple):
    """`done`: `step` (with `outcome`, '' for any); `settled`: each of `parts` is done or out;
    `all`, `any`, `not`, `at_least` (`number` of them): of `parts`."""

    kind: Literal["done", "settled", "all", "any", "not", "at_least"]
    step: str = ""
    outcome: str = ""
    parts: tuple[Part, ...] = ()
    number: int = 0


def tree(text: str) -> Part:
    """The tree of a formula that `protocols.language.formula.parse` has accepted."""
    # Its grammar is within Python's. The mark keeps a step that is called `class` a name.
    marked = _NAME.sub(lambda m: m[0] if m[0] in _WORDS else f"_{m[0]}", text.strip())
    return _part(ast.parse(" ".join(marked.split()), mode="eval").body)


def _part(node: ast.expr) -> Part:
    match node:
        case ast.Name(id=name):
            return Part("done", name[1:])
        case ast.Attribute(value=ast.Name(id=name), attr=outcome):
            return Part("done", name[1:], outcome[1:])
        case ast.BoolOp(op=operator, values=values):
            kind: Literal["all", "any"] = "all" if isinstance(operator, ast.And) else "any"
            return Part(kind, parts=tuple(_part(value) for value in values))
        case ast.UnaryOp(operand=operand):
            return Part("not", parts=(_part(operand),))
        case ast.Call(func=ast.Name(id="at_least"), args=[ast.Constant(value=number), *rest]):
            return Part("at_least", parts=tuple(map(_part, rest)), number=int(str(number)))
        case ast.Call(args=steps):
            return Part("settled", parts=tuple(map(_part, steps)))
    raise ValueError(f"not a formula: {ast.dump(node)}")
