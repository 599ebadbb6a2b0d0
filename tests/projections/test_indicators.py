"""The steering board's figures, checked by hand on a few cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import Connection

from projections import storage
from projections.indicators import queries as figures
from projections.indicators.population import Population
from projections.indicators.published import (
    published_exits,
    published_funnel,
    published_placements,
)
from projections.projector import Projector
from protocols.engine import events as e
from protocols.engine import moves
from protocols.facts import CaseClosed, FollowUpDone, PlacementResumed, PlacementSuspended
from protocols.facts import ProjectSigned as Signed

MELZO, TREZZO = "015142", "015221"


@pytest.fixture
def project(world: Any, database_url: str) -> Iterator[Callable[[], Connection[Any]]]:
    projector = Projector(database_url, world.recorder, world.models())
    with storage.connect(database_url) as connection:

        def catch_up() -> Connection[Any]:
            projector.catch_up(connection)
            return connection

        yield catch_up


def test_persons_cases_and_episodes_are_counted_separately(world: Any, project: Any) -> None:
    first = world.case()
    first.complete("triage", "not_needed")
    world.later(days=30)
    first.happen("reentry")
    world.case(person=first.person)
    world.case(TREZZO)
    (five, eight) = figures.funnel(project(), by=["district"])
    assert (five.group, five.persons, five.cases, five.episodes) == (["5"], 1, 2, 3)
    assert (eight.group, eight.persons, eight.cases, eight.episodes) == (["8"], 1, 1, 1)
    assert (five.triaged, five.ended) == (1, 1)


def test_an_episode_stays_in_the_district_where_it_began(world: Any, project: Any) -> None:
    one = world.case(MELZO)
    one.happen("moving", comune=TREZZO, district=8)
    (row,) = figures.funnel(project(), by=["source", "district"])
    assert row.group == ["PSYCHIATRIC_CENTRE", "5"]


def test_age_and_sex_divide_and_filter(world: Any, project: Any) -> None:
    for year in (1960, 1990, 2003, 2010, None):
        world.case(person=world.person("P", year))
    connection = project()
    bands = [row.group[0] for row in figures.funnel(connection, by=["age_band"])]
    assert bands == ["0-17", "18-29", "30-44", "60+", "unknown"]
    (young,) = figures.funnel(connection, Population(age_band="18-29"), by=["sex"])
    assert (young.group, young.persons) == (["F"], 1)
    (nobody,) = figures.funnel(connection, Population(districts=(3,)), by=[])
    assert nobody.persons == 0
    assert figures.funnel(connection, Population(since=date(2030, 1, 1))) == []
    (all_of_them,) = figures.funnel(connection, Population(until=world.now.date()), by=[])
    assert all_of_them.cases == 5


def test_a_wait_has_its_median_its_ninetieth_percentile_and_its_share_overdue(
    world: Any, project: Any
) -> None:
    start = world.now
    for days in (2, 4, 6, 8, 60):
        world.now = start
        one = world.case()
        world.later(days=days)
        one.complete("triage", "not_needed")
    world.now = start
    world.case()
    now = start + timedelta(days=90)
    cut_off, wait = figures.waits(project(), now)
    assert (cut_off.indicator, cut_off.ended, cut_off.running) == ("placement", 0, 0)
    assert (wait.indicator, wait.started, wait.ended, wait.running) == ("triage", 6, 5, 1)
    assert wait.median_days == 6
    assert wait.p90_days == pytest.approx(39.2)
    # One was late, one is late now.
    assert (wait.overdue, wait.overdue_share) == (2, pytest.approx(0.333))


def test_a_pause_gives_a_wait_as_much_time_as_it_lasted(world: Any, project: Any) -> None:
    one = world.case()
    world.later(days=10)
    one.happen("crisis")
    world.later(days=40)
    one.complete("return", "back")
    world.later(days=10)
    one.complete("triage", "not_needed")
    wait = figures.waits(project(), world.now)[-1]
    assert (wait.indicator, wait.ended, wait.overdue) == ("triage", 1, 0)


def test_a_wait_cut_off_by_the_end_of_the_case_is_never_overdue(world: Any, project: Any) -> None:
    one = world.case()
    one.happen("death")
    (wait,) = figures.waits(project(), world.now + timedelta(days=999))
    assert (wait.started, wait.ended, wait.running, wait.overdue) == (1, 0, 0, 0)


def test_each_step_that_people_do_has_its_wait(world: Any, project: Any) -> None:
    one = world.case()
    world.later(days=3)
    one.to_placement()
    rows = {row.indicator: row for row in figures.step_waits(project(), world.now)}
    assert (rows["triage"].started, rows["triage"].median_days) == (1, 3)
    assert (rows["assess"].started, rows["assess"].ended) == (2, 2)
    assert (rows["placement"].ended, rows["placement"].running) == (0, 1)
    assert "acknowledge" not in rows


def test_placements_are_told_by_kind_and_outcome_without_suspended_days(
    world: Any, project: Any
) -> None:
    hired, running = world.case(), world.case(TREZZO)
    for one in (hired, running):
        one.to_placement()
    world.later(days=10)
    hired.record(PlacementSuspended("placement", "illness"))
    world.later(days=30)
    hired.record(PlacementResumed("placement"))
    world.later(days=10)
    hired.complete("placement", "hired")
    rows = {row.outcome: row for row in figures.placements(project())}
    assert set(rows) == {"hired", "running"}
    assert (rows["hired"].kind, rows["hired"].placements) == ("TRAINEESHIP", 1)
    assert (rows["hired"].hired, rows["hired"].median_days) == (1, 20)
    assert rows["running"].median_days is None


def test_the_end_of_the_case_ends_its_placement(world: Any, project: Any) -> None:
    one = world.case()
    one.to_placement()
    one.happen("death")
    (row,) = figures.placements(project())
    assert (row.outcome, row.hired) == ("deceased", 0)


def test_exceptions_happenings_escalations_and_exits_are_counted(world: Any, project: Any) -> None:
    skipped, dead = world.case(), world.case()
    skipped.move(moves.skip, "triage", "motivo")
    skipped.record(e.DataCorrected("triage", "refuso"))
    world.later(days=60)
    dead.move(moves.pass_time)
    dead.happen("death")
    connection = project()
    exceptions = figures.exceptions(connection)
    assert [(row.name, row.detail, row.times) for row in exceptions] == [
        ("correct", "triage", 1),
        ("skip", "triage", 1),
    ]
    assert [(row.name, row.times) for row in figures.happenings(connection)] == [("death", 1)]
    called = [(row.name, row.detail) for row in figures.escalations(connection)]
    assert called == [("district_referent", "triage"), ("tutor", "triage")]
    (exit_,) = [row for row in figures.exits(connection) if row.reason == "deceased"]
    assert (exit_.episodes, exit_.persons, exit_.median_days) == (1, 1, 60)


def test_the_change_from_entry_to_exit_compares_means_of_assessors(
    world: Any, project: Any
) -> None:
    one = world.case()
    one.to_placement()
    one.complete("placement", "completed")
    names = ("functioning", "economic", "work", "education", "housing", "networks")
    one.complete("exit_assessment", **dict(zip(names, (2, 3, 5, 1, 2, 2), strict=True)))
    rows = {row.dimension: row for row in figures.changes(project())}
    assert list(rows) == list(names)
    assert (rows["work"].entry, rows["work"].exit, rows["work"].change) == (2, 5, 3)
    assert (rows["education"].improved, rows["education"].worsened) == (0, 1)
    assert (rows["housing"].improved, rows["housing"].worsened) == (0, 0)


def test_money_hours_and_follow_ups_add_up(world: Any, project: Any) -> None:
    one = world.case()
    one.to_placement()
    one.record(Signed("sign", world.now.date(), None, False, "fondo-poverta", 3000.0))
    world.later(days=40)
    one.move(moves.pass_time)
    one.visit()
    one.complete("placement", "hired")
    one.record(FollowUpDone("follow", 6, True, "part_time"), CaseClosed("close", "employment"))
    connection = project()
    money = {row.stream: row for row in figures.money(connection)}
    assert money["fondo-poverta"].committed == 3000
    assert (money[""].paid, money[""].hours_attended) == (500, 70.5)
    (half_a_year,) = figures.follow_ups(connection)
    assert (half_a_year.month, half_a_year.hired_employed, half_a_year.hired) == (6, 1, 1)


def test_nothing_can_be_divided_by_comune(project: Any) -> None:
    with pytest.raises(ValueError, match="comune"):
        figures.funnel(project(), by=["comune"])


def test_published_tables_hide_small_cells_and_inner_ones_do_not(world: Any, project: Any) -> None:
    for number in range(9):
        world.case(TREZZO if number == 0 else MELZO).happen("death")
    connection = project()
    inner = {row.group[1]: row.persons for row in figures.funnel(connection)}
    assert inner == {"5": 8, "8": 1}
    rows = {(row.source, row.district): row.counts for row in published_funnel(connection)}
    assert rows["PSYCHIATRIC_CENTRE", "8"]["persons"] is None
    # By subtraction from the total the one could be found: so another is hidden with it.
    assert rows["PSYCHIATRIC_CENTRE", "5"]["persons"] is None or rows["", ""]["persons"] is None
    (deceased, total) = published_exits(connection)
    assert (deceased.count, total.count) == (9, 9)
    assert [row.count for row in published_placements(connection)] == [0]


def test_published_tables_of_an_empty_log_are_empty(project: Any) -> None:
    connection = project()
    assert published_funnel(connection)[-1].counts["persons"] == 0
    assert published_exits(connection)[-1].count == 0
