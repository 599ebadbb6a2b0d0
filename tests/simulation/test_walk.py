"""One case by hand: the clock, the way back, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from protocols.engine import events as e
from protocols.language.durations import Duration
from protocols.simulation.walk import Walk, Wrong
from tests.simulation.shapes import MINI, SHIPPED, TERRITORY, shares

MONDAY = date(2026, 3, 2)


def walk(plan=MINI, **options) -> Walk:
    return Walk(plan, TERRITORY, shares(plan), day=MONDAY, **options)


def keys(case: Walk) -> list[str]:
    return [task.key for task in case.tasks]


def test_a_case_begins_with_its_first_steps():
    case = walk()
    assert keys(case) == ["triage"]
    assert case.now.astimezone(TERRITORY.timezone).isoformat() == "2026-03-02T09:00:00+01:00"
    assert isinstance(case.history[0].events[0], e.CaseOpened)


def test_suggested_answers_lead_on_to_the_end():
    case = walk()
    case.complete("triage", "complex")
    case.complete("team", "done")
    for key in keys(case):
        if key.startswith("assess#"):
            case.complete(key, "done")
    case.complete("conference", "refuse")
    assert case.state.ended == "not_eligible"
    assert case.tasks == []


def test_answers_that_are_typed_are_checked():
    with pytest.raises(Wrong) as wrong:
        walk().complete("triage", "simple", {"need": "wrk"})
    [field] = wrong.value.fields
    assert field.field == "need"
    assert "«work»" in field.message.it


def test_an_unknown_outcome_is_refused_and_nothing_has_happened():
    case = walk()
    with pytest.raises(Wrong):
        case.complete("triage", "nowhere", {"need": "work"})
    assert len(case.history) == 1


def test_undo_takes_back_one_thing_at_a_time():
    case = walk()
    before = case.state
    case.complete("triage", "simple")
    case.wait(Duration(20, "day"))
    assert case.undo()
    assert case.undo()
    assert case.state is before
    assert case.now.astimezone(TERRITORY.timezone).date() == MONDAY
    assert not case.undo()


def test_what_is_due_on_the_way_happens_at_its_own_time():
    case = walk()
    entries = case.wait(Duration(60, "day"))
    kinds = [type(body) for entry in entries for body in entry.events]
    assert kinds[0] is e.Reminded
    assert e.Escalated in kinds
    assert [entry.at for entry in entries] == sorted({entry.at for entry in entries})
    assert case.now.astimezone(TERRITORY.timezone).date().isoformat() == "2026-05-01"


def test_next_goes_to_what_is_due_next():
    case = walk()
    assert case.next is not None
    at = case.next.at
    [entry] = case.wait_for_next()
    assert entry.at == case.now == at


def test_nothing_more_is_due_once_a_case_has_ended():
    case = walk()
    case.happen("death")
    with pytest.raises(Wrong, match="nothing"):
        case.wait_for_next()


def test_working_days_are_those_of_the_place():
    case = walk()
    case.wait(Duration(5, "working day"))
    assert case.now.astimezone(TERRITORY.timezone).date().isoformat() == "2026-03-09"


def test_events_say_why_they_cannot_happen():
    reasons = dict(walk().events())
    assert reasons["crisis"] is None
    assert "«Inserimento»" in reasons["host_withdrawal"].it
    with pytest.raises(Wrong):
        walk().happen("host_withdrawal")


def test_outcomes_say_why_they_are_not_possible():
    case = walk(SHIPPED, attributes={"source": "ACCESS_DESK"})
    case.happen("no_show")
    reasons = dict(case.outcomes("recontact"))
    assert reasons["new_appointment"] is None
    assert reasons["close"] is not None


def test_attributes_may_be_given():
    case = walk(SHIPPED, attributes={"comune": "015175", "minor": True})
    assert case.state.attributes["district"] == 3
    assert case.state.attributes["minor"] is True
