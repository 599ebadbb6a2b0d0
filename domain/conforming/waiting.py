"""From which events of a trace the instants of its steps are counted, read off its alignment."""

from __future__ import annotations

from collections.abc import Sequence

from domain.conforming.aligning import Alignment
from domain.conforming.standing import Given, Standing
from domain.conforming.terms import Terms, Wait
from domain.conforming.ways import Ways
from protocols.language.formula import DONE


def waits(
    terms: Terms, alignment: Alignment, places: Sequence[int], events: int, given: Given
) -> tuple[Wait, ...] | None:
    """`places`: the trace's event for each act; `events`: how many it has. None where it has to be
    done again by the engine: pauses, steps that recur, deadlines that hang on data."""
    known = frozenset(path for path, _ in given)
    ways, steps = terms.ways, terms.plan.steps
    before = alignment.root.to
    opened: dict[str, int] = dict.fromkeys(ways.open_steps(before), -1)
    settled: dict[str, int] = {}
    found: list[Wait] = []
    for move in alignment.moves:
        way = move.way
        if way is None:
            continue
        place = places[move.position] if move.position < len(places) else events - 1
        name = way.name
        if name in steps:
            if move.kind == "sync" and _counts(terms, name, known):
                begun = opened.get(name, -1) if _live(ways, before, name) else place
                wait = _wait(terms, name, place, begun, settled, before)
                if wait is None:
                    return None
                found.append(wait)
            elif move.kind == "sync" and _unclear(terms, name, known):
                return None
        settled[name] = place
        opened.update(dict.fromkeys(way.opens, place))
        before = way.to
        if _paused(ways, before):
            return None
    return tuple(found)


def _counts(terms: Terms, step: str, known: frozenset[str]) -> bool:
    if step in terms.opens_by_data or _unclear(terms, step, known):
        return False
    return bool(terms.plan.steps[step].starts) or step in terms.judged_steps


def _unclear(terms: Terms, step: str, known: frozenset[str]) -> bool:
    if step in terms.opens_by_data:
        return False
    plan = terms.plan.steps[step]
    return bool(plan.step.every) or (step not in terms.judged_steps and terms.binds(step, known))


def _wait(
    terms: Terms, step: str, place: int, begun: int, settled: dict[str, int], before: Standing
) -> Wait | None:
    plan = terms.plan.steps[step]
    starts = due = None
    if plan.starts:
        starts = _anchor(terms, plan.starts.anchor, settled, before)
        if starts is None:
            return None
    if step in terms.judged_steps and plan.step.due and plan.step.due.of:
        due = _anchor(terms, plan.step.due.of, settled, before)
        if due is None:
            return None
    return Wait(step, place, begun, starts, due)


def _anchor(terms: Terms, name: str, settled: dict[str, int], before: Standing) -> int | None:
    plan = terms.plan
    if name in plan.steps:
        step = plan.steps[name]
        if step.scope or step.step.each or terms.ways.status(before, name) != DONE:
            return None
    return settled.get(name)


def _live(ways: Ways, standing: Standing, step: str) -> bool:
    return standing.live >> ways.places.steps[step] & 1 == 1


def _paused(ways: Ways, standing: Standing) -> bool:
    place = ways.places.single["pauses"]
    return bool(ways.places.pieces[place][standing.values[place]])
