"""The published protocol versions of a territory pack, and the combinations with their variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from protocols.documents import DocumentError, Problem
from protocols.engine.plan import Plan
from protocols.language.applying import applies
from protocols.language.library import (
    Key,
    Library,
    Source,
    UnknownProtocol,
    gathered,
    number,
    texts_of,
)
from protocols.language.load import composed_version, read_source, resolve

__all__ = ["Registry", "UnknownProtocol", "Validity"]


class Validity(msgspec.Struct, frozen=True):
    """From which day on new cases follow a text, and before which day they still do."""

    valid_from: date
    until: date | None = None

    def on(self, day: date) -> bool:
        return self.valid_from <= day and (self.until is None or day < self.until)


class Registry:
    """Protocol versions by (id, version), which may be composed (`2.0.0+cps-1.0.0`): combinations
    are put together when they are first asked for. Its texts never change once it is built."""

    def __init__(
        self,
        plans: Iterable[Plan],
        library: Library | None = None,
        validity: Mapping[Key, Validity] | None = None,
    ) -> None:
        self._plans = {(p.protocol.protocol, p.protocol.version): p for p in plans}
        self._bases = tuple(sorted(self._plans, key=lambda key: (key[0], number(key[1]))))
        self.library = library or Library(s for p in self._plans.values() for s in p.sources)
        self._validity = dict(validity or {})

    @classmethod
    def load(cls, pack: Path) -> Registry:
        """Every base of a pack, and every variant with its base. Raises DocumentError with all
        mistakes, also where a file's place does not agree with the id and version inside it.

        The same texts give the same registry, so that whoever asks again does not wait again."""
        return _read(texts_of(pack))

    @classmethod
    def of(cls, library: Library, validity: Mapping[Key, Validity] | None = None) -> Registry:
        """The texts of a library; `validity` where it is not what the texts say.
        Raises DocumentError."""
        return cls._of(library, validity or {}, [])

    @classmethod
    def _of(
        cls, library: Library, validity: Mapping[Key, Validity], problems: list[Problem]
    ) -> Registry:
        plans = []
        composed = {}
        for source in library.sources():
            try:
                plan = read_source(source, library).plan
            except DocumentError as error:
                problems.extend(error.problems)
                continue
            if source.variant:
                composed[plan.protocol.protocol, plan.protocol.version] = plan
            else:
                plans.append(plan)
        if problems:
            raise DocumentError(dict.fromkeys(problems))
        registry = cls(plans, library, validity)
        registry._plans.update(composed)
        return registry

    def all(self) -> tuple[Plan, ...]:
        """The bases, by id and version, without their variants."""
        return tuple(self._plans[key] for key in self._bases)

    def get(self, protocol: str, version: str) -> Plan:
        """Raises UnknownProtocol; DocumentError where variants contradict each other."""
        key = (protocol, version)
        if key not in self._plans:
            if "+" not in version:
                raise self._unknown(protocol, version)
            self._plans[key] = resolve(self.library, protocol, version).plan
        return self._plans[key]

    def valid_on(
        self, protocol: str, day: date, attributes: Mapping[str, Any] | None = None
    ) -> Plan:
        """The version for a case referred on `day`: the base with the latest `valid_from` not
        after it, and every variant of that base that is valid then and applies to a case with such
        `attributes` (those of the referral, and its source, service, comune and district).
        Raises UnknownProtocol; DocumentError where variants contradict each other."""
        bases = {
            version: self.validity((name, version))
            for name, version in self._bases
            if name == protocol
        }
        valid = [version for version, validity in bases.items() if validity.on(day)]
        if not valid:
            raise self._unknown(protocol, f"valida il {day.isoformat()}")
        version = max(valid, key=lambda v: (bases[v].valid_from, number(v)))
        return self.combination(protocol, version, day, attributes)

    def combination(
        self, protocol: str, version: str, day: date, attributes: Mapping[str, Any] | None = None
    ) -> Plan:
        """The base `version` with every variant of it that is valid on `day` and applies to a case
        with such `attributes`. Raises UnknownProtocol; DocumentError where they contradict."""
        variants = self._applying(protocol, version, day, attributes or {})
        base = self.library.protocol(protocol, version)
        if not variants or base is None:
            return self.get(protocol, version)
        return self.get(protocol, composed_version(base, variants))

    def _applying(
        self, protocol: str, of: str, day: date, attributes: Mapping[str, Any]
    ) -> list[Source]:
        latest: dict[str, Source] = {}
        valid = [s for s in self.library.variants(protocol, of) if self.validity(s.key).on(day)]
        for source in sorted(
            valid, key=lambda s: (self.validity(s.key).valid_from, number(s.version))
        ):
            latest[source.variant] = source
        return [s for s in latest.values() if s.head and applies(s.head.applies_to, attributes)]

    def around(self, protocol: str, version: str) -> tuple[Plan, ...]:
        """A base and each of its variants with it, or one combination alone: every name that cases
        of that version may know. Raises UnknownProtocol, DocumentError."""
        plan = self.get(protocol, version)
        if "+" in version:
            return (plan,)
        labels = dict.fromkeys(s.label for s in self.library.variants(protocol, version))
        return (plan, *(self.get(protocol, f"{version}+{label}") for label in labels))

    def validity(self, key: Key) -> Validity:
        """Of a base (protocol, version) or a variant (protocol, `cps-1.0.0`)."""
        if key in self._validity:
            return self._validity[key]
        source = self.library.labelled(*key)
        return Validity(source.valid_from if source else self._plans[key].protocol.valid_from)

    def _unknown(self, protocol: str, version: str) -> UnknownProtocol:
        return UnknownProtocol.among(
            protocol, version, ["/".join(key) for key in tuple(self._plans)]
        )


@lru_cache(maxsize=4)
def _read(texts: tuple[tuple[str, bytes | None], ...]) -> Registry:
    library, problems = gathered((name, name, text) for name, text in texts)
    return Registry._of(library, {}, problems)
