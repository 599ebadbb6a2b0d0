"""Protocols of a few steps made at random, small enough to be tried out whole."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.checker.generated import HEAD

# The values that the conditions below tell apart.
ATTRIBUTES: dict[str, list[Any]] = {"minor": [True, False, None], "score": [1, 2, 3, None]}
FORMS = {
    "team": {
        "title": "Équipe",
        "fields": {
            "members": {
                "type": "list",
                "title": "Membri",
                "fields": {"person": {"type": "person", "title": "Persona"}},
            }
        },
    },
    "question": {
        "title": "Domanda",
        "fields": {"need": {"type": "choice", "title": "B", "options": ["home", "work", "none"]}},
    },
}
FEATURES = (
    "again", "endless", "ends", "result", "when", "cancels", "during", "starts", "each", "every",
    "race", "optional", "guard", "waits", "asks", "call", "kept", "crisis", "restart", "stop",
    "reentry", "limited", "opens",
)  # fmt: skip
GUARDS = (
    "case.minor == true",
    "case.score > 2",
    "case.minor != true && case.score == 2",
    "events.call.count >= 1",
    "events.call.count == 0",
    "events.call.count < 2",
)


@st.composite
def formulas(draw: st.DrawFn, steps: dict[str, Any], depth: int = 2) -> str:
    """A formula over the steps that there are already."""
    kinds = ["atom", "atom", "atom", "and", "or", "not", "at_least", "settled"]
    kind = draw(st.sampled_from(kinds)) if depth else "atom"
    if kind == "atom":
        step = draw(st.sampled_from(sorted(steps)))
        outcome = draw(st.sampled_from([None, *steps[step]["outcomes"]]))
        return f"{step}.{outcome}" if outcome else step
    if kind == "settled":
        named = draw(st.lists(st.sampled_from(sorted(steps)), min_size=1, max_size=2, unique=True))
        return f"settled({', '.join(named)})"
    count = {"not": 1, "and": 2, "or": 2, "at_least": 3}[kind]
    parts = [draw(formulas(steps, depth - 1)) for _ in range(count)]
    if kind == "at_least":
        return f"at_least(2, {', '.join(parts)})"
    return f"not ({parts[0]})" if kind == "not" else f"({parts[0]}) {kind} ({parts[1]})"


@st.composite
def _outcomes(draw: st.DrawFn, name: str, before: dict[str, Any], of: set[str]) -> dict[str, Any]:
    outcomes: dict[str, Any] = dict.fromkeys("xyz"[: draw(st.sampled_from([1, 1, 2, 2, 3]))])
    effects = sorted(of & {"again", "endless", "ends", "result", "when", "cancels", "limited"})
    for outcome in outcomes:
        if not effects or draw(st.integers(0, 2)):
            continue
        effect = draw(st.sampled_from(effects))
        target = draw(st.sampled_from([*before, name]))
        outcomes[outcome] = {
            "again": {"again": target, "at_most": draw(st.integers(1, 2))},
            "endless": {"again": target},
            "ends": {"ends": "stopped"},
            "result": {"result": "known"},
            "when": {"when": draw(st.sampled_from(GUARDS))},
            "cancels": {"cancels": target},
            "limited": {"at_most": 1},
        }[effect]
    return outcomes


@st.composite
def _step(draw: st.DrawFn, name: str, before: dict[str, Any], of: set[str]) -> dict[str, Any]:
    names = list(before)
    step: dict[str, Any] = {"title": name, "role": "municipal_referent"}
    step["outcomes"] = draw(_outcomes(name, before, of))
    some = lambda feature: feature in of and not draw(st.integers(0, 1))  # noqa: E731
    if names and draw(st.integers(0, 4)):
        step["after"] = draw(formulas(before))
    if names and some("during"):
        step["during"] = draw(st.sampled_from(names))
    teams = [n for n in names if before[n].get("form") == "team"]
    asking = [n for n in names if before[n].get("form") == "question"]
    if "during" in step and some("every"):
        step["every"] = "2 days"
    elif teams and some("each"):
        step["each"] = f"{draw(st.sampled_from(teams))}.members"
        if draw(st.booleans()):
            step["enough"] = draw(st.integers(1, 2))
        if draw(st.booleans()):
            step["rest"] = "withdrawn"
    elif names and some("starts"):
        length = draw(st.sampled_from(["same day", "1 day", "2 days"]))
        step["starts"] = f"{length} after {draw(st.sampled_from(names))}"
    elif some("waits"):
        del step["role"]
        step["waits_for"] = "call"
    if some("race"):
        step["race"] = "first"
    if some("optional"):
        step["optional"] = True
    if asking and some("asks"):
        read = draw(st.sampled_from(asking))
        step["when"] = f"{read}.need == '{draw(st.sampled_from(['home', 'work']))}'"
    elif some("guard"):
        step["when"] = draw(st.sampled_from(GUARDS))
    if "each" in of and not draw(st.integers(0, 1)):
        step["form"] = "team"
    elif "asks" in of and draw(st.booleans()):
        step["form"] = "question"
    return step


@st.composite
def documents(draw: st.DrawFn, most: int = 5, features: int = 3) -> dict[str, Any]:
    """2 to `most` steps, none of which waits for a later one, that use some of the features."""
    of = draw(st.sets(st.sampled_from(FEATURES), max_size=features))
    if "every" in of:
        of |= {"during"}
    steps: dict[str, Any] = {}
    for number in range(draw(st.integers(2, most))):
        name = "abcdef"[number]
        steps[name] = draw(_step(name, steps, of))
    names = st.sampled_from(list(steps))
    events: dict[str, Any] = {}
    by = {"title": "Evento", "by": "municipal_referent"}
    text = json.dumps(steps)
    if of & {"call", "kept", "waits"} or "events.call" in text:
        events["call"] = {**by}
        chosen = draw(names)
        if "call" in of:
            outcome = draw(st.sampled_from(list(steps[chosen]["outcomes"])))
            events["call"]["completes"] = f"{chosen}.{outcome}"
        if "kept" in of:
            events["call"]["keeps"] = True
        if "limited" in of:
            events["call"]["at_most"] = draw(st.integers(1, 2))
        if draw(st.booleans()):
            events["call"]["after"] = draw(formulas(steps, 1))
    if "crisis" in of:
        steps["back"] = {
            **by,
            "role": "municipal_referent",
            "outcomes": {"x": {"resumes": "clocks"}},
        }
        del steps["back"]["by"]
        events["crisis"] = {**by, "pauses": "clocks", "opens": "back"}
        if draw(st.booleans()):
            events["crisis"]["during"] = draw(names)
    if "opens" in of:
        events["open"] = {**by, "opens": draw(names)}
        if draw(st.booleans()):
            steps[events["open"]["opens"]].pop("after", None)
        if draw(st.booleans()):
            events["open"]["after"] = draw(formulas(steps, 1))
    if "restart" in of:
        events["restart"] = {**by, "again": draw(names)}
        if draw(st.booleans()):
            events["restart"]["cancels"] = draw(names)
        if draw(st.booleans()):
            events["restart"]["at_most"] = 1
    if "stop" in of:
        events["stop"] = {**by, "ends": "stopped"}
    if "reentry" in of:
        events["reentry"] = {**by, "reopens": "12 months", "again": draw(names)}
    return completed(steps, events)


def completed(steps: dict[str, Any], events: dict[str, Any]) -> dict[str, Any]:
    """A whole document; what all of them have need not be said."""
    for name, step in steps.items():
        step.setdefault("title", name)
        if "waits_for" not in step:
            step.setdefault("role", "municipal_referent")
        outcomes = step.get("outcomes", "x")
        step["outcomes"] = dict.fromkeys(outcomes) if isinstance(outcomes, str) else outcomes
    for event in events.values():
        event |= {"title": "Evento", "by": "municipal_referent"}
    return {**HEAD, "forms": FORMS, "steps": steps, "events": events}


def attributes(document: dict[str, Any]) -> dict[str, list[Any]]:
    """The attributes of the case that its conditions read, with the values to try."""
    text = json.dumps(document)
    return {name: values for name, values in ATTRIBUTES.items() if f"case.{name}" in text}


def answers(document: dict[str, Any]) -> dict[str, list[Any]]:
    """Step → what people may answer."""
    members = [{"members": [{"person": p} for p in "uvw"[:n]]} for n in (1, 2, 3)]
    needs = [{"need": need} for need in ("home", "work", "none")]
    kinds: dict[str, list[Any]] = {"team": members, "question": needs}
    return {n: kinds[s["form"]] for n, s in document["steps"].items() if "form" in s}
