"""What the handlers fold, without a database: the engine's own state is the measure."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.events import TaskAssigned, TaskClaimed, TaskReleased
from domain.log.recorded import Recorded
from domain.person.events import PersonRegistered
from projections.cases.handler import Cases
from projections.model import ReadModel, Row, Table
from projections.models import MODELS
from projections.rows import Rows
from projections.timeline.established import ESTABLISHED
from projections.timeline.sentences import SENTENCES
from protocols import facts
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import next_moment
from protocols.engine.state import State


class Folded:
    """Events folded one by one into the rows of one model."""

    def __init__(self, world: Any, name: str) -> None:
        (self.model,) = world.models(name)
        self.rows = Rows(self.model.tables, complete=True)

    def fold(self, events: list[Recorded]) -> Folded:
        for event in events:
            self.model.apply(self.rows, event)
        return self


def states(world: Any) -> Any:
    """(event, the engine's state of its case after it), for every event of every case."""
    now: dict[Any, State] = {}
    for event in world.events:
        if isinstance(event.body, e.CaseOpened):
            now[event.originator_id] = State(world.plans.plan.names)
        if event.originator_id in now:
            now[event.originator_id].apply(event.body, event.at)
        yield event, now.get(event.originator_id)


@pytest.mark.parametrize("seed", range(3))
def test_deadlines_agree_with_the_engine_after_every_event(paper: Any, seed: int) -> None:
    paper.wander(12, seed)
    folded = Folded(paper, "deadlines")
    for event, state in states(paper):
        folded.fold([event])
        if state is None:
            continue
        case = folded.rows.get("cases", event.originator_id)
        moment = next_moment(state)
        assert case.next_at == (moment.at if moment else None)
        tasks = {task.task for task in folded.rows.of("tasks", event.originator_id)}
        assert tasks == set(state.open)


@pytest.mark.parametrize("seed", range(3))
def test_the_inbox_holds_the_open_tasks_after_every_event(paper: Any, seed: int) -> None:
    paper.wander(12, seed)
    folded = Folded(paper, "inbox")
    for event, state in states(paper):
        folded.fold([event])
        if state is None:
            continue
        tasks = {task.task: task for task in folded.rows.of("tasks", event.originator_id)}
        wanted = {task.key: task for task in state.open_tasks()}
        assert tasks.keys() == wanted.keys()
        for key, task in wanted.items():
            assert (tasks[key].due, tasks[key].rung) == (task.due, task.rung)
            assert tasks[key].automation == task.automation
        case = folded.rows.get("cases", event.originator_id)
        assert tuple(case.paused) == state.pauses
        assert case.episode == state.episode


def test_a_case_row_follows_the_engine_after_every_event(paper: Any) -> None:
    paper.wander(12)
    folded = Folded(paper, "cases")
    for event, state in states(paper):
        folded.fold([event])
        if state is None:
            continue
        case = folded.rows.get("cases", event.originator_id)
        assert case.event_count == event.originator_version
        assert case.state == ("ended" if state.ended else "open")
        assert case.reason == state.ended
        assert case.episode == state.episode
        assert set(case.open_tasks) == {task.key for task in state.open_tasks()}
        assert (case.comune, case.district) == (
            state.attributes["comune"], state.attributes["district"],
        )  # fmt: skip


def test_the_stage_is_that_of_the_last_opened_step_and_stays_at_the_end(paper: Any) -> None:
    case = paper.case()
    folded = Folded(paper, "cases").fold(paper.events)
    assert folded.rows.get("cases", case.id).stage == "triage"
    case.to_placement()
    case.happen("death")
    folded = Folded(paper, "cases").fold(paper.events)
    row = folded.rows.get("cases", case.id)
    assert (row.stage, row.stage_it, row.state, row.silent) == ("work", "Lavoro", "ended", True)


def test_claims_and_assignments_move_a_task_between_lists(paper: Any) -> None:
    case = paper.case()
    task = lambda: Folded(paper, "inbox").fold(paper.events).rows.get("tasks", case.id, "triage")  # noqa: E731
    case.record(TaskClaimed("triage", "mr-1"))
    assert task().claimed_by == "mr-1"
    case.record(TaskReleased("triage"))
    assert task().claimed_by == ""
    case.record(TaskAssigned("triage", "mr-2", "ferie"))
    assert task().claimed_by == "mr-2"


def test_every_body_of_a_case_has_its_sentence() -> None:
    bodies = {
        cls
        for cls in vars(e).values()
        if isinstance(cls, type) and issubclass(cls, e.Body) and cls is not e.Body
    }
    assert bodies <= set(SENTENCES)
    assert set(SENTENCES) <= set(Cases.handlers)
    assert set(facts.CATALOGUE.values()) <= set(ESTABLISHED)


def test_every_event_of_every_case_is_told_in_two_languages(paper: Any) -> None:
    paper.wander(12)
    folded = Folded(paper, "timeline").fold(paper.events)
    told = {entry.position: entry for entry in folded.rows.grown("entries")}
    of_cases = [event.position for event, state in states(paper) if state is not None]
    assert list(told) == of_cases
    assert all(entry.it and entry.en and entry.it != entry.en for entry in told.values())


def test_each_read_has_a_row_and_so_has_each_refusal(paper: Any) -> None:
    case = paper.case()
    paper.looked(case)
    paper.looked(case)
    rows = Folded(paper, "reads").fold(paper.events).rows.grown("reads")
    last = len(paper.events)
    assert [(row.position, row.line, row.reader, row.refused) for row in rows] == [
        (last - 1, 1, "mr-1", False),
        (last - 1, 2, "mr-2", True),
        (last, 1, "mr-1", False),
        (last, 2, "mr-2", True),
    ]
    assert {(row.case_id, row.person) for row in rows} == {(case.id, case.person)}


SECRETS = ("Bianchi", "bianchi@esempio.it", "BNCLCU80A41F205X", "Via Roma 1", "segreto clinico")


def test_nothing_personal_enters_any_row(paper: Any) -> None:
    last_name, email, tax_code, address, note = SECRETS
    person = uuid4()
    personal = {"last_name": last_name, "contacts": email, "tax_code": tax_code}
    paper.record(person, 0, [PersonRegistered("K7", "F", 1980, True, True, personal)])
    case = paper.case(person=person)
    case.move(moves.complete, "acknowledge", "done", {}, {"note": note})
    case.move(moves.happen, "moving", {"comune": "015221", "district": 8}, {"address": address})
    case.move(moves.skip, "triage", note)
    case.record(e.DataCorrected("triage", note, personal={"note": note}))
    paper.looked(case)
    for model in paper.models():
        rows = Rows(model.tables, complete=True)
        for event in paper.events:
            model.apply(rows, event)
        everything = [
            *(row for name, t in model.tables.items() if not t.log for row in rows.all(name)),
            *(row for name, t in model.tables.items() if t.log for row in rows.grown(name)),
        ]
        assert everything or model.name == "hosts"
        for secret in SECRETS:
            assert secret not in repr(everything)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_tables_have_the_columns_and_types_of_their_rows(
    model: type[ReadModel], database_url: str
) -> None:
    import psycopg

    with psycopg.connect(database_url) as connection:
        for name, table in model.tables.items():
            columns = connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                (f"{model.name}.{name}",),
            ).fetchall()
            types = [kind.replace("timestamp with time zone", "timestamptz") for _, kind in columns]
            assert tuple(column for column, _ in columns) == table.columns
            assert tuple(types) == table.types


# ── the unit of work ─────────────────────────────────────────────────────────────────────────


class Fruit(Row, frozen=True):
    name: str
    count: int = 0


class Eaten(Row, frozen=True):
    position: int


TABLES = {"fruit": Table(Fruit, key=["name"]), "eaten": Table(Eaten, log=True)}
OWNERS = [uuid4(), uuid4()]
operations = st.lists(
    st.tuples(
        st.sampled_from(OWNERS),
        st.sampled_from(["apple", "pear"]),
        st.one_of(st.none(), st.integers(0, 3)),
    ),
    max_size=12,
)


def do(rows: Rows, wanted: list[Any]) -> None:
    for owner, name, count in wanted:
        if count is None:
            rows.delete("fruit", owner, name)
        else:
            rows.put("fruit", Fruit(owner, name, count))
            rows.put("eaten", Eaten(owner, count))


@settings(max_examples=200)
@given(before=operations, kept=operations, undone=operations)
def test_rolling_back_leaves_what_was_there(before: Any, kept: Any, undone: Any) -> None:
    rows, plain = Rows(TABLES, complete=True), Rows(TABLES, complete=True)
    for unit in (rows, plain):
        do(unit, before)
        do(unit, kept)
    rows.begin()
    do(rows, undone)
    rows.roll_back()
    assert list(rows.all("fruit")) == list(plain.all("fruit")) or {
        (r.originator_id, r.name): r
        for r in rows.all("fruit")  # type: ignore[attr-defined]
    } == {(r.originator_id, r.name): r for r in plain.all("fruit")}  # type: ignore[attr-defined]
    assert rows.grown("eaten") == plain.grown("eaten")


@settings(max_examples=200)
@given(stored=operations, done=operations)
def test_changes_lead_from_what_is_stored_to_what_is_there(stored: Any, done: Any) -> None:
    table: dict[Any, Row] = {}
    first = Rows(TABLES, complete=True)
    do(first, stored)
    for row in first.changes("fruit").new:
        table[row.originator_id, row.name] = row  # type: ignore[attr-defined]

    rows = Rows(TABLES)
    rows.adopt(OWNERS, {"fruit": table.values()})
    do(rows, done)
    gone, new = rows.changes("fruit")
    for row in gone:
        assert table.pop((row.originator_id, row.name)) == row  # type: ignore[attr-defined]
    for row in new:
        assert (row.originator_id, row.name) not in table  # type: ignore[attr-defined]
        table[row.originator_id, row.name] = row  # type: ignore[attr-defined]

    assert table == {(r.originator_id, r.name): r for r in rows.all("fruit")}  # type: ignore[attr-defined]
