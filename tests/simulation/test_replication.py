"""Synthetic cases run on the engine: repeatable, and sensitive to what they should be."""

from __future__ import annotations

from statistics import fmean

import msgspec
import pytest

from protocols.simulation.figures import report
from protocols.simulation.running import Simulation, simulate
from protocols.territory import default_pack
from tests.simulation.shapes import MINI, SHIPPED, protocol, shares, tally

ONE_STEP = "steps: {only: {title: Uno, role: worker, due: 20 days}}\n"


def whole(tallies, plan=None) -> Simulation:
    return Simulation("prova", "1.0.0", "", sum(t.cases for t in tallies), 1, tuple(tallies))


def test_the_same_seed_gives_the_same_figures_and_another_does_not():
    first, again, other = tally(SHIPPED), tally(SHIPPED), tally(SHIPPED, seed=2)
    assert msgspec.json.encode(first) == msgspec.json.encode(again)
    assert msgspec.json.encode(first) != msgspec.json.encode(other)


def test_figures_do_not_depend_on_the_number_of_processes():
    def run(processes):
        return simulate(
            SHIPPED, default_pack(), cases=60, replications=4, seed=3, processes=processes
        )

    assert msgspec.json.encode(run(1)) == msgspec.json.encode(run(2))


def test_every_case_of_the_shipped_protocol_comes_to_an_end():
    found = tally(SHIPPED, cases=300)
    assert found.cases == 300
    assert found.unfinished == 0
    assert not any(step.stuck for step in found.steps.values())
    # A case may end again after it has been reopened.
    assert sum(found.reasons.values()) >= len(found.durations) == 300


def test_progress_is_told_of_every_case():
    told: list[int] = []
    simulate(MINI, default_pack(), cases=45, replications=3, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 45


def test_cases_must_be_enough_for_the_replications():
    with pytest.raises(ValueError, match="3 cases"):
        simulate(MINI, default_pack(), cases=3, replications=4)


def test_a_step_lasts_as_long_as_it_is_said_to():
    plan = protocol(ONE_STEP)
    found = tally(plan, "steps: {only: {lasts: 10, effort: 0}}\narrivals: {a_year: 50}\n")
    waits = found.steps["only"].waits
    assert min(waits) >= 10
    # Whatever ripens outside working hours waits for the next morning.
    assert fmean(waits) < 11.5


def test_a_fraction_of_the_deadline_decides_who_is_late():
    plan = protocol(ONE_STEP)
    in_time = tally(plan, "steps: {only: {lasts: {of_due: [0.1, 0.5]}}}\n").steps["only"]
    late = tally(plan, "steps: {only: {lasts: {of_due: [1.1, 2.0]}}}\n").steps["only"]
    assert (in_time.late, in_time.timed) == (0, 100)
    assert (late.late, late.timed) == (100, 100)


def test_outcomes_follow_their_weights():
    plan = protocol("steps: {only: {title: Uno, role: worker, outcomes: [a, b, c]}}\n")
    found = tally(plan, "steps: {only: {outcomes: {a: 3, b: 1}}}\n", cases=400)
    outcomes = found.steps["only"].outcomes
    assert set(outcomes) == {"a", "b"}
    assert 250 < outcomes["a"] < 350


def test_few_people_are_a_jam_and_more_of_them_are_not():
    plan = protocol(ONE_STEP)
    text = (
        "arrivals: {{a_year: 1000}}\nsteps: {{only: {{lasts: 1, effort: 4}}}}\n"
        "people: {{worker: {people}}}\n"
    )
    jammed = report(whole([tally(plan, text.format(people=1), cases=300, seed=s) for s in (1, 2)]))
    eased = report(whole([tally(plan, text.format(people=4), cases=300, seed=s) for s in (1, 2)]))
    [jam] = jammed.jams
    assert (jam.role, jam.people) == ("worker", 1)
    assert jam.load > 1.5
    assert jam.needed >= 3
    assert eased.jams == []
    assert jammed.roles[0].queue.value > 10 > 1 > eased.roles[0].queue.value
    assert jammed.late.value > 0.5 > eased.late.value


def test_whoever_the_ladder_calls_in_takes_part_of_the_work():
    steps = """
steps:
  only:
    title: Uno
    role: worker
    due: {within: 5 days, overdue: [chief]}
"""
    text = (
        "arrivals: {a_year: 1000}\nsteps: {only: {lasts: 1, effort: 4}}\n"
        "people: {worker: 1, chief: 3}\n"
    )
    roles = {desk.role: desk.jobs for desk in tally(protocol(steps), text, cases=200).desks}
    assert roles["chief"] > 20
    assert roles["worker"] > 20


def test_the_machine_takes_nobodys_time_unless_it_gives_up():
    plan = protocol("steps: {only: {title: Uno, automation: {run: letter, fallback: worker}}}\n")
    assert tally(plan).desks == []
    [desk] = tally(plan, "steps: {only: {gives_up: 1.0}}\n").desks
    assert (desk.role, desk.jobs) == ("worker", 100)


def test_an_awaited_event_happens():
    plan = protocol(
        "steps: {only: {title: Uno, waits_for: call}}\n"
        "events: {call: {title: Chiamata, by: worker}}\n"
    )
    found = tally(plan, "steps: {only: {lasts: 3}}\n")
    assert found.unfinished == 0
    assert found.events["call"] == 100


def test_events_befall_as_many_cases_as_are_said_to():
    assert tally(MINI, "events: {death: 1.0}\n", cases=50).reasons.get("deceased", 0) > 5
    assert "deceased" not in tally(MINI, "events: {death: 0}\n", cases=50).reasons


def test_a_case_that_cannot_end_is_told_and_does_not_hang():
    plan = protocol(
        "steps: {only: {title: Uno, role: worker, outcomes: {no: {when: events.x.count > 5}}}}\n"
        "events: {x: {title: X, by: worker}}\n"
    )
    found = tally(plan, "events: {x: 0}\n", cases=10)
    assert found.unfinished == 10
    assert found.steps["only"].stuck > 10


def test_work_stands_still_while_the_clocks_are_paused():
    steps = """
steps:
  only: {title: Uno, role: worker, due: 20 days}
  back: {title: Rientro, role: chief, outcomes: {back: {resumes: clocks}}}
events: {crisis: {title: Crisi, by: worker, pauses: clocks, opens: back}}
"""
    text = (
        "steps: {only: {lasts: 10}, back: {lasts: 60}}\nevents: {crisis: {share: 1.0, lasts: 2}}\n"
    )
    found = tally(protocol(steps), text, cases=20).steps["only"]
    assert min(found.waits) >= 62
    assert found.late == 0


def test_interleaved_tasks_of_one_case_are_done_one_at_a_time():
    steps = """
steps:
  a: {title: A, role: worker, one_at_a_time: talk}
  b: {title: B, role: worker, one_at_a_time: talk}
"""
    text = "steps: {a: {lasts: 0, effort: 8}, b: {lasts: 0, effort: 8}}\npeople: {worker: 50}\n"
    found = tally(protocol(steps), text, cases=20)
    second = [max(pair) for pair in zip(*(found.steps[s].waits for s in "ab"), strict=True)]
    assert min(found.durations) > 1
    assert min(second) > 1


def test_indicators_are_measured():
    found = tally(SHIPPED, cases=100)
    assert len(found.indicators["triage"]) > 20
    assert 0 < found.within["triage"] <= len(found.indicators["triage"])
    assert set(shares(SHIPPED).steps) >= set(found.steps)
