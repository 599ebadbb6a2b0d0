"""Which cases can follow a plan: those that all its variants are for; without variants, every one.

A base serves them all: what of it no case of a variant can reach is no fault of the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from protocols.engine.plan import Plan
from protocols.language.applying import agreed
from protocols.territory import Territory

# What a referral that does not say it has said.
_UNSAID = False


class Referrals:
    """The referrals in `territory` that a plan is for."""

    def __init__(self, plan: Plan, territory: Territory) -> None:
        self.territory = territory
        each = [source.head.applies_to for source in plan.sources if source.head is not None]
        self._ways = [way for chosen in product(*each) if (way := agreed(chosen)) is not None]
        self.read = frozenset(f"case.{name}" for way in self._ways for name in way)

    def may_be(self, attributes: Mapping[str, Any]) -> bool:
        """Whether there is such a case with these attributes; others are left open."""
        return not self._ways or any(
            all(attributes[name] in values for name, values in way.items() if name in attributes)
            for way in self._ways
        )

    def fitting(
        self, path: str, values: Sequence[Any], assumed: Mapping[str, Any], missing: object
    ) -> list[Any]:
        """Of the values of an attribute (`case.source`) to be tried, those that such a case can
        have beside what is `assumed` of it; one more, where others are wanted."""
        if path not in self.read:
            return list(values)

        def said(entries: Mapping[str, Any]) -> dict[str, Any]:
            return {
                key.partition(".")[2]: _UNSAID if value is missing else value
                for key, value in entries.items()
            }

        name = path.partition(".")[2]
        wanted = [next(iter(sorted(way[name], key=str))) for way in self._ways if name in way]
        tried = [*values, *(value for value in dict.fromkeys(wanted) if value not in values)]
        fit = [value for value in tried if self.may_be(said({**assumed, path: value}))]
        return fit or list(values)

    def comuni(self) -> Iterator[str]:
        """Where such a person may live."""
        for istat, comune in self.territory.comuni.items():
            if self.may_be({"comune": istat, "district": comune.district}):
                yield istat

    def services(self) -> Iterator[str]:
        """Who may refer such a person."""
        for name, service in self.territory.services.items():
            if self.may_be({"service": name, "source": service.kind}):
                yield name
