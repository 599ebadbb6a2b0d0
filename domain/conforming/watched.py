"""A state of a case that notes at which of its places the engine looks, and which it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from domain.conforming.places import UNSAID, Piece, Places, Said, Values
from protocols.engine import events as e
from protocols.engine.state import SCHEDULED, State
from protocols.language.formula import OPEN

_Of = Callable[[Any], int]


class _Noting(dict[Any, Any]):
    """A container of the state. `of`: the place of a key, -1 where nothing depends on it; `every`:
    all of its places."""

    __slots__ = ("every", "of", "state")

    def __init__(self, state: Watched, entries: Any, of: _Of, every: Iterable[int]) -> None:
        super().__init__(entries)
        self.state = state
        self.of = of
        self.every = every

    def __getitem__(self, key: Any) -> Any:
        self.state.look(self.of(key))
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self.state.look(self.of(key))
        return super().get(key, default)

    def __contains__(self, key: Any) -> bool:
        self.state.look(self.of(key))
        return super().__contains__(key)

    def __iter__(self) -> Iterator[Any]:
        self._all()
        return super().__iter__()

    def __len__(self) -> int:
        self._all()
        return super().__len__()

    def __bool__(self) -> bool:
        return len(self) > 0

    def keys(self) -> Any:
        self._all()
        return super().keys()

    def items(self) -> Any:
        self._all()
        return super().items()

    def values(self) -> Any:
        self._all()
        return super().values()

    def __setitem__(self, key: Any, value: Any) -> None:
        self.state.change(self.of(key))
        super().__setitem__(key, value)

    def pop(self, key: Any, *default: Any) -> Any:
        place = self.of(key)
        self.state.look(place)
        self.state.change(place)
        return super().pop(key, *default)

    def _all(self) -> None:
        for place in self.every:
            self.state.look(place)


def _single(name: str) -> Any:
    """A part of the state that is one value."""

    def get(state: Watched) -> Any:
        state.look(state.places.single[name])
        return state.singles[name]

    def put(state: Watched, value: Any) -> None:
        state.change(state.places.single[name])
        state.singles[name] = value

    return property(get, put)


def _replaced(name: str) -> Any:
    """A container that the engine also puts another one in the place of."""

    def get(state: Watched) -> Any:
        return state.containers[name]

    def put(state: Watched, value: dict[Any, Any]) -> None:
        places = state.numbers[name]
        of = _after_dot(places) if name == "attributes" else _or_none(places)
        every = tuple(places.values())
        for place in every:
            state.change(place)
        state.containers[name] = _Noting(state, value, of, every)

    return property(get, put)


def _or_none(places: dict[Any, int]) -> _Of:
    return lambda key: places.get(key, -1)


def _after_dot(places: dict[str, int]) -> _Of:
    named = {path.partition(".")[2]: place for path, place in places.items()}
    return lambda key: named.get(key, -1)


class Watched(State):
    """Put together from `values`. `looked`: at what, in order: a place, or (below 0) the bits of
    all steps but some, of which it was asked whether one keeps the case open. `changed`: the places
    that were; `supposed`: those whose values come from a supposition. While `asleep` nothing is
    noted."""

    __slots__ = (
        "asleep", "changed", "containers", "looked", "numbers", "places", "settled", "singles",
        "steps", "supposed",
    )  # fmt: skip

    ended = _single("ended")
    silent = _single("silent")
    pauses = _single("pauses")
    result = _single("result")
    episode = _single("episode")
    scopes = _single("scopes")
    used = _replaced("used")
    happened = _replaced("happened")
    kept = _replaced("kept")
    attributes = _replaced("attributes")
    data = _replaced("data")

    def __init__(
        self,
        places: Places,
        values: Values,
        supposed: frozenset[int],
        opened: e.CaseOpened,
        at: datetime,
        attributes: dict[str, Any],
    ) -> None:
        self.places = places
        self.numbers = {
            "used": places.used, "happened": places.happened, "kept": places.kept,
            "attributes": places.attributes, "data": places.data,
        }  # fmt: skip
        self.asleep = True
        self.steps = len(places.busy)
        self.looked: dict[int, None] = {}
        self.changed: set[int] = set()
        self.supposed = supposed
        self.settled: dict[str, frozenset[str]] = {}
        self.singles: dict[str, Any] = {}
        self.containers: dict[str, _Noting] = {}
        super().__init__()
        self.opened, self.opened_at, self.ended_at, self.paused_at = opened, at, at, at
        pieces = places.pieces
        for name, place in places.single.items():
            self.singles[name] = pieces[place][values[place]]
        self._place_steps(values)
        self.data = self._said(values)
        self.used = {key: n for key, p in places.used.items() if (n := pieces[p][values[p]])}
        self.kept = {key: k for key, p in places.kept.items() if (k := pieces[p][values[p]])}
        self.happened = {
            key: happened
            for key, p in places.happened.items()
            if (happened := pieces[p][values[p]]) is not None
        }
        known = {
            path.partition(".")[2]: value
            for path, p in places.attributes.items()
            if (value := pieces[p][values[p]]) is not UNSAID
        }
        unsaid = {path.partition(".")[2] for path in places.attributes} - known.keys()
        self.attributes = {k: v for k, v in attributes.items() if k not in unsaid} | known
        self.asleep = False

    def _place_steps(self, values: Values) -> None:
        places = self.places
        steps, pieces = places.steps, places.pieces
        marks: dict[str, Any] = {}
        tasks: dict[str, Any] = {}
        of_step: dict[str, tuple[str, ...]] = {}
        open_: dict[str, None] = {}
        for name, place in steps.items():
            piece: Piece = pieces[place][values[place]]
            marks[name] = piece.mark
            if piece.tasks:
                of_step[name] = tuple(task.key for task in piece.tasks)
            for task in piece.tasks:
                tasks[task.key] = task
                if task.status in (OPEN, SCHEDULED):
                    open_[task.key] = None

        def of_task(key: str) -> int:
            return steps[key.partition("#")[0]]

        every = tuple(steps.values())
        self.marks = _Noting(self, marks, steps.__getitem__, every)
        self.tasks = _Noting(self, tasks, of_task, every)
        self.of_step = _Noting(self, of_step, steps.__getitem__, every)
        self.open = _Noting(self, open_, of_task, every)

    def _said(self, values: Values) -> dict[str, dict[str, Any]]:
        found = {}
        for name, place in self.places.data.items():
            said: Said | None = self.places.pieces[place][values[place]]
            if said is not None:
                found[name] = said.data
                self.settled[name] = said.settled
        return found

    def copy(self) -> Watched:
        """It is put together for one run."""
        return self

    def look(self, place: int) -> None:
        if place < 0 or self.asleep or place in self.supposed:
            return
        # Of what was put there in this very run nothing depends on what had been there before. (A
        # step's tasks are changed one by one.)
        if place not in self.changed or place < self.steps:
            self.looked[place] = None

    def ask_others(self, steps: int) -> None:
        """It was asked whether one of these steps (bits) keeps the case open."""
        self.looked[steps] = None

    def change(self, place: int) -> None:
        if place >= 0 and not self.asleep:
            self.changed.add(place)
            kind, name = self.places.order[place]
            if kind == "data":
                # What is not among its answers now was not given; see `complete` for those asked.
                self.settled[name] = frozenset(self.places.fields[name])

    def written(self) -> tuple[tuple[int, int], ...]:
        """The places that were changed or supposed, with their values now."""
        self.asleep = True
        places = self.places
        return tuple(
            (number, places.value(number, places.piece(self, *places.order[number], self.settled)))
            for number in sorted(self.changed | self.supposed)
        )
