"""Order, choices, joins, rounds and ends."""

from __future__ import annotations

from protocols.engine import events as e
from protocols.facts import CaseClosed, TriageRecorded
from tests.engine.gwt import SYSTEM, complete, event, give_up, given, pass_time, protocol

SEQUENCE = protocol("""
steps:
  first: {title: Prima, role: worker}
  second: {title: Dopo, after: first, role: worker}
""")


def test_a_case_opens_with_the_steps_that_wait_for_nothing() -> None:
    case = given(SEQUENCE)
    assert case.open == {"first"}
    assert case.status("second") == "waiting"


def test_completing_a_step_opens_the_next_in_the_same_decision() -> None:
    given(SEQUENCE).when(complete("first")).then(
        e.StepCompleted("first", "first", 1, "done", outcome_of_step="done"),
        e.StepOpened("second", "second", 1, "worker", "comune:015142", deputy="chief"),
    )


def test_a_case_ends_by_itself_when_nothing_is_left() -> None:
    given(SEQUENCE).did(complete("first")).when(complete("second")).then(
        e.StepCompleted, e.CaseEnded("completed")
    )


def test_a_step_that_is_not_open_cannot_be_completed() -> None:
    given(SEQUENCE).when(complete("second")).refused("step_not_open")
    given(SEQUENCE).did(complete("first")).when(complete("first")).refused("task_done")


def test_nothing_can_be_completed_after_the_end() -> None:
    ended = given(SEQUENCE).did(complete("first"), complete("second"))
    ended.when(complete("second")).refused("task_done")


CHOICE = protocol("""
steps:
  ask: {title: Domanda, role: worker, outcomes: [left, right]}
  left: {title: Sinistra, after: ask.left, role: worker}
  right: {title: Destra, after: ask.right, role: worker}
  join: {title: Unione, after: left or right, role: worker}
""")


def test_the_branch_not_taken_goes_out_with_what_depends_on_it_only() -> None:
    given(CHOICE).when(complete("ask", "left")).then(
        e.StepCompleted, e.StepsOut(("right",)), e.StepOpened
    )


def test_a_join_waits_for_what_can_still_happen_and_for_nothing_else() -> None:
    case = given(CHOICE).did(complete("ask", "right"))
    assert case.status("join") == "waiting"
    assert case.did(complete("right")).open == {"join"}


def test_an_outcome_that_does_not_exist_is_refused_naming_those_that_do() -> None:
    refusal = given(CHOICE).when(complete("ask", "up")).refused("unknown_outcome")
    assert "left" in refusal.message.it
    assert "right" in refusal.message.it


def test_a_step_goes_out_when_no_way_to_it_is_left() -> None:
    plan = protocol(
        """
steps:
  a: {title: A, role: worker, outcomes: [yes, no]}
  b: {title: B, after: a.yes, role: worker}
  c: {title: C, after: b, role: worker}
  d: {title: D, after: not c, role: worker}
""".replace("[yes, no]", "['yes', 'no']")
    )
    decided = given(plan).when(complete("a", "no"))
    assert decided.then(e.StepCompleted, e.StepsOut(("b", "c")), e.StepOpened)
    assert decided.of(e.StepOpened)[0].task == "d"


def test_settled_opens_whether_the_others_were_done_or_not() -> None:
    plan = protocol("""
steps:
  a: {title: A, role: worker, outcomes: [go, stop]}
  b: {title: B, after: a.go, role: worker}
  c: {title: C, after: "settled(a, b)", role: worker}
""")
    assert given(plan).did(complete("a", "stop")).open == {"c"}
    assert given(plan).did(complete("a", "go")).open == {"b"}
    assert given(plan).did(complete("a", "go"), complete("b")).open == {"c"}


def test_a_guard_is_read_when_the_formula_has_become_true() -> None:
    plan = protocol("""
forms:
  count: {title: Quanti, fields: {children: {type: integer, title: Figli}}}
steps:
  ask: {title: Domanda, role: worker, form: count}
  school: {title: Scuola, after: ask, when: ask.children > 0, role: worker}
  rest: {title: Resto, after: "settled(school)", role: worker}
""")
    assert given(plan).did(complete("ask", children=2)).open == {"school"}
    case = given(plan).did(complete("ask", children=0))
    assert case.status("school") == "out"
    assert case.open == {"rest"}


def test_a_guard_over_data_that_are_not_there_is_not_satisfied() -> None:
    plan = protocol("""
forms:
  ask: {title: D, fields: {missing: {type: integer, title: Manca, required: false}}}
steps:
  ask: {title: Domanda, role: worker, form: ask}
  b: {title: B, after: ask, when: ask.missing == 1, role: worker}
  c: {title: C, after: ask, when: case.at.all == 1, role: worker}
  d: {title: D, after: ask, when: "9223372036854775807 + case.district > 0", role: worker}
  e: {title: E, after: ask, when: "[1][5] == 1", role: worker}
""")
    case = given(plan).did(complete("ask"))
    assert case.state.ended == "completed"
    assert {case.status(step) for step in "bcde"} == {"out"}


def test_guards_read_the_case_the_day_and_how_often_an_event_happened() -> None:
    plan = protocol("""
steps:
  ask: {title: Domanda, role: worker}
  mine: {title: Nostro, after: ask, when: "case.source == 'CPS'", role: worker}
  others: {title: Altrui, after: ask, when: "case.source == 'SERT'", role: worker}
  late: {title: Tardi, after: ask, when: "today > '2026-03-10'", role: worker}
  absent: {title: Assente, after: ask, when: events.no_show.count >= 2, role: worker}
events:
  no_show: {title: Assenza, by: worker}
""")
    case = given(plan).did(event("no_show"))
    assert case.did(complete("ask")).open == {"mine"}
    later = case.did(event("no_show")).on("2026-03-11")
    assert later.did(complete("ask")).open == {"mine", "late", "absent"}


def test_an_outcome_may_be_chosen_only_when_its_condition_holds() -> None:
    plan = protocol("""
steps:
  wait: {title: Attesa, role: worker, outcomes: {go: , give_up: {when: events.no_show.count >= 1}}}
events:
  no_show: {title: Assenza, by: worker}
""")
    given(plan).when(complete("wait", "give_up")).refused("outcome_not_possible")
    assert given(plan).did(event("no_show"), complete("wait", "give_up")).state.ended


def test_an_outcome_may_require_a_field_that_the_form_does_not() -> None:
    plan = protocol("""
forms:
  decision: {title: Decisione, fields: {reason: {type: text, title: Motivo, required: false}}}
steps:
  decide:
    title: Decide
    role: worker
    form: decision
    outcomes: {admit: , refuse: {requires: reason}}
""")
    refusal = given(plan).when(complete("decide", "refuse")).refused("form_invalid")
    assert [problem.field for problem in refusal.fields] == ["data.reason"]
    assert given(plan).did(complete("decide", "refuse", reason="fuori età")).state.ended
    assert given(plan).did(complete("decide", "admit")).state.ended


LOOP = protocol("""
steps:
  assess: {title: Valutazione, role: worker}
  side: {title: Altro, role: worker}
  conference:
    title: Équipe
    after: assess
    role: worker
    outcomes: {admit: , integrate: {again: assess, at_most: 1}, refuse: {ends: not_eligible}}
  plan: {title: Progetto, after: conference.admit, role: worker}
""")


def test_again_returns_a_step_and_all_that_depends_on_it_to_a_new_round() -> None:
    case = given(LOOP).did(complete("assess"))
    decided = case.when(complete("conference", "integrate"))
    decided.then(
        e.StepCompleted,
        e.RoundStarted("assess", "conference", ("assess", "conference", "plan")),
        e.StepOpened("assess", "assess", 2, "worker", "comune:015142", deputy="chief"),
    )
    assert decided.state.marks["side"].status == "open"
    assert decided.state.marks["plan"].round == 1


def test_an_outcome_is_used_up_after_at_most_times() -> None:
    case = given(LOOP).did(
        complete("assess"), complete("conference", "integrate"), complete("assess")
    )
    case.when(complete("conference", "integrate")).refused("outcome_used_up")
    assert case.did(complete("conference", "admit")).open == {"plan", "side"}


def test_again_withdraws_what_is_open_there() -> None:
    plan = protocol("""
steps:
  a: {title: A, role: worker}
  b: {title: B, after: a, role: worker}
  c: {title: C, after: a, role: worker, outcomes: {fine: , back: {again: a, at_most: 2}}}
""")
    decided = given(plan).did(complete("a")).when(complete("c", "back"))
    assert decided.of(e.RoundStarted)[0].tasks == ("b",)
    assert {task.key for task in decided.state.open_tasks()} == {"a"}


def test_an_outcome_that_ends_withdraws_all_that_is_open() -> None:
    decided = given(LOOP).did(complete("assess")).when(complete("conference", "refuse"))
    ended = decided.of(e.CaseEnded)
    assert ended == [e.CaseEnded("not_eligible", False, ("side",))]
    assert decided.events[-1] is ended[0]
    assert not decided.state.open


def test_a_result_is_the_reason_of_the_end_once_nothing_is_left() -> None:
    plan = protocol("""
steps:
  exit: {title: Uscita, role: worker, outcomes: {job: {result: employment}, other: }}
  certificate: {title: Attestato, after: exit, role: worker}
""")
    case = given(plan).did(complete("exit", "job"))
    assert not case.state.ended
    assert case.did(complete("certificate")).state.ended == "employment"


def test_a_race_keeps_the_first_and_withdraws_the_others() -> None:
    plan = protocol("""
steps:
  accept: {title: Accetta, role: worker, race: answer}
  refuse: {title: Rifiuta, role: worker, race: answer}
  later: {title: Poi, after: accept, role: worker, race: answer}
  then: {title: Quindi, after: refuse, role: worker}
""")
    given(plan).when(complete("refuse")).then(
        e.StepCompleted,
        e.TasksWithdrawn(("accept",), "race", out=("accept",)),
        e.TasksWithdrawn((), "race", out=("later",)),
        e.StepOpened,
    )


def test_an_optional_step_does_not_hold_the_case_open() -> None:
    plan = protocol("""
steps:
  must: {title: Serve, role: worker}
  may: {title: Può, role: worker, optional: true}
""")
    decided = given(plan).when(complete("must"))
    assert decided.of(e.CaseEnded) == [e.CaseEnded("completed", False, ("may",))]


def test_a_step_records_its_fact_in_the_same_decision() -> None:
    plan = protocol("""
forms:
  triage: {title: Analisi, fields: {kind: {type: choice, title: Bisogno, options: [work, health]}}}
steps:
  triage:
    title: Analisi
    role: worker
    form: triage
    outcomes: [simple, complex]
    records:
      - {fact: TriageRecorded, fields: {need: kind}}
      - {fact: CaseClosed, fields: {reason: outcome, contract: case.source}, on: complex}
      - {fact: CaseClosed, fields: {reason: =fixed}, on: simple}
""")
    given(plan).when(complete("triage", "complex", kind="work")).then(
        e.StepCompleted,
        TriageRecorded("triage", need="work"),
        CaseClosed("triage", reason="complex", contract="CPS"),
        e.CaseEnded,
    )
    assert given(plan).when(complete("triage", "simple", kind="work")).of(CaseClosed) == [
        CaseClosed("triage", reason="fixed")
    ]


def test_a_fact_whose_data_are_missing_refuses_the_completion_and_names_the_field() -> None:
    plan = protocol("""
forms:
  triage: {title: Analisi, fields: {kind: {type: text, title: Bisogno, required: false}}}
steps:
  triage:
    title: Analisi
    role: worker
    form: triage
    records: {fact: TriageRecorded, fields: {need: kind}}
""")
    refusal = given(plan).when(complete("triage")).refused("fact_incomplete")
    assert "need" in refusal.message.it


def test_an_automation_that_gave_up_passes_to_its_fallback() -> None:
    plan = protocol("""
steps:
  letter: {title: Lettera, automation: {run: letter, attempts: 3, fallback: worker}}
  after: {title: Dopo, after: letter, role: worker}
""")
    case = given(plan)
    assert case.task("letter").automation == "letter"
    assert case.did(complete("letter", actor=SYSTEM)).open == {"after"}
    by_hand = case.did(give_up("letter"))
    assert by_hand.task("letter").automation == ""
    by_hand.when(complete("letter", actor=SYSTEM)).refused("role_not_held")
    by_hand.when(give_up("letter")).refused("step_not_open")
    assert by_hand.did(complete("letter")).open == {"after"}


def test_nothing_happens_by_itself_before_its_time() -> None:
    given(SEQUENCE).when(pass_time()).then()
