"""What an instrument is made of, and how its result is reckoned."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from protocols.documents import ContentError
from protocols.text import Text


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Part):
    """`title`: what the item is about, in a word. `values`: those it may have, where not all."""

    title: Text | None = None
    values: tuple[int, ...] = ()


def _items(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 200:
        return {f"item_{number}": {} for number in range(1, value + 1)}
    return {name: item or {} for name, item in value.items()} if type(value) is dict else value


class Band(_Part):
    """The scores up to and with `up_to`, from where the band before ends."""

    up_to: int
    name: str
    title: Text


class Result(NamedTuple):
    """`score` is None where the instrument has none, or not all its items were answered."""

    score: int | None
    band: str | None


class Instrument(_Part):
    """One version of an instrument.

    `items`: a number, or a name for each; `range`: of an item; `scoring`: how the score is made of
    the items; `bands`: what the score means; `levels`: what an item's value means; `incomplete`:
    whether items may be left unanswered; `better`: whether more is better or worse.
    """

    title: Text
    source: str
    items: Annotated[dict[str, Item], BeforeValidator(_items)] = Field(min_length=1)
    range: tuple[int, int]
    scoring: Literal["sum", "max", "none"]
    better: Literal["high", "low"]
    bands: tuple[Band, ...] = ()
    levels: dict[str, Text] = {}
    incomplete: bool = False

    @model_validator(mode="after")
    def _coherent(self) -> Instrument:
        low, high = self.range
        if low >= high:
            raise ContentError(_RANGE, ("range",))
        for name, item in self.items.items():
            if any(not low <= value <= high for value in item.values):
                raise ContentError(_VALUES, ("items", name, "values"))
        tops = [band.up_to for band in self.bands]
        bounds = self.scores
        if tops and bounds is None:
            raise ContentError(_NO_SCORE, ("bands",))
        if tops and bounds and (tops != sorted(set(tops)) or tops[-1] != bounds[1]):
            raise ContentError(_BANDS, ("bands",))
        if any(name not in map(str, range(low, high + 1)) for name in self.levels):
            raise ContentError(_LEVELS, ("levels",))
        return self

    @property
    def scores(self) -> tuple[int, int] | None:
        """The least and the greatest score, None where there is none."""
        low, high = self.range
        if self.scoring == "none":
            return None
        return (low, high) if self.scoring == "max" else (low * self.count, high * self.count)

    @property
    def count(self) -> int:
        return len(self.items)

    def allows(self, item: str, value: Any) -> bool:
        """Whether the item may have this value."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        allowed = self.items[item].values
        return value in allowed if allowed else self.range[0] <= value <= self.range[1]

    def result(self, answers: dict[str, int]) -> Result:
        """`answers`: item → value, each allowed."""
        if self.scoring == "none" or len(answers) < self.count:
            return Result(None, None)
        score = sum(answers.values()) if self.scoring == "sum" else max(answers.values())
        return Result(score, next((b.name for b in self.bands if score <= b.up_to), None))


_RANGE = Text("il primo numero deve essere il minore", "the first number must be the lesser")
_VALUES = Text("un valore è fuori da 'range'", "a value is out of 'range'")
_NO_SCORE = Text("senza punteggio non ci sono fasce", "without a score there are no bands")
_BANDS = Text(
    "le fasce vanno in ordine, e l'ultima arriva al punteggio più alto",
    "bands go in order, and the last reaches the highest score",
)
_LEVELS = Text("un livello è fuori da 'range'", "a level is out of 'range'")
