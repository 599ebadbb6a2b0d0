"""What was learned of the engine is what the engine does; alignments are the cheapest there are."""

from __future__ import annotations

from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

import pytest

from domain.conforming.abreast import checked
from domain.conforming.aligning import Aligner
from domain.conforming.check import Check
from domain.conforming.endings import ONE
from domain.conforming.meaning import Act
from domain.conforming.standing import Standing, Way
from domain.conforming.timeliness import judged as done_again
from domain.conforming.timeliness import judged_alike
from domain.conforming.ways import Ways
from protocols.engine.plan import Plan
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.exchange.logs import (
    SHIPPED,
    TERRITORY,
    TODAY,
    checking,
    kinds,
    noisy,
    plan,
    timeless,
    walked,
)
from tests.patterns.patterns import patterns

VERSIONS = ("1.0.0", "2.0.0")
REGISTRY = Registry.load(default_pack())


def _acts(of: Plan) -> list[Act]:
    steps = [
        Act((name,), False, outcome) for name in of.names for outcome in of.steps[name].outcomes
    ]
    return steps + [Act((name,), True) for name in of.events]


def _by(ways: Ways, standing: Standing, act: Act) -> list[Way]:
    return ways.by(standing, ways.doing(act))


def _told(ways: Ways, standing: Standing) -> tuple[str, ...]:
    """A case as its pieces say it: the numbers of two memories are not the same."""
    places = ways.places
    return tuple(
        f"{place}: {piece.mark.status} {piece.mark.outcome} {[t.status for t in piece.tasks]}"
        if kind == "step"
        else f"{place}: {piece}"
        for place, (kind, _) in enumerate(places.order)
        if kind in ("step", "used", "attribute")
        for piece in (places.pieces[place][standing.values[place]],)
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_learned_in_other_cases_is_what_the_engine_does_in_this_one(version: str) -> None:
    of = REGISTRY.get("presa-in-carico", version)
    learned, draw = Ways(of, TERRITORY, TODAY), Random(version)
    acts = _acts(of)
    differing = tried = 0
    for _ in range(20):
        here = draw.choice(learned.roots(())).to
        for _ in range(25):
            able = [
                (act, ways) for act in draw.sample(acts, 60) if (ways := _by(learned, here, act))
            ]
            if not able:
                break
            act, ways = draw.choice(able)
            # Of a memory that is empty every answer is the engine's own.
            known, learned._doings = learned._doings, {}
            fresh = _by(learned, here, act)
            learned._doings = known
            tried += 1
            differing += {_told(learned, w.to) for w in fresh} != {
                _told(learned, w.to) for w in ways
            }
            here = draw.choice(ways).to
    assert tried > 100
    assert differing == 0


def _cheapest(aligner: Aligner, ways: Ways, acts: tuple[Act, ...]) -> int:
    """By trying everything everywhere: any step may be supposed, and any event that opens something
    or brings it back; any act may be passed over. In thousandths of a move."""
    of, number = ways.plan, count()
    supposed = [Act((name,)) for name in of.names]
    supposed += [
        Act((name,), True)
        for name, event in of.events.items()
        if (event.event.opens or event.event.again or event.event.reopens) and not event.event.ends
    ]
    queue = [(0, next(number), root.to, 0) for root in ways.roots(())]
    done: set[tuple[int, int]] = set()
    while True:
        cost, _, here, position = heappop(queue)
        if position == len(acts) and (here.ended or aligner.running):
            return cost
        if (here.number, position) in done:
            continue
        done.add((here.number, position))
        following = [
            (aligner.costs[act.names[0]], way.to, 0)
            for act in supposed
            for way in _by(ways, here, act)
            if not (act.event and way.to.ended)
        ]
        if position < len(acts):
            following += [(0, way.to, 1) for way in _by(ways, here, acts[position])]
            following.append((ONE, here, 1))
        for more, to, farther in following:
            heappush(queue, (cost + more, next(number), to, position + farther))


# How many members a list has that no log tells is not tried out.
_CLOSED = [p for p in patterns() if not any(s.step.each for s in p.plan.steps.values())]


@pytest.mark.parametrize("of", [plan(), *(p.plan for p in _CLOSED)], ids=lambda of: of.digest[:6])
def test_no_alignment_is_cheaper_than_the_one_that_is_called_exact(of: Plan) -> None:
    """Traces of steps with their outcome and without it, and of case events; logs that say all and
    logs that say half; cases that have ended and cases that run."""
    draw = Random(of.digest)
    everything = sorted([*of.names, *of.events])
    ways = Ways(of, TERRITORY, TODAY)
    for recorded, running in ((everything, False), (everything, True), (everything[::2], False)):
        aligner = Aligner(Ways(of, TERRITORY, TODAY), frozenset(recorded), running, 2000)
        words = [
            *(act for act in _acts(of) if act.names[0] in recorded),
            *(Act((name,)) for name in of.names if name in recorded),
        ]
        for _ in range(15):
            acts = tuple(draw.choices(words, k=draw.randint(0, 5)))
            found, cheapest = aligner.align(acts), _cheapest(aligner, ways, acts) // ONE
            assert found.at_least <= cheapest <= found.cost, acts
            if found.exact:
                assert found.cost == cheapest, acts


def test_what_ends_the_case_leaves_nothing_to_be_supposed() -> None:
    of = next(p.plan for p in patterns() if p.name.startswith("43"))
    # `meet` was not logged; its refusal would have ended the case before the project.
    found = checking(of).trace(timeless("letter", "project.done"))
    assert kinds(found) == [("skipped", 2, "meet")]
    assert found.deviates == 1


def test_a_search_that_is_cut_short_tells_between_what_and_what_the_truth_lies() -> None:
    draw = Random(5)
    traces = [noisy(walked(SHIPPED, seed), draw, SHIPPED, 6) for seed in range(6)]
    hasty, patient = checking(SHIPPED, effort=10), checking(SHIPPED, effort=1500)
    cut = 0
    for one in traces:
        soon, late = hasty.trace(one), patient.trace(one)
        assert soon.at_least <= late.deviates <= soon.deviates
        cut += not soon.exact
    assert cut == hasty.totals.cut_short > 0


def test_a_trace_of_nothing_but_what_does_not_belong_comes_to_an_end() -> None:
    draw = Random(9)
    found = checking(SHIPPED, effort=50).trace(timeless(*draw.choices(SHIPPED.names, k=400)))
    assert found.at_least <= found.deviates
    assert 0 <= found.fitness < 0.5


@pytest.mark.parametrize("version", VERSIONS)
def test_instants_read_off_the_alignment_are_those_of_the_engine(version: str) -> None:
    of = REGISTRY.get("presa-in-carico", version)
    check, draw, compared = checking(of), Random(1), 0
    for seed in range(14):
        trace = noisy(walked(of, seed), draw, of)
        tokens = [check.meaning.token(event) for event in trace.events]
        alike = check._aligned(tokens, trace.events, ())
        if alike.timed is None or alike.timed.waits is None:
            continue
        times = [event.at for event in trace.events if event.at]
        names = [event.activity for event in trace.events]
        fast = judged_alike(check._terms, alike.timed.waits, times, names, ())
        slow = done_again(check._terms, alike.alignment, alike.places, times, names, ())
        assert sorted(fast) == sorted(slow.deviations)
        compared += len(alike.timed.waits)
    assert compared > 10


def test_several_processes_say_the_same_in_the_same_order() -> None:
    done = [("request", "visit", "board.refuse"), ("visit", "request"), ("unheard",), ("board",)]
    traces = [timeless(*done[n % 4])._replace(case=str(n)) for n in range(1100)]
    alone, abreast = checking(), checking()
    expected = list(checked(alone, traces, 1))
    assert list(checked(abreast, iter(traces), 2)) == expected
    assert abreast.totals.by_kind == alone.totals.by_kind
    assert abreast.totals.mean_fitness == pytest.approx(alone.totals.mean_fitness)
    assert abreast.totals.unknown == alone.totals.unknown == {"unheard": 275}


def test_forgetting_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Random(3)
    traces = [noisy(walked(SHIPPED, seed), draw, SHIPPED) for seed in range(10)]
    expected = [one[1:] for one in map(checking(SHIPPED).trace, traces)]
    monkeypatch.setattr("domain.conforming.ways._MOST_KNOWN", 5)
    monkeypatch.setattr("domain.conforming.ways._MOST_LEARNED", 5)
    forgetful: Check = checking(SHIPPED, remember=False)
    assert [one[1:] for one in map(forgetful.trace, traces)] == expected
    assert forgetful._ways.forgotten > 3


def test_an_event_a_day_apart_and_at_once_are_alike_but_for_what_is_late() -> None:
    trace = walked(SHIPPED, 2)
    first = trace.events[0].at
    assert first is not None
    at_once = trace._replace(events=[event._replace(at=first) for event in trace.events])
    slow = trace._replace(
        events=[e._replace(at=first + timedelta(days=90 * n)) for n, e in enumerate(trace.events)]
    )
    check = checking(SHIPPED, running=True)
    assert check.trace(at_once).fitness == check.trace(slow).fitness == 1.0
