"""The head of a variant: a small document that states only its difference from a base version."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from protocols.documents import Document, DocumentError, unknown_name, validate_document
from protocols.language.applying import AppliesTo
from protocols.language.document import Protocol
from protocols.language.parts import Part, as_list
from protocols.text import Text

Number = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]


class VariantHead(Part):
    """Whose variant it is and for whom; everything else in the document is its difference.

    `applies_to`: one condition or several, of which one is enough. `removes`: dotted paths of the
    base. `legal_basis` is added to the base's.
    """

    protocol: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    variant: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Number
    of: Number = Field(description="the version of the base that it changes")
    title: Text
    valid_from: date
    applies_to: AppliesTo
    removes: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    legal_basis: tuple[str, ...] = ()


_ENTRY = Text("Voce", "Entry")
_HEAD = frozenset(VariantHead.model_fields)
# What a variant may state: the body of a base. Its territory is the base's.
CHANGEABLE = tuple(name for name in Protocol.model_fields if name not in (*_HEAD, "territory"))


def is_variant(document: Document) -> bool:
    """Whether the document means to be a variant, not a base."""
    return "variant" in document.data or ("of" in document.data and "steps" not in document.data)


def read_head(document: Document) -> VariantHead:
    """Raises DocumentError, also for entries that a variant cannot have."""
    data = {name: value for name, value in document.data.items() if name in _HEAD}
    problems = []
    for name in document.data:
        if name not in _HEAD and name not in CHANGEABLE:
            free = [n for n in (*_HEAD, *CHANGEABLE) if n not in document.data]
            problems.append(document.problem((name,), unknown_name(_ENTRY, name, free)))
    try:
        head = validate_document(Document(document.name, data, document.lines), VariantHead)
    except DocumentError as error:
        problems += error.problems
        raise DocumentError(problems) from None
    if problems:
        raise DocumentError(problems)
    return head
