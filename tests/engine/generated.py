"""Small protocols made at random, and answers to forms made at random."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import strategies as st

from protocols.engine.plan import Plan
from protocols.language.forms import Form, FormField
from protocols.language.load import read_protocol
from tests.engine.gwt import TERRITORY

OUTCOMES = ("yes", "no", "maybe")
PEOPLE = ("ada", "bea", "ciro", "dino")
LENGTHS = ("same day", "2 days", "5 working days", "1 week", "1 month", "36 hours")

_HEAD: dict[str, Any] = {
    "protocol": "random",
    "version": "1.0.0",
    "title": "A caso",
    "territory": "adda-martesana",
    "valid_from": "2021-01-01",
    "roles": {
        "worker": {"title": "Lavora", "held_by": {"organisation": "comune"}, "deputy": "chief"},
        "chief": {"title": "Dirige", "held_by": {"organisation": "district"}},
        "board": {"title": "Cabina", "held_by": {"organisation": "steering"}},
    },
    "forms": {
        "team": {
            "title": "Équipe",
            "fields": {
                "members": {
                    "type": "list",
                    "title": "Membri",
                    "required": False,
                    "fields": {"person": {"type": "person", "title": "Persona"}},
                }
            },
        }
    },
    "exceptions": {"skip": "chief", "redo": "chief", "force": "chief", "correct": "chief"},
}


@st.composite
def formulas(draw: st.DrawFn, steps: dict[str, Any], depth: int = 2) -> str:
    """A formula over the steps that there are already."""
    kind = draw(st.sampled_from(["atom", "atom", "and", "or", "not", "at_least", "settled"]))
    if depth == 0 or kind == "atom":
        step = draw(st.sampled_from(sorted(steps)))
        outcome = draw(st.sampled_from([None, *steps[step]["outcomes"]]))
        return f"{step}.{outcome}" if outcome else step
    if kind == "settled":
        named = draw(st.lists(st.sampled_from(sorted(steps)), min_size=1, max_size=3))
        return f"settled({', '.join(named)})"
    count = {"not": 1, "and": 2, "or": 2, "at_least": 3}[kind]
    parts = [draw(formulas(steps, depth - 1)) for _ in range(count)]
    if kind == "at_least":
        return f"at_least(2, {', '.join(parts)})"
    return f"not ({parts[0]})" if kind == "not" else f"({parts[0]}) {kind} ({parts[1]})"


@st.composite
def _due(draw: st.DrawFn) -> dict[str, Any]:
    due: dict[str, Any] = {"within": draw(st.sampled_from(LENGTHS))}
    if draw(st.booleans()):
        due["remind"] = draw(st.sampled_from(["1 day before due", "2 working days before due"]))
    rungs = ["deputy", "chief", {"to": "board", "after": "3 days"}]
    due["overdue"] = draw(st.lists(st.sampled_from(rungs), max_size=3))
    return due


@st.composite
def _step(draw: st.DrawFn, name: str, before: dict[str, Any]) -> dict[str, Any]:
    names = sorted(before)
    outcomes: dict[str, Any] = dict.fromkeys(OUTCOMES[: draw(st.integers(1, 3))])
    step: dict[str, Any] = {"title": name, "role": "worker", "form": "team"}
    for outcome in outcomes:
        effect = draw(st.sampled_from([None] * 8 + ["again", "ends", "result", "when"]))
        if effect == "again":
            back = draw(st.sampled_from([*names, name]))
            outcomes[outcome] = {"again": back, "at_most": draw(st.integers(1, 2))}
        elif effect == "when":
            outcomes[outcome] = {"when": "events.call.count >= 1"}
        elif effect:
            outcomes[outcome] = {effect: f"{effect}_{outcome}"}
    step["outcomes"] = outcomes
    if names and draw(st.integers(0, 3)):
        step["after"] = draw(formulas(before))
    if names and not draw(st.integers(0, 3)):
        step["during"] = draw(st.sampled_from(names))
    shape = draw(st.sampled_from(["one"] * 6 + ["each", "every", "starts", "waits", "automation"]))
    if shape == "each" and names:
        step["each"] = f"{draw(st.sampled_from(names))}.members"
        step["enough"] = draw(st.integers(1, 3))
    elif shape == "every" and "during" in step:
        step["every"] = draw(st.sampled_from(["week", "month", "3 working days"]))
    elif shape == "starts" and names:
        length = draw(st.sampled_from(LENGTHS))
        step["starts"] = f"{length} after {draw(st.sampled_from(names))}"
    elif shape == "waits":
        del step["role"]
        step["waits_for"] = "call"
    elif shape == "automation":
        del step["role"]
        step["automation"] = {"run": "letter", "attempts": 2, "fallback": "worker"}
    if draw(st.booleans()):
        step["due"] = draw(_due())
    if not draw(st.integers(0, 4)):
        step["race"] = "first"
    if not draw(st.integers(0, 5)):
        step["optional"] = True
    if not draw(st.integers(0, 5)):
        step["when"] = draw(st.sampled_from(["case.source == 'CPS'", "case.source == 'SERT'"]))
    return step


@st.composite
def protocols(draw: st.DrawFn) -> Plan:
    """A protocol of 2 to 7 steps, none of which waits for a later one, and some case events."""
    steps: dict[str, Any] = {}
    for number in range(draw(st.integers(2, 7))):
        steps[f"s{number}"] = draw(_step(f"s{number}", steps))
    names = sorted(steps)
    chosen = draw(st.sampled_from(names))
    outcome = draw(st.sampled_from(sorted(steps[chosen]["outcomes"])))
    steps["back"] = {
        "title": "Rientro",
        "role": "worker",
        "form": "team",
        "outcomes": {"yes": {"resumes": "clocks"}},
        "due": "2 days",
    }
    events = {
        "call": {"title": "Chiamata", "by": "worker", "completes": f"{chosen}.{outcome}"},
        "crisis": {"title": "Crisi", "by": "worker", "pauses": "clocks", "opens": "back"},
        "halt": {"title": "Fermo", "by": "worker", "pauses": "clocks", "opens": "back"},
        "restart": {"title": "Da capo", "by": "worker", "again": draw(st.sampled_from(names))},
        "stop": {"title": "Fine", "by": "worker", "ends": "stopped"},
        "death": {"title": "Decesso", "by": "worker", "ends": "deceased", "silently": True},
        "reentry": {"title": "R", "by": "worker", "reopens": "12 months", "again": names[0]},
    }
    document = {**_HEAD, "steps": steps, "events": events}
    return read_protocol(json.dumps(document), "random/1.0.0.yaml")


_FIRST, _LAST = date(2025, 1, 1), date(2028, 12, 31)
_NUMBERS = ("integer", "decimal", "money", "scale")


def _value(field: FormField) -> st.SearchStrategy[Any]:
    """A value that the field takes, most of the times."""
    if field.type in _NUMBERS:
        low, high = int(field.min or 0), int(field.max if field.max is not None else 40)
        return st.integers(low, max(low, high))
    if field.type == "list":
        return st.lists(_answers(field.fields or {}), min_size=1, max_size=4)
    if field.type == "group":
        return _answers(field.fields or {})
    simple: dict[str, st.SearchStrategy[Any]] = {
        "text": st.sampled_from(["niente da dire", "dall'Adda 🌊"]),
        "note": st.just("una nota"),
        "document": st.just("un-documento"),
        "date": st.dates(_FIRST, _LAST).map(str),
        "yes_no": st.booleans(),
        "choice": st.sampled_from(field.option_names or ("",)),
        "choices": st.lists(st.sampled_from(field.option_names or ("",)), min_size=1, max_size=2),
        "comune": st.sampled_from(sorted(TERRITORY.comuni)),
        "service": st.sampled_from(sorted(TERRITORY.services)),
        "host": st.just("host-1"),
        "person": st.sampled_from([*PEOPLE, *sorted(TERRITORY.people)]),
    }
    return simple[field.type]


def _answers(
    fields: dict[str, FormField], requires: tuple[str, ...] = ()
) -> st.SearchStrategy[dict[str, Any]]:
    needed, free = {}, {}
    for name, field in fields.items():
        (needed if field.required or name in requires else free)[name] = _value(field)
    return st.fixed_dictionaries(needed, optional=free)


def answers(form: Form | None, requires: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """Answers to a form, right most of the times. `requires`: fields that the outcome needs."""
    return _answers(form.fields if form else {}, requires)
