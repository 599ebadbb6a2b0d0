"""Many tasks of one step, regions, repetitions and steps that open later."""

from __future__ import annotations

import pytest

from protocols.documents import DocumentError
from protocols.engine import events as e
from tests.engine.gwt import (
    add_member,
    at,
    complete,
    event,
    given,
    midnight,
    pass_time,
    protocol,
)

TEAM = """
forms:
  team:
    title: Équipe
    fields:
      members:
        type: list
        title: Membri
        fields:
          person: {type: person, title: Persona}
          role: {type: text, title: Ruolo, required: false}
steps:
  team: {title: Équipe, role: worker, form: team}
  assess: {title: Valutazione, after: team, each: team.members, role: worker%s}
  conference: {title: Riunione, after: assess, role: worker}
"""


def members(*names: str) -> list[dict[str, str]]:
    return [{"person": name} for name in names]


EACH = protocol(TEAM % "")
QUORUM = protocol(TEAM % ", enough: 2")


def test_each_opens_one_task_for_each_member_assigned_to_them() -> None:
    case = given(EACH).did(complete("team", members=members("ada", "bea")))
    assert case.open == {"assess#ada", "assess#bea"}
    assert case.task("assess#ada").assignee == "ada"


def test_a_member_may_bring_a_role_of_the_protocol() -> None:
    named = [{"person": "ada", "role": "health"}, {"person": "bea", "role": "astronaut"}]
    case = given(EACH).did(complete("team", members=named))
    assert case.task("assess#ada").scope == "service:cps-melzo"
    assert case.task("assess#bea").role == "worker"


def test_a_member_named_twice_has_one_task() -> None:
    decided = given(EACH).when(complete("team", members=members("ada", "bea", "ada")))
    assert [body.task for body in decided.of(e.StepOpened)] == ["assess#ada", "assess#bea"]


def test_the_step_is_done_when_all_have_done_it() -> None:
    case = given(EACH).did(complete("team", members=members("ada", "bea")))
    assert case.did(complete("assess#ada")).status("assess") == "open"
    assert case.did(complete("assess#ada"), complete("assess#bea")).open == {"conference"}


def test_with_a_quorum_the_case_goes_on_and_the_rest_may_still_arrive() -> None:
    case = given(QUORUM).did(
        complete("team", members=members("ada", "bea", "ciro")),
        complete("assess#ada"),
        complete("assess#ciro"),
    )
    assert case.open == {"conference", "assess#bea"}
    case.when(complete("assess#bea")).then(e.StepCompleted)


def test_what_may_still_arrive_does_not_keep_the_case_open() -> None:
    case = given(QUORUM).did(
        complete("team", members=members("ada", "bea", "ciro")),
        complete("assess#ada"),
        complete("assess#ciro"),
    )
    assert case.when(complete("conference")).of(e.CaseEnded) == [
        e.CaseEnded("completed", False, ("assess#bea",))
    ]


def test_fewer_members_than_the_quorum_are_enough_when_all_have_done_it() -> None:
    case = given(QUORUM).did(complete("team", members=members("ada")), complete("assess#ada"))
    assert case.open == {"conference"}


def test_members_may_be_added_while_the_step_is_open() -> None:
    case = given(EACH).did(complete("team", members=members("ada", "bea")))
    more = case.did(add_member("assess", "ciro"), complete("assess#ada"), complete("assess#bea"))
    assert more.open == {"assess#ciro"}
    case.when(add_member("assess", "ada")).refused("already_there")
    case.when(add_member("assess", "nobody")).refused("unknown_person")
    case.when(add_member("team", "ada")).refused("not_for_each")
    done = case.did(complete("assess#ada"), complete("assess#bea"))
    done.when(add_member("assess", "ciro")).refused("step_not_open")


def test_nobody_to_do_it_puts_the_step_out() -> None:
    optional = protocol((TEAM % "").replace("type: list", "type: list\n        required: false"))
    case = given(optional).did(complete("team"))
    assert case.status("assess") == "out"
    assert case.state.ended


def test_different_outcomes_of_the_members_settle_the_step_as_mixed() -> None:
    plan = protocol(
        TEAM % ", outcomes: [agree, dissent]"
        + "  unanimous: {title: Unanimi, after: assess.agree, role: worker}\n"
    )
    case = given(plan).did(complete("team", members=members("ada", "bea")))
    agreed = case.did(complete("assess#ada", "agree"), complete("assess#bea", "agree"))
    assert agreed.open == {"conference", "unanimous"}
    mixed = case.did(complete("assess#ada", "agree"), complete("assess#bea", "dissent"))
    assert mixed.open == {"conference"}
    assert mixed.status("unanimous") == "out"


REGION = protocol("""
steps:
  placement: {title: Inserimento, role: worker}
  visit: {title: Visita, during: placement, role: worker, optional: true}
  prepare: {title: Prepara, role: worker, outcomes: [now, never]}
  check: {title: Controllo, during: placement, after: prepare.now, role: worker}
  wrap: {title: Chiude, after: "settled(placement, check)", role: worker}
""")


def test_a_step_of_a_region_is_possible_only_while_the_region_lasts() -> None:
    case = given(REGION)
    assert case.open == {"placement", "visit", "prepare"}
    decided = case.when(complete("placement"))
    assert decided.of(e.TasksWithdrawn) == [e.TasksWithdrawn(("visit",), "region", out=("visit",))]
    assert decided.state.marks["check"].status == "out"


def test_a_step_of_a_region_waits_for_its_formula_too() -> None:
    case = given(REGION).did(complete("prepare", "now"))
    assert case.open == {"placement", "visit", "check"}
    assert given(REGION).did(complete("prepare", "never")).status("check") == "out"


def test_the_end_of_a_region_withdraws_late_tasks_of_a_step_already_done() -> None:
    plan = protocol("""
forms:
  team:
    title: Équipe
    fields: {members: {type: list, title: M, fields: {person: {type: person, title: P}}}}
steps:
  team: {title: Équipe, role: worker, form: team}
  stay: {title: Permanenza, after: team, role: worker}
  visit: {title: Visita, during: stay, each: team.members, enough: 1, role: worker}
  end: {title: Fine, after: stay, role: worker}
""")
    case = given(plan).did(complete("team", members=members("ada", "bea")), complete("visit#ada"))
    decided = case.when(complete("stay"))
    assert decided.of(e.TasksWithdrawn) == [e.TasksWithdrawn(("visit#bea",), "region")]
    assert decided.state.marks["visit"].status == "done"
    assert {task.key for task in decided.state.open_tasks()} == {"end"}


MONTHLY = protocol("""
steps:
  placement:
    title: Inserimento
    role: worker
    outcomes: {ended: , again: {again: placement, at_most: 2}}
  visit: {title: Visita, during: placement, every: month, first: 1 week, role: worker, due: 5 days}
""")


def test_every_opens_first_after_its_first_time_and_then_regularly() -> None:
    case = given(MONTHLY, on="2026-01-10")
    assert case.open == {"placement"}
    assert case.task("visit#1").opens_at == midnight("2026-01-16")
    first = case.on("2026-01-17").did(pass_time())
    assert first.open == {"placement", "visit#1"}
    assert first.task("visit#2").opens_at == midnight("2026-02-16")
    second = first.on("2026-02-17").did(complete("visit#1"), pass_time())
    assert second.open == {"placement", "visit#2"}


def test_occurrences_missed_while_nobody_looked_are_all_opened_at_their_distance() -> None:
    late = given(MONTHLY, on="2026-01-10").on("2026-04-20").did(pass_time())
    assert late.open == {"placement", "visit#1", "visit#2", "visit#3", "visit#4"}
    assert late.task("visit#5").opens_at == midnight("2026-05-16")


def test_a_repeated_step_stops_with_its_region_and_does_not_hold_the_case_open() -> None:
    case = given(MONTHLY, on="2026-01-10").on("2026-01-20").did(pass_time())
    decided = case.when(complete("placement", "ended"))
    assert decided.of(e.CaseEnded)
    assert not decided.state.open


def test_a_repeated_step_that_was_done_once_settles_as_done() -> None:
    case = given(MONTHLY, on="2026-01-10").on("2026-01-20").did(pass_time(), complete("visit#1"))
    assert case.status("visit") == "open"
    assert case.did(complete("placement", "ended")).status("visit") == "done"


def test_a_new_round_of_the_region_starts_its_repetitions_again() -> None:
    case = given(MONTHLY, on="2026-01-10").on("2026-01-20").did(pass_time())
    again = case.did(complete("placement", "again"))
    assert again.task("placement").round == 2
    assert again.task("visit#1").opens_at == midnight("2026-01-26")
    assert again.task("visit#1").round == 2
    assert "visit#2" not in again.state.tasks


@pytest.mark.parametrize("length", ["same day", "0 days", "0 seconds"])
def test_a_repetition_without_a_distance_is_refused_at_loading(length: str) -> None:
    with pytest.raises(DocumentError) as error:
        protocol(f"""
steps:
  placement: {{title: Inserimento, role: worker}}
  visit: {{title: Visita, during: placement, every: {length}, role: worker}}
""")
    assert "every" in str(error.value)


LATER = protocol("""
forms:
  sign: {title: Firma, fields: {ends_on: {type: date, title: Fine, required: false}}}
steps:
  sign: {title: Firma, role: worker, form: sign}
  placement: {title: Inserimento, after: sign, role: worker}
  review: {title: Verifica, during: placement, starts: 90 days after placement, role: worker}
  expiry: {title: Scadenza, after: sign, starts: 30 days before sign.ends_on, role: worker}
  follow: {title: Seguito, starts: 3 months after placement, role: worker}
""")


def test_a_step_with_starts_is_scheduled_and_opens_on_that_day() -> None:
    case = given(LATER, on="2026-01-10").did(complete("sign", ends_on="2026-12-31"))
    assert case.task("review").opens_at == midnight("2026-04-09")
    assert case.task("expiry").opens_at == midnight("2026-11-30")
    assert case.open == {"placement"}
    assert case.on("2026-04-10T00:00").did(pass_time()).open == {"placement", "review"}
    assert case.on("2026-04-09T23:59").did(pass_time()).open == {"placement"}


def test_a_scheduled_step_keeps_the_case_open() -> None:
    case = given(LATER, on="2026-01-10").did(
        complete("sign", ends_on="2026-01-31"), complete("expiry"), complete("placement")
    )
    assert not case.state.ended
    assert case.task("follow").opens_at == midnight("2026-04-09")


def test_a_moment_that_has_passed_or_has_no_date_opens_at_once() -> None:
    assert "expiry" in given(LATER).did(complete("sign", ends_on="2026-03-15")).open
    assert "expiry" in given(LATER).did(complete("sign")).open


def test_a_scheduled_step_cannot_be_completed_before() -> None:
    case = given(LATER, on="2026-01-10").did(complete("sign"))
    case.when(complete("review")).refused("step_not_open")


def test_a_step_that_waits_for_an_event_is_completed_by_it() -> None:
    plan = protocol("""
steps:
  wait: {title: Attesa, waits_for: place_free}
  other: {title: Altro, waits_for: place_free}
  go: {title: Via, after: wait and other, role: worker}
events:
  place_free: {title: Posto, by: worker}
""")
    case = given(plan)
    assert case.open == {"wait", "other"}
    case.when(complete("wait")).refused("role_not_held")
    assert case.did(event("place_free")).open == {"go"}


def test_openings_due_together_happen_in_their_order() -> None:
    plan = protocol("""
steps:
  a: {title: A, role: worker}
  late:
    title: Tardi
    starts: 20 days after a
    role: worker
    due: {within: 2 days, remind: 1 day before due}
  soon:
    title: Presto
    starts: 10 days after a
    role: worker
    due: {within: 2 days, overdue: board}
""")
    case = given(plan).did(complete("a"))
    bodies = case.on("2026-05-01").when(pass_time()).events
    assert [(type(body).__name__, body.task) for body in bodies] == [  # type: ignore[attr-defined]
        ("StepOpened", "soon"),
        ("StepOpened", "late"),
    ]
    opened_at = at("2026-05-01")
    assert case.on(opened_at).did(pass_time()).task("soon").due == midnight("2026-05-03")


def test_time_that_runs_from_a_step_waits_for_that_step_to_begin() -> None:
    plan = protocol("""
steps:
  a: {title: A, role: worker}
  b: {title: B, after: a, role: worker}
  c: {title: C, after: a, starts: 2 days after b, role: worker}
  d: {title: D, role: worker}
  e: {title: E, after: a, starts: 2 days after d, role: worker}
  asleep: {title: Dorme, role: worker}
  f: {title: F, after: a, starts: 2 days after asleep, role: worker}
events:
  wake: {title: Sveglia, by: worker, opens: asleep}
""")
    case = given(plan, on="2026-03-02").on("2026-03-10").did(complete("a"))
    assert case.task("c").opens_at == midnight("2026-03-11")
    assert case.open == {"b", "d", "e"}
    assert case.status("f") == "waiting"
    woken = case.did(event("wake"))
    assert woken.task("f").opens_at == midnight("2026-03-11")


def test_a_region_inside_a_region_ends_with_it_whatever_waits_in_it() -> None:
    plan = protocol("""
steps:
  outer: {title: Fuori, role: worker}
  last: {title: Ultimo, after: outer, during: inner, role: worker}
  inner: {title: Dentro, during: outer, role: worker}
  other: {title: Altro, role: worker}
""")
    case = given(plan).did(complete("outer"))
    assert case.open == {"other"}
    assert case.status("last") == "out"
