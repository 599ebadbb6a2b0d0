"""What is assumed of the cases and of the people: shares, durations, arrivals, working hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import time
from itertools import accumulate
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from protocols.documents import (
    ContentError,
    Document,
    DocumentError,
    Problem,
    read_document,
    unknown_name,
    validate_document,
)
from protocols.engine.plan import Plan
from protocols.territory import Territory
from protocols.text import Text

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e9)]
Days = Annotated[float, Field(ge=0, le=3650)]
Fraction = Annotated[float, Field(ge=0, le=20)]

# A tenth of the steps late: the quantiles, at even distances, of time taken over time allowed.
USUAL_OF_DUE: tuple[float, ...] = (0.02, 0.12, 0.22, 0.32, 0.42, 0.52, 0.62, 0.74, 0.86, 1.0, 1.6)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lasts(_Part):
    """How long a step stays open, without the wait for somebody who has time for it.

    `days`: quantiles at even distances from the shortest to the longest, in days; one value means
    always that. `of_due`: the same as fractions of the time allowed, for steps with a deadline.
    """

    days: tuple[Days, ...] = Field((), max_length=1000)
    of_due: tuple[Fraction, ...] = Field((), max_length=1000)

    @model_validator(mode="after")
    def _coherent(self) -> Lasts:
        for name in ("days", "of_due"):
            values = getattr(self, name)
            if list(values) != sorted(values):
                raise ContentError(
                    Text(
                        "i valori vanno dal più breve al più lungo",
                        "the values go from the shortest to the longest",
                    ),
                    (name,),
                )
        if not self.days and not self.of_due:
            raise ContentError(Text("indicare 'days' o 'of_due'", "give 'days' or 'of_due'"))
        return self

    def taken(self, chance: float, allowed: float | None) -> float:
        """Days, for a chance in [0, 1). `allowed`: days from opening to deadline, if there is one.
        A step without deadline falls back on `days`, or on fractions of 20 days."""
        if self.of_due and (allowed is not None or not self.days):
            return quantile(self.of_due, chance) * (20.0 if allowed is None else max(allowed, 0.0))
        return quantile(self.days, chance)


def quantile(values: tuple[float, ...], chance: float) -> float:
    """The value at `chance` of evenly spaced quantiles, straight lines between them."""
    if len(values) == 1:
        return values[0]
    place = chance * (len(values) - 1)
    low = min(int(place), len(values) - 2)
    return values[low] + (place - low) * (values[low + 1] - values[low])


def _lasts(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"days": [value]}
    return {"days": value} if isinstance(value, list) else value


LastsText = Annotated[Lasts, BeforeValidator(_lasts)]


class StepShares(_Part):
    """`outcomes`: weights, of any sum; outcomes that are not named have weight 0.
    `effort`: hours of work that the step takes one person."""

    outcomes: dict[str, Weight] | None = None
    lasts: LastsText | None = None
    effort: Annotated[float, Field(ge=0, le=2000)] | None = None
    gives_up: Share = Field(0.0, description="how often the machine cannot and a person must")


class EventShares(_Part):
    """`share`: how often it happens: per opening of the step that it belongs to (`during`,
    `completes`), else per case. `lasts`: days from there, or from the opening of the case."""

    share: Share
    lasts: LastsText | None = None


def _event(value: Any) -> Any:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"share": value} if plain else value


class Hours(_Part):
    """A working day; `"08:30"`."""

    start: Annotated[time, Field(alias="from")] = time(9)
    end: Annotated[time, Field(alias="to")] = time(17)

    @model_validator(mode="after")
    def _coherent(self) -> Hours:
        if self.start >= self.end:
            raise ContentError(
                Text("la giornata finisce prima di cominciare", "the day ends before it begins")
            )
        return self


class People(_Part):
    """Who holds a role. `number`: people in each place where it is held (comune, district,
    service); without it, as many as the territory has there. `time`: the part of their working
    day that these cases may take."""

    number: Annotated[int, Field(ge=1, le=1000)] | None = None
    time: Annotated[float, Field(gt=0, le=1)] = 1.0
    hours: Hours | None = None


def _people(value: Any) -> Any:
    plain = isinstance(value, int) and not isinstance(value, bool)
    return {"number": value} if plain else value


class Arrivals(_Part):
    """`a_year`: cases a year. `sources`: weights of kinds of referring service; `districts`:
    weights by number; `attributes`: for each attribute of the case, how often it is true, or the
    weights of its values (`none`: the case does not have it)."""

    a_year: Annotated[float, Field(gt=0, le=1e6)] | None = None
    sources: dict[str, Weight] | None = None
    districts: dict[str, Weight] | None = None
    attributes: dict[str, Share | dict[str, Weight]] = {}


class Shares(_Part):
    """Everything that is assumed. What is not said is taken from the protocol (`defaults`)."""

    arrivals: Arrivals = Arrivals()
    steps: dict[str, StepShares] = {}
    events: dict[str, Annotated[EventShares, BeforeValidator(_event)]] = {}
    people: dict[str, Annotated[People, BeforeValidator(_people)]] = {}
    hours: Hours = Hours()

    def over(self, base: Shares) -> Shares:
        """This, completed with `base` where it says nothing, entry by entry."""
        return Shares.model_validate(_merged(_said(base), _said(self)))

    def fitting(self, plan: Plan) -> Shares:
        """Without what is said of names that this version of a protocol does not have."""
        said = _said(self)
        for part, known in (("steps", plan.steps), ("events", plan.events)):
            if part in said:
                said[part] = {name: v for name, v in said[part].items() if name in known}
        for name, step in said.get("steps", {}).items():
            if step.get("outcomes") and not set(step["outcomes"]) <= set(plan.steps[name].outcomes):
                del step["outcomes"]
        if "people" in said:
            roles = plan.protocol.roles
            said["people"] = {name: v for name, v in said["people"].items() if name in roles}
        return Shares.model_validate(said)


def _said(shares: Shares) -> dict[str, Any]:
    said: dict[str, Any] = shares.model_dump(by_alias=True, exclude_unset=True)
    return said


# Below these a mapping is one value: it is replaced, not mixed with the one that it replaces.
_WHOLE = ("outcomes", "sources", "districts", "lasts", "hours")


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        mixes = isinstance(value, dict) and isinstance(base.get(name), dict)
        merged[name] = _merged(base[name], value) if mixes and name not in _WHOLE else value
    return merged


class Chooser:
    """One of several values by their weights; all zero means all alike."""

    __slots__ = ("_sums", "values")

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self.values = list(weights)
        total = sum(weights.values())
        self._sums = list(accumulate(w if total else 1.0 for w in weights.values()))

    def choose(self, chance: float) -> Any:
        """For a chance in [0, 1)."""
        place = bisect_right(self._sums, chance * self._sums[-1])
        return self.values[min(place, len(self.values) - 1)]


def read_shares(
    text: str | bytes, name: str, plans: Sequence[Plan], territory: Territory
) -> Shares:
    """Read a file of shares. Raises DocumentError, also for names that neither the territory nor
    any of the protocols has."""
    document = read_document(text, name)
    shares = validate_document(document, Shares)
    problems = list(_unknown(shares, document, plans, territory))
    if problems:
        raise DocumentError(problems)
    return shares


def _unknown(
    shares: Shares, document: Document, plans: Sequence[Plan], territory: Territory
) -> Iterator[Problem]:
    def names(
        at: tuple[str, ...], kind: Text, given: Iterable[str], known: Iterable[str]
    ) -> Iterator[Problem]:
        valid = list(known)
        for name in given:
            if name not in valid:
                yield document.problem((*at, name), unknown_name(kind, name, valid))

    protocols = [plan.protocol for plan in plans]
    steps = dict.fromkeys(step for protocol in protocols for step in protocol.steps)
    yield from names(("steps",), Text("Passo", "Step"), shares.steps, steps)
    for step, said in shares.steps.items():
        if step in steps and said.outcomes is not None:
            at = ("steps", step, "outcomes")
            known = [o for p in protocols if step in p.steps for o in p.steps[step].outcomes]
            yield from names(at, Text("Esito", "Outcome"), said.outcomes, known)
            if not sum(said.outcomes.values()):
                yield document.problem(at, Text("serve un peso positivo", "give a positive weight"))
    events = [event for protocol in protocols for event in protocol.events]
    yield from names(("events",), Text("Evento", "Event"), shares.events, events)
    roles = [role for protocol in protocols for role in protocol.roles]
    yield from names(("people",), Text("Ruolo", "Role"), shares.people, roles)
    kinds = {service.kind for service in territory.services.values()}
    arrivals = shares.arrivals
    kind = Text("Tipo di servizio", "Kind of service")
    yield from names(("arrivals", "sources"), kind, arrivals.sources or (), kinds)
    numbers = [str(number) for number in territory.districts]
    district = Text("Distretto", "District")
    yield from names(("arrivals", "districts"), district, arrivals.districts or (), numbers)
