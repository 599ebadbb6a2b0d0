"""A case as it stood, for people and for programs: what `cantiere replay` shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from protocols.text import Text


class Rule(msgspec.Struct, frozen=True):
    """Under which rule something was done: the step of the pinned text, and its legal ground."""

    step: str
    title: Text
    protocol: str
    legal_basis: str


class Entry(msgspec.Struct, frozen=True):
    """One event: `text` says what, in words; `rule` where it belongs to a step."""

    version: int
    position: int
    at: datetime
    occurred_at: datetime | None
    actor: str
    role: str | None
    kind: str
    text: Text
    rule: Rule | None


class OpenStep(msgspec.Struct, frozen=True):
    task: str
    title: Text
    role: str
    scope: str
    claimed_by: str
    automation: str
    due: datetime | None
    overdue: bool


class EstablishedFact(msgspec.Struct, frozen=True):
    """A domain fact, with its fields: nothing personal is in them."""

    version: int
    at: datetime
    fact: str
    fields: dict[str, Any]


class Stood(msgspec.Struct, frozen=True):
    """How the case stood at that instant by what was known at another, later one: what had happened
    by then is folded, whenever it was recorded. `unplaced`: versions of events that had happened
    too, but answer something that by the record came later."""

    protocol_version: str
    state: str
    reason: str
    episode: int
    paused: list[str]
    open_steps: list[OpenStep]
    done: list[str]
    facts: list[EstablishedFact]
    unplaced: list[int]


class Replay(msgspec.Struct, frozen=True):
    """The case after its event `version`, at the instant `at` of the case clock. `known_later`:
    what had happened by `at` and was recorded only later, by `known_at`; `stood`: the case with
    that folded in, where there was a later instant to know it from."""

    case: UUID
    version: int
    at: datetime
    protocol: str
    protocol_version: str
    digest: str
    digest_matches: bool
    state: str
    reason: str
    episode: int
    district: int
    source: str
    service: str
    paused: list[str]
    open_steps: list[OpenStep]
    facts: list[EstablishedFact]
    entries: list[Entry]
    known_at: datetime | None = None
    known_later: list[Entry] = []
    stood: Stood | None = None
