"""A protocol's texts as folded from its events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.publishing import events as p

Status = Literal["draft", "proposed", "approved", "rejected", "published", "retired"]

_PROTOCOLS = UUID("fd593456-39cb-4f88-ad39-7018fc321b5e")


def originator_of(protocol: str) -> UUID:
    """The originator of a protocol's events."""
    return uuid5(_PROTOCOLS, protocol)


class Edition(msgspec.Struct, frozen=True):
    """One text, by its label. `authors` wrote it, one after the other; `proof` and `reasons` are
    those of its last proposal; `valid_from` and `until` only once it is published."""

    label: str
    status: Status
    digest: str
    text: str
    authors: tuple[str, ...] = ()
    proposed_by: str = ""
    approved_by: str = ""
    proof: p.Proof | None = None
    reasons: dict[str, str] = {}
    valid_from: date | None = None
    until: date | None = None

    @property
    def in_force(self) -> bool:
        """Whether cases may follow it, or could: its text can never change again."""
        return self.status in ("published", "retired")


class Publishing(msgspec.Struct, frozen=True):
    """All texts of one protocol, by label. `version`: of the originator; 0 before its first."""

    id: UUID
    protocol: str
    version: int = 0
    editions: dict[str, Edition] = {}

    @classmethod
    def of(cls, protocol: str) -> Publishing:
        return cls(originator_of(protocol), protocol)


def evolve(state: Publishing, event: Recorded) -> Publishing:
    """The state after one event more; applies no rule."""
    body, known = event.body, state.editions
    after = _after(known.get(getattr(body, "label", "")), body, event.actor)
    editions = known if after is None else {**known, after.label: after}
    return replace(
        state,
        protocol=getattr(body, "protocol", state.protocol),
        version=event.originator_version,
        editions=editions,
    )


def fold(state: Publishing, events: Iterable[Recorded]) -> Publishing:
    for event in events:
        state = evolve(state, event)
    return state


def _after(edition: Edition | None, body: Any, actor: str) -> Edition | None:
    if isinstance(body, p.Installed):
        return Edition(
            body.label, "published", body.digest, body.text, (actor,), valid_from=body.valid_from
        )
    if isinstance(body, p.Drafted):
        return Edition(body.label, "draft", body.digest, body.text, (actor,))
    if edition is None:
        return None
    if isinstance(body, p.DraftChanged):
        authors = tuple(dict.fromkeys((*edition.authors, actor)))
        return Edition(body.label, "draft", body.digest, body.text, authors)
    if isinstance(body, p.Proposed):
        return replace(
            edition,
            status="proposed",
            proposed_by=actor,
            approved_by="",
            proof=body.proof,
            reasons=body.reasons,
        )
    if isinstance(body, p.Approved):
        return replace(edition, status="approved", approved_by=actor)
    if isinstance(body, p.Rejected):
        return replace(edition, status="rejected")
    if isinstance(body, p.Published):
        return replace(edition, status="published", valid_from=body.valid_from)
    if isinstance(body, p.Retired):
        return replace(edition, status="retired", until=body.until)
    return None
