"""Where a case stands, taken apart: one small number for each thing that the engine may look at.

Time is left out, as is what no condition tells apart (`protocols.checker.likeness`): two cases with
the same numbers can go the same ways. Each number keeps one real piece of a state, so that a state
can be put together for the engine again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from msgspec.structs import replace

from protocols.checker.likeness import Likeness
from protocols.engine.plan import Plan
from protocols.engine.state import SCHEDULED, State, Task
from protocols.language.formula import DONE, OPEN, OUT, Mark

Values = tuple[int, ...]
_SEVERAL = 2
_MOST_MASKS = 20_000
# The parts of a state that are one value each.
SINGLE = ("ended", "silent", "pauses", "result", "episode", "scopes")
UNSAID: Any = object()


class Piece(NamedTuple):
    """A step: its mark, and its tasks of this round."""

    mark: Mark
    tasks: tuple[Task, ...]

    @property
    def live(self) -> bool:
        return any(task.status in (OPEN, SCHEDULED) for task in self.tasks)


class Said(NamedTuple):
    """The answers of a step, and those of its fields of which it is settled what they are."""

    data: dict[str, Any]
    settled: frozenset[str]


class Places:
    """The places of one plan. `steps`, `data`, `happened`, `kept`, `used`, `attributes`, `single`:
    from a name to the number of its place."""

    def __init__(self, plan: Plan, likeness: Likeness) -> None:
        self.plan = plan
        self.told_apart = likeness.told_apart
        self.named = likeness.named
        self.fields: dict[str, tuple[str, ...]] = {}
        for name, field, _ in likeness.data:
            self.fields[name] = (*self.fields.get(name, ()), field)
        for step in plan.steps.values():
            for copy in step.copies:
                self.fields[copy] = (*self.fields.get(copy, ()), "member")
        self.copies = {copy for step in plan.steps.values() for copy in step.copies}
        self.limits = dict(likeness.limits)
        self.counted = dict(likeness.counted)
        self.event_fields: dict[str, tuple[str, ...]] = {}
        for event, field in likeness.event_data:
            self.event_fields[event] = (*self.event_fields.get(event, ()), field)
        events = plan.events.items()
        self.order: list[tuple[str, Any]] = [("step", name) for name in plan.names]
        self.order += [("data", name) for name in self.fields]
        self.order += [
            ("happened", n) for n in plan.events if n in self.counted or n in self.event_fields
        ]
        self.order += [("kept", name) for name, event in events if event.event.keeps]
        self.order += [("used", key) for key in self.limits]
        paths = (path for path in likeness.attributes if path != "case.source")
        self.order += [("attribute", path) for path in ("case.source", *sorted(paths))]
        self.order += [("single", name) for name in SINGLE]
        self.number = {place: number for number, place in enumerate(self.order)}
        self.steps = self._of("step")
        self.data = self._of("data")
        self.happened = self._of("happened")
        self.kept = self._of("kept")
        self.used = self._of("used")
        self.attributes = self._of("attribute")
        self.single = self._of("single")
        self.ended = self.single["ended"]
        self._known: list[dict[Hashable, int]] = [{} for _ in self.order]
        self.pieces: list[list[Any]] = [[] for _ in self.order]
        # Of each step's values: whether it keeps the case open; whether something is to be done.
        # Each is 0, or the bit of the step: those of many steps are added up.
        self.busy: list[list[int]] = [[] for _ in plan.names]
        self.live: list[list[int]] = [[] for _ in plan.names]
        self.status: list[list[str]] = [[] for _ in plan.names]
        self._names: dict[int, tuple[str, ...]] = {}
        self._out: list[dict[int, int]] = [{} for _ in plan.names]
        self._key: dict[str, Callable[[Any, Any], Hashable]] = {
            "step": self._of_step,
            "data": self._of_data,
            "happened": self._of_happened,
            "kept": lambda _, piece: min(len(piece), _SEVERAL),
            "used": lambda name, piece: min(piece, self.limits[name]),
            "attribute": lambda _, piece: repr(piece) if piece is not UNSAID else "?",
            "single": _of_single,
        }

    def _of(self, kind: str) -> dict[Any, int]:
        return {name: number for (k, name), number in self.number.items() if k == kind}

    def value(self, place: int, piece: Any) -> int:
        """The number of a piece at its place."""
        kind, name = self.order[place]
        key = self._key[kind](name, piece)
        known = self._known[place]
        found = known.get(key)
        if found is None:
            found = known[key] = len(self.pieces[place])
            self.pieces[place].append(piece)
            if kind == "step":
                self._note(place, name, piece)
        return found

    def after_end(self, place: int, value: int) -> int:
        """What becomes of a step's value when the case ends."""
        found = self._out[place].get(value)
        if found is None:
            piece: Piece = self.pieces[place][value]
            tasks = tuple(
                replace(task, status=OUT) if task.status in (OPEN, SCHEDULED) else task
                for task in piece.tasks
            )
            mark = piece.mark
            mark = Mark(OUT, None, mark.round) if mark.status == OPEN else mark
            found = self._out[place][value] = self.value(place, Piece(mark, tasks))
        return found

    def of(self, state: State, settled: dict[str, frozenset[str]]) -> Values:
        """A whole state. `settled`: step → the fields that are (see Said)."""
        return tuple(
            self.value(number, self.piece(state, kind, name, settled))
            for number, (kind, name) in enumerate(self.order)
        )

    def piece(self, state: State, kind: str, name: Any, settled: dict[str, frozenset[str]]) -> Any:
        if kind == "step":
            keys = state.of_step.get(name, ())
            return Piece(state.marks[name], tuple(state.tasks[key] for key in keys))
        if kind == "data":
            data = state.data.get(name)
            return None if data is None else Said(data, settled.get(name, frozenset()))
        if kind == "happened":
            return state.happened.get(name)
        if kind == "kept":
            return state.kept.get(name, ())
        if kind == "used":
            return state.used.get(name, 0)
        if kind == "attribute":
            return state.attributes.get(name.partition(".")[2], UNSAID)
        return getattr(state, name)

    def masks(self, values: Values) -> tuple[int, int]:
        """The bits of the steps that keep the case open, and of those that are to be done."""
        count = len(self.busy)
        busy = live = 0
        for of_busy, of_live, value in zip(self.busy, self.live, values[:count], strict=True):
            busy |= of_busy[value]
            live |= of_live[value]
        return busy, live

    def names(self, mask: int) -> tuple[str, ...]:
        """The steps whose bits these are, in the protocol's order."""
        known = self._names.get(mask)
        if known is None:
            if len(self._names) >= _MOST_MASKS:
                self._names.clear()
            names = self.plan.names
            known = self._names[mask] = tuple(n for i, n in enumerate(names) if mask >> i & 1)
        return known

    # ── what is told apart ───────────────────────────────────────────────────────────────────

    def _note(self, place: int, name: str, piece: Piece) -> None:
        step = self.plan.steps[name]
        held = piece.mark.status == OPEN and step.blocking
        self.busy[place].append(1 << place if held and (step.scope or piece.live) else 0)
        self.live[place].append(1 << place if piece.live else 0)
        self.status[place].append(piece.mark.status)

    def _of_step(self, name: str, piece: Piece) -> Hashable:
        mark, tasks = piece
        named = mark.outcome if name in self.copies or mark.outcome in self.named[name] else None
        step = self.plan.steps[name].step
        if not step.each and not step.every:
            live = [(task.status, task.ignores_pause) for task in tasks if task.status != OPEN]
            return mark.status, named, tuple(live) if mark.status == OPEN else ()
        opened = sum(task.status == OPEN for task in tasks)
        scheduled = [t.ignores_pause for t in tasks if t.status == SCHEDULED]
        if step.every:
            return mark.status, min(opened, _SEVERAL), tuple(scheduled[:1])
        if mark.status != OPEN:
            return mark.status, named, opened
        done = [task.outcome for task in tasks if task.status == DONE]
        apart = tuple(sorted(set(done))) if name in self.told_apart else ()
        return mark.status, opened, bool(scheduled), min(len(done), 6), apart

    def _of_data(self, name: str, piece: Said | None) -> Hashable:
        if piece is None:
            return None
        return tuple(
            repr(piece.data[field])
            if field in piece.data
            else None
            if field in piece.settled
            else "?"
            for field in self.fields[name]
        )

    def _of_happened(self, name: str, piece: dict[str, Any] | None) -> Hashable:
        piece = piece or {}
        fields = tuple(repr(piece.get(field)) for field in self.event_fields.get(name, ()))
        return min(piece.get("count", 0), self.counted.get(name, 0)), fields


def _of_single(name: str, piece: Any) -> Hashable:
    if name == "scopes":
        return tuple(sorted((scope, standing.result) for scope, standing in piece.items()))
    if name == "episode":
        return min(piece, _SEVERAL)
    return piece
