"""What may be asked of a job. It is kept as JSON in the job's row."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from protocols.text import Language

Kind = Literal["check", "diff", "simulate"]

MOST_CASES = 50_000
MOST_REPLICATIONS = 50
MOST_SECONDS = 300
"""Seconds of search of a check."""


class Published(msgspec.Struct, frozen=True, tag="published"):
    """A version that the registry has, as `presa-in-carico` `1.0.0`."""

    protocol: str
    version: str

    def __str__(self) -> str:
        return f"{self.protocol}/{self.version}"


class Written(msgspec.Struct, frozen=True, tag="text"):
    """A text that need not be published, nor readable. `name` is what its mistakes call it."""

    text: str
    name: str

    def __str__(self) -> str:
        return self.name


Source = Published | Written


class Check(msgspec.Struct, frozen=True, tag="check"):
    """`today`: people must hold the roles from then on. `seconds` of search at most, or as many as
    the checker takes by itself."""

    source: Source
    today: date
    seconds: int | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        return (self.source,)


class Diff(msgspec.Struct, frozen=True, tag="diff"):
    """`language`: of the drawing."""

    old: Source
    new: Source
    language: Language = "it"

    @property
    def sources(self) -> tuple[Source, ...]:
        return (self.old, self.new)


class Simulate(msgspec.Struct, frozen=True, tag="simulate"):
    """One version, or two side by side. `shares`: a YAML text of what is assumed, or ''.
    `from_log`: what it does not say is taken from the log."""

    sources: tuple[Source, ...]
    cases: int
    seed: int
    replications: int
    shares: str = ""
    from_log: bool = False


Request = Check | Diff | Simulate


def kind_of(request: Request) -> Kind:
    if isinstance(request, Check):
        return "check"
    return "diff" if isinstance(request, Diff) else "simulate"


def encode(request: Request) -> bytes:
    return msgspec.json.encode(request)


def decode(raw: bytes) -> Request:
    return msgspec.json.decode(raw, type=Request)
