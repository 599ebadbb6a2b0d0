"""Leaving the path with a stated reason: skip, force, redo, correct."""

from __future__ import annotations

import pytest

from domain.case import commands as c
from protocols.engine import events as e
from tests.engine.gwt import (
    complete,
    correct,
    event,
    force,
    given,
    protocol,
    redo,
    skip,
)

PATH = protocol("""
forms:
  answer:
    title: Risposta
    fields:
      kind: {type: choice, title: Tipo, options: [a, b]}
      detail: {type: text, title: Dettaglio, when: kind == 'b'}
      remark: {type: note, title: Nota, personal: true, required: false}
      people:
        type: list
        title: Persone
        required: false
        fields: {person: {type: person, title: P}}
steps:
  ask: {title: Domanda, role: worker, form: answer}
  left: {title: Sinistra, after: ask, when: ask.kind == 'a', role: worker}
  right: {title: Destra, after: ask, when: ask.kind == 'b', role: worker}
  each: {title: Ognuno, after: ask, each: ask.people, enough: 1, role: worker}
  join: {title: Unione, after: "settled(left, right)", role: worker}
  region: {title: Regione, after: ask, role: worker}
  inside: {title: Dentro, during: region, role: worker, optional: true}
events:
  call: {title: Chiamata, by: worker, opens: inside}
""")


def people(*names: str) -> list[dict[str, str]]:
    return [{"person": name} for name in names]


def test_skipping_puts_a_step_out_and_what_waited_goes_on() -> None:
    case = given(PATH).did(complete("ask", kind="a"))
    decided = case.when(skip("left", "il servizio è chiuso"))
    decided.then(e.StepSkipped("left", "il servizio è chiuso", ("left",)), e.StepOpened)
    assert decided.of(e.StepOpened)[0].task == "join"


def test_a_step_may_be_skipped_before_it_opens_but_not_after_it_is_settled() -> None:
    case = given(PATH).did(skip("left"))
    done = case.did(complete("ask", kind="a"))
    assert done.status("left") == "out"
    done.when(skip("ask")).refused("step_settled")


def test_forcing_opens_a_step_whose_condition_does_not_hold() -> None:
    given(PATH).when(force("join")).then(e.StepForced("join", "deciso insieme"), e.StepOpened)
    case = given(PATH).did(complete("ask", kind="a"), force("right"))
    assert case.open >= {"left", "right"}
    case.when(force("right")).refused("step_open")


def test_forcing_a_step_that_was_done_is_a_new_round_of_it_alone() -> None:
    case = given(PATH).did(complete("ask", kind="a"), complete("left"), force("left"))
    assert case.task("left").round == 2
    assert "join" in case.open


def test_forcing_a_step_that_still_had_late_tasks_withdraws_them_first() -> None:
    case = given(PATH).did(complete("ask", kind="a", people=people("ada", "bea")))
    case = case.did(complete("each#ada"))
    decided = case.when(force("each"))
    assert decided.of(e.TasksWithdrawn) == [e.TasksWithdrawn(("each#bea",), "forced")]
    assert {task.key for task in decided.state.open_tasks()} >= {"each#ada", "each#bea"}
    assert all(decided.state.tasks[key].round == 2 for key in ("each#ada", "each#bea"))


def test_redoing_starts_a_round_of_the_step_and_all_that_depends_on_it() -> None:
    case = given(PATH).did(complete("ask", kind="a"), complete("left"))
    decided = case.when(redo("ask"))
    assert [type(body) for body in decided.events[:2]] == [e.StepRedone, e.RoundStarted]
    assert {task.key for task in decided.state.open_tasks()} == {"ask"}


def test_what_is_not_settled_cannot_be_redone() -> None:
    given(PATH).when(redo("ask")).refused("step_not_settled")
    given(PATH).when(redo("join")).refused("step_not_settled")


def test_redoing_opens_the_step_or_is_refused() -> None:
    case = given(PATH).did(complete("ask", kind="a"))
    case.when(redo("right")).refused("cannot_be_redone")
    asleep = given(PATH).did(complete("ask", kind="a"), event("call"), complete("inside"))
    assert "inside" in asleep.did(redo("inside")).open
    over = asleep.did(complete("region"))
    over.when(redo("inside")).refused("cannot_be_redone")


@pytest.mark.parametrize("command", [skip("nowhere"), force("nowhere"), redo("nowhere")])
def test_an_unknown_step_is_refused(command: c.Command) -> None:
    given(PATH).when(command).refused("unknown_step")


@pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 501, "a\0b", "a\u202eb"])
def test_a_reason_is_needed_and_must_be_readable(reason: str) -> None:
    refusal = given(PATH).when(skip("ask", reason)).refused("reason_invalid")
    assert refusal.fields[0].field == "reason"


def test_exceptions_are_only_for_the_roles_that_may() -> None:
    worker = c.Actor("w", (("worker", "comune:015142", False),))
    for command in (skip("ask"), force("join"), correct("ask", kind="b")):
        given(PATH).by(worker).when(command).refused("role_not_held")


def test_nothing_can_be_left_out_of_a_case_that_has_ended() -> None:
    plan = protocol("steps: {one: {title: Uno, role: worker}}\n")
    ended = given(plan).did(complete("one"))
    for command in (skip("one"), force("one"), redo("one")):
        ended.when(command).refused("case_ended")


def test_a_correction_keeps_the_old_values_in_the_log_and_re_decides_nothing() -> None:
    case = given(PATH).did(complete("ask", kind="a", remark="prima"))
    decided = case.when(correct("ask", remark="dopo", kind="b", detail="x"))
    decided.then(
        e.DataCorrected(
            "ask", "refuso", data={"kind": "b", "detail": "x"}, personal={"remark": "dopo"}
        )
    )
    assert decided.state.data["ask"]["kind"] == "b"
    assert decided.state.marks["right"].status == "out"


def test_a_correction_is_read_with_what_was_recorded() -> None:
    case = given(PATH).did(complete("ask", kind="b", detail="prima"))
    decided = case.when(correct("ask", detail="dopo"))
    decided.then(e.DataCorrected("ask", "refuso", data={"detail": "dopo"}))


def test_a_correction_that_changes_nothing_or_is_not_asked_for_is_refused() -> None:
    case = given(PATH).did(complete("ask", kind="a"))
    case.when(correct("ask")).refused("form_invalid")
    case.when(correct("ask", kind="z")).refused("form_invalid")
    refusal = case.when(correct("ask", detail="x")).refused("form_invalid")
    assert refusal.fields[0].field == "data.detail"
    case.when(correct("ask", nothing=1)).refused("form_invalid")
    case.when(correct("left", kind="a")).refused("nothing_recorded")


def test_one_of_many_tasks_is_corrected_by_itself() -> None:
    plan = protocol("""
forms:
  team:
    title: Équipe
    fields: {members: {type: list, title: M, fields: {person: {type: person, title: P}}}}
  score: {title: S, fields: {score: {type: integer, title: Punti}}}
steps:
  team: {title: Équipe, role: worker, form: team}
  assess: {title: Valuta, after: team, each: team.members, role: worker, form: score}
  last: {title: Fine, after: assess, role: worker}
""")
    case = given(plan).did(
        complete("team", members=people("ada", "bea")),
        complete("assess#ada", score=1),
        complete("assess#bea", score=2),
    )
    after = case.did(correct("assess", "ada", score=5))
    assert after.state.by_instance["assess"]["ada"]["score"] == 5
    assert after.state.by_instance["assess"]["bea"]["score"] == 2
    case.when(correct("assess", "ciro", score=5)).refused("nothing_recorded")
