"""What is sent and answered where something is decided about a person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from pydantic import Field

from api.http.shapes import Json, shape
from api.http.writing import replay_header
from domain.service import Receipt
from protocols.language.answers import MAX_TEXT

PERSON = UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111")
"""In examples."""

Why = Annotated[str, Field(max_length=MAX_TEXT, description="Resta riservato, e va col resto.")]


class PersonWritten(msgspec.Struct, frozen=True):
    """`version`: the person's after the command; `position`: the log's, for `?after=`."""

    person: UUID
    version: int
    position: int
    replayed: bool


DONE = shape(PersonWritten, "Fatto.", PersonWritten(PERSON, 4, 431, False))


def done(receipt: Receipt) -> Json:
    written = PersonWritten(receipt.case, receipt.version, receipt.position, receipt.replayed)
    return Json(written, 200, replay_header(receipt))
