"""One difference between two versions."""

from __future__ import annotations

from msgspec import Struct

from protocols.text import Text


class Change(Struct, frozen=True):
    """`kind` is a stable name; `place` a dotted path in the new version (in the old one for what is
    gone); `step` the step to be marked in a drawing, or ''. `behaviour`: whether a case can fare
    otherwise, or people see or do something else; false for words, order and comments."""

    kind: str
    place: str
    it: str
    en: str
    step: str = ""
    behaviour: bool = True

    @property
    def text(self) -> Text:
        return Text(self.it, self.en)


def change(kind: str, place: str, it: str, en: str, step: str = "") -> Change:
    return Change(kind, place, it, en, step)


def wording(kind: str, place: str, it: str, en: str, step: str = "") -> Change:
    return Change(kind, place, it, en, step, behaviour=False)
