"""Sub-protocols: steps inside a step, one after the other, in one another, and many at once."""

from __future__ import annotations

from uuid import UUID

from domain.conformance import check_case
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.formula import OPEN, OUT
from protocols.language.library import Library
from protocols.language.load import read_protocol
from protocols.registry import Registry
from tests.engine.gwt import (
    CASE,
    TERRITORY,
    Given,
    add_member,
    complete,
    event,
    force,
    given,
    opened,
    pass_time,
    redo,
    skip,
)

HEAD = """\
protocol: {name}
version: 1.0.0
title: {name}
territory: adda-martesana
valid_from: 2021-01-01
exceptions: {{skip: chief, redo: chief, force: chief, correct: chief}}
roles:
  worker: {{title: Chi lavora, held_by: {{organisation: comune}}, deputy: chief}}
  chief: {{title: Chi dirige, held_by: {{organisation: district}}}}
"""

PLACEMENT = """
takes: {ends_on: date}
gives: {hours: close.hours}
forms:
  hours: {title: Ore, fields: {hours: {type: integer, title: Ore}}}
steps:
  start: {title: Avvio, role: worker, outcomes: [started, refused]}
  work:
    title: Lavoro
    after: start.started
    role: worker
    outcomes: {finished: , hired: {ends: hired}, broken_off: {ends: interrupted}}
  visit: {title: Visita, during: work, every: month, role: worker}
  close:
    title: Chiusura
    after: work.finished
    starts: 5 days before given.ends_on
    role: worker
    form: hours
    outcomes: {done: {result: finished_well}}
  once_more: {title: Ancora, after: start.refused, role: worker, outcomes: {
    again: {again: start, at_most: 1}, stop: {ends: interrupted}}}
  recovery: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}
events:
  accident: {title: Infortunio, by: worker, pauses: clocks, opens: recovery}
  host_fails: {title: Ritiro, by: worker, ends: interrupted}
"""

PATH = """
forms:
  match: {title: Abbinamento, fields: {ends_on: {type: date, title: Fino al}}}
steps:
  match: {title: Abbinamento, role: worker, form: match, outcomes: [accepted, none]}
  placement:
    title: Inserimento
    after: match.accepted
    uses: placement/1.0.0
    with: {ends_on: match.ends_on}
    outcomes:
      completed:
      finished_well:
      interrupted: {again: match, at_most: 1}
      hired: {ends: hired}
  review:
    title: Verifica
    after: placement.finished_well
    when: placement.hours > 10
    role: worker
  find_other: {title: Altra via, after: placement.interrupted, role: worker}
events:
  death: {title: Decesso, by: worker, ends: deceased, silently: true}
  stop: {title: Fermo, by: worker, completes: placement.interrupted}
"""


def library(**texts: str) -> Library:
    found = Library()
    for name, text in texts.items():
        found = found.with_text(HEAD.format(name=name) + text, f"{name}/1.0.0.yaml")
    return found


def path(text: str, **used: str) -> Plan:
    return read_protocol(HEAD.format(name="path") + text, "path/1.0.0.yaml", library(**used))


def placed() -> Given:
    """A case inside its placement, which has begun."""
    case = given(path(PATH, placement=PLACEMENT))
    return case.did(complete("match", "accepted", ends_on="2026-09-01"))


# ── one scope ────────────────────────────────────────────────────────────────────────────────


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


# ── scopes in scopes ─────────────────────────────────────────────────────────────────────────

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


# ── many at once ─────────────────────────────────────────────────────────────────────────────

MANY = """
forms:
  hosts:
    title: Ospiti
    fields: {people: {type: list, title: Chi, fields: {person: {type: person, title: Chi}}}}
steps:
  choose: {title: Scelta, role: worker, form: hosts}
  trial:
    title: Prova
    after: choose
    uses: trial/1.0.0
    each: choose.people
    at_most: 3
    outcomes: {completed: , failed: }
  last: {title: Fine, role: worker, after: trial.completed or trial.failed}
"""
# What comes first belongs to the roles.
TRIAL = """\
  tutor: {title: Tutor, held_by: {organisation: employment, person: given.member}}
takes: {member: person}
steps:
  begin: {title: Avvio, role: tutor, outcomes: {yes: , no: {ends: failed}}}
  finish: {title: Fine prova, role: tutor, after: begin.yes}
"""


def many(**changes: str) -> Given:
    text = MANY
    for old, new in changes.items():
        text = text.replace(old, new)
    return given(path(text, trial=TRIAL))


def chosen(case: Given, *people: str) -> Given:
    return case.did(complete("choose", people=[{"person": person} for person in people]))


def test_one_runs_for_each_member_and_later_ones_may_be_added() -> None:
    case = chosen(many(), "ada", "bea")
    assert case.open == {"begin_1", "begin_2"}
    assert case.task("begin_1").assignee == "ada"
    assert case.task("begin_2").assignee == "bea"
    case = case.did(complete("begin_1", "yes"), add_member("trial", "ciro"))
    assert case.open == {"finish_1", "begin_2", "begin_3"}
    case.when(add_member("trial", "ciro")).refused("already_there")
    case.when(add_member("trial", "dino")).refused("no_room")
    case = case.did(complete("finish_1"), complete("begin_2", "no"), complete("begin_3", "no"))
    assert case.state.marks["trial"].outcome == "mixed"


def test_all_of_one_mind_give_the_outcome_of_the_step() -> None:
    case = chosen(many(), "ada", "bea").did(complete("begin_1", "no"), complete("begin_2", "no"))
    assert case.state.marks["trial"].outcome == "failed"
    assert case.open == {"last"}
    case.when(add_member("trial", "ciro")).refused("step_not_open")


def test_enough_of_them_leave_the_others() -> None:
    enough = {"at_most: 3": "at_most: 3\n    enough: 1\n    rest: withdrawn"}
    case = chosen(many(**enough), "ada", "bea").did(complete("begin_1", "no"))
    assert case.open == {"last"}
    assert case.status("trial_2") == OUT


def test_members_beyond_the_most_are_told_and_nobody_means_out() -> None:
    case = many()
    people = [{"person": person} for person in ("ada", "bea", "ciro", "dino")]
    begun = case.when(complete("choose", people=people)).of(e.ScopeOpened)
    assert begun[0].no_room == ("dino",)
    assert [scope.member for scope in begun[1:]] == ["ada", "bea", "ciro"]


# ── the history explains itself ──────────────────────────────────────────────────────────────


def test_the_log_alone_explains_it_again() -> None:
    case = many()
    history: list[Recorded] = []

    def note(bodies: list[e.Body], command: int = 0) -> None:
        for body in bodies:
            place = len(history) + 1
            history.append(Recorded(
                position=place, originator_id=CASE, originator_version=place, body=body,
                at=case.now, actor=case.actor.id, command_id=UUID(int=command),
            ))  # fmt: skip

    note([opened(case.plan), e.StepOpened("choose", "choose", 1, "worker", "comune:015142",
                                          deputy="chief")])  # fmt: skip
    commands = (
        complete("choose", people=[{"person": "ada"}]),
        add_member("trial", "bea"),
        complete("begin_1", "no"),
        complete("begin_2", "no"),
    )
    for number, command in enumerate(commands, start=1):
        decided = case.when(command)
        assert not isinstance(decided.refusal, Refused)
        note(decided.events, number)
        case = Given(case.plan, decided.state, case.now, case.actor)
    findings = check_case(CASE, history, Registry([case.plan]), TERRITORY).findings
    assert not findings, [finding.message.en for finding in findings]


# Of texts that say of their members neither that they are staff, nor hosts, services or comuni.
UNITS = """
forms:
  chosen:
    title: Scelta
    fields: {units: {type: choices, title: Quali, options: [unit-1, unit-2]}}
steps:
  choose: {title: Scelta, role: worker, form: chosen}
  trial:
    title: Prova
    after: choose
    uses: trial/1.0.0
    each: choose.units
    at_most: 4
    outcomes: {completed: , failed: }
"""
UNIT = """\
takes: {member: %s}
steps:
  begin: {title: Avvio, role: worker, outcomes: {yes: , no: {ends: failed}}}
"""


def test_a_member_that_nothing_tells_of_is_a_code_and_never_a_name() -> None:
    case = given(path(UNITS, trial=UNIT % "choice")).did(complete("choose", units=["unit-1"]))
    for name in ("Rosa D'Adda", "rosa adda", "Rosa", "è-2", "a" * 61, "", "unit-2\n"):
        refusal = case.when(add_member("trial", name)).refused("member_no_code")
        assert name not in refusal.message.it or not name
    assert case.did(add_member("trial", "unit_2.b")).open == {"begin_1", "begin_2"}
