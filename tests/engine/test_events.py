"""What may happen to a case at any time: events, pauses, ends and re-entry."""

from __future__ import annotations

from datetime import timedelta

from protocols.engine import events as e
from protocols.facts import DisclosureWithdrawn
from tests.engine.gwt import (
    at,
    complete,
    event,
    given,
    midnight,
    pass_time,
    protocol,
    skip,
)

CRISIS = protocol("""
steps:
  work: {title: Lavoro, role: worker, due: {within: 10 days, remind: 2 days before due}}
  wd:
    title: Feriale
    role: worker
    due: {within: 10 working days, remind: 2 working days before due}
  hours: {title: Ore, role: worker, due: 30 hours}
  back: {title: Rientro, role: health, outcomes: {back: {resumes: clocks}}, due: 3 days}
  up: {title: Ripresa, role: health, outcomes: {up: {resumes: clocks}}}
events:
  crisis: {title: Crisi, by: health, pauses: clocks, opens: back}
  closure: {title: Chiusura, by: worker, pauses: clocks, opens: up}
  note: {title: Nota, by: worker, from: [SERT, NOA]}
  twice: {title: Due volte, by: worker, at_most: 2}
  early: {title: Presto, by: worker, after: back}
  beside: {title: Mentre, by: worker, during: back}
""")


def test_an_event_opens_its_step_which_is_asleep_until_then() -> None:
    case = given(CRISIS)
    assert case.status("back") == "waiting"
    case.when(event("crisis")).then(e.CaseEventHappened("crisis"), e.ClocksPaused, e.StepOpened)


def test_an_event_that_happens_again_opens_a_new_round_of_a_step_that_was_done() -> None:
    case = given(CRISIS).did(event("crisis"), complete("back", "back"), event("crisis"))
    assert case.task("back").round == 2
    assert case.state.happened["crisis"]["count"] == 2


def test_an_event_that_happens_while_its_step_is_open_leaves_it_open() -> None:
    given(CRISIS).did(event("crisis")).when(event("crisis")).then(e.CaseEventHappened)


def test_while_clocks_are_paused_nothing_that_was_open_is_due() -> None:
    case = given(CRISIS, on="2026-03-02").did(event("crisis"))
    reminded = case.on("2026-04-30").when(pass_time()).of(e.Reminded)
    assert reminded == []


def test_a_task_opened_during_a_pause_keeps_its_own_time() -> None:
    case = given(CRISIS).did(event("crisis"))
    assert case.task("back").ignores_pause
    assert case.task("back").due == midnight("2026-03-05")


def test_after_a_pause_as_many_calendar_days_are_left_as_were_left() -> None:
    case = given(CRISIS, on="2026-03-02").on("2026-03-05").did(event("crisis"))
    resumed = case.on("2026-03-25").did(complete("back", "back"))
    assert resumed.task("work").due == midnight("2026-04-01")
    assert resumed.task("work").remind == midnight("2026-03-29")
    assert not resumed.state.paused


def test_after_a_pause_as_many_working_days_are_left_as_were_left() -> None:
    case = given(CRISIS, on="2026-03-02")
    assert case.task("wd").due == midnight("2026-03-16")
    assert case.task("wd").remind == midnight("2026-03-11")
    resumed = case.on("2026-03-06").did(event("crisis")).on("2026-04-02")
    resumed = resumed.did(complete("back", "back"))
    # Six working days were left on Friday; Easter Monday and a week-end lie in between.
    assert resumed.task("wd").due == midnight("2026-04-13")
    assert resumed.task("wd").remind == midnight("2026-04-08")


def test_deadlines_in_hours_move_by_the_very_length_of_the_pause() -> None:
    case = given(CRISIS)
    due = case.task("hours").due
    paused = case.on("2026-03-02T11:00").did(event("crisis")).on("2026-03-05T12:30")
    assert due is not None
    assert paused.did(complete("back", "back")).task("hours").due == due + timedelta(
        days=3, hours=1, minutes=30
    )


def test_a_pause_that_ends_on_the_same_day_moves_no_day() -> None:
    for day in ("2026-02-25", "2026-03-06", "2026-03-07", "2026-03-08", "2026-12-31"):
        case = given(CRISIS, on=day)
        resumed = case.did(event("crisis"), complete("back", "back"))
        for step in ("work", "wd"):
            assert resumed.task(step).due == case.task(step).due
            assert resumed.task(step).remind == case.task(step).remind


def test_pauses_nest_and_the_clocks_run_again_when_the_last_is_over() -> None:
    case = given(CRISIS, on="2026-03-02").did(event("crisis"))
    both = case.on("2026-03-04").did(event("closure"))
    one = both.on("2026-03-10").did(complete("back", "back"))
    assert one.state.paused
    assert one.task("work").due == midnight("2026-03-12")
    none = one.on("2026-03-22").did(complete("up", "up"))
    assert not none.state.paused
    assert none.task("work").due == midnight("2026-04-01")


def test_leaving_out_the_step_that_would_resume_resumes() -> None:
    case = given(CRISIS, on="2026-03-02").did(event("crisis")).on("2026-03-12").did(skip("back"))
    assert not case.state.paused
    assert case.task("work").due == midnight("2026-03-22")


def test_an_event_may_be_for_some_sources_only() -> None:
    given(CRISIS).when(event("note")).refused("event_not_possible")
    assert given(CRISIS, source="SERT").when(event("note")).then(e.CaseEventHappened("note"))


def test_an_event_may_happen_at_most_so_often() -> None:
    case = given(CRISIS).did(event("twice"), event("twice"))
    case.when(event("twice")).refused("event_not_possible")


def test_an_event_may_be_possible_only_during_or_after_a_step() -> None:
    case = given(CRISIS)
    case.when(event("beside")).refused("event_not_possible")
    case.when(event("early")).refused("event_not_possible")
    paused = case.did(event("crisis"))
    paused.when(event("beside")).then(e.CaseEventHappened("beside"))
    done = paused.did(complete("back", "back"))
    done.when(event("early")).then(e.CaseEventHappened("early"))
    done.when(event("beside")).refused("event_not_possible")


def test_an_event_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    refusal = given(CRISIS).when(event("crysis")).refused("unknown_event")
    assert "crisis" in refusal.message.it


PLACEMENT = protocol("""
forms:
  withdraw: {title: Ritiro, fields: {host: {type: text, title: Ospitante, required: false}}}
steps:
  triage: {title: Analisi, role: worker}
  placement:
    title: Inserimento
    after: triage
    role: worker
    outcomes: {completed: , withdrew: {again: placement, at_most: 2}, stopped: {ends: interrupted}}
  letter: {title: Lettera, after: placement.completed, role: worker}
events:
  host_withdraws: {title: Ritiro, by: worker, form: withdraw, completes: placement.withdrew}
  stop: {title: Basta, by: worker, completes: placement.stopped, opens: letter, ends: stopped}
  restart: {title: Da capo, by: chief, again: triage}
  refusal: {title: Revoca, by: worker, records: DisclosureWithdrawn}
  death: {title: Decesso, by: worker, ends: deceased, silently: true}
  drop_out: {title: Abbandono, by: worker, ends: drop_out}
  absent: {title: Assenza, by: worker, at_most: 2}
  reentry: {title: Rientro, by: worker, reopens: 12 months, again: triage}
""")


def test_an_event_completes_a_step_with_an_outcome_and_its_data() -> None:
    case = given(PLACEMENT).did(complete("triage"))
    decided = case.when(event("host_withdraws", host="panificio"))
    decided.then(e.CaseEventHappened, e.StepCompleted, e.RoundStarted, e.StepOpened)
    assert decided.of(e.StepCompleted)[0].data == {"host": "panificio"}
    assert decided.of(e.StepOpened)[0].round == 2


def test_an_event_that_would_complete_a_step_that_is_not_open_only_happens() -> None:
    given(PLACEMENT).when(event("host_withdraws")).then(e.CaseEventHappened)


def test_an_event_happens_but_completes_nothing_where_the_outcome_is_used_up() -> None:
    case = given(PLACEMENT).did(
        complete("triage"), event("host_withdraws"), event("host_withdraws")
    )
    case.when(event("host_withdraws")).then(e.CaseEventHappened("host_withdraws"))
    case.when(complete("placement", "withdrew")).refused("outcome_used_up")


def test_an_event_completes_with_a_guarded_outcome_once_its_guard_holds() -> None:
    plan = protocol("""
steps:
  meet: {title: Incontro, role: worker, outcomes: {met: , lost: {when: events.no_show.count >= 3}}}
events:
  no_show: {title: Assenza, by: worker, completes: meet.lost}
""")
    case = given(plan).did(event("no_show"), event("no_show"))
    assert case.open == {"meet"}
    assert case.did(event("no_show")).state.ended == "completed"


def test_a_case_ended_by_what_an_event_completes_ends_once() -> None:
    case = given(PLACEMENT).did(complete("triage"))
    case.when(event("stop")).then(e.CaseEventHappened, e.StepCompleted, e.CaseEnded("interrupted"))


def test_an_event_may_start_a_new_round() -> None:
    case = given(PLACEMENT).did(complete("triage")).did(event("restart"))
    assert case.open == {"triage"}
    assert case.task("triage").round == 2


def test_an_event_records_a_fact() -> None:
    given(PLACEMENT).when(event("refusal")).then(
        e.CaseEventHappened("refusal"), DisclosureWithdrawn("refusal")
    )


def test_death_ends_the_case_silently_and_for_ever() -> None:
    case = given(PLACEMENT).did(complete("triage"))
    decided = case.when(event("death"))
    assert decided.of(e.CaseEnded) == [e.CaseEnded("deceased", True, ("placement",))]
    ended = case.did(event("death"))
    assert ended.state.silent
    ended.when(event("reentry")).refused("event_not_possible")
    ended.when(event("refusal")).refused("event_not_possible")


def test_nothing_is_due_after_the_end() -> None:
    ended = given(CRISIS).did(event("crisis"))
    closed = given(PLACEMENT).did(event("drop_out"))
    assert closed.on("2030-01-01").when(pass_time()).events == []
    assert ended.on("2030-01-01").when(pass_time()).events == []


def test_re_entry_within_its_time_is_a_new_episode_of_the_same_case() -> None:
    closed = given(PLACEMENT, on="2026-03-02").did(complete("triage"), event("drop_out"))
    back = closed.on("2027-03-02").did(event("reentry"))
    assert back.state.episode == 2
    assert not back.state.ended
    assert back.open == {"triage"}
    assert back.task("triage").round == 2
    assert back.did(complete("triage"), complete("placement", "completed")).open == {"letter"}


def test_re_entry_after_its_time_is_refused() -> None:
    closed = given(PLACEMENT, on="2026-03-02").did(event("drop_out"))
    closed.on("2027-03-03T00:01").when(event("reentry")).refused("event_not_possible")


def test_a_case_that_is_open_cannot_be_re_entered() -> None:
    given(PLACEMENT).when(event("reentry")).refused("event_not_possible")


def test_what_is_counted_is_counted_within_an_episode() -> None:
    closed = given(PLACEMENT).did(event("absent"), event("absent"), event("drop_out"))
    back = closed.did(event("reentry"))
    assert back.when(event("absent")).then(e.CaseEventHappened("absent"))
    worn = given(PLACEMENT).did(
        complete("triage"), event("host_withdraws"), event("host_withdraws"), event("drop_out")
    )
    again = worn.did(event("reentry"), complete("triage"))
    assert again.when(event("host_withdraws")).of(e.RoundStarted)


def test_a_pause_does_not_outlive_its_episode() -> None:
    plan = protocol("""
steps:
  work: {title: Lavoro, role: worker, due: 5 days}
  back: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}
events:
  crisis: {title: Crisi, by: worker, pauses: clocks, opens: back}
  stop: {title: Fine, by: worker, ends: stopped}
  reentry: {title: Rientro, by: worker, reopens: 1 year, again: work}
""")
    back = given(plan).did(event("crisis"), event("stop")).on("2026-06-01").did(event("reentry"))
    assert not back.state.paused
    assert back.task("work").due == midnight("2026-06-06")
    assert at("2026-06-01") == back.task("work").opened_at


def test_again_opens_a_step_that_is_otherwise_opened_by_an_event() -> None:
    plan = protocol("""
steps:
  work: {title: Lavoro, role: worker, outcomes: {done: , debrief: {again: talk, at_most: 3}}}
  more: {title: Altro, role: worker}
  talk: {title: Colloquio, role: worker}
events:
  withdrawal: {title: Ritiro, by: worker, opens: talk}
""")
    assert given(plan).did(complete("work", "debrief")).open == {"talk", "more"}
