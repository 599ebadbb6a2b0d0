"""Who may do a task: its role, whom the data name, deputies, who was called in when overdue."""

from __future__ import annotations

import msgspec
import pytest

from domain.case import commands as c
from domain.case.events import TaskAssigned, TaskClaimed, TaskReleased
from protocols.engine import events as e
from tests.engine.gwt import (
    MELZO,
    TERRITORY,
    Given,
    add_member,
    assign,
    claim,
    complete,
    event,
    given,
    pass_time,
    protocol,
    release,
)

COMUNE, DISTRICT = f"comune:{MELZO}", "district:5"

PLAN = protocol("""
roles:
  municipal_referent:
    {title: Referente comunale, held_by: {organisation: comune}, deputy: district_referent}
  district_referent: {title: Referente di distretto, held_by: {organisation: district}}
  management: {title: Coordinamento, held_by: {organisation: management}}
  case_manager: {title: Case manager, held_by: {organisation: comune, person: team.manager}}
exceptions: {skip: management, redo: management, force: management, correct: management}
forms:
  team:
    title: Équipe
    fields:
      manager: {type: person, title: Case manager}
      members: {type: list, title: M, fields: {person: {type: person, title: P}}}
steps:
  triage:
    title: Analisi
    role: municipal_referent
    due: {within: 5 days, overdue: {to: management, after: 5 days}}
  team: {title: Équipe, role: district_referent, form: team}
  assess: {title: Valutazione, after: team, each: team.members, role: municipal_referent}
  manage: {title: Gestione, after: team, role: case_manager}
events:
  note: {title: Nota, by: case_manager}
""")


def holding(name: str, *held: tuple[str, str]) -> c.Actor:
    return c.Actor(name, tuple((role, scope, False) for role, scope in held))


MUNICIPAL = holding("m", ("municipal_referent", COMUNE))
DISTRICT_REFERENT = holding("d", ("district_referent", DISTRICT))
MANAGEMENT = holding("g", ("management", "management"))


def with_team() -> Given:
    members = [{"person": "ada"}, {"person": "bea"}]
    return given(PLAN).did(complete("team", manager="ciro", members=members))


def test_the_role_is_held_in_the_scope_of_the_case() -> None:
    given(PLAN).when(complete("triage", actor=MUNICIPAL)).then(e.StepCompleted)
    elsewhere = holding("m", ("municipal_referent", "comune:015108"), ("management", COMUNE))
    refusal = given(PLAN).when(complete("triage", actor=elsewhere)).refused("role_not_held")
    assert refusal.kind == "forbidden"
    assert "Referente comunale" in refusal.message.it


@pytest.mark.parametrize("nobody", [c.Actor("x"), c.Actor("x", (("", "", False),)), c.Actor("")])
def test_nobody_is_not_everybody(nobody: c.Actor) -> None:
    case = with_team().by(nobody)
    for key in sorted(case.open):
        case.when(complete(key)).refused("role_not_held")
    case.when(event("note")).refused("role_not_held")


def test_a_deputy_of_the_role_may_act_and_it_is_written() -> None:
    decided = given(PLAN).when(complete("triage", actor=DISTRICT_REFERENT))
    assert decided.of(e.StepCompleted)[0].as_deputy


def test_somebody_who_holds_the_role_as_deputy_acts_as_deputy() -> None:
    standing_in = c.Actor("s", (("municipal_referent", COMUNE, True),))
    decided = given(PLAN).when(complete("triage", actor=standing_in))
    assert decided.of(e.StepCompleted)[0].as_deputy


def test_whoever_is_called_in_when_it_is_overdue_may_act_from_then_on() -> None:
    case = given(PLAN, on="2026-03-02")
    case.when(complete("triage", actor=MANAGEMENT)).refused("role_not_held")
    due = case.on("2026-03-08").did(pass_time())
    due.when(complete("triage", actor=MANAGEMENT)).refused("role_not_held")
    called = case.on("2026-03-13").did(pass_time())
    decided = called.when(complete("triage", actor=MANAGEMENT))
    assert decided.of(e.StepCompleted)[0].as_deputy


def test_the_person_whom_the_data_name_may_act_whatever_roles_they_hold() -> None:
    case = with_team()
    assert case.task("manage").assignee == "ciro"
    decided = case.when(complete("manage", actor=c.Actor("ciro")))
    assert not decided.of(e.StepCompleted)[0].as_deputy
    colleague = holding("k", ("case_manager", COMUNE))
    assert case.when(complete("manage", actor=colleague)).of(e.StepCompleted)[0].as_deputy
    case.when(complete("assess#ada", actor=c.Actor("ada"))).then(e.StepCompleted)
    case.when(complete("assess#ada", actor=c.Actor("bea"))).refused("role_not_held")


def test_events_and_exceptions_ask_for_their_role_or_the_person_named() -> None:
    case = with_team()
    case.when(event("note", c.Actor("ciro"))).then(e.CaseEventHappened("note"))
    case.when(event("note", c.Actor("dino"))).refused("role_not_held")


def test_the_machine_does_not_stand_in_for_people() -> None:
    machine = c.Actor("system:letter")
    given(PLAN).when(complete("triage", actor=machine)).refused("role_not_held")
    person = c.PassTime(
        command_id=complete("x").command_id, case=complete("x").case, actor=MUNICIPAL
    )
    given(PLAN).when(person).refused("machine_only")


# ── who took what ────────────────────────────────────────────────────────────────────────────


def test_a_task_that_somebody_took_is_theirs_until_released() -> None:
    other = holding("n", ("municipal_referent", COMUNE))
    case = given(PLAN)
    case.when(claim("triage", MUNICIPAL)).then(TaskClaimed("triage", "m"))
    taken = case.did(claim("triage", MUNICIPAL))
    taken.when(claim("triage", MUNICIPAL)).then()
    taken.when(claim("triage", other)).refused("task_claimed")
    taken.when(complete("triage", actor=other)).refused("task_claimed")
    taken.when(release("triage", other)).then(TaskReleased("triage"))
    taken.did(release("triage", other)).when(complete("triage", actor=other)).then(e.StepCompleted)
    case.when(release("triage", other)).then()


def test_a_task_may_be_given_to_a_holder_or_a_deputy_and_to_nobody_else() -> None:
    case = given(PLAN)
    today = case.now.date()
    holder = TERRITORY.holders("municipal_referent", COMUNE, today)[0][0]
    deputy = TERRITORY.holders("district_referent", DISTRICT, today)[0][0]
    for person in (holder, deputy):
        case.when(assign("triage", person, MUNICIPAL)).then(TaskAssigned("triage", person))
    refusal = case.when(assign("triage", "ada", MUNICIPAL)).refused("not_a_deputy")
    assert refusal.remedy is not None
    assert holder in refusal.remedy.it
    given_away = case.did(assign("triage", deputy, MUNICIPAL))
    given_away.when(complete("triage", actor=MUNICIPAL)).refused("task_claimed")


def test_who_named_the_members_may_add_one() -> None:
    case = with_team()
    more = c.AddMember(
        command_id=complete("x").command_id,
        case=complete("x").case,
        actor=DISTRICT_REFERENT,
        step="assess",
        member="dino",
    )
    case.when(more).then(e.StepOpened)
    case.by(c.Actor("ada")).when(add_member("assess", "dino")).refused("role_not_held")


def test_a_command_for_a_version_that_has_passed_is_refused() -> None:
    case = given(PLAN)
    seen = msgspec.structs.replace(complete("triage", actor=MUNICIPAL), expected=1)
    case.when(seen).refused("case_moved")
    now = msgspec.structs.replace(seen, expected=case.state.version)
    case.when(now).then(e.StepCompleted)


def test_only_tasks_that_exist_can_be_spoken_of() -> None:
    case = given(PLAN)
    assert "triage" in case.when(claim("triaje")).refused("unknown_step").message.it
    case.when(claim("assess#ada")).refused("step_not_open")
    case.when(claim("x" * 5000)).refused("unknown_step")
