"""Where a case can stand, and how it comes from one such place to another."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.conforming.effects import Learned
from domain.conforming.meaning import Act
from domain.conforming.places import Values

# (field, how many): the members that a step's answers name, for a step `each` of whom follows.
Members = tuple[tuple[str, int], ...]
Given = tuple[tuple[str, Any], ...]


class Standing:
    """One of the places where a case can stand. `number`: alike ones have the same; `busy`, `live`:
    the bits of its steps that keep the case open, that are to be done; `found`: the ways from here
    that are known; `notes`: what else is known of it, by whoever found it out."""

    __slots__ = ("busy", "ended", "found", "live", "notes", "number", "values")

    def __init__(self, number: int, values: Values, busy: int, live: int, ended: str) -> None:
        self.number = number
        self.values = values
        self.busy = busy
        self.live = live
        self.ended = ended
        self.found: dict[Doing, list[Way]] = {}
        self.notes: dict[Any, Any] = {}


class Way(NamedTuple):
    """From one standing to another: this step (or event) with this outcome and these answers.
    `supposed`: what had to be supposed of the case (`case.x`) and of earlier answers
    (`step.field`); `opens`: the steps of which it opens or schedules a task."""

    to: Standing
    name: str
    outcome: str
    data: dict[str, Any]
    supposed: tuple[tuple[str, Any], ...]
    opens: tuple[str, ...]

    def told(self) -> Way:
        """To be kept: what was done, without the whole case to which it led."""
        return Way(_NOWHERE, *self[1:])


_NOWHERE = Standing(0, (), 0, 0, "")


class Variant(NamedTuple):
    """One manner of doing a step (or of an event happening)."""

    name: str
    outcome: str
    data: dict[str, Any]
    learned: Learned


class Doing:
    """An act, with as many members as its answers name: what is learned of the ways to do it.
    There is one of each (`Ways.doing`), so that they are told apart by which they are.
    `manners`: by step (its place; -1 for an event) how it can be done."""

    __slots__ = ("act", "manners", "members")

    def __init__(self, act: Act, members: Members) -> None:
        self.act = act
        self.members = members
        self.manners: list[tuple[int, list[Variant]]] | None = None
