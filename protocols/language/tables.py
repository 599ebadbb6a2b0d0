"""Decision tables: what follows from which values, as data (after OMG's DMN, hit policies)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from protocols.language.conditions import Condition, Scalar, condition
from protocols.language.parts import DataPath, Name, Part
from protocols.text import Text


class Input(Part):
    """A value that the table reads. `values`: all that it may be, where no form says it."""

    of: DataPath
    values: tuple[Scalar, ...] = ()


def _input(value: Any) -> Any:
    return {"of": value} if isinstance(value, str) else value


def _condition(value: Any) -> Any:
    return value if isinstance(value, Condition) else condition(value)


Asked = Annotated[
    Condition,
    BeforeValidator(_condition),
    WithJsonSchema({"type": ["string", "number", "boolean", "array", "null"]}),
]


class Rule(Part):
    """`then` follows where every condition of `if` holds; an input it does not name may be
    anything."""

    when: dict[Name, Asked] = Field({}, alias="if")
    then: Scalar


class Table(Part):
    """`hit`: `unique` (one rule at most can apply), `first` (in the order of writing), `any`
    (several may, if they say the same), `collect` (all that apply: a list).

    `default` follows where no rule applies. While nothing that it reads is known it says nothing.
    """

    title: Text
    hit: Literal["unique", "first", "any", "collect"] = "unique"
    inputs: dict[Name, Annotated[Input, BeforeValidator(_input)]] = Field(min_length=1)
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=500)
    default: Scalar | None = None

    def decide(self, read: Callable[[str], Any]) -> Scalar | list[Scalar] | None:
        """`read`: the value at a data path, None where there is none."""
        values = {name: read(source.of) for name, source in self.inputs.items()}
        if all(value is None for value in values.values()):
            return None
        hits = [rule.then for rule in self.rules if _applies(rule, values)]
        if self.hit == "collect":
            return list(dict.fromkeys(hits)) or ([] if self.default is None else [self.default])
        return hits[0] if hits else self.default

    @property
    def results(self) -> tuple[Scalar, ...]:
        """All that it can say."""
        said = [rule.then for rule in self.rules]
        return tuple(dict.fromkeys([*said, *([] if self.default is None else [self.default])]))


def _applies(rule: Rule, values: dict[str, Any]) -> bool:
    return all(asked.matches(values.get(name)) for name, asked in rule.when.items())
