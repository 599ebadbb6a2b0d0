"""Titles of steps, stages, roles and case events, as a protocol's text gives them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import NamedTuple

from projections.model import Plans
from protocols.language.document import CaseEvent, Protocol, Step
from protocols.text import Text


class StepTitle(NamedTuple):
    """A step's title and stage (its name and titles, empty where the step has none)."""

    it: str
    en: str
    stage: str
    stage_it: str
    stage_en: str


class Titles:
    """The titles of one protocol version, ready to be looked up. `zone`: of the territory, for the
    days on which something falls."""

    __slots__ = ("_answers", "_reasons", "events", "outcomes", "protocol", "roles", "steps", "zone")

    def __init__(self, protocol: Protocol, zone: tzinfo) -> None:
        self.protocol = protocol
        self.zone = zone
        self._answers: dict[tuple[str, str, str, str], tuple[str, str]] = {}
        self._reasons: dict[str, tuple[str, str] | None] = {}
        self.steps = {name: _step(protocol, name) for name in protocol.steps}
        self.roles = {name: both(role.title) for name, role in protocol.roles.items()}
        self.events = {name: both(event.title) for name, event in protocol.events.items()}
        self.outcomes = {
            (name, outcome): both(said.title)
            for name, step in protocol.steps.items()
            for outcome, said in step.outcomes.items()
            if said is not None and said.title is not None
        }

    def answer(self, part: str, fact: str, field: str, value: str) -> tuple[str, str]:
        """What a fact that a step or case event established says in one of its fields, in words."""
        asked = part, fact, field, value
        found = self._answers.get(asked)
        if found is None:
            found = self._answers[asked] = both(answer(self.protocol, *asked))
        return found

    def reason(self, name: str) -> tuple[str, str] | None:
        """Why a case ends, in words, where one thing ends it so."""
        if name not in self._reasons:
            found = reason(self.protocol, name)
            self._reasons[name] = both(found) if found else None
        return self._reasons[name]

    def day(self, at: date | datetime) -> str:
        """A day as it is written in Italy; an instant as the day that it is there."""
        if isinstance(at, datetime):
            at = at.astimezone(self.zone)
        return f"{at.day:02}/{at.month:02}/{at.year}"


class TitlesOf:
    """Titles by protocol and version, each worked out once."""

    def __init__(self, plans: Plans, zone: tzinfo) -> None:
        self._plans = plans
        self._zone = zone
        self._known: dict[tuple[str, str], Titles] = {}

    def __call__(self, protocol: str, version: str) -> Titles:
        """Raises UnknownProtocol."""
        titles = self._known.get((protocol, version))
        if titles is None:
            titles = Titles(self._plans.get(protocol, version).protocol, self._zone)
            self._known[protocol, version] = titles
        return titles


def answer(protocol: Protocol, part: str, fact: str, field: str, value: str) -> Text:
    """A code that a fact carries as it was put to who chose it: the title of an outcome or of an
    option of the form; the code itself, legibly, where the text has no words for it. `part`: the
    step or case event that established the fact."""
    by = protocol.steps.get(part) or protocol.events.get(part)
    for record in by.records if by is not None else ():
        source = record.fields.get(field, field) if record.fact == fact else None
        if isinstance(source, str) and (found := _chosen(protocol, part, source, value)):
            return found
    return _legible(value)


def _chosen(protocol: Protocol, part: str, source: str, value: str) -> Text | None:
    """`source`: as a record says where a fact's field comes from."""
    if source == "outcome":
        step = protocol.steps.get(part)
        outcome = step.outcomes.get(value) if step is not None else None
        return outcome.title if outcome is not None else None
    name, dot, field = source.rpartition(".")
    asking: Step | CaseEvent | None = protocol.steps.get(name if dot else part)
    asking = asking or protocol.events.get(name if dot else part)
    form = protocol.forms.get(asking.form) if asking is not None and asking.form else None
    asked = form.fields.get(field) if form is not None else None
    return asked.options.get(value) if asked and isinstance(asked.options, dict) else None


def reason(protocol: Protocol, name: str) -> Text | None:
    """Why a case ends, in words: the outcome or the case event that is called so, otherwise what
    alone ends it so. None where several things do: which it was, they say themselves."""
    steps, events = protocol.steps.values(), protocol.events
    named = [each for step in steps if (each := step.outcomes.get(name)) and each.title]
    # Of several of the same name the one that ends the case is meant.
    named.sort(key=lambda each: name not in (each.ends, each.result))
    if named:
        return named[0].title
    if name in events:
        return events[name].title
    ending = {event.title for event in events.values() if event.ends == name}
    for step in steps:
        for outcome in step.outcomes.values():
            if outcome and outcome.title and name in (outcome.ends, outcome.result):
                ending.add(_together(step.title, outcome.title))
    return _legible(name) if not ending else ending.pop() if len(ending) == 1 else None


def _together(step: Text, outcome: Text) -> Text:
    it, en = both(step), both(outcome)
    return Text(f"{it[0]}, {en[0]}", f"{it[1]}, {en[1]}")


def _legible(code: str) -> Text:
    return Text(code.replace("_", " "))


def both(text: Text) -> tuple[str, str]:
    """Italian and English, each standing in for the other where it is missing."""
    return text.in_("it"), text.in_("en")


def _step(protocol: Protocol, name: str) -> StepTitle:
    step = protocol.steps[name]
    stage = step.stage or ""
    titles = protocol.stages.get(stage)
    return StepTitle(*both(step.title), stage, *(both(titles) if titles else (stage, stage)))
