"""A trace against a protocol: how far it follows it, and exactly where it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.exchange.trace import LoggedEvent, LoggedTrace
from protocols.documents import DocumentError
from tests.exchange.logs import (
    MORNING,
    SHIPPED,
    checking,
    judged,
    kinds,
    timeless,
    trace,
    walked,
)
from tests.patterns.patterns import Pattern, patterns

WHOLE = ("request", "visit", "board.admit", "plot", "check")
DAYS = (0, 1, 2, 3, 40)


def test_a_trace_that_follows_the_protocol_has_fitness_one_and_no_deviation() -> None:
    found = judged(trace(*WHOLE, days=DAYS))
    assert (found.fitness, found.conforms, found.exact) == (1.0, True, True)


def test_an_outcome_that_the_log_does_not_say_may_be_any() -> None:
    assert judged(trace("request", "visit", "board", "visit", "board.refuse")).conforms


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (("request", "board.admit", "plot", "check"), [("skipped", 2, "visit")]),
        (("request", "visit", "visit", "board.refuse"), [("repeated", 3, "visit")]),
        (("visit", "request", "board.refuse"), [("out_of_order", 1, "visit")]),
        (("request", "vist", "visit", "board.refuse"), [("unknown", 2, "")]),
        (("request", "visit", "board.maybe"), [("unknown", 3, "board"), ("skipped", 4, "board")]),
        (("request", "visit", "board.refuse", "plot"), [("out_of_order", 4, "plot")]),
        (("request", "visit"), [("skipped", 3, "board")]),
        ((), [("skipped", 1, "request"), ("skipped", 1, "visit"), ("skipped", 1, "board")]),
    ],
)
def test_each_deviation_is_named_where_it_is(
    done: tuple[str, ...], expected: list[tuple[str, int, str]]
) -> None:
    found = judged(timeless(*done))
    assert kinds(found) == expected
    assert found.fitness < 1
    assert all(d.message.it and d.message.en for d in found.deviations)


def test_a_loop_may_be_gone_round_as_often_as_the_protocol_says() -> None:
    once = ("request", "visit", "board.integrate", "visit", "board.refuse")
    assert judged(timeless(*once)).conforms
    twice = ("request", *("visit", "board.integrate") * 2, "visit", "board.refuse")
    assert kinds(judged(timeless(*twice))) != []


def test_fitness_is_the_cost_of_the_best_alignment_over_the_worst() -> None:
    # One event of 4 is missing; the worst passes over the 3 and goes the shortest way, of 3 steps.
    assert judged(timeless("request", "board.admit", "plot", "check")).fitness == pytest.approx(
        1 - 1 / (4 + 3)
    )
    assert judged(timeless("wrong", "words")).fitness == 0.0


def test_a_case_that_still_runs_need_not_have_ended() -> None:
    assert judged(timeless("request", "visit"), running=True).conforms
    assert kinds(judged(timeless("request", "plot"), running=True)) == [("out_of_order", 2, "plot")]


def test_what_was_done_after_its_deadline_is_late() -> None:
    # Five working days from Wednesday 7 January end with Wednesday 14.
    done = ("request", "visit", "board.refuse")
    assert judged(trace(*done, days=(0, 7, 8))).conforms
    late = judged(trace(*done, days=(0, 8, 9)))
    assert kinds(late) == [("late", 2, "visit")]
    assert "14/01/2026" in late.deviations[0].message.it
    assert late.fitness == 1.0


def test_times_are_judged_anew_in_each_trace_that_is_otherwise_alike() -> None:
    check = checking()
    done = ("request", "visit", "board.refuse")
    found = [check.trace(trace(*done, days=days)) for days in ((0, 7, 8), (0, 8, 9), (0, 1, 2))]
    assert [kinds(one) for one in found] == [[], [("late", 2, "visit")], []]
    assert check.totals.variants == 1


def test_what_was_done_before_it_could_open_is_too_early() -> None:
    check = checking()
    assert check.trace(trace(*WHOLE, days=DAYS)).conforms
    early = check.trace(trace(*WHOLE, days=(0, 1, 2, 3, 32)))
    assert kinds(early) == [("out_of_order", 5, "check")]
    assert "08/02/2026" not in early.deviations[0].message.it
    assert "09/02/2026" in early.deviations[0].message.it
    assert kinds(judged(trace(*WHOLE, days=(0, 1, 2, 3, 32)))) == kinds(early)


def test_what_was_done_by_somebody_who_may_not_is_named() -> None:
    referent, district = "municipal_referent", "district_referent"
    done = ("request", "visit", "board.refuse")
    assert judged(trace(*done, roles=(referent, referent, district))).conforms
    wrong = judged(trace(*done, roles=(referent, "guardian", referent)))
    assert kinds(wrong) == [("wrong_role", 2, "visit"), ("wrong_role", 3, "board")]
    # Who is called in when it is late may do it then, and not before.
    called = trace(*done, days=(0, 8, 9), roles=(referent, district, district))
    assert kinds(judged(called)) == [("late", 2, "visit")]
    soon = trace(*done, roles=(referent, district, district))
    assert kinds(judged(soon)) == [("wrong_role", 2, "visit")]


MAPPING = """\
protocol: orto/1.0.0
log: {outcome: esito, role: profilo}
activities:
  Domanda: request
  Sopralluogo: {step: visit}
  Seduta: {step: board, outcome: {from: esito, values: {Sì: admit, No: refuse}}}
  Diniego: board.refuse
ignore: ["Telefonata*", Nota]
roles: {Geometra: municipal_referent, Presidente: [district_referent, municipal_referent]}
"""


def test_the_mapping_says_what_their_words_mean() -> None:
    def event(name: str, day: int, **values: str) -> LoggedEvent:
        return LoggedEvent(name, MORNING + timedelta(days=day), values, 0)

    done = [
        event("Domanda", 0, profilo="Geometra"),
        event("Telefonata al richiedente", 1),
        event("Sopralluogo", 1, profilo="Presidente"),
        event("Nota", 1),
        event("Seduta", 2, esito="No", profilo="Geometra"),
    ]
    check = checking(mapping=MAPPING)
    found = check.trace(LoggedTrace("7", done, {}))
    assert (found.fitness, found.events) == (1.0, 3)
    assert kinds(found) == [("wrong_role", 5, "board")]
    assert check.totals.ignored == 2
    # Nothing in the log stands for these: nobody is held to them.
    assert check.totals.not_recorded == ["plot", "check"]
    unknown = check.trace(LoggedTrace("8", [*done[:-1], event("Sedute", 2)], {}))
    assert kinds(unknown) == [("unknown", 5, ""), ("skipped", 6, "board")]
    assert "«Seduta»" in unknown.deviations[0].message.it


@pytest.mark.parametrize(
    ("wrong", "line", "near"),
    [
        ("Domanda: request", 4, "request"),
        ("Diniego: board.refuse", 7, "refuse"),
        ("roles: {Geometra: municipal_referent", 9, "municipal_referent"),
        ("ignore:", 8, "ignore"),
    ],
)
def test_a_wrong_name_in_the_mapping_is_told_with_its_line_and_the_nearest(
    wrong: str, line: int, near: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        checking(mapping=MAPPING.replace(wrong, wrong.replace(near, near + "x")))
    assert [(p.line, near in p.message.it) for p in refused.value.problems] == [(line, True)]


def test_totals_count_by_kind_and_by_step() -> None:
    check = checking()
    for done in (("request", "board.refuse"), ("request", "visit", "visit", "board.refuse")):
        check.trace(timeless(*done))
    check.trace(timeless("request", "visit", "board.refuse"))
    totals = check.totals
    assert (totals.traces, totals.conforming, totals.fitting) == (3, 1, 1)
    assert totals.by_step == {"visit": {"skipped": 1, "repeated": 1}}
    assert 0 < totals.least_fitness < totals.mean_fitness < 1


def test_remembering_traces_that_are_alike_changes_no_verdict() -> None:
    traces = [
        trace(*done, days=days, case=str(number))
        for number, (done, days) in enumerate(
            (done, days)
            for done in (WHOLE, WHOLE[:-1], WHOLE[1:], ("visit", *WHOLE))
            for days in ((0, 1, 2, 3, 40, 50), (0, 9, 12, 14, 20, 21), (0, 0, 0, 0, 30, 31))
        )
    ]
    remembering, forgetful = checking(), checking(remember=False)
    assert [remembering.trace(one) for one in traces] == [forgetful.trace(one) for one in traces]
    assert remembering.totals.variants == 4


def test_attributes_of_the_case_that_make_no_sense_do_not_stop_it() -> None:
    check = checking(mapping="case: {comune: c, source: s, district: d}\n")
    done = timeless("request", "visit", "board.refuse").events
    for comune in ("015142", "nowhere", ""):
        timed = [e._replace(at=MORNING + timedelta(days=9 * n)) for n, e in enumerate(done)]
        found = check.trace(LoggedTrace("1", timed, {"c": comune, "s": "?", "d": "x"}))
        assert kinds(found) == [("late", 2, "visit")]


@pytest.mark.parametrize("seed", range(6))
def test_what_the_engine_lets_happen_in_the_shipped_protocol_conforms(seed: int) -> None:
    check = checking(SHIPPED, running=True)
    found = check.trace(walked(SHIPPED, seed))
    assert found.events > 2
    assert found.exact
    assert {d.kind for d in found.deviations} <= {"late"}
    assert found.fitness == 1.0


# ── the control-flow patterns ────────────────────────────────────────────────────────────────


def _logged(done: list[Any]) -> LoggedTrace | None:
    """As a log says it, which knows only what was done; None where the trace is of other acts, or
    stands on answers that a log does not have."""
    names: list[str] = []
    for one in done:
        act = one if isinstance(one, dict) else {"do": one}
        if "do" not in act or (act.get("data") or {}).keys() - {"members"}:
            return None
        task, _, outcome = act["do"].removeprefix("!").partition(".")
        step = task.partition("#")[0]
        names.append(f"{step}.{outcome}" if outcome else step)
    return timeless(*names)


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_every_allowed_trace_of_every_pattern_conforms(pattern: Pattern) -> None:
    whole, running = checking(pattern.plan), checking(pattern.plan, running=True)
    for one in pattern.allowed:
        told = _logged([a for a in one["trace"] if not isinstance(a, dict) or "do" in a])
        if told is not None:
            found = (whole if "ends" in one else running).trace(told)
            assert found.conforms, (one["trace"], found.deviations)


# What a log of names alone cannot show: who it was, what was answered, whose turn, which day.
_UNSEEN = {"form_invalid", "one_at_a_time", "task_taken", "already_there", "second_person_needed"}


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_what_a_pattern_refuses_does_not_conform(pattern: Pattern) -> None:
    check = checking(pattern.plan, running=True)
    for one in pattern.refused:
        if one["code"] in _UNSEEN or any(isinstance(a, dict) for a in [*one["trace"], one["then"]]):
            continue
        told = _logged([*one["trace"], one["then"]])
        if told is None or (
            pattern.number == 16 and one["then"] == "silence" and len(told.events) == 2
        ):
            # Without instants nobody can tell that thirty days have not passed.
            continue
        assert not check.trace(told).conforms, one


def test_without_answers_each_set_of_choices_is_possible_and_no_other() -> None:
    of = next(p for p in patterns() if p.name.startswith("07")).plan
    assert judged(timeless("triage", "home", "work", "meet"), of).conforms
    assert judged(timeless("triage", "work", "meet"), of).conforms
    assert kinds(judged(timeless("triage", "work", "meet", "home"), of)) == [
        ("out_of_order", 4, "home")
    ]
