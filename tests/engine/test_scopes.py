"""Sub-protocols: steps inside a step, one after the other, and in one another."""

from __future__ import annotations

from protocols.engine import events as e
from protocols.language.formula import OPEN, OUT
from tests.engine.gwt import (
    complete,
    event,
    force,
    given,
    pass_time,
    redo,
    skip,
)
from tests.engine.scoped import PATH, PLACEMENT, path, placed


def test_a_step_with_a_sub_protocol_opens_what_is_inside_in_the_same_decision() -> None:
    case = given(path(PATH, placement=PLACEMENT))
    assert case.open == {"match"}
    case.when(complete("match", "accepted", ends_on="2026-09-01")).then(
        e.StepCompleted, e.ScopeOpened("placement", 1), e.StepOpened
    )
    assert placed().open == {"start"}
    assert placed().status("placement") == OPEN


def test_an_end_inside_is_an_outcome_outside() -> None:
    case = placed().did(complete("start", "started"))
    decided = case.when(complete("work", "hired"))
    assert decided.of(e.ScopeLeft) == [e.ScopeLeft("placement", 1, "hired")]
    (gone,) = decided.of(e.TasksWithdrawn)
    assert gone.tasks == ("visit#1",)
    assert set(gone.out) == {"visit", "close"}
    assert decided.state.ended == "hired"


def test_a_result_inside_is_the_outcome_when_nothing_is_left_inside() -> None:
    case = placed().did(complete("start", "started"), complete("work", "finished"))
    assert case.open == set()
    case = case.on("2026-08-28").did(pass_time(), complete("close", hours=20))
    assert case.state.marks["placement"].outcome == "finished_well"
    assert case.state.result == ""
    assert case.open == {"review"}, "what the sub-protocol gives is read outside"


def test_without_an_end_or_a_result_it_is_completed() -> None:
    used = "steps: {one: {title: Uno, role: worker}}"
    text = "steps:\n  it: {title: X, uses: small/1.0.0, outcomes: {completed: {ends: fine}}}"
    case = given(path(text, small=used))
    case.when(complete("one")).then(
        e.StepCompleted, e.ScopeLeft("it", 1, "completed"), e.CaseEnded("fine")
    )


def test_again_begins_a_new_round_of_all_of_it_with_its_own_counts() -> None:
    case = placed().did(
        complete("start", "refused"), complete("once_more", "again"), complete("start", "started")
    )
    case = case.did(complete("work", "broken_off"))
    assert case.open == {"match"}
    case = case.did(complete("match", "accepted", ends_on="2026-09-01"))
    assert case.state.marks["placement"].round == 2
    assert case.open == {"start"}
    case = case.did(complete("start", "refused"), complete("once_more", "again"))
    assert case.open == {"start"}, "the loop inside counts anew"


def test_a_loop_used_up_goes_on_instead_of_back() -> None:
    case = placed().did(event("host_fails"))
    case = case.did(complete("match", "accepted", ends_on="2026-09-01"), event("host_fails"))
    assert case.state.marks["placement"].outcome == "interrupted"
    assert case.open == {"find_other"}


def test_events_inside_happen_only_during_the_scope() -> None:
    case = given(path(PATH, placement=PLACEMENT))
    case.when(event("host_fails")).refused("event_not_possible")
    after = placed().did(event("host_fails"))
    after.when(event("host_fails")).refused("event_not_possible")


def test_a_pause_inside_ends_with_the_scope() -> None:
    case = placed().did(complete("start", "started"), event("accident"))
    assert case.state.paused
    assert "recovery" in case.open
    back = case.did(complete("recovery", "back"))
    assert not back.state.paused
    left = case.did(complete("work", "broken_off"))
    assert not left.state.paused
    assert left.open == {"match"}


def test_an_event_outside_settles_it_with_an_outcome() -> None:
    case = placed().did(event("stop"))
    assert case.open == {"match"}


def test_the_end_of_the_case_closes_what_is_inside() -> None:
    decided = placed().when(event("death"))
    (ended,) = decided.of(e.CaseEnded)
    assert ended.scopes == ("placement",)
    assert not any(mark.status == OPEN for mark in decided.state.marks.values())


def test_skip_force_and_redo_take_what_is_inside_with_them() -> None:
    case = placed().did(skip("placement"))
    assert case.status("start") == case.status("placement") == OUT
    assert case.state.ended == "completed"
    case = given(path(PATH, placement=PLACEMENT)).did(force("placement"))
    assert "start" in case.open
    case = placed().did(event("host_fails"))
    case.when(force("work")).refused("scope_not_open")
    done = placed().did(complete("start", "started"), complete("work", "finished"))
    done = done.on("2026-08-28").did(pass_time(), complete("close", hours=20))
    again = done.did(redo("placement"))
    assert again.open == {"start"}
    assert again.state.marks["placement"].round == 2


def test_a_race_with_a_step_that_has_steps_inside() -> None:
    used = "steps: {one: {title: Uno, role: worker}}"
    plan = path(
        "steps:\n"
        "  it: {title: X, uses: small/1.0.0, race: r, outcomes: [completed]}\n"
        "  other: {title: Y, role: worker, race: r}\n"
        "  last: {title: Z, role: worker, after: it or other}\n",
        small=used,
    )
    case = given(plan).did(complete("other"))
    assert case.open == {"last"}
    case = given(plan).did(complete("one"))
    assert case.open == {"last"}
    assert case.status("other") == OUT


def test_deadlines_count_from_when_it_was_left() -> None:
    used = "steps: {one: {title: Uno, role: worker}}"
    plan = path(
        "steps:\n"
        "  it: {title: X, uses: small/1.0.0, outcomes: [completed]}\n"
        "  later: {title: Z, role: worker, starts: 10 days after it}\n",
        small=used,
    )
    case = given(plan).on("2026-03-20").did(complete("one"))
    (key,) = case.state.open
    assert case.task(key).opens_at is not None
    assert str(case.task(key).opens_at)[:10] == "2026-03-29", "midnight in Rome, in UTC"


INNERMOST = "steps: {deep: {title: D, role: worker, outcomes: {yes: , no: {ends: failed}}}}"
MIDDLE = """
steps:
  before: {title: B, role: worker}
  nested:
    title: N
    after: before
    uses: innermost/1.0.0
    outcomes: {completed: , failed: {ends: gone_wrong}}
  beside: {title: C, role: worker, after: before}
"""


def test_an_end_deep_inside_goes_as_far_out_as_each_step_says() -> None:
    plan = path(
        "steps:\n"
        "  it: {title: X, uses: middle/1.0.0, outcomes: {completed: , gone_wrong: {ends: bad}}}",
        middle=MIDDLE, innermost=INNERMOST,
    )  # fmt: skip
    case = given(plan).did(complete("before"))
    assert case.open == {"deep", "beside"}
    decided = case.when(complete("deep", "no"))
    assert [left.step for left in decided.of(e.ScopeLeft)] == ["nested", "it"]
    assert decided.state.ended == "bad"
    case = case.did(complete("deep", "yes"))
    assert case.status("it") == OPEN
    assert case.did(complete("beside")).state.ended == "completed"
