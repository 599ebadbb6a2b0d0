"""The movable clock: everything due happens, in order."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from domain.installation import initialise
from domain.log.migrations import migrate
from domain.refusal import Refused
from domain.settings import Settings
from tests.workflows.conftest import Town
from workflows.clock import AdvanceStuck, advance


def test_all_that_is_due_happens_in_order_and_at_its_own_instant(town: Town) -> None:
    with town.machine():
        first, second = town.refer(), town.refer()
        for case in (first, second):
            town.complete(case, "triage", "days")
        report = advance(town.settings, timedelta(days=120))
        for case in (first, second):
            happened = [
                event
                for event in town.history(case)
                if type(event.body).__name__ in ("Reminded", "Escalated", "StepOpened")
            ][-4:]
            names = [type(event.body).__name__ for event in happened]
            assert names == ["Reminded", "Escalated", "Escalated", "StepOpened"]
            deadlines = town.service.state(case).tasks["project"]
            assert happened[1].at - deadlines.ladder[0].at < timedelta(minutes=1)
            assert happened[2].at - deadlines.ladder[1].at < timedelta(minutes=1)
    assert report.moves == 8
    assert report.end - report.start >= timedelta(days=120)


def test_a_real_installation_refuses(empty_database_url: str) -> None:

    migrate(empty_database_url)
    initialise(empty_database_url, "real")
    with pytest.raises(Refused) as refused:
        advance(Settings(database_url=empty_database_url), timedelta(days=1))
    assert refused.value.code == "clock_not_movable"


def test_without_a_worker_the_sentence_names_the_case(town: Town) -> None:
    with town.conductor():
        case = town.refer()
        town.complete(case, "triage", "days")
        with pytest.raises(AdvanceStuck) as stuck:
            advance(town.settings, timedelta(days=60), patience=2.0)
    assert stuck.value.case == str(case)
    assert str(case) in stuck.value.message.it


def test_without_a_conductor_the_sentence_says_so(town: Town) -> None:
    town.refer()
    with pytest.raises(AdvanceStuck) as stuck:
        advance(town.settings, timedelta(days=60), patience=1.0)
    assert stuck.value.case is None


def test_the_clock_does_not_go_back(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        advance(town.settings, timedelta(days=-1))
    assert refused.value.code == "clock_goes_forward"
    with psycopg.connect(town.settings.database_url) as connection:
        row = connection.execute("SELECT offset_ FROM clock").fetchone()
    assert row == (timedelta(0),)
