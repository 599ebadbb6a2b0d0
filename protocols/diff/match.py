"""Which step of one version is which step of the other, also where it has another name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from protocols.language.document import CaseEvent, Protocol, Step
from protocols.reading.tree import Part, tree

_ALIKE = 0.6


class Names(Struct, frozen=True):
    """What the old version's names are called in the new one, where that is something else.
    `outcomes`: (step in the new version, old outcome) → new outcome."""

    steps: dict[str, str] = {}
    roles: dict[str, str] = {}
    forms: dict[str, str] = {}
    events: dict[str, str] = {}
    outcomes: dict[tuple[str, str], str] = {}

    def step(self, name: str) -> str:
        return self.steps.get(name, name)

    def outcome(self, step: str, name: str) -> str:
        """`step` as the old version calls it."""
        return self.outcomes.get((self.step(step), name), name)

    def path(self, path: str) -> str:
        """`step.field`, `step` or `event`."""
        name, dot, rest = path.partition(".")
        return f"{self.steps.get(name, self.events.get(name, name))}{dot}{rest}"

    def guard(self, source: str) -> str:
        """A CEL condition in the new version's names; what stands in quotes is left alone."""
        renamed = {**self.steps, **self.events}
        if not renamed:
            return source
        pattern = re.compile(
            r"""'[^']*'|"[^"]*"|(?<![.\w])(""" + "|".join(map(re.escape, renamed)) + r")(?!\w)"
        )
        return pattern.sub(lambda m: renamed[m[1]] if m[1] else m[0], source)


def match(old: Protocol, new: Protocol) -> Names:
    """Names that changed. A step is the same if its name is, or if it is the most alike of those
    that are gone and those that have come, and alike enough."""
    roles = _pairs(
        old.roles, new.roles, lambda a, b: _equal_parts(a, b, ("title", "held_by", "deputy"))
    )
    forms = _pairs(old.forms, new.forms, lambda a, b: _form_likeness(a.fields, b.fields))
    events = _pairs(old.events, new.events, _event_likeness)
    known = Names(roles=roles, forms=forms, events=events)
    steps: dict[str, str] = {}
    # Once more with the names found: a step's condition may speak of another one that was renamed.
    for _ in range(3):
        names = Names(steps=steps, roles=roles, forms=forms, events=events)
        found = _pairs(
            old.steps,
            new.steps,
            lambda a, b, n=names: _step_likeness(old, new, a, b, n),
        )
        if found == steps:
            break
        steps = found
    outcomes: dict[tuple[str, str], str] = {}
    for name, step in old.steps.items():
        other = new.steps.get(steps.get(name, name))
        if other:
            pairs = _pairs(step.outcomes, other.outcomes, _outcome_likeness)
            outcomes.update({(steps.get(name, name), a): b for a, b in pairs.items()})
    return Names(steps, known.roles, known.forms, known.events, outcomes)


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any], alike: Any) -> dict[str, str]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    scored = sorted(
        ((alike(old[a], new[b]), i, j) for i, a in enumerate(gone) for j, b in enumerate(come)),
        key=lambda entry: (-entry[0], abs(entry[1] - entry[2]), entry[1]),
    )
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    found = {}
    for score, i, j in scored:
        if score >= _ALIKE and i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            found[gone[i]] = come[j]
    return found


def _equal_parts(a: Any, b: Any, fields: Iterable[str]) -> float:
    listed = list(fields)
    return sum(getattr(a, f) == getattr(b, f) for f in listed) / len(listed)


def _shared(a: Iterable[Any], b: Iterable[Any]) -> float:
    one, other = set(a), set(b)
    return len(one & other) / len(one | other) if one | other else 1.0


def _form_likeness(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    return _shared(a, b)


def _event_likeness(a: CaseEvent, b: CaseEvent) -> float:
    fields = (
        "title",
        "by",
        "form",
        "during",
        "after",
        "opens",
        "pauses",
        "completes",
        "again",
        "ends",
        "reopens",
    )
    return _equal_parts(a, b, fields)


def _outcome_likeness(a: Any, b: Any) -> float:
    if a is None or b is None:
        return 0.0
    titled = a.title == b.title and a.title is not None
    same = a.model_dump(exclude={"title"}) == b.model_dump(exclude={"title"})
    return 0.6 * titled + 0.4 * same


def _step_likeness(old: Protocol, new: Protocol, a: Step, b: Step, names: Names) -> float:
    """Of 1: what it follows and what follows it, who does it, its form, its results, its title."""
    mine, other = _name_of(old, a), _name_of(new, b)
    weights = (
        (3.0, canonical(a.after, names) == canonical(b.after, Names())),
        (2.0, _shared((names.step(n) for n in _readers(old, mine)), _readers(new, other))),
        (
            2.0,
            names.roles.get(a.role or "", a.role) == b.role
            and bool(a.automation) == bool(b.automation),
        ),
        (1.5, names.forms.get(a.form or "", a.form) == b.form if a.form or b.form else 0.5),
        (2.0, _shared(a.outcomes, b.outcomes)),
        (2.0, a.title == b.title),
        (
            1.0,
            (a.stage, a.during and names.step(a.during), a.each, a.every)
            == (b.stage, b.during, b.each, b.every),
        ),
        (1.0, (a.due.within if a.due else None) == (b.due.within if b.due else None)),
    )
    return sum(weight * float(score) for weight, score in weights) / sum(w for w, _ in weights)


def _name_of(protocol: Protocol, step: Step) -> str:
    return next(name for name, each in protocol.steps.items() if each is step)


def _readers(protocol: Protocol, name: str) -> list[str]:
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    return [n for n, step in protocol.steps.items() if step.after and pattern.search(step.after)]


# ── formulas by meaning ──────────────────────────────────────────────────────────────────────


def canonical(formula: str | None, names: Names) -> str:
    """A formula in the new version's names, its parts in one order: equal texts mean the same."""
    return _written(tree(formula), names) if formula else ""


def _written(part: Part, names: Names) -> str:
    if part.kind == "done":
        step = names.step(part.step)
        return f"{step}.{names.outcome(part.step, part.outcome)}" if part.outcome else step
    parts = list(part.parts)
    if part.kind in ("all", "any"):
        # (a and b) and c says what a and b and c says.
        while any(inner.kind == part.kind for inner in parts):
            parts = [
                p for inner in parts for p in (inner.parts if inner.kind == part.kind else (inner,))
            ]
    inner = sorted({_written(each, names) for each in parts})
    if part.kind == "at_least":
        inner = sorted(_written(each, names) for each in parts)
        return f"at_least({part.number}, {', '.join(inner)})"
    if part.kind in ("not", "settled"):
        return f"{part.kind}({', '.join(inner)})"
    return inner[0] if len(inner) == 1 else f"{part.kind}({', '.join(inner)})"
