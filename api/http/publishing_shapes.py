"""What is sent and answered on the way from a draft to a protocol in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from api.http.parameters import Day
from api.http.shapes import shape
from domain.publishing.decide import LONGEST_REASON
from domain.publishing.history import Moment
from domain.publishing.state import Edition, Status
from protocols.documents import MAX_BYTES

Protocol = Annotated[str, Path(min_length=1, max_length=60, examples=["presa-in-carico"])]
Label = Annotated[
    str,
    Path(
        min_length=1,
        max_length=60,
        description="`2.0.0`, oppure `cps-1.0.0` per una variante.",
        examples=["2.0.0"],
    ),
]
Reason = Annotated[
    str, Field(min_length=1, max_length=LONGEST_REASON, examples=["tempi più stretti"])
]
Digest = Annotated[
    str,
    Field(
        min_length=12,
        max_length=64,
        description="L'impronta del testo letto, o almeno le sue prime 12 cifre.",
        examples=["9f86d081884c"],
    ),
]


class DraftBody(BaseModel):
    """A new draft, or a draft's new text: the version is the one that the text says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "protocol: accoglienza\nversion: 2.0.0\n…", "reason": "…"}]
        },
    )

    text: Annotated[str, Field(min_length=1, max_length=MAX_BYTES, description="YAML.")]
    reason: Reason


class DecisionBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"digest": "9f86d081884c", "reason": "concordato"}]},
    )

    digest: Digest
    reason: Reason


class ProposalBody(DecisionBody):
    reasons: Annotated[
        dict[str, Annotated[str, Field(max_length=LONGEST_REASON)]],
        Field(
            max_length=500,
            description="Perché ogni avvertimento del controllo può restare, per `regola@dove`.",
        ),
    ] = {}


class PublicationBody(BaseModel):
    """`valid_from`: the first day whose referrals follow it; left out, the text's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"digest": "9f86d081884c", "valid_from": "2027-01-01"}]},
    )

    digest: Digest
    valid_from: Day | None = None


class RetirementBody(BaseModel):
    """`until`: the first day whose referrals no longer follow it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"until": "2027-07-01", "reason": "superata"}]},
    )

    until: Day
    reason: Reason
    last: Annotated[
        bool, Field(description="Anche se poi non resta una versione per i nuovi casi.")
    ] = False


class EditionLine(msgspec.Struct, frozen=True):
    """One version. `status`: draft, proposed, approved, rejected, published or retired; `authors`:
    staff ids; `valid_from` and `until` once it is published."""

    label: str
    status: Status
    digest: str
    authors: list[str]
    proposed_by: str
    approved_by: str
    valid_from: date | None
    until: date | None


class EditionList(msgspec.Struct, frozen=True):
    protocol: str
    editions: list[EditionLine]


class EditionDetail(msgspec.Struct, frozen=True):
    """`text`: the document, YAML; `history`: who did what, when and why, oldest first."""

    protocol: str
    edition: EditionLine
    text: str
    history: list[Moment]


class EditionWritten(msgspec.Struct, frozen=True):
    """The version after the command; `position`: the log's; `replayed`: it had been done before."""

    protocol: str
    edition: EditionLine
    version: int
    position: int
    events: int
    replayed: bool


LINE = EditionLine("2.0.0", "draft", "0" * 64, ["design-1"], "", "", None, None)
EXAMPLE = EditionWritten("presa-in-carico", LINE, 2, 431, 1, False)
WRITTEN = shape(EditionWritten, "Fatto.", EXAMPLE)


def line_of(edition: Edition) -> EditionLine:
    return EditionLine(
        edition.label,
        edition.status,
        edition.digest,
        list(edition.authors),
        edition.proposed_by,
        edition.approved_by,
        edition.valid_from,
        edition.until,
    )
