"""What has another name in the new version, and what is decided where the text cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict

from protocols.diff.match import match
from protocols.documents import (
    Document,
    DocumentError,
    Path,
    Problem,
    read_document,
    unknown_name,
    validate_document,
)
from protocols.engine.plan import Plan
from protocols.text import Text

Deadlines = Literal["keep", "recompute"]

_STEP = Text("Passo", "Step")
_OUTCOME = Text("Esito", "Outcome")
_EVENT = Text("Evento", "Event")


class Mapping(msgspec.Struct, frozen=True):
    """From the old version's names to the new one's; '' says that it is in the new one no more.

    `outcomes`: `step.outcome`, as the old version calls them, → outcome. `decisions`: question →
    answer, for every case that has the question. `deadlines`: those given when a task opened stay,
    or are worked out again by the new version as if it had been in force then. `proposed`: the old
    names whose likeness was recognised, not stated.
    """

    steps: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    events: dict[str, str] = {}
    decisions: dict[str, str] = {}
    deadlines: Deadlines = "keep"
    proposed: tuple[str, ...] = ()

    def step(self, name: str, new: Plan) -> str:
        """The old step's name in the new version; '' where it is there no more."""
        if name in self.steps:
            return self.steps[name]
        return name if name in new.steps and name not in self.steps.values() else ""

    def event(self, name: str, new: Plan) -> str:
        if name in self.events:
            return self.events[name]
        return name if name in new.events and name not in self.events.values() else ""

    def between(self, old: Plan, new: Plan) -> Mapping:
        """What of it matters to these two: it may have been stated for combinations with variants
        that have names which these have not."""
        steps = {
            a: b for a, b in self.steps.items() if a in old.steps and (not b or b in new.steps)
        }
        whole = msgspec.structs.replace(
            self,
            steps=steps,
            events={
                a: b
                for a, b in self.events.items()
                if a in old.events and (not b or b in new.events)
            },
        )
        outcomes = {}
        for path, outcome in self.outcomes.items():
            step, _, before = path.partition(".")
            known = step in old.steps and before in old.steps[step].outcomes
            target = whole.step(step, new) if known else ""
            if target and outcome in new.steps[target].outcomes:
                outcomes[path] = outcome
        return msgspec.structs.replace(whole, outcomes=outcomes)


class _Written(BaseModel):
    """A mapping as people write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: dict[str, str | None] = {}
    outcomes: dict[str, str] = {}
    events: dict[str, str | None] = {}
    decisions: dict[str, str] = {}
    deadlines: Deadlines = "keep"


class Known:
    """The names of several plans together: a base's, and those of its combinations."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.steps: dict[str, set[str]] = {}
        self.events: dict[str, None] = {}
        for plan in plans:
            for name, step in plan.steps.items():
                self.steps.setdefault(name, set()).update(step.outcomes)
            self.events.update(dict.fromkeys(plan.events))


def read_mapping(text: str | bytes, name: str, old: Iterable[Plan], new: Iterable[Plan]) -> Mapping:
    """A mapping from YAML or JSON; `name` is what its mistakes call it. A name is right where one
    of the plans has it. Raises DocumentError."""
    document = read_document(text, name)
    written = validate_document(document, _Written)
    problems = list(_mistakes(written, document, Known(old), Known(new)))
    if problems:
        raise DocumentError(problems)
    return Mapping(
        {old: new or "" for old, new in written.steps.items()},
        written.outcomes,
        {old: new or "" for old, new in written.events.items()},
        written.decisions,
        written.deadlines,
    )


def _mistakes(w: _Written, document: Document, old: Known, new: Known) -> Iterator[Problem]:
    yield from _renames("steps", w.steps, document, old.steps, new.steps, _STEP)
    yield from _renames("events", w.events, document, old.events, new.events, _EVENT)
    for path, outcome in w.outcomes.items():
        step, _, before = path.partition(".")
        at: Path = ("outcomes", path)
        if step not in old.steps:
            yield document.problem(at, unknown_name(_STEP, step, old.steps))
            continue
        if before not in old.steps[step]:
            yield document.problem(at, unknown_name(_OUTCOME, before, sorted(old.steps[step])))
        target = w.steps.get(step, step) or ""
        if target in new.steps and outcome not in new.steps[target]:
            yield document.problem(at, unknown_name(_OUTCOME, outcome, sorted(new.steps[target])))


def _renames(
    part: str,
    pairs: dict[str, str | None],
    document: Document,
    old: Iterable[str],
    new: Iterable[str],
    kind: Text,
) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for before, after in pairs.items():
        if before not in old:
            yield document.problem((part, before), unknown_name(kind, before, old))
        if after and after not in new:
            yield document.problem((part, before), unknown_name(kind, after, new))
        if after and after in seen:
            yield document.problem(
                (part, before),
                Text(
                    f"'{seen[after]}' e '{before}' diventano entrambi '{after}': uno dei due deve "
                    "avere un altro nome",
                    f"'{seen[after]}' and '{before}' both become '{after}': one of them needs "
                    "another name",
                ),
            )
        elif after:
            seen[after] = before


def completed(given: Mapping, old: Plan, new: Plan) -> Mapping:
    """With what is recognised by its likeness, where nothing else was said."""
    names = match(old.protocol, new.protocol)
    proposed: list[str] = []

    def joined(stated: dict[str, str], found: dict[str, str]) -> dict[str, str]:
        whole = dict(stated)
        for before, after in found.items():
            if before not in whole and after not in whole.values():
                whole[before] = after
                proposed.append(before)
        return whole

    steps = joined(given.steps, names.steps)
    events = joined(given.events, names.events)
    back = {after: before for before, after in steps.items() if after}
    found = {
        f"{back.get(step, step)}.{before}": after
        for (step, before), after in names.outcomes.items()
        if (steps.get(back.get(step, step)) or step) == step
    }
    outcomes = {**found, **given.outcomes}
    proposed += [path for path in found if path not in given.outcomes]
    return msgspec.structs.replace(
        given, steps=steps, events=events, outcomes=outcomes, proposed=tuple(proposed)
    )


NOTHING = Mapping()
