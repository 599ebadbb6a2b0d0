"""What the pages say, one file for each area: constants of `Text`, Italian first.

A template reaches them as `w.<area>.<NAME>`; `{name}` in them is filled by `t(…, name=value)`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from api.web import words


class Words:
    """Every area's words by the area's name."""

    def __init__(self) -> None:
        self._areas: dict[str, ModuleType] = {
            found.name: import_module(f"{words.__name__}.{found.name}")
            for found in iter_modules(words.__path__)
        }

    def __getattr__(self, area: str) -> ModuleType:
        try:
            return self._areas[area]
        except KeyError:
            raise AttributeError(area) from None

    def areas(self) -> dict[str, ModuleType]:
        return dict(self._areas)
