"""What may still come on the path that a case is on."""

from __future__ import annotations

from protocols.engine.outlook import ahead
from tests.engine.gwt import Given, complete, event, given, protocol

PATH = protocol("""
steps:
  ask: {title: Domanda, role: worker, outcomes: [alone, together]}
  alone:
    title: Da soli
    after: ask.alone
    role: worker
    outcomes: {done: null, more: {again: ask}}
  meet: {title: Riunione, after: ask.together, role: worker, outcomes: [agreed, missing]}
  complete: {title: Completare, after: meet.missing, role: worker, outcomes: {done: {again: meet}}}
  sign: {title: Firma, after: meet.agreed, role: worker}
  back: {title: Rientro, role: worker}
  after_back: {title: Dopo il rientro, after: back, role: worker}
  during: {title: Durante, during: sign, role: worker, optional: true}
events:
  crisis: {title: Crisi, by: worker, opens: back}
""")


def coming(case: Given) -> frozenset[str]:
    return ahead(PATH, case.state.marks)


def test_at_the_beginning_all_may_come_that_needs_no_event() -> None:
    assert coming(given(PATH)) == {"alone", "meet", "complete", "sign", "during"}


def test_a_path_not_taken_does_not_come_nor_what_only_an_event_opens() -> None:
    case = given(PATH).did(complete("ask", "alone"))
    assert coming(case) == frozenset()
    assert coming(case.did(event("crisis"))) == {"after_back"}


def test_what_was_passed_comes_again_where_every_outcome_goes_back_to_it() -> None:
    case = given(PATH).did(complete("ask", "together"), complete("meet", "missing"))
    assert coming(case) == {"meet", "sign", "during"}
