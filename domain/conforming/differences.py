"""Which values of an attribute, or of an answer, the conditions of a protocol tell apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import product
from typing import Any

from protocols.checker.answers import MISSING
from protocols.checker.trial import Watch
from protocols.engine.guard import Guard
from protocols.engine.plan import Plan

_MOST_TOGETHER = 200

Values = Callable[[str], list[Any]]


class Differences:
    """`values_of`: the values that a path may have (MISSING among them where it may have none)."""

    def __init__(self, plan: Plan, watch: Watch, values_of: Values) -> None:
        self._plan = plan
        self._watch = watch
        self._values_of = values_of
        self._verdicts: dict[str, dict[str, Hashable]] = {}
        self._read_by_table = set(watch.reads.by_table)
        each = [step.step.each for step in plan.steps.values() if step.step.each]
        self._named = {path for path in each if path}

    def apart(self, path: str, values: Iterable[Any]) -> list[Any]:
        """Of these values one for each manner in which the conditions judge them."""
        verdicts = self._verdicts.setdefault(path, {})
        found: dict[Hashable, Any] = {}
        for value in values:
            key = repr(value) if value is not MISSING else "?"
            if key not in verdicts:
                verdicts[key] = self._judged(path, value, key)
            found.setdefault(verdicts[key], value)
        return list(found.values())

    def _judged(self, path: str, value: Any, key: str) -> Hashable:
        """All verdicts on it, whatever else is the case; itself where that is not known."""
        if path in self._read_by_table or path in self._named:
            return key
        said: list[Hashable] = []
        if path == "case.source":
            said += [value in event.event.source for event in self._plan.events.values()]
        for place, guard, paths in self._watch.reads.guards.values():
            if place[-2:] == ("due", "when") or not any(_within(p, path) for p in paths):
                continue
            verdicts = self._verdict(guard, paths, path, value)
            if verdicts is None:
                return key
            said.append(verdicts)
        return tuple(said)

    def _verdict(
        self, guard: Guard, paths: tuple[str, ...], path: str, value: Any
    ) -> Hashable | None:
        if any(p.count(".") != 1 or p.startswith(("events.", "tables.")) for p in paths):
            return None
        if any(p not in paths for p in (path,)) or "today" in guard.names:
            return None
        others = [p for p in paths if p != path]
        choices = [self._values_of(other) for other in others]
        count = 1
        for several in choices:
            count *= max(1, len(several))
        if count > _MOST_TOGETHER:
            return None
        found = []
        for chosen in product(*choices):
            names: dict[str, dict[str, Any]] = {name: {} for name in guard.names}
            for where, one in ((path, value), *zip(others, chosen, strict=True)):
                first, _, field = where.partition(".")
                if one is not MISSING:
                    names.setdefault(first, {})[field] = one
            found.append(guard.holds(names))
        return tuple(found)


def _within(read: str, path: str) -> bool:
    return read == path or read.startswith(f"{path}.") or path.startswith(f"{read}.")
