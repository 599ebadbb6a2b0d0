"""A plan from its making to its end, and back."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

from domain.case import commands as c
from domain.case.migrate import MigrateCase
from domain.conformance import check_case
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.running import advance, count
from domain.migration.state import Migration
from domain.migration.survey import survey_shared
from domain.refusal import Refused
from domain.service import Receipt
from domain.verify import verify_log
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.verify import compare
from protocols.migration.mapping import Mapping
from tests.migration.conftest import DESIGNER, DISTRICT, MANAGER, REFERENT, TERRITORY, Office

MACHINE = c.Actor("system:test")


def plan(office: Office, mapping: Mapping | None = None, by: c.Actor = DESIGNER) -> Migration:
    receipt = h.plan_migration(
        office.service,
        k.PlanMigration(
            command_id=uuid4(), actor=by, case=uuid4(), protocol="mini", from_version="1.0.0",
            to_version="2.0.0", mapping=mapping or Mapping(),
        ),
    )  # fmt: skip
    return h.migration(office.service, receipt.case)


def approve(office: Office, made: Migration, by: c.Actor = MANAGER) -> None:
    h.approve(
        office.service,
        k.ApproveMigration(
            command_id=uuid4(), actor=by, case=made.id, digest=made.plan.digest[:12]
        ),
    )


def ask(office: Office, kind: type[c.Command], what: object, made: Migration, by=MANAGER) -> None:
    what(office.service, kind(command_id=uuid4(), actor=by, case=made.id))  # type: ignore[operator]


def run(office: Office, made: Migration, size: int = 2) -> str:
    phase, cursor = "", 0
    for _ in range(1000):
        step = advance(office.service, made.id, phase, cursor, size)
        phase, cursor = step.phase, step.cursor
        if step.status not in ("running", "reverting"):
            return step.status
    raise AssertionError("it does not come to an end")


def started(office: Office, mapping: Mapping | None = None) -> Migration:
    made = plan(office, mapping)
    approve(office, made)
    ask(office, k.StartMigration, h.start, made)
    return made


def moves(office: Office, case: UUID) -> list[str]:
    bodies = [type(event.body).__name__ for event in office.service.history(case)]
    return [name for name in bodies if name in ("Migrated", "MigrationReverted")]


def everything_agrees(office: Office) -> None:
    service = office.service
    for case in service.recorder.originators_of("case.case-opened"):
        checked = check_case(case, service.history(case), service.registry, TERRITORY)
        assert checked.findings == []
    models = read_models(office.service.registry, TERRITORY)
    rebuild_models(office.url, office.service.recorder, models)
    assert compare(office.url, office.service.recorder, models).differences == []


def test_a_plan_tells_what_moves_and_what_needs_a_decision(office: Office) -> None:
    fresh, halfway, placed = office.refer(), office.at_conference(), office.in_placement()
    made = plan(office)
    assert made.plan.counts == {"moves": 2, "needs_decision": 1}
    assert made.plan.why == {"late:project": 1}
    assert set(made.plan.cases) == {fresh.hex, halfway.hex}
    decided = plan(office, Mapping(decisions={"late:project": "leave_out"}))
    assert set(decided.plan.cases) == {fresh.hex, halfway.hex, placed.hex}
    assert decided.plan.digest != made.plan.digest


def test_two_processes_see_what_one_sees(office: Office) -> None:
    for _ in range(3):
        office.at_conference()
    service = office.service
    asked = h.asked_of(service, "mini", "1.0.0", "2.0.0", Mapping())
    shared = survey_shared(office.url, office.pack, asked, service.clock.now())
    assert shared.cases == h.surveyed(service, asked).cases


def test_an_approved_plan_moves_each_case_once(office: Office) -> None:
    cases = [office.refer(), office.at_conference(), office.in_placement()]
    made = started(office, Mapping(decisions={"late:project": "leave_out"}))
    assert run(office, made) == "finished"
    assert [office.version(case) for case in cases] == ["2.0.0"] * 3
    assert [office.open(case) for case in cases] == [
        {"triage"}, {"conference", "letter"}, {"letter", "placement"}
    ]  # fmt: skip
    assert h.migration(office.service, made.id).moved == 3
    assert count(office.service, made) == (3, 0)
    everything_agrees(office)
    assert verify_log(office.url, office.pack).findings == []
    for case in cases:
        assert moves(office, case) == ["Migrated"]
    office.complete(cases[1], "conference", "admit", by=DISTRICT)
    assert office.open(cases[1]) == {"letter", "project"}
    everything_agrees(office)


def test_whoever_planned_does_not_approve_and_nobody_else_than_management_does(
    office: Office,
) -> None:
    office.refer()
    both = c.Actor(DESIGNER.id, (*DESIGNER.holds, *MANAGER.holds))
    made = plan(office)
    for actor, code in ((both, "own_work"), (REFERENT, "role_not_held")):
        with pytest.raises(Refused) as refused:
            approve(office, made, actor)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        plan(office, by=REFERENT)
    assert refused.value.code == "role_not_held"
    with pytest.raises(Refused) as refused:
        ask(office, k.StartMigration, h.start, made)
    assert refused.value.code == "migration_planned"


def test_a_case_that_has_gone_on_since_is_placed_anew_and_left_if_need_be(office: Office) -> None:
    same, gone_on = office.at_conference(), office.at_conference()
    made = started(office)
    office.complete(gone_on, "conference", "admit", by=DISTRICT)
    run(office, made)
    after = h.migration(office.service, made.id)
    assert (after.moved, after.left) == (1, ((gone_on.hex, "late:project"),))
    assert (office.version(same), office.version(gone_on)) == ("2.0.0", "1.0.0")


def test_a_step_of_the_run_may_be_repeated(office: Office) -> None:
    cases = [office.refer() for _ in range(3)]
    made = started(office)
    for _ in range(3):
        advance(office.service, made.id, "running", 0, 2)
    run(office, made)
    run(office, made)
    assert [moves(office, case) for case in cases] == [["Migrated"]] * 3


def test_while_a_plan_is_paused_nothing_moves(office: Office) -> None:
    cases = [office.refer() for _ in range(3)]
    made = started(office)
    advance(office.service, made.id, "running", 0, 1)
    ask(office, k.PauseMigration, h.pause, made)
    assert advance(office.service, made.id, "running", 1, 1).status == "paused"
    assert count(office.service, made) == (1, 0)
    ask(office, k.ResumeMigration, h.resume, made)
    assert run(office, made) == "finished"
    assert {office.version(case) for case in cases} == {"2.0.0"}


def test_a_plan_is_taken_back_where_nothing_has_been_done(office: Office) -> None:
    untouched, held, done = office.at_conference(), office.at_conference(), office.at_conference()
    before = office.service.state(untouched)
    made = started(office)
    run(office, made)
    claim = c.ClaimTask(command_id=uuid4(), actor=DISTRICT, case=held, task="conference")
    office.service.handle(claim)
    office.complete(done, "conference", "admit", by=DISTRICT)
    ask(office, k.RevertPlan, h.ask_revert, made)
    assert run(office, made) == "reverted"
    after = h.migration(office.service, made.id)
    assert (after.reverted, after.kept) == (2, ((done.hex, "already-worked"),))
    assert [office.version(x) for x in (untouched, held, done)] == ["1.0.0", "1.0.0", "2.0.0"]
    back = office.service.state(untouched)
    for name in ("marks", "tasks", "of_step", "open", "data", "by_instance", "used", "opened"):
        assert getattr(back, name) == getattr(before, name), name
    assert office.service.state(held).tasks["conference"].claimed_by == DISTRICT.id
    everything_agrees(office)
    office.complete(held, "conference", "admit", by=DISTRICT)
    assert office.open(held) == {"letter", "placement"}
    everything_agrees(office)


def test_a_tampered_move_is_found_out(office: Office) -> None:
    office.at_conference()
    run(office, started(office))
    with psycopg.connect(office.url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
            " '[\"waiting\"', '[\"out\"'), 'UTF8') WHERE topic = 'case.migrated'"
        )
    assert "differs" in {f.code for f in verify_log(office.url, office.pack).findings}


class Killed(BaseException):
    """As a process is: nothing catches it."""


def test_whoever_dies_between_commit_and_answer_leaves_no_case_half_moved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.refer() for _ in range(30)]
    made = started(office)
    commit = office.service.handle
    for number in range(10):
        lives = 1 + number % 3

        def dying(command: c.Command) -> Receipt:
            nonlocal lives
            receipt = commit(command)
            lives -= isinstance(command, MigrateCase) and not receipt.replayed
            if not lives:
                raise Killed
            return receipt

        monkeypatch.setattr(office.service, "handle", dying)
        with pytest.raises(Killed):
            run(office, made)
    monkeypatch.undo()
    assert 0 < count(office.service, made)[0] < len(cases)
    assert run(office, made) == "finished"
    assert [moves(office, case) for case in cases] == [["Migrated"]] * len(cases)
    assert h.migration(office.service, made.id).moved == len(cases)
    everything_agrees(office)
