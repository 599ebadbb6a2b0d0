"""Where a case stands: a fold of its events. No rule is applied here, only what was said to be."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine.changes import APPLY
from protocols.engine.task import SCHEDULED, Task
from protocols.facts import Fact
from protocols.language.formula import OPEN, OUT, WAITING, Mark

__all__ = ["SCHEDULED", "State", "Task"]


class State:
    """The engine's view of one case. Treat as immutable: `copy()` before applying events to it.

    - `marks`: step → Mark; `tasks`: task key → Task of the current round
    - `of_step`: step → keys of its tasks in this round; `open`: keys that are open or scheduled
    - `data`: step → latest non-personal data, with `outcome`; `by_instance`: step → instance → data
    - `happened`: case event → {count, at, **data}; `used`: (step, outcome) → times. Both count
      within the episode
    - `kept`: case event → the data of each time that it happened before it was wanted
    """

    __slots__ = (
        "attributes", "by_instance", "data", "ended", "ended_at", "episode", "happened", "kept",
        "marks", "of_step", "open", "opened", "opened_at", "paused_at", "pauses", "result",
        "silent", "tasks", "used",
    )  # fmt: skip
    _fields: ClassVar[tuple[str, ...]] = __slots__

    def __init__(self, steps: tuple[str, ...] = ()) -> None:
        self.opened: e.CaseOpened | None = None
        self.opened_at: datetime | None = None
        self.attributes: dict[str, Any] = {}
        self.episode = 1
        self.ended = ""
        self.ended_at: datetime | None = None
        self.silent = False
        self.result = ""
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
        other = type(self).__new__(type(self))
        for name in self._fields:
            value = getattr(self, name)
            setattr(other, name, value.copy() if type(value) is dict else value)
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
