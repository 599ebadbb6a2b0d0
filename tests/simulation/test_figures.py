"""Figures, their intervals, two versions side by side, and the charts."""

from __future__ import annotations

from random import Random
from xml.etree import ElementTree

import pytest

from protocols.simulation.charts import Bar, bars, charts
from protocols.simulation.figures import Estimate, compare, estimate, quantile_of, report
from protocols.simulation.running import simulate
from protocols.simulation.tally import together
from protocols.territory import default_pack
from protocols.text import Text
from tests.simulation.shapes import SHIPPED, protocol, tally

FIRST = protocol("steps: {only: {title: Uno, role: worker, due: 20 days}}\n")
SLOWER = protocol("steps: {only: {title: Uno, role: worker, due: 40 days}}\n", "2.0.0")
LONGER = protocol(
    "steps: {only: {title: Uno, role: worker, due: 20 days}, "
    "more: {title: Due, after: only, role: worker}}\n",
    "3.0.0",
)


def run(plan, **options):
    return simulate(plan, default_pack(), cases=100, replications=5, seed=1, **options)


def test_quantiles_lie_on_straight_lines():
    assert quantile_of([3, 1, 2], 0.5) == 2
    assert quantile_of([0, 10], 0.9) == 9
    assert quantile_of([], 0.5) == 0


def test_intervals_hold_the_true_mean_nineteen_times_in_twenty():
    draw = Random(1)
    held = 0
    for _ in range(1000):
        found = estimate([draw.gauss(5, 2) for _ in range(10)])
        held += found.low < 5 < found.high
    assert 930 <= held <= 970


def test_one_replication_has_no_interval():
    assert estimate([4.0]) == Estimate(4.0)


def test_a_version_compared_with_itself_differs_in_nothing():
    changes = compare(run(FIRST), run(FIRST))
    assert changes
    assert all(change.change.value == 0 and not change.significant for change in changes)


def test_a_longer_deadline_is_seen_for_certain():
    changes = {change.measure: change for change in compare(run(FIRST), run(SLOWER))}
    wait = changes["step.only.median"]
    assert wait.significant
    assert wait.change.value == pytest.approx(wait.second.value - wait.first.value)
    assert wait.change.value > 5


def test_the_same_case_meets_the_same_luck_in_both_versions():
    changes = {change.measure: change for change in compare(run(FIRST), run(LONGER))}
    assert abs(changes["step.only.median"].change.value) < 0.5
    assert changes["duration.median"].significant


def test_simulations_of_other_cases_are_not_compared():
    other = simulate(FIRST, default_pack(), cases=50, replications=5, seed=1)
    with pytest.raises(ValueError, match="other cases"):
        compare(run(FIRST), other)


def test_a_whole_is_the_sum_of_its_parts():
    parts = [tally(SHIPPED, cases=30, seed=seed) for seed in (1, 2, 3)]
    whole = together(parts)
    assert whole.cases == 90
    assert len(whole.durations) == 90
    for name, step in whole.steps.items():
        each = [part.steps[name] for part in parts if name in part.steps]
        assert len(step.waits) == sum(len(part.waits) for part in each)
        assert step.late == sum(part.late for part in each)
        assert sum(step.outcomes.values()) == sum(sum(p.outcomes.values()) for p in each)
    assert sum(desk.jobs for desk in whole.desks) == sum(d.jobs for p in parts for d in p.desks)


def test_a_report_says_everything_of_every_step_that_was_done():
    found = report(run(SHIPPED))
    assert (found.cases, found.replications, found.unfinished) == (100, 5, 0)
    triage = next(step for step in found.steps if step.step == "triage")
    assert triage.done == sum(triage.outcomes.values())
    assert triage.wait.low <= triage.wait.value <= triage.wait.high
    assert triage.late is not None
    assert all(role.load.value > 0 for role in found.roles)


def test_charts_are_well_formed_and_say_in_words_what_they_show():
    drawn = charts(SHIPPED, [report(run(SHIPPED)), report(run(SHIPPED))])
    assert set(drawn) == {"waits.svg", "late.svg", "load.svg"}
    for svg in drawn.values():
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")
        words = {child.tag.rpartition("}")[2]: child.text for child in root}
        assert words["title"]
        assert words["desc"]


def test_a_chart_shows_each_figure_and_escapes_its_labels():
    rows = [Bar("A & <B>", (Estimate(2.0, 1.0, 3.0), None)), Bar("C", (None, Estimate(4.0)))]
    svg = bars(Text("T", "T"), Text("giorni", "days"), rows, ["uno", "due"], limit=3.0)
    texts = [child.text for child in ElementTree.fromstring(svg).iter() if child.text]
    assert "A & <B>" in texts
    assert {"2.0", "4.0"} <= set(texts)
