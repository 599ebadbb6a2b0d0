"""A command that cannot be accepted, said so that a person knows what was wrong and what to do."""

from __future__ import annotations

from typing import Literal

import msgspec

from protocols.text import Text

Kind = Literal["invalid", "forbidden", "not_found", "conflict", "unavailable"]


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a form or a request; `field` is a dotted path."""

    field: str
    message: Text


class Refused(Exception):
    """Nothing was written. `code` is stable and machine-readable; `message` and `remedy` are for
    people and carry nothing personal; `related` may name ids (a case, a task) worth opening."""

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: Text,
        remedy: Text | None = None,
        fields: tuple[FieldProblem, ...] = (),
        related: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message.it}")
        self.kind = kind
        self.code = code
        self.message = message
        self.remedy = remedy
        self.fields = fields
        self.related = related or {}
