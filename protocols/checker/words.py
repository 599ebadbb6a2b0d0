"""Histories told in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protocols.checker.answers import MISSING
from protocols.engine.plan import Plan
from protocols.language.document import CaseEvent, Outcome, Step
from protocols.text import Text

_MOST_SHOWN = 3

OPENED = Text("si apre il caso", "the case opens")


def title(step: Step | CaseEvent) -> Text:
    return Text(step.title.it, step.title.in_("en"))


def outcome_title(step: Step, name: str) -> Text:
    """The outcome's title, or its name where it has none."""
    found = (step.outcomes.get(name) or Outcome()).title
    return Text(found.it, found.in_("en")) if found else Text(name, name)


def completed(step: Step, outcome: str, data: dict[str, Any], read: set[str] | None) -> Text:
    t = title(step)
    it, en = f"«{t.it}» è fatto", f"“{t.en}” is done"
    if len(step.outcomes) > 1 or outcome != "done":
        o = outcome_title(step, outcome)
        it, en = f"«{t.it}» si conclude: «{o.it}»", f"“{t.en}” is done: “{o.en}”"
    shown = _data(data, read)
    return Text(it + shown, en + shown)


def happened(event: CaseEvent, data: dict[str, Any], read: set[str] | None) -> Text:
    t, shown = title(event), _data(data, read)
    return Text(f"accade: «{t.it}»{shown}", f"it happens: “{t.en}”{shown}")


def time_passed(steps: list[Step]) -> Text:
    it = ", ".join(f"«{step.title.it}»" for step in steps)
    en = ", ".join(f"“{step.title.in_('en')}”" for step in steps)
    return Text(f"passa il tempo e si apre {it}", f"time passes and {en} opens")


def assumed(attributes: dict[str, Any]) -> tuple[Text, ...]:
    """What was supposed of the case."""
    if not attributes:
        return ()
    it = ", ".join(f"{path} {_value(value, 'manca')}" for path, value in attributes.items())
    en = ", ".join(f"{path} {_value(value, 'is missing')}" for path, value in attributes.items())
    return (Text(f"un caso in cui {it}", f"a case in which {en}"),)


def _value(value: Any, missing: str) -> str:
    return missing if value is MISSING else f"= {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return str(len(value))
    return str(value)[:40]


def _data(data: dict[str, Any], read: Iterable[str] | None) -> str:
    shown = [f"{k} = {_plain(data[k])}" for k in sorted(read or ()) if k in data][:_MOST_SHOWN]
    return f" ({', '.join(shown)})" if shown else ""


def seen_from(plan: Plan, reader: str, path: str) -> str:
    """A data path as whoever writes `reader` may write it: of what is inside another step only
    what that step's protocol gives."""
    within = plan.steps[reader].within if reader in plan.steps else None
    name = path.split(".")[0]
    while name in plan.steps and plan.steps[name].within not in (None, within):
        name = plan.steps[name].within or ""
    inside = plan.steps[name].step.inside if name in plan.steps else None
    given = {source: f"{name}.{out}" for out, source in (inside.gives if inside else {}).items()}
    return given.get(path, path)
