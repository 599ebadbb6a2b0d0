"""A step that two persons sign: the second must be another, and must sign the same."""

from __future__ import annotations

from uuid import UUID

from domain.case import commands as c
from domain.conformance import check_case
from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.registry import Registry
from tests.engine.gwt import (
    CASE,
    SYSTEM,
    TERRITORY,
    claim,
    complete,
    everybody,
    given,
    protocol,
    redo,
)

PLAN = protocol("""\
forms:
  project:
    title: Progetto
    fields:
      goals: {type: text, title: Obiettivi}
      notes: {type: note, title: Note, personal: true, required: false}
steps:
  sign: {title: Firma, role: worker, form: project, signed_by: 2, outcomes: [signed, refused]}
  go: {title: Avvio, role: worker, after: sign.signed}
""")
HOLDS = everybody(PLAN).holds
ADA, BEA = c.Actor("ada", HOLDS), c.Actor("bea", HOLDS)


def test_the_first_signature_leaves_the_step_open() -> None:
    signed = given(PLAN).when(complete("sign", "signed", ADA, goals="casa"))
    signed.then(e.StepSigned)
    assert signed.state.marks["sign"].status == "open"
    assert signed.events[0].by == "ada"


def test_another_person_completes_it_without_answering_again() -> None:
    case = given(PLAN).did(complete("sign", "signed", ADA, goals="casa"))
    done = case.when(complete("sign", "signed", BEA)).then(e.StepCompleted, e.StepOpened)
    assert done.events[0].data == {"goals": "casa"}
    assert done.events[0].signed == ("ada", "bea")


def test_or_with_the_same_answers() -> None:
    case = given(PLAN).did(complete("sign", "signed", ADA, goals="casa"))
    case.when(complete("sign", "signed", BEA, goals="casa")).then(e.StepCompleted, e.StepOpened)


def test_the_same_person_cannot_sign_twice() -> None:
    case = given(PLAN).did(complete("sign", "signed", ADA, goals="casa"))
    case.when(complete("sign", "signed", ADA, goals="casa")).refused("second_person_needed")
    case.when(complete("sign", "signed", ADA)).refused("second_person_needed")


def test_who_signs_something_else_takes_the_first_ones_place() -> None:
    case = given(PLAN).did(complete("sign", "signed", ADA, goals="casa"))
    other = case.did(complete("sign", "signed", BEA, goals="lavoro"))
    assert other.task("sign").signature.by == "bea"
    other.when(complete("sign", "signed", BEA)).refused("second_person_needed")
    done = other.when(complete("sign", "signed", ADA)).then(e.StepCompleted, e.StepOpened)
    assert done.events[0].data == {"goals": "lavoro"}


def test_that_the_first_had_taken_it_keeps_nobody_from_signing_next() -> None:
    taken = given(PLAN).did(claim("sign", ADA))
    taken.when(complete("sign", "signed", BEA, goals="casa")).refused("task_claimed")
    signed = taken.did(complete("sign", "signed", ADA, goals="casa"))
    signed.when(complete("sign", "signed", BEA)).then(e.StepCompleted, e.StepOpened)
    signed.did(claim("sign", BEA)).when(complete("sign", "signed", ADA)).refused("task_claimed")


def test_personal_answers_of_the_second_are_signed_anew() -> None:
    case = given(PLAN).did(complete("sign", "signed", ADA, goals="casa"))
    case.when(complete("sign", "signed", BEA, goals="casa", notes="altro")).then(e.StepSigned)


def test_what_is_personal_is_in_the_event_and_not_in_the_state() -> None:
    signed = given(PLAN).when(complete("sign", "signed", ADA, goals="casa", notes="riservato"))
    assert signed.events[0].personal == {"notes": "riservato"}
    assert signed.state.tasks["sign"].signature.personal == {}


def test_the_machine_stands_for_both() -> None:
    plan = protocol("steps:\n  sign: {title: F, role: worker, signed_by: 2}\n")
    assert given(plan).did(complete("sign", "done", everybody(plan))).open == {"sign"}
    actor = c.Actor("system:test", HOLDS)
    assert given(plan).did(complete("sign", "done", actor)).state.ended == "completed"


def test_a_new_round_is_signed_anew() -> None:
    case = given(PLAN).did(
        complete("sign", "signed", ADA, goals="casa"), complete("sign", "signed", BEA)
    )
    again = case.did(redo("sign"))
    again.when(complete("sign", "signed", BEA, goals="casa")).then(e.StepSigned)


def test_a_signed_history_can_be_followed() -> None:
    history: list[Recorded] = []
    case = given(PLAN)
    opened = case.state.opened
    bodies: list[list[e.Body]] = [[opened, e.StepOpened("sign", "sign", 1, "worker",
                                   "comune:015142", deputy="chief")]]  # fmt: skip
    for actor in (ADA, BEA):
        decided = case.when(complete("sign", "signed", actor, goals="casa"))
        bodies.append(decided.events)
        case = case.did(complete("sign", "signed", actor, goals="casa"))
    for number, command in enumerate(bodies):
        for body in command:
            position = len(history) + 1
            history.append(
                Recorded(
                    position=position, originator_id=CASE, originator_version=position, body=body,
                    at=case.now, actor=SYSTEM.id, command_id=UUID(int=number),
                )
            )  # fmt: skip
    assert not check_case(CASE, history, Registry([PLAN]), TERRITORY).findings
