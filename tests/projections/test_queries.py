"""What lists and pages ask of the read models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from domain.case.events import TaskClaimed
from domain.host.events import HostChanged, PlaceTaken
from domain.person.events import PersonRegistered
from projections import storage
from projections.cases.queries import case, cases
from projections.cursor import BadCursor, cursor_of
from projections.deadlines.queries import deadlines, due_cases, next_due, overdue
from projections.hosts.queries import host, hosts, places
from projections.inbox.counts import inbox_counts
from projections.inbox.queries import inbox
from projections.persons.queries import persons
from projections.projector import Projector
from projections.timeline.queries import timeline
from protocols import facts
from protocols.engine import events as e
from protocols.engine import moves

MELZO, TREZZO = "015142", "015221"
# Always the same: the processes that share the suite must collect the same tests.
NOBODY = UUID(int=7)


@pytest.fixture
def project(world: Any, database_url: str) -> Iterator[Callable[[], Connection[Any]]]:
    """Applies what is in the log; returns a connection to ask on."""
    projector = Projector(database_url, world.recorder, world.models())
    with storage.connect(database_url) as connection:

        def catch_up() -> Connection[Any]:
            projector.catch_up(connection)
            return connection

        yield catch_up


# ── inbox ────────────────────────────────────────────────────────────────────────────────────


def seen(connection: Connection[Any], world: Any, **wanted: Any) -> list[tuple[str, str]]:
    page = inbox(connection, now=world.now, **wanted)
    return [(task.task, task.via) for task in page.tasks]


def test_a_task_is_seen_by_its_role_its_deputies_its_assignee_and_those_called_in(
    world: Any, project: Any
) -> None:
    case = world.case()
    connection = project()
    here, there = f"comune:{MELZO}", f"comune:{TREZZO}"
    assert seen(connection, world, holds=[("municipal_referent", here)]) == [("triage", "role")]
    assert seen(connection, world, holds=[("municipal_referent", there)]) == []
    assert seen(connection, world, holds=[("district_referent", here)]) == [("triage", "deputy")]
    assert seen(connection, world, holds=[("tutor", "employment")]) == []

    world.later(days=40)
    case.move(moves.pass_time)
    project()
    assert seen(connection, world, holds=[("tutor", "employment")]) == [("triage", "called")]

    members = [{"person": "a-1", "role": "municipal_referent"}]
    case.complete("triage", "complex", members=members)
    project()
    assert seen(connection, world, person="a-1") == [("assess#a-1", "assigned")]
    assert seen(connection, world, person="b-2") == []


def test_automations_are_left_out_until_they_give_up(world: Any, project: Any) -> None:
    case = world.case()
    connection = project()
    assert seen(connection, world) == [("triage", "")]
    assert len(seen(connection, world, automations=True)) == 2
    case.move(moves.give_up, "acknowledge", 5, "ConnectionError")
    project()
    assert [task for task, _ in seen(connection, world)] == ["triage", "acknowledge"]


def test_a_claimed_task_leaves_the_shared_list(world: Any, project: Any) -> None:
    case = world.case()
    case.record(TaskClaimed("triage", "mr-1"))
    connection = project()
    holds = [("municipal_referent", f"comune:{MELZO}")]
    assert seen(connection, world, person="mr-1", holds=holds) == [("triage", "claimed")]
    assert seen(connection, world, person="mr-2", holds=holds, unclaimed=True) == []
    assert seen(connection, world, person="mr-2", holds=holds) == [("triage", "role")]


def test_whoever_manages_a_case_sees_what_waits_for_others_in_it(world: Any, project: Any) -> None:
    case = world.case()
    case.record(facts.TeamConstituted("team", members=("mr-9",), case_manager="mr-9"))
    world.case()
    connection = project()
    assert seen(connection, world, person="mr-9", waiting=True) == [("triage", "")]
    assert seen(connection, world, person="mr-9") == []
    holds = [("municipal_referent", f"comune:{MELZO}")]
    # What they may do themselves does not wait for others.
    assert seen(connection, world, person="mr-9", holds=holds, waiting=True) == []
    assert seen(connection, world, person="mr-8", holds=holds, waiting=True) == []


def test_the_counts_are_those_of_the_lists(world: Any, project: Any) -> None:
    holds = [("municipal_referent", f"comune:{MELZO}")]
    me = {"person": "mr-1", "holds": holds}
    late = world.case()
    world.later(days=40)
    late.record(TaskClaimed("triage", "mr-2"))
    mine = world.case()
    mine.record(TaskClaimed("triage", "mr-1"))
    world.case()
    connection = project()
    midnight = world.now + timedelta(hours=6)
    counted = inbox_counts(connection, now=world.now, midnight=midnight, **me)
    assert (counted.all, counted.overdue, counted.today) == (3, 1, 0)
    assert (counted.held, counted.free, counted.others, counted.waiting) == (1, 1, 1, 0)
    for held, count in (("me", counted.held), ("nobody", counted.free), ("others", counted.others)):
        assert len(seen(connection, world, held=held, **me)) == count
    (due,) = {task.due for task in inbox(connection, now=world.now, held="me", **me).tasks}
    soon = due - timedelta(hours=1)
    assert inbox_counts(connection, now=soon, midnight=due, **me).today == 2
    assert inbox_counts(connection, now=soon, midnight=due - timedelta(1), **me).today == 0
    nobody = inbox_counts(connection, now=world.now, midnight=midnight, person="x", holds=[])
    assert nobody.all == nobody.waiting == 0


def test_overdue_is_told_by_the_clock_that_is_asked_with(world: Any, project: Any) -> None:
    case = world.case()
    connection = project()
    (task,) = inbox(connection, now=world.now).tasks
    assert not task.overdue
    assert seen(connection, world, overdue=True) == []
    late = task.due + timedelta(seconds=1)
    assert inbox(connection, now=late).tasks[0].overdue
    assert len(inbox(connection, now=late, overdue=True).tasks) == 1
    assert len(inbox(connection, now=world.now, due_before=late).tasks) == 1

    case.happen("crisis")
    project()
    by_step = {t.step: t for t in inbox(connection, now=late).tasks}
    assert by_step["triage"].paused
    assert not by_step["triage"].overdue
    assert not by_step["return"].paused


def test_the_inbox_is_paged_without_loss_or_repetition(world: Any, project: Any) -> None:
    for number in range(7):
        opened = world.case(MELZO if number % 2 else TREZZO)
        opened.move(moves.give_up, "acknowledge", 1, "ConnectionError")
        world.later(days=3)
    connection = project()
    whole = inbox(connection, now=world.now, limit=100).tasks
    assert len(whole) == 14
    assert [task.priority for task in whole] == [1] * 7 + [0] * 7
    due = [task.due for task in whole if task.due]
    assert due == sorted(due)
    found, cursor = [], ""
    while True:
        page = inbox(connection, now=world.now, limit=3, cursor=cursor)
        found += page.tasks
        cursor = page.cursor
        if not cursor:
            break
    assert found == whole
    assert len(inbox(connection, now=world.now, district=5, limit=100).tasks) == 6


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "%%%", "é", "a" * 5000, cursor_of(1, 2), cursor_of("1", "infinity", "no-uuid", "t"),
        cursor_of(10**30, "infinity", NOBODY, "t"), cursor_of("1", "2023-01-01", NOBODY, "t"),
        cursor_of("1", "infinity", NOBODY, "\0"),
    ],
)  # fmt: skip
def test_a_wrong_cursor_gets_a_clear_answer(cursor: str, project: Any) -> None:
    with pytest.raises(BadCursor):
        inbox(project(), now=datetime.now(UTC), cursor=cursor)


# ── cases ────────────────────────────────────────────────────────────────────────────────────


def test_cases_are_filtered_and_paged(world: Any, project: Any) -> None:
    all_of_them = world.wander(14)
    connection = project()
    whole = cases(connection, limit=100).cases
    assert {found.id for found in whole} == {one.id for one in all_of_them}
    assert [found.opened_at for found in whole] == sorted(
        (found.opened_at for found in whole), reverse=True
    )
    paged, cursor = [], ""
    while True:
        page = cases(connection, limit=4, cursor=cursor)
        paged += page.cases
        cursor = page.cursor
        if not cursor:
            break
    assert paged == whole
    ended = cases(connection, state="ended", limit=100).cases
    assert {found.id for found in ended} == {one.id for one in all_of_them if one.state.ended}
    assert {found.district for found in cases(connection, districts=[8]).cases} <= {8}
    dead = cases(connection, reason="deceased").cases
    assert all(found.silent for found in dead)
    placed = cases(connection, open_step="placement").cases
    assert all("placement" in found.open_tasks for found in placed)
    assert cases(connection, person=all_of_them[0].person).cases[0].id == all_of_them[0].id


def test_a_sealed_case_shows_no_comune_and_is_not_found_by_it(world: Any, project: Any) -> None:
    person = uuid4()
    world.record(person, 0, [PersonRegistered("Alba", "F", 1988, sealed=True)])
    hidden = world.case(person=person)
    connection = project()
    found = case(connection, hidden.id)
    assert found is not None
    assert (found.comune, found.sealed, found.pseudonym) == ("", True, "Alba")
    assert cases(connection, comune=MELZO).cases == []
    assert [task.comune for task in inbox(connection, now=world.now).tasks] == [""]


def test_apostrophes_quotes_and_odd_letters_pass_through_untouched(
    world: Any, project: Any
) -> None:
    odd = "Cassina de' Pecchi, \"L'\\Aurora\", {a,b}, 🙂, \u202eabc"
    person = uuid4()
    world.record(person, 0, [PersonRegistered(odd)])
    one = world.case(person=person)
    flagged = world.host()
    world.record(flagged, 1, [HostChanged({"name": odd, "jobs": [odd, "", "{}", "NULL"]})])
    connection = project()
    found = case(connection, one.id)
    assert found is not None
    assert found.pseudonym == odd
    shown = host(connection, flagged)
    assert shown is not None
    assert (shown.name, shown.jobs) == (odd, [odd, "", "{}", "NULL"])


def test_there_is_no_case_that_is_not_in_the_log(project: Any) -> None:
    assert case(project(), uuid4()) is None


# ── the others ───────────────────────────────────────────────────────────────────────────────


def test_the_timeline_reads_like_what_happened(world: Any, project: Any) -> None:
    one = world.case()
    one.complete("triage", "not_needed")
    told = [(entry.it, entry.en) for entry in timeline(project(), one.id)]
    assert told[0] == (
        "Caso aperto secondo il protocollo «Protocollo di prova», versione 1.0.0",
        "Case opened under the protocol “Trial protocol”, version 1.0.0",
    )
    assert (
        "Aperto: «Analisi preliminare», a cura di Referente comunale",
        "Opened: “Triage”, up to Municipal referent",
    ) in told
    assert told[-1] == ("Caso chiuso: not needed", "Case ended: not needed")


def test_the_timeline_can_be_cut_at_an_instant_and_paged(world: Any, project: Any) -> None:
    one = world.case()
    cut = world.now
    world.later(days=1)
    one.complete("acknowledge")
    connection = project()
    whole = timeline(connection, one.id)
    assert [entry.version for entry in whole] == list(range(1, one.version + 1))
    assert timeline(connection, one.id, at=cut) == [entry for entry in whole if entry.at <= cut]
    assert timeline(connection, one.id, limit=2) == whole[:2]
    assert timeline(connection, one.id, after_version=2) == whole[2:]


def test_the_clock_finds_the_cases_in_which_something_is_due(world: Any, project: Any) -> None:
    assert next_due(project()) is None
    first = world.case()
    world.later(days=10)
    second = world.case(TREZZO)
    connection = project()
    at = next_due(connection)
    assert at is not None
    assert [due.case for due in due_cases(connection, at)] == [first.id]
    assert [due.case for due in due_cases(connection, at + timedelta(days=60))] == [
        first.id, second.id,
    ]  # fmt: skip
    assert due_cases(connection, at - timedelta(seconds=1)) == []

    triage = next(task for task in deadlines(connection, first.id) if task.step == "triage")
    assert triage.remind == at
    assert triage.rung_role == ["district_referent", "tutor"]
    assert overdue(connection, triage.due)[0].case == first.id

    first.happen("crisis")
    second.happen("crisis")
    project()
    assert next_due(connection) is None
    assert overdue(connection, world.now + timedelta(days=999)) == []


def test_a_host_shows_its_places_and_never_whom_it_must_not_get(world: Any, project: Any) -> None:
    bakery = world.host(places=1)
    world.record(bakery, 1, [HostChanged({"excluded": ["somebody"], "places": 2})])
    case_id = uuid4()
    world.record(bakery, 2, [PlaceTaken(str(case_id), "TRAINEESHIP")])
    connection = project()
    (shown,) = hosts(connection, comune=MELZO, kind="TRAINEESHIP", free=True).hosts
    assert (shown.id, shown.places, shown.taken, shown.version) == (bakery, 2, 1, 3)
    assert "somebody" not in repr(shown)
    assert [place.case for place in places(connection, bakery)] == [case_id]
    world.record(bakery, 3, [PlaceTaken(str(uuid4()), "TRAINEESHIP")])
    assert hosts(project(), free=True).hosts == []


def test_hosts_are_paged_by_name(world: Any, project: Any) -> None:
    made = {world.host() for _ in range(5)}
    connection = project()
    first = hosts(connection, limit=3)
    rest = hosts(connection, limit=3, cursor=first.cursor)
    assert {shown.id for shown in (*first.hosts, *rest.hosts)} == made
    assert rest.cursor == ""


def test_a_person_shows_a_decade_and_no_year(world: Any, project: Any) -> None:
    person = world.person("K7", 1987)
    found = persons(project(), [person, uuid4()])
    assert list(found) == [person]
    assert found[person].birth_decade == 1980
    assert "1987" not in repr(found)


def test_a_restricted_record_is_flagged(world: Any, project: Any) -> None:
    from protocols.facts import RestrictionRequested

    one = world.case()
    one.record(RestrictionRequested("triage", "art_17_3"))
    found = case(project(), one.id)
    assert found is not None
    assert found.restricted


def test_a_correction_is_counted_as_an_exception(world: Any, project: Any) -> None:
    one = world.case()
    one.record(e.DataCorrected("triage", "refuso"))
    found = case(project(), one.id)
    assert found is not None
    assert found.exceptions == 1
