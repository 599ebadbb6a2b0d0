"""Forms: the typed fields a step or a case event asks for, each with its data category."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protocols.text import Text

Category = Literal["identity", "social", "clinical", "work", "judicial"]

FieldType = Literal[
    "text", "note", "integer", "decimal", "money", "date", "yes_no", "choice", "choices",
    "scale", "comune", "service", "host", "person", "list", "group",
    "instrument", "document",
]  # fmt: skip


class FormField(BaseModel):
    """One question. `category` decides who may read the answer; `personal` ones are kept apart,
    encrypted per person, and never reach a guard, a log or Temporal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: FieldType
    title: Text
    help: Text | None = None
    category: Category = "social"
    personal: bool = False
    required: bool = True
    options: tuple[str, ...] | dict[str, Text] | None = None
    min: float | None = None
    max: float | None = None
    when: str | None = Field(None, description="CEL over the other fields: asked only if true")
    fields: dict[str, FormField] | None = None
    distinct: str | None = Field(None, description="of a list: who or what no two rows may share")
    scale: str | None = None
    instrument: str | None = Field(None, description="id/version of the instrument")
    filled_by: str | None = Field(None, description="the table that gives its value: nobody asks")
    sum_of: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$",
        description="the column of a list beside it that it adds up: nobody asks",
    )

    @model_validator(mode="after")
    def _coherent(self) -> FormField:
        if self.type in ("choice", "choices") and not self.options:
            raise ValueError("a choice needs its options")
        if self.type in ("list", "group") and not self.fields:
            raise ValueError(f"a {self.type} needs its fields")
        if self.fields and not self.personal and any(f.personal for f in self.fields.values()):
            raise ValueError(f"a {self.type} with personal fields is itself personal: say so on it")
        if (self.type == "instrument") is not bool(self.instrument):
            raise ValueError("'instrument' names the instrument of a field of type instrument")
        if self.filled_by and (self.personal or self.fields):
            raise ValueError("what a table fills is neither personal nor made of fields")
        if self.distinct and (self.type != "list" or self.distinct not in (self.fields or {})):
            raise ValueError("'distinct' names a field of the list's own")
        if self.sum_of and (self.personal or self.filled_by):
            raise ValueError("what adds up is neither personal nor filled by a table")
        bounded = self.type in ("integer", "decimal", "money", "scale", "list")
        if not bounded and not (self.min is None and self.max is None):
            raise ValueError(
                f"min and max are for numbers, and for how many rows; not for a {self.type}"
            )
        if self.type == "scale" and (self.min is None or self.max is None):
            raise ValueError("a scale needs min and max")
        return self

    @property
    def computed(self) -> bool:
        """Whether its value follows from other answers: nobody is asked for it."""
        return bool(self.filled_by or self.sum_of)

    @property
    def rows(self) -> tuple[int, int | None]:
        """Of a list: how many at least and, where it is said, at most."""
        least = int(self.min) if self.min is not None else int(self.required)
        return least, None if self.max is None else int(self.max)

    @property
    def option_names(self) -> tuple[str, ...]:
        return tuple(self.options or ())


class Form(BaseModel):
    """A named set of fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    fields: dict[str, FormField]
