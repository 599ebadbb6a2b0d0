"""What a change of version changes in a case's state: names, marks, and the tasks that are open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine.task import SCHEDULED, Standing, Task
from protocols.language.formula import OPEN, OUT

if TYPE_CHECKING:
    from protocols.engine.state import State

_LIVE = (OPEN, SCHEDULED)
# Which event of the log the case has come to is not undone.
_KEPT = ("version",)


class Renaming:
    """The old text's names in the new one's words."""

    def __init__(self, b: e.Migrated) -> None:
        self.steps, self.events, self._outcomes = b.steps, b.events, b.outcomes

    def step(self, name: str) -> str:
        return self.steps.get(name, name)

    def outcome(self, step: str, outcome: str) -> str:
        """`step` as the old text calls it."""
        return self._outcomes.get(f"{step}.{outcome}", outcome)

    def event(self, name: str) -> str:
        return self.events.get(name) or name

    def key(self, task: Task) -> str:
        return task_key(self.step(task.step), task.instance)

    def data(self, step: str, data: dict[str, Any]) -> dict[str, Any]:
        said = data.get("outcome")
        known = self.outcome(step, said) if isinstance(said, str) else said
        return data if known == said else {**data, "outcome": known}


def task_key(step: str, instance: str) -> str:
    return f"{step}#{instance}" if instance else step


def migrated(s: State, b: e.Migrated, at: datetime) -> None:
    before = s.copy()
    names = Renaming(b)
    s.before = before
    if s.opened is not None:
        s.opened = replace(s.opened, protocol=b.protocol, version=b.version, digest=b.digest)
    s.marks = dict(b.marks)
    _place_tasks(s, before, b, names, at)
    # '' is the name of what is not there any more.
    s.data = {n: names.data(step, d) for step, d in before.data.items() if (n := names.step(step))}
    s.by_instance = {
        name: {who: names.data(step, data) for who, data in instances.items()}
        for step, instances in before.by_instance.items()
        if (name := names.step(step))
    }
    s.used = {
        (name, names.outcome(step, outcome)): times
        for (step, outcome), times in before.used.items()
        if (name := names.step(step))
    }
    known = set(before.happened) - set(b.forgotten)
    s.happened = {names.event(n): data for n, data in before.happened.items() if n in known}
    s.kept = {names.event(n): kept for n, kept in before.kept.items() if n not in b.forgotten}
    s.scopes = {names.step(scope): standing for scope, standing in before.scopes.items()}
    s.scopes |= {scope: Standing(at, None, result) for scope, result in b.enclosed.items()}
    s.pauses = b.pauses


def _place_tasks(s: State, before: State, b: e.Migrated, names: Renaming, at: datetime) -> None:
    carried = {task.was: task for task in b.tasks}
    s.tasks, s.of_step, s.open = {}, {}, {}
    for key, task in before.tasks.items():
        name = names.step(task.step)
        if name not in b.marks:
            continue
        if key in carried:
            placed = _task(carried[key], task)
        else:
            placed = replace(task, key=names.key(task), step=name)
            if task.status == "done":
                placed = replace(placed, outcome=names.outcome(task.step, task.outcome))
            elif task.status in _LIVE:
                placed = replace(placed, status=OUT, settled_at=at)
        s.tasks[placed.key] = placed
    for old, keys in before.of_step.items():
        name = names.step(old)
        if name in b.marks and b.marks[name].round == before.marks[old].round:
            s.of_step[name] = tuple(names.key(before.tasks[key]) for key in keys)
        else:
            for key in keys:
                s.tasks.pop(names.key(before.tasks[key]), None)
    for live in b.tasks:
        s.open[live.key] = None


def _task(carried: e.TaskCarried, was: Task | None) -> Task:
    signature = was.signature if was is not None and carried.signed else None
    if signature is not None:
        signature = replace(signature, task=carried.key, step=carried.step)
    return Task(
        carried.key, carried.step, carried.round, carried.status, carried.instance, carried.role,
        carried.scope, carried.assignee, carried.automation, carried.deputy, carried.due,
        carried.remind, carried.ladder, carried.rung, carried.priority, carried.opens_at,
        carried.opened_at, ignores_pause=carried.ignores_pause, claimed_by=carried.claimed_by,
        signature=signature,
    )  # fmt: skip


def reverted(s: State, b: e.MigrationReverted, at: datetime) -> None:
    before = s.before
    if before is None:
        raise ValueError("nothing to revert")
    restored = before.copy()
    for name in s._fields:
        if name not in _KEPT:
            setattr(s, name, getattr(restored, name))
    for task in b.tasks:
        s.tasks[task.key] = _task(task, s.tasks.get(task.key))
