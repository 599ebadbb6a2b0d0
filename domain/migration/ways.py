"""Which combination each case of a plan goes to: its base, with the variants that are for it."""

from __future__ import annotations

from collections.abc import Mapping as Attributes
from datetime import date
from typing import Any

import msgspec

from domain.case.migrate import Placers
from domain.migration.events import Route
from protocols.documents import DocumentError
from protocols.engine.plan import Plan
from protocols.migration.mapping import Mapping, completed
from protocols.migration.placing import Placer
from protocols.registry import Registry
from protocols.territory import Territory


class Asked(msgspec.Struct, frozen=True):
    """Which cases, and where to: a base stands for itself with whatever variants.

    `mapping`: as stated, for all combinations together; `day`: on which the variants are valid that
    the cases are to follow.
    """

    protocol: str
    from_version: str
    to_version: str
    mapping: Mapping
    day: date

    def concerns(self, version: str) -> bool:
        """Whether cases that follow this version are among those asked about."""
        if "+" in self.from_version:
            return version == self.from_version
        return version.partition("+")[0] == self.from_version


class Ways:
    """From each combination to each, made when the first case needs it."""

    def __init__(self, registry: Registry, territory: Territory, asked: Asked) -> None:
        self._registry, self._asked = registry, asked
        self._placers = Placers(territory)
        self._known: dict[tuple[str, str], tuple[Placer, Route]] = {}

    def target(self, attributes: Attributes[str, Any]) -> str:
        """The version that a case with these goes to; '' where its variants contradict each
        other. Raises UnknownProtocol."""
        asked = self._asked
        if "+" in asked.to_version:
            return asked.to_version
        try:
            plan = self._registry.combination(
                asked.protocol, asked.to_version, asked.day, attributes
            )
        except DocumentError:
            return ""
        return plan.protocol.version

    def between(self, from_version: str, to_version: str) -> tuple[Placer, Route]:
        """Raises UnknownProtocol."""
        pair = (from_version, to_version)
        if pair not in self._known:
            old, new = (self._registry.get(self._asked.protocol, version) for version in pair)
            self._known[pair] = self._made(old, new)
        return self._known[pair]

    def _made(self, old: Plan, new: Plan) -> tuple[Placer, Route]:
        mapping = completed(self._asked.mapping.between(old, new), old, new)
        return self._placers.of(old, new, mapping, ""), Route(
            old.protocol.version, new.protocol.version, (old.digest, new.digest), mapping, 0
        )
