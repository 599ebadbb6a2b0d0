"""Where a case stands: a fold of its events. No rule is applied here, only what was said to be."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine.changes import APPLY
from protocols.engine.task import SCHEDULED, Standing, Task
from protocols.facts import Fact
from protocols.language.formula import OPEN, OUT, WAITING, Mark

__all__ = ["SCHEDULED", "Standing", "State", "Task"]


class State:
    """The engine's view of one case. Treat as immutable: `copy()` before applying events to it.

    - `marks`: step → Mark; `tasks`: task key → Task of the current round
    - `of_step`: step → keys of its tasks in this round; `open`: keys that are open or scheduled
    - `data`: step → latest non-personal data, with `outcome`; `by_instance`: step → instance → data
    - `before`: the state before the last migration to another version; None if there was none
    - `happened`: case event → {count, at, **data}; `used`: (step, outcome) → times. Both count
      within the episode
    - `kept`: case event → the data of each time that it happened before it was wanted
    - `scopes`: step with a sub-protocol → where that stands, in this round
    """

    __slots__ = (
        "attributes", "before", "by_instance", "data", "ended", "ended_at", "episode", "happened",
        "kept", "marks", "of_step", "open", "opened", "opened_at", "paused_at", "pauses", "result",
        "scopes", "silent", "tasks", "used",
    )  # fmt: skip
    _fields: ClassVar[tuple[str, ...]] = __slots__
    # Of these, what a subclass adds: values, no containers.
    _more: ClassVar[tuple[str, ...]] = ()

    def __init__(self, steps: tuple[str, ...] = ()) -> None:
        self.opened: e.CaseOpened | None = None
        self.opened_at: datetime | None = None
        self.attributes: dict[str, Any] = {}
        self.before: Self | None = None
        self.episode = 1
        self.ended = ""
        self.ended_at: datetime | None = None
        self.silent = False
        self.result = ""
        self.scopes: dict[str, Standing] = {}
        waiting = Mark(WAITING)
        self.marks: dict[str, Mark] = dict.fromkeys(steps, waiting)
        self.tasks: dict[str, Task] = {}
        self.of_step: dict[str, tuple[str, ...]] = {}
        self.open: dict[str, None] = {}
        self.data: dict[str, dict[str, Any]] = {}
        self.by_instance: dict[str, dict[str, dict[str, Any]]] = {}
        self.happened: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[dict[str, Any], ...]] = {}
        self.used: dict[tuple[str, str], int] = {}
        self.paused_at: datetime | None = None
        self.pauses: tuple[str, ...] = ()

    def copy(self) -> Self:
        """Containers are copied one level deep; what they hold is never changed in place."""
        # Every decision begins with this: spelt out it takes half the time of a loop over names.
        other = type(self).__new__(type(self))
        other.attributes = self.attributes.copy()
        other.before = self.before
        other.by_instance = self.by_instance.copy()
        other.data = self.data.copy()
        other.ended = self.ended
        other.ended_at = self.ended_at
        other.episode = self.episode
        other.happened = self.happened.copy()
        other.kept = self.kept.copy()
        other.marks = self.marks.copy()
        other.of_step = self.of_step.copy()
        other.open = self.open.copy()
        other.opened = self.opened
        other.opened_at = self.opened_at
        other.paused_at = self.paused_at
        other.pauses = self.pauses
        other.result = self.result
        other.scopes = self.scopes.copy()
        other.silent = self.silent
        other.tasks = self.tasks.copy()
        other.used = self.used.copy()
        for name in self._more:
            setattr(other, name, getattr(self, name))
        return other

    def apply(self, body: e.Body, at: datetime) -> None:
        """Change this state in place by one event (see `copy`). Bodies that are not the engine's
        are passed over, save for facts that change the case's attributes."""
        change = APPLY.get(type(body))
        if change is not None:
            change(self, body, at)
        elif isinstance(body, Fact):
            changed = body.attributes()
            if changed:
                self.attributes = {**self.attributes, **changed}

    @property
    def paused(self) -> bool:
        return bool(self.pauses)

    def open_tasks(self) -> list[Task]:
        return [self.tasks[key] for key in self.open if self.tasks[key].status == OPEN]

    def mark_out(self, step: str) -> None:
        self.mark(step, OUT)

    def mark(self, step: str, status: str, outcome: str | None = None) -> None:
        self.marks[step] = Mark(status, outcome, self.marks[step].round)

    def drop(self, keys: tuple[str, ...], at: datetime) -> None:
        for key in keys:
            task = self.tasks[key]
            self.tasks[key] = replace(task, status=OUT, settled_at=at)
            self.open.pop(key, None)
