"""The published protocol versions of a territory pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from protocols.documents import DocumentError, Problem, nearest
from protocols.engine.plan import Plan
from protocols.language.load import load_protocol
from protocols.text import Text


class UnknownProtocol(LookupError):
    """No such protocol or version; `message` names the nearest."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


class Registry:
    """Protocol versions by (id, version). Immutable once built."""

    def __init__(self, plans: list[Plan]) -> None:
        self._plans = {(p.protocol.protocol, p.protocol.version): p for p in plans}

    @classmethod
    def load(cls, pack: Path) -> Registry:
        """Every `protocols/<id>/<version>.yaml` of a pack. Raises DocumentError with all mistakes,
        also where a file's place does not agree with the id and version inside it."""
        plans: list[Plan] = []
        problems: list[Problem] = []
        for path in sorted((pack / "protocols").glob("*/*.yaml")):
            try:
                plan = load_protocol(path)
            except DocumentError as error:
                problems.extend(error.problems)
                continue
            named = (path.parent.name, path.stem)
            inside = (plan.protocol.protocol, plan.protocol.version)
            if named != inside:
                problems.append(
                    Problem(
                        f"{path.parent.name}/{path.name}",
                        1,
                        "version",
                        Text(
                            f"il file si chiama {'/'.join(named)} ma contiene {'/'.join(inside)}",
                            f"the file is called {'/'.join(named)} but holds {'/'.join(inside)}",
                        ),
                    )
                )
            plans.append(plan)
        if problems:
            raise DocumentError(problems)
        return cls(plans)

    def all(self) -> tuple[Plan, ...]:
        return tuple(self._plans[key] for key in sorted(self._plans, key=_order))

    def get(self, protocol: str, version: str) -> Plan:
        """Raises UnknownProtocol."""
        try:
            return self._plans[(protocol, version)]
        except KeyError:
            raise self._unknown(protocol, version) from None

    def valid_on(self, protocol: str, day: date) -> Plan:
        """The version for a case referred on `day`: the latest `valid_from` not after it.
        Raises UnknownProtocol."""
        candidates = [
            plan
            for (name, _), plan in self._plans.items()
            if name == protocol and plan.protocol.valid_from <= day
        ]
        if not candidates:
            raise self._unknown(protocol, f"valida il {day.isoformat()}")
        return max(candidates, key=lambda p: (p.protocol.valid_from, _number(p.protocol.version)))

    def _unknown(self, protocol: str, version: str) -> UnknownProtocol:
        names = [f"{name}/{number}" for name, number in self._plans]
        near = nearest(f"{protocol}/{version}", names)
        hint = f" Forse «{near}»?" if near else ""
        hint_en = f" Perhaps “{near}”?" if near else ""
        return UnknownProtocol(
            Text(
                f"Il protocollo {protocol} {version} non esiste.{hint}",
                f"There is no protocol {protocol} {version}.{hint_en}",
            )
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _order(key: tuple[str, str]) -> tuple[str, tuple[int, ...]]:
    return key[0], _number(key[1])
