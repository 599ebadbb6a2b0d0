"""Titles of steps, stages, roles and case events, as a protocol's text gives them."""

from __future__ import annotations

from typing import NamedTuple

from projections.model import Plans
from protocols.language.document import Protocol
from protocols.text import Text


class StepTitle(NamedTuple):
    """A step's title and stage (its name and titles, empty where the step has none)."""

    it: str
    en: str
    stage: str
    stage_it: str
    stage_en: str


class Titles:
    """The titles of one protocol version, ready to be looked up."""

    __slots__ = ("events", "outcomes", "protocol", "roles", "steps")

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.steps = {name: _step(protocol, name) for name in protocol.steps}
        self.roles = {name: both(role.title) for name, role in protocol.roles.items()}
        self.events = {name: both(event.title) for name, event in protocol.events.items()}
        self.outcomes = {
            (name, outcome): both(said.title)
            for name, step in protocol.steps.items()
            for outcome, said in step.outcomes.items()
            if said is not None and said.title is not None
        }


class TitlesOf:
    """Titles by protocol and version, each worked out once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._known: dict[tuple[str, str], Titles] = {}

    def __call__(self, protocol: str, version: str) -> Titles:
        """Raises UnknownProtocol."""
        titles = self._known.get((protocol, version))
        if titles is None:
            titles = Titles(self._plans.get(protocol, version).protocol)
            self._known[protocol, version] = titles
        return titles


def both(text: Text) -> tuple[str, str]:
    """Italian and English, each standing in for the other where it is missing."""
    return text.in_("it"), text.in_("en")


def _step(protocol: Protocol, name: str) -> StepTitle:
    step = protocol.steps[name]
    stage = step.stage or ""
    titles = protocol.stages.get(stage)
    return StepTitle(*both(step.title), stage, *(both(titles) if titles else (stage, stage)))
