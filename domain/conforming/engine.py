"""The engine of one plan, with which moves are tried, and the answers that it may be given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.conforming.differences import Differences
from domain.conforming.places import UNSAID, Places, Said, Values
from domain.conforming.supposing import MoreAnswers
from domain.conforming.watched import Watched
from protocols.checker.answers import MISSING
from protocols.checker.reads import form_of
from protocols.checker.trial import Watch
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.timing import Timing


class Timeless(Timing):
    """Deadlines change nothing of where a case can go."""

    def deadlines(self, *_: Any) -> Any:
        return None, None, ()


class Engine:
    """The engine of one plan, and what may be answered where it asks. `learned`: how many runs of
    it were watched."""

    def __init__(self, plan: Plan, places: Places, watch: Watch, answers: MoreAnswers) -> None:
        self.plan = plan
        self.places = places
        self.watch = watch
        self.answers = answers
        self.all = frozenset(plan.names)
        self.at: datetime = watch.start
        territory = watch.territory
        self.timing = Timeless(self.at, territory.calendar(None), territory.timezone)
        self.opened: e.CaseOpened | None = None
        self.attributes: dict[str, Any] = {}
        self.learned = 0
        self.differences = Differences(plan, watch, self._possible)

    def state(self, values: Values, supposed: frozenset[int]) -> Watched:
        assert self.opened is not None
        return Watched(self.places, values, supposed, self.opened, self.at, self.attributes)

    def values_of(
        self, path: str, values: Values, own: dict[str, Any] | None
    ) -> Iterator[tuple[int, int, Any]]:
        """The values of an attribute or an answer that make a difference, each with its place and
        the number that it has there. `own`: the data of what is being done, where it is asked for
        one of its answers."""
        places = self.places
        if path in places.attributes:
            pieces = places.pieces
            assumed = {
                name: piece
                for name, place in places.attributes.items()
                if (piece := pieces[place][values[place]]) is not UNSAID
            }
            fitting = self.watch.referrals.fitting(
                path, self.watch.answers.attribute(path), assumed, MISSING
            )
            place = places.attributes[path]
            for value in self.differences.apart(path, fitting):
                yield place, places.value(place, value), value
            return
        name, _, key = path.partition(".")
        place = places.data[name]
        said: Said = places.pieces[place][values[place]] if own is None else Said(own, frozenset())
        values_there = self._answers_to(name, key, str(said.data.get("outcome")))
        for value in self.differences.apart(path, values_there):
            if own is not None:
                yield -1, 0, value
                continue
            data = said.data if value is MISSING else {**said.data, key: value}
            yield place, places.value(place, Said(data, said.settled | {key})), value

    def _answers_to(self, name: str, key: str, outcome_name: str) -> list[Any]:
        form = form_of(self.plan, name)
        field = form.fields.get(key) if form else None
        outcomes = self.plan.steps[name].outcomes if name in self.plan.steps else {}
        outcome = outcomes.get(outcome_name)
        needed = field is not None and (
            (field.required and not field.when) or (outcome is not None and key in outcome.requires)
        )
        return self.answers.values(name, key, field, needed)

    def _possible(self, path: str) -> list[Any]:
        """All the values that something may have, or have not."""
        if path.startswith(("case.", "given.")):
            return [*self.answers.attribute(path), MISSING]
        name, _, key = path.partition(".")
        if key == "outcome" and name in self.plan.steps:
            return [*self.plan.steps[name].outcomes, MISSING]
        return [*self._answers_to(name, key, ""), MISSING]
