"""Steps that are cancelled, and events that come before they are wanted."""

from __future__ import annotations

from protocols.engine import events as e
from tests.engine.gwt import SYSTEM, assign, claim, complete, event, given, protocol, release, skip

CANCEL = """\
steps:
  hear:
    title: Colloquio
    role: worker
    outcomes: {fine: , enough: {cancels: [visit, report]}}
  visit: {title: Visita, role: worker}
  report: {title: Relazione, role: worker, after: hear and visit}
  letter: {title: Lettera, role: worker, after: "settled(visit)"}
"""


def test_an_outcome_cancels_what_is_open_and_what_waits() -> None:
    case = given(protocol(CANCEL)).did(complete("hear", "enough"))
    assert case.status("visit") == case.status("report") == "out"
    assert case.open == {"letter"}


def test_what_is_done_stays_done() -> None:
    case = given(protocol(CANCEL)).did(complete("visit"), complete("hear", "enough"))
    assert case.status("visit") == "done"
    assert case.status("report") == "out"


def test_a_new_round_undoes_a_cancelling() -> None:
    plan = protocol(
        CANCEL
        + """\
events:
  again: {title: Da capo, by: worker, again: hear}
  stop: {title: Basta, by: worker, cancels: report}
"""
    )
    case = given(plan).did(event("stop"), event("again"), complete("hear", "fine"))
    assert case.did(complete("visit")).status("report") == "open"


def test_cancelling_what_lets_the_clocks_run_again_lets_them_run() -> None:
    plan = protocol("""\
steps:
  work: {title: Lavoro, role: worker, due: 10 days}
  back: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}
events:
  crisis: {title: Crisi, by: worker, pauses: clocks, opens: back}
  lost: {title: Persa, by: worker, cancels: back}
""")
    case = given(plan).did(event("crisis"))
    assert case.state.pauses == ("crisis",)
    assert case.did(event("lost")).state.pauses == ()


def test_cancelling_what_only_an_event_opens_leaves_it_asleep() -> None:
    plan = protocol("""\
steps:
  work: {title: Lavoro, role: worker}
  extra: {title: Altro, role: worker}
events:
  call: {title: Chiamata, by: worker, opens: extra}
  stop: {title: Basta, by: worker, cancels: extra}
""")
    case = given(plan).did(event("stop"))
    assert case.status("extra") == "waiting"
    case = case.did(event("call"), event("stop"))
    assert case.status("extra") == "out"
    assert case.did(event("call")).open == {"work", "extra"}


KEEP = """\
forms:
  offer: {title: Offerta, fields: {hours: {type: integer, title: Ore}}}
steps:
  project: {title: Progetto, role: worker, outcomes: {ready: , again: {again: project}}}
  wait:
    title: Attesa
    after: project.ready
    waits_for: offer
    records: {fact: PlaceReserved, fields: {host: "=h", kind: "=k"}}
  start: {title: Avvio, role: worker, after: wait, outcomes: {fine: , lost: {again: wait}}}
events:
  offer: {title: Offerta, by: worker, form: offer, keeps: true}
  stop: {title: Fine, by: worker, ends: stopped}
  back: {title: Rientro, by: worker, reopens: 1 year, again: project}
"""


def test_a_kept_event_completes_the_step_that_wants_it_with_its_data() -> None:
    case = given(protocol(KEEP)).did(event("offer", hours=20))
    done = case.when(complete("project", "ready"))
    completed = done.of(e.StepCompleted)[1]
    assert (completed.step, completed.event, completed.data) == ("wait", "offer", {"hours": 20})
    assert done.state.data["wait"]["hours"] == 20
    assert done.state.open_tasks()[0].key == "start"


def test_each_kept_event_serves_once_in_order() -> None:
    plan = protocol(KEEP)
    case = given(plan).did(event("offer", hours=20), event("offer", hours=30))
    case = case.did(complete("project", "ready"))
    assert case.state.data["wait"]["hours"] == 20
    case = case.did(complete("start", "lost"))
    assert case.state.data["wait"]["hours"] == 30
    case = case.did(complete("start", "lost"))
    assert case.open == {"wait"}


def test_an_event_that_was_wanted_is_not_kept() -> None:
    case = given(protocol(KEEP)).did(complete("project", "ready"), event("offer", hours=20))
    assert case.state.kept.get("offer", ()) == ()
    assert case.did(complete("start", "lost")).open == {"wait"}


def test_a_new_episode_forgets_what_was_kept() -> None:
    case = given(protocol(KEEP)).did(event("offer", hours=20), event("stop"), event("back"))
    assert case.did(complete("project", "ready")).open == {"wait"}


GROUP = """\
steps:
  home: {title: Casa, role: worker, one_at_a_time: visits}
  school: {title: Scuola, role: worker, one_at_a_time: visits}
  letter: {title: Lettera, role: worker}
"""


def test_while_one_of_a_group_is_taken_the_others_wait() -> None:
    case = given(protocol(GROUP)).did(claim("home"))
    case.when(claim("school")).refused("one_at_a_time")
    case.when(assign("school", "ada")).refused("one_at_a_time")
    case.when(complete("school")).refused("one_at_a_time")
    assert case.did(release("home"), claim("school")).open == {"home", "school", "letter"}


def test_what_is_of_no_group_does_not_wait() -> None:
    case = given(protocol(GROUP)).did(claim("home"))
    assert case.did(claim("letter"), complete("letter")).open == {"home", "school"}


def test_one_that_is_left_out_frees_the_others() -> None:
    case = given(protocol(GROUP)).did(claim("home"), skip("home"))
    assert case.did(claim("school")).task("school").claimed_by == "everybody"


def test_an_event_settles_a_step_of_many_with_what_there_is() -> None:
    plan = protocol("""\
forms:
  team:
    title: Équipe
    fields:
      groups:
        type: list
        title: Gruppi
        fields: {people: {type: list, title: P, fields: {who: {type: person, title: Chi}}}}
steps:
  team: {title: Équipe, role: worker, form: team}
  ask:
    title: Parere
    role: worker
    after: team
    each: team.groups.people.who
    outcomes: ['yes', 'no']
  meet: {title: Riunione, role: worker, after: ask.no}
events:
  late: {title: Tardi, by: worker, completes: ask.no}
""")
    groups = [{"people": [{"who": "ada"}, {"who": "bea"}]}, {"people": [{"who": "ciro"}]}]
    case = given(plan).did(complete("team", groups=groups))
    assert case.open == {"ask#ada", "ask#bea", "ask#ciro"}
    case = case.did(complete("ask#ada", "yes"), event("late"))
    assert case.open == {"meet"}
    assert case.when(complete("ask#bea", "yes", SYSTEM)).refusal
