"""Synthetic answers are accepted by every form, for every outcome."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from protocols.language.answers import check
from protocols.simulation.answers import Answers, known_to
from tests.simulation.shapes import MINI, SHIPPED, TERRITORY, protocol

DAY = date(2026, 3, 2)
EVERY_TYPE = """
steps:
  ask: {title: Chiedere, role: worker, form: everything, outcomes: {done: {requires: [spare]}}}
  count: {title: Contare, after: ask, each: ask.people, enough: 2}
  later: {title: Dopo, after: ask, role: worker, starts: 3 days before ask.shown}
forms:
  everything:
    title: Tutto
    fields:
      a: {type: text, title: A}
      b: {type: note, title: B, personal: true}
      c: {type: integer, title: C, min: -3, max: -1}
      d: {type: decimal, title: D, min: 0.25, max: 0.75}
      e: {type: money, title: E}
      f: {type: date, title: F}
      g: {type: yes_no, title: G}
      h: {type: choice, title: H, options: [x, y]}
      i: {type: choices, title: I, options: [x, y, z]}
      j: {type: scale, title: J, min: 1, max: 6}
      k: {type: comune, title: K}
      l: {type: service, title: L}
      m: {type: host, title: M}
      n: {type: person, title: N}
      o: {type: group, title: O, fields: {p: {type: integer, title: P, min: 5}}}
      people: {type: list, title: Persone, fields: {who: {type: person, title: Chi}}}
      shown: {type: date, title: Data}
      only_x: {type: text, title: X, when: h == 'x'}
      q: {type: instrument, title: Q, instrument: honos/1}
      r: {type: instrument, title: R, instrument: gaf/1}
      spare: {type: text, title: Riserva, required: false}
"""


def _plans():
    return [SHIPPED, MINI, protocol(EVERY_TYPE)]


@pytest.mark.parametrize("plan", _plans(), ids=lambda plan: plan.protocol.protocol)
def test_answers_are_accepted_by_the_form_of_every_outcome_and_event(plan):
    answers, known = Answers(plan, TERRITORY), known_to(TERRITORY)
    document = plan.protocol
    asked = [
        (step.form, name, outcome, step.outcome(outcome).requires)
        for name, step in document.steps.items()
        for outcome in step.outcomes
    ] + [(event.form, name, "", ()) for name, event in document.events.items()]
    for form_name, name, outcome, requires in asked:
        form = document.forms[form_name] if form_name else None
        for seed in range(20):
            for complete in (False, True):
                draw = Random(seed)
                given = (
                    answers.for_step(name, outcome, draw, DAY, complete=complete)
                    if outcome
                    else answers.for_event(name, draw, DAY, complete=complete)
                )
                data, personal, errors = check(form, given, known, requires)
                assert errors == [], (name, outcome, given)
                assert answers.apart(form_name, given) == (data, personal)


def test_the_same_draws_give_the_same_answers():
    answers = Answers(SHIPPED, TERRITORY)
    first = answers.for_step("constitute_team", "complete", Random(7), DAY)
    assert first == answers.for_step("constitute_team", "complete", Random(7), DAY)
    assert first != answers.for_step("constitute_team", "complete", Random(8), DAY)


def test_lists_hold_one_member_more_than_the_quorum_and_no_one_twice():
    answers = Answers(SHIPPED, TERRITORY)
    members = answers.for_step("constitute_team", "complete", Random(1), DAY)["members"]
    assert len({member["person"] for member in members}) == len(members) == 4
    assert len({member["role"] for member in members}) == 4


def test_dates_that_are_counted_from_lie_ahead_and_others_on_the_day():
    answers = Answers(protocol(EVERY_TYPE), TERRITORY)
    given = answers.for_step("ask", "done", Random(1), DAY)
    assert given["shown"] > DAY.isoformat()
    assert given["f"] == DAY.isoformat()
