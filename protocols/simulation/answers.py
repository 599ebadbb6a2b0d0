"""Sensible synthetic answers to any form: what `try` proposes and what simulated cases write down.

Nothing in them is about anybody: texts are stock phrases, people are ids of the territory's staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from math import ceil, floor
from random import Random
from typing import Any

from protocols.engine.plan import Guard, Plan
from protocols.instruments import shipped
from protocols.language.answers import Known
from protocols.language.forms import Form, FormField
from protocols.territory import Territory

_ENDS = re.compile(r"(^|_)(ends?|until|by|fine|scadenza|expires)(_|$)|^to_")
_STARTS = re.compile(r"(^|_)(starts?|begins?|inizio|first)(_|$)")
_BORN = re.compile(r"birth|nascita|born")
_LATER = {"ends": 180, "starts": 21, "anchor": 90}
_CHANCE_OF_OPTIONAL = 0.5
_MEMBERS = 4


def known_to(territory: Territory) -> Known:
    """The territory's names; every host is taken to exist, since hosts are not part of a pack."""
    return Known(
        comune=lambda istat: istat in territory.comuni,
        service=lambda name: name in territory.services,
        host=lambda name: bool(name),
        person=lambda name: name in territory.people,
    )


class Answers:
    """Answers that the forms of one protocol accept, in that territory. Same draws, same answers.

    A date that the protocol counts from (`starts: 30 days before sign_project.ends_on`) lies ahead;
    the others are of the day itself.
    """

    def __init__(self, plan: Plan, territory: Territory) -> None:
        self._plan = plan
        self._comuni = sorted(territory.comuni)
        self._districts = {istat: comune.district for istat, comune in territory.comuni.items()}
        self._services = sorted(territory.services)
        self._people = sorted(territory.people) or ["staff-1"]
        self._anchors = frozenset(_anchors(plan))
        self._members = _members(plan)
        self._conditions: dict[str, Guard] = {}
        self._later: dict[str, int] = {}

    def for_step(
        self, step: str, outcome: str, draw: Random, today: date, *, complete: bool = False
    ) -> dict[str, Any]:
        """What is answered when `step` is completed with `outcome`. `complete`: leave no optional
        field out."""
        document = self._plan.protocol.steps[step]
        requires = document.outcome(outcome).requires if outcome in document.outcomes else ()
        return self._form(document.form, step, requires, draw, today, complete)

    def for_event(
        self, event: str, draw: Random, today: date, *, complete: bool = False
    ) -> dict[str, Any]:
        """What is answered when a case event is reported."""
        return self._form(self._plan.protocol.events[event].form, event, (), draw, today, complete)

    def apart(self, form_name: str | None, answers: dict[str, Any]) -> tuple[dict, dict]:
        """(data, personal) of answers that are known to be right."""
        if form_name is None:
            return answers, {}
        fields = self._plan.protocol.forms[form_name].fields
        data = {name: value for name, value in answers.items() if not fields[name].personal}
        return data, {name: value for name, value in answers.items() if fields[name].personal}

    def _form(
        self,
        name: str | None,
        asked_by: str,
        requires: Iterable[str],
        draw: Random,
        today: date,
        complete: bool,
    ) -> dict[str, Any]:
        if name is None:
            return {}
        form: Form = self._plan.protocol.forms[name]
        return self._fields(form.fields, asked_by, tuple(requires), draw, today, complete)

    def _fields(
        self,
        fields: dict[str, FormField],
        asked_by: str,
        requires: tuple[str, ...],
        draw: Random,
        today: date,
        complete: bool,
    ) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, field in fields.items():
            # Drawn whether used or not, so that one field more does not change those after it.
            chance = draw.random()
            if field.computed:
                # It follows from the others.
                continue
            needed = field.required or complete or name in requires
            if not needed and chance > _CHANCE_OF_OPTIONAL:
                continue
            if field.when and not self._asked(field.when, fields, given):
                continue
            given[name] = self._value(name, field, f"{asked_by}.{name}", draw, today, complete)
        comune = given.get("comune")
        if comune in self._districts and "district" in given:
            given["district"] = self._districts[comune]
        return given

    def _asked(self, condition: str, fields: dict[str, FormField], given: dict[str, Any]) -> bool:
        guard = self._conditions.get(condition)
        if guard is None:
            guard = self._conditions[condition] = Guard(condition)
        return guard.holds({**dict.fromkeys(fields), **given})

    def _value(
        self, name: str, field: FormField, path: str, draw: Random, today: date, complete: bool
    ) -> Any:
        kind = field.type
        if kind == "date":
            return self._date(name, path, draw, today)
        if kind in ("list", "group"):
            inner = field.fields or {}
            if kind == "group":
                return self._fields(inner, path, (), draw, today, complete)
            return self._items(field, path, draw, today, complete)
        simple: Callable[[Answers, FormField, Random], Any] = _SIMPLE.get(kind, _stock_text)
        value = simple(self, field, draw)
        if kind == "choices" and path in self._members:
            return list(field.option_names[: self._members[path]])
        return value

    def _items(
        self, of: FormField, path: str, draw: Random, today: date, complete: bool
    ) -> list[dict[str, Any]]:
        """As many items as the step that is done for each of them wants; people and roles differ
        from one to the next."""
        fields, (least, most) = of.fields or {}, of.rows
        count = max(self._members.get(path, draw.randint(1, 3)), least)
        count = count if most is None else min(count, most)
        items = [self._fields(fields, path, (), draw, today, complete) for _ in range(count)]
        for name, field in fields.items():
            pool: list[str] = []
            if field.type == "person":
                pool = self._people
            elif field.type == "choice" and path in self._members:
                pool = list(field.option_names)
            if pool:
                first = draw.randrange(len(pool)) if field.type == "person" else 0
                for number, item in enumerate(items):
                    if name in item:
                        item[name] = pool[(first + number) % len(pool)]
        return items

    def _date(self, name: str, path: str, draw: Random, today: date) -> str:
        later = self._later.get(path)
        if later is None:
            later = self._later[path] = self._days_later(name, path)
        if later < 0:
            return date(1960 + draw.randrange(45), 1 + draw.randrange(12), 15).isoformat()
        spread = draw.random()
        return (today + timedelta(days=round(later * (0.7 + 0.6 * spread)))).isoformat()

    def _days_later(self, name: str, path: str) -> int:
        """How many days ahead such a date lies; -1 for one of birth."""
        if _BORN.search(name):
            return -1
        if _STARTS.search(name):
            return _LATER["starts"]
        if _ENDS.search(name):
            return _LATER["ends"]
        return _LATER["anchor"] if path in self._anchors else 0


def _number(answers: Answers, field: FormField, draw: Random) -> Any:
    low = field.min if field.min is not None else 0
    high = field.max if field.max is not None else max(low + 10, 10)
    spread = draw.random()
    if field.type in ("integer", "scale"):
        first, last = ceil(low), floor(high)
        return first + int(spread * (last - first + 1)) if last > first else first
    if field.type == "money":
        low = max(low, 0)
    return min(high, max(low, round(low + spread * (high - low), 2)))


def _choice(answers: Answers, field: FormField, draw: Random) -> Any:
    return field.option_names[int(draw.random() * len(field.option_names))]


def _choices(answers: Answers, field: FormField, draw: Random) -> Any:
    names = field.option_names
    count = 1 + int(draw.random() * min(2, len(names)))
    return sorted(draw.sample(names, min(count, len(names))), key=names.index)


def _instrument(answers: Answers, field: FormField, draw: Random) -> Any:
    """As it is recorded, score and band with it."""
    instrument = shipped()[field.instrument or ""]
    low, high = instrument.range
    items = {
        name: draw.choice(item.values or range(low, high + 1))
        for name, item in instrument.items.items()
    }
    score, band = instrument.result(items)
    recorded = {"instrument": field.instrument, "items": items, "score": score, "band": band}
    return {name: part for name, part in recorded.items() if part is not None}


def _stock_text(answers: Answers, field: FormField, draw: Random) -> Any:
    return "testo di prova"


_SIMPLE: dict[str, Callable[[Answers, FormField, Random], Any]] = {
    "integer": _number,
    "scale": _number,
    "decimal": _number,
    "money": _number,
    "instrument": _instrument,
    "choice": _choice,
    "choices": _choices,
    "yes_no": lambda answers, field, draw: draw.random() < 0.5,
    "comune": lambda answers, field, draw: draw.choice(answers._comuni),
    "service": lambda answers, field, draw: draw.choice(answers._services),
    "person": lambda answers, field, draw: draw.choice(answers._people),
    "host": lambda answers, field, draw: f"host-{1 + draw.randrange(20)}",
    "document": lambda answers, field, draw: f"document-{1 + draw.randrange(20)}",
}


def _anchors(plan: Plan) -> Iterable[str]:
    """The data paths that deadlines and openings are counted from."""
    for step in plan.protocol.steps.values():
        if step.starts and "." in step.starts.anchor:
            yield step.starts.anchor
        if step.due and step.due.of and "." in step.due.of:
            yield step.due.of


def _members(plan: Plan) -> dict[str, int]:
    """How many items the lists want that steps are done for each of: one more than the quorum."""
    return {
        step.each: (step.enough + 1 if step.enough else _MEMBERS)
        for step in plan.protocol.steps.values()
        if step.each
    }
