"""The workflow of a case on a real Temporal server."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from tests.workflows.conftest import Town
from workflows.due import Waiting
from workflows.names import DISTRICT, PROTOCOL, STAGE, workflow_id
from workflows.telling import tell_clock


async def _describe(handle: WorkflowHandle[Any, Any]) -> Any:
    return await handle.describe()


async def _details(handle: WorkflowHandle[Any, Any]) -> str:
    metadata = await handle.query("__temporal_workflow_metadata")
    return metadata.current_details


async def _history(handle: WorkflowHandle[Any, Any]) -> Any:
    return await handle.fetch_history()


def _count(history: Any, kind: int) -> int:
    return sum(1 for event in history.events if event.event_type == kind)


def test_temporal_shows_type_stage_district_and_no_name(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: town.bodies(case, "Reminded"))
        metadata = town.workflow(case, _details)
        description = town.workflow(case, _describe)
        history = town.workflow(case, _history)
    assert description.workflow_type == "prova/1.0.0"
    shown = description.typed_search_attributes
    assert shown[PROTOCOL] == "prova/1.0.0"
    assert shown[STAGE] == "work"
    assert shown[DISTRICT] == town.service.state(case).attributes["district"]
    assert "Intervento urgente" in metadata
    text = str(list(history.events))
    assert "Adda" not in text
    assert "Ivo" not in text


def test_timers_carry_the_name_of_the_step(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: town.bodies(case, "Reminded"))
        history = town.workflow(case, _history)
    timers = [
        event.user_metadata.summary.data.decode()
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    ]
    assert any("promemoria" in name and "urgent" in name for name in timers)


def test_the_workflow_ends_with_its_case(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.wait_for(town.is_conducted)
        town.report(case, "death")
        assert town.workflow(case, lambda handle: handle.result()) is None
    assert town.workflow(case, _describe).status is WorkflowExecutionStatus.COMPLETED


def test_a_new_episode_is_a_new_workflow(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "stop")
        town.report(case, "reentry")
        town.wait_for(town.is_conducted)

        async def second(client: Any) -> Any:
            return await client.get_workflow_handle(workflow_id(case, 2)).describe()

        assert town.ask(second).status is WorkflowExecutionStatus.RUNNING


def test_paused_clocks_leave_no_timer(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "days")
        town.wait_for(town.is_conducted)
        town.report(case, "crisis")
        town.wait_for(town.is_conducted)
        metadata = ""
        while "orologi sospesi" not in metadata:
            metadata = town.workflow(case, _details)
        history = town.workflow(case, _history)
    started = _count(history, EventType.EVENT_TYPE_TIMER_STARTED)
    cancelled = _count(history, EventType.EVENT_TYPE_TIMER_CANCELED)
    assert started == cancelled


def test_many_moves_of_one_case_are_told_together(town: Town) -> None:
    case = town.refer()
    for _ in range(40):
        town.complete(case, "triage", "again")
    with town.machine():
        town.wait_for(town.is_conducted)
        history = town.workflow(case, _history)
    assert _count(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1


def test_a_version_already_seen_is_passed_over(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.wait_for(town.is_conducted)

        async def again(handle: WorkflowHandle[Any, Any]) -> Any:
            await handle.query("__temporal_workflow_metadata")
            before = await handle.fetch_history()
            for version in (0, 1):
                await handle.signal("moved", version)
            await handle.query("__temporal_workflow_metadata")
            return before, await handle.fetch_history()

        before, after = town.workflow(case, again)
    kind = EventType.EVENT_TYPE_MARKER_RECORDED
    assert _count(before, kind) == _count(after, kind)


def test_a_long_history_is_continued_as_new_and_the_case_goes_on(town: Town) -> None:
    town.history_limit = 30
    with town.machine():
        case = town.refer()
        first = town.workflow(case, _describe).run_id if town.wait_for(town.is_conducted) else ""
        for _ in range(15):
            town.complete(case, "triage", "again")
            town.wait_for(town.is_conducted)
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: len(town.bodies(case, "Escalated")) == 2)
        last = town.workflow(case, _describe)
        history = town.workflow(case, _history)
    assert last.run_id != first
    assert last.workflow_type == "prova/1.0.0"
    started = history.events[0].workflow_execution_started_event_attributes
    arguments = [payload.data.decode() for payload in started.input.payloads]
    assert arguments == [f'"{case}"', "1"]


def test_a_workflow_whose_case_is_not_in_the_log_ends(town: Town) -> None:
    ghost = uuid4()
    with town.machine():
        waiting = Waiting(ghost, 1, 1, "prova/1.0.0", None, 0, False)
        town.ask(lambda client: tell_clock(client, waiting))
        assert town.workflow(ghost, lambda handle: handle.result()) is None
