"""What of a used protocol its steps and events need: stages, roles, tables, forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from protocols.language.document import CaseEvent, Protocol
from protocols.language.renaming import Renaming


class Asked(dict[str, str]):
    """No renaming: it remembers the names that were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return default


def renamed(section: str, part: Any, to: Renaming) -> Any:
    kinds: dict[str, Callable[[Any], Any]] = {
        "stages": lambda stage: stage,
        "roles": to.role,
        "tables": to.table,
        "forms": to.form,
        "indicators": to.indicator,
    }
    return kinds[section](part)


def needed(used: Protocol, events: Mapping[str, CaseEvent]) -> dict[str, set[str]]:
    """The stages, roles, tables and forms that steps and events name, directly or not."""
    asked = {section: Asked() for section in ("stages", "roles", "tables", "forms")}
    to = Renaming(
        {}, asked["roles"], asked["forms"], asked["tables"], asked["stages"]
    )  # fmt: skip
    for step in used.steps.values():
        to.step(step)
        for path in step.inside.gives.values() if step.inside else ():
            to.path(path)
    for event in events.values():
        to.event(event)
    for path in used.gives.values():
        to.path(path)
    for section, rename in (("forms", to.form), ("tables", to.table), ("roles", to.role)):
        parts = getattr(used, section)
        done: set[str] = set()
        while waiting := (asked[section].names & parts.keys()) - done:
            for name in waiting:
                rename(parts[name])
                done.add(name)
    return {section: recorded.names for section, recorded in asked.items()}
