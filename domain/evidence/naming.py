"""What people are called in one bundle: by number, or, where it is full, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

SEALED = "[sigillato]"
"""What stands for a personal value that is not opened."""


class Naming:
    """Staff are numbered in the order in which they first appear, so that a bundle made again
    numbers them alike. `names`: of all staff, by id; `full`: they are called by them.
    `persons`: whom the case is, or was, about."""

    def __init__(self, names: Mapping[str, str], persons: Iterable[UUID], full: bool) -> None:
        self._names = names
        numbered = enumerate(dict.fromkeys(persons), 1)
        self._persons = {str(person): f"Persona {number}" for number, person in numbered}
        self._full = full
        self._labels: dict[str, str] = {}

    def staff(self, id_: str) -> str:
        """The machine, which is nobody, keeps its name."""
        if not id_ or id_.startswith("system:"):
            return id_
        label = self._labels.get(id_)
        if label is None:
            number = f"Operatore {len(self._labels) + 1}"
            label = f"{self._names.get(id_, number)} ({id_})" if self._full else number
            self._labels[id_] = label
        return label

    def meet(self, ids: Iterable[str]) -> None:
        """Number these in their order."""
        for id_ in ids:
            self.staff(id_)

    def known(self) -> dict[str, str]:
        """Label by staff id, as far as they have been met."""
        return dict(self._labels)

    def anonymous(self, value: Any) -> Any:
        """The value with every id of staff or person that it holds replaced."""
        if self._full:
            return value
        if isinstance(value, str):
            if value in self._persons:
                return self._persons[value]
            return self.staff(value) if value in self._names or value in self._labels else value
        if isinstance(value, dict):
            return {key: self.anonymous(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.anonymous(inner) for inner in value]
        return value
