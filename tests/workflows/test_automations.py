"""What the machine does by itself, and what happens when it cannot."""

from __future__ import annotations

from tests.workflows.conftest import Town
from workflows.automations import AutomationContext, AutomationFault, AutomationResult


def test_the_letter_is_written_and_the_next_step_opens(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "letter")
        town.wait_for(lambda: "after_letter" in town.service.state(case).open)
    state = town.service.state(case)
    letter = state.data["letter"]
    assert case.hex[:8].upper() in letter["letter_number"]
    assert case.hex[:8].upper() in letter["text"]
    assert "D'Adda" not in letter["text"]
    by = [e.actor for e in town.history(case) if type(e.body).__name__ == "StepCompleted"]
    assert by[-1] == "system:automation"


def test_a_passing_fault_is_tried_again(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "flaky")
        town.wait_for(lambda: town.service.state(case).marks["flaky"].status == "done")
    assert town.faults.attempts == 3
    assert not town.bodies(case, "AutomationGaveUp")


def test_when_the_machine_gives_up_a_person_takes_over(town: Town) -> None:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "broken")
        town.wait_for(lambda: town.bodies(case, "AutomationGaveUp"))
        (given_up,) = town.bodies(case, "AutomationGaveUp")
        assert (given_up.task, given_up.attempts, given_up.error) == ("broken", 2, "printer_gone")
        task = town.service.state(case).tasks["broken"]
        assert (task.status, task.role, task.automation) == ("open", "municipal_referent", "")
        town.complete(case, "broken")
    assert town.faults.attempts == 2


def test_a_hopeless_fault_is_not_tried_again(town: Town) -> None:
    tried: list[str] = []

    def hopeless(context: AutomationContext) -> AutomationResult:
        tried.append(context.step)
        raise AutomationFault("no_address", retryable=False)

    with town.worker({"broken": hopeless}), town.conductor():
        case = town.refer()
        town.complete(case, "triage", "broken")
        town.wait_for(lambda: town.bodies(case, "AutomationGaveUp"))
    assert tried == ["broken"]


def test_an_automation_that_answers_with_a_wrong_form_goes_to_a_person(town: Town) -> None:
    def wrong(context: AutomationContext) -> AutomationResult:
        return AutomationResult(outcome="no_such_outcome")

    with town.worker({"broken": wrong}), town.conductor():
        case = town.refer()
        town.complete(case, "triage", "broken")
        town.wait_for(lambda: town.bodies(case, "AutomationGaveUp"))
    assert town.service.state(case).tasks["broken"].role == "municipal_referent"


def test_an_automation_withdrawn_while_it_runs_changes_nothing(town: Town) -> None:
    def meanwhile(context: AutomationContext) -> AutomationResult:
        town.report(context.case, "death")
        return AutomationResult()

    with town.worker({"broken": meanwhile}), town.conductor():
        case = town.refer()
        town.complete(case, "triage", "broken")
        town.wait_for(lambda: town.service.state(case).ended and town.is_conducted())
        town.workflow(case, lambda handle: handle.result())
    assert town.service.state(case).ended == "deceased"
    assert not [e for e in town.history(case) if e.actor == "system:automation"]
