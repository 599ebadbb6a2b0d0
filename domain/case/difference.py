"""What differs between two moments of one case. Pure; data are told by name, never by value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from domain.case.state import CaseState
from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.facts import Fact


class StepChange(msgspec.Struct, frozen=True):
    """A step that stood as `was` and stands as `now` (waiting, open, done, out; '' where the text
    of that moment has no such step)."""

    step: str
    was: str
    now: str
    outcome: str = ""
    round: int = 0


class TaskChange(msgspec.Struct, frozen=True):
    """A task that is not what it was. `change`: opened, scheduled, done, withdrawn, holder or
    deadline; `was` and `now`: the holder's id, or the instant, where it is one of these."""

    task: str
    change: str
    was: str = ""
    now: str = ""


class DataChange(msgspec.Struct, frozen=True):
    """Names of the fields of a step that were added, changed or removed. `personal`: fields that
    were recorded or corrected in between; whether their values differ is not looked at."""

    step: str
    fields: list[str]
    personal: list[str]


class FactKnown(msgspec.Struct, frozen=True):
    version: int
    at: datetime
    occurred_at: datetime | None
    fact: str


class Change(msgspec.Struct, frozen=True):
    """Empty where there was nothing."""

    was: str
    now: str


class Difference(msgspec.Struct, frozen=True):
    """`protocol`, `state`, `episode` and `paused` are null where they are the same."""

    steps: list[StepChange]
    tasks: list[TaskChange]
    data: list[DataChange]
    facts: list[FactKnown]
    protocol: Change | None = None
    state: Change | None = None
    episode: Change | None = None
    paused: Change | None = None


def difference(before: CaseState, after: CaseState, between: Iterable[Recorded]) -> Difference:
    """From `before`, which may be a case not yet opened, to `after`; `between`: the events that
    lead from one to the other."""
    events = list(between)
    return Difference(
        _steps(before, after),
        _tasks(before, after),
        _data(before, after, events),
        [
            FactKnown(
                event.originator_version, event.at, event.occurred_at, type(event.body).__name__
            )
            for event in events
            if isinstance(event.body, Fact)
        ],
        _changed(_text(before), _text(after)),
        _changed(_standing(before), _standing(after)),
        _changed(str(before.episode), str(after.episode)),
        _changed(", ".join(before.pauses), ", ".join(after.pauses)),
    )


def _changed(was: str, now: str) -> Change | None:
    return None if was == now else Change(was, now)


def _text(state: CaseState) -> str:
    return f"{state.opened.protocol}/{state.opened.version}" if state.opened else ""


def _standing(state: CaseState) -> str:
    if state.opened is None:
        return ""
    return f"ended: {state.ended}" if state.ended else "open"


def _steps(before: CaseState, after: CaseState) -> list[StepChange]:
    found = []
    for step in dict.fromkeys((*before.marks, *after.marks)):
        was, now = before.marks.get(step), after.marks.get(step)
        if was == now or (was is None and now is not None and now.status == "waiting"):
            continue
        found.append(
            StepChange(
                step,
                was.status if was else "",
                now.status if now else "",
                (now.outcome if now else "") or "",
                now.round if now else 0,
            )
        )
    return found


_CHANGES = {"open": "opened", "scheduled": "scheduled", "done": "done", "out": "withdrawn"}


def _tasks(before: CaseState, after: CaseState) -> list[TaskChange]:
    found = []
    for key, now in after.tasks.items():
        was = before.tasks.get(key)
        again = was is not None and (was.opened_at, was.round) != (now.opened_at, now.round)
        if was is None or again or was.status != now.status:
            found.append(TaskChange(key, _CHANGES[now.status]))
        held = was.claimed_by or was.assignee if was and not again else ""
        holds = now.claimed_by or now.assignee
        if held != holds:
            found.append(TaskChange(key, "holder", held, holds))
        if was and not again and was.due != now.due:
            found.append(TaskChange(key, "deadline", _written(was.due), _written(now.due)))
    gone = [key for key in before.open if key not in after.tasks]
    return found + [TaskChange(key, "withdrawn") for key in gone]


def _written(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""


def _data(before: CaseState, after: CaseState, events: list[Recorded]) -> list[DataChange]:
    personal: dict[str, set[str]] = {}
    for event in events:
        body = event.body
        if isinstance(body, (e.StepCompleted, e.DataCorrected)) and body.personal:
            personal.setdefault(body.step, set()).update(body.personal)
    changed: dict[str, list[str]] = {}
    for step in {**before.data, **after.data}:
        was: dict[str, Any] = before.data.get(step, {})
        now: dict[str, Any] = after.data.get(step, {})
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        if names := [name for name in names if name != "outcome"]:
            changed[step] = sorted(names)
    return [
        DataChange(step, changed.get(step, []), sorted(personal.get(step, ())))
        for step in sorted({*changed, *personal})
    ]
