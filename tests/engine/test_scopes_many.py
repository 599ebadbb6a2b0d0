"""Sub-protocols of which many run at once, one for each member; and what the log tells of them."""

from __future__ import annotations

from uuid import UUID

from domain.conformance import check_case
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.engine import events as e
from protocols.language.formula import OUT
from protocols.registry import Registry
from tests.engine.gwt import (
    CASE,
    TERRITORY,
    Given,
    add_member,
    complete,
    given,
    opened,
)
from tests.engine.scoped import path

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
