"""The workflow's hands: what a case workflow may ask of the domain. Every call may be repeated.

Synchronous, for a pool of threads. Nothing but pseudonymous ids goes back to Temporal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.agenda import Agenda
from domain.case.commands import Actor, CompleteTask, GiveUpAutomation, PassTime
from domain.refusal import Refused
from domain.service import CaseService
from workflows.automations import REGISTRY, AutomationContext, Run
from workflows.faults import plain_faults
from workflows.names import command_id
from workflows.wire import AutomationCall, Failure, Look

WORKFLOW = Actor("system:workflow")
AUTOMATION = Actor("system:automation")

HISTORY_LIMIT = 2000


class CaseActivities:
    """The activities over one case service; ``history_limit`` as in :class:`Look`."""

    def __init__(
        self,
        service: CaseService,
        *,
        history_limit: int = HISTORY_LIMIT,
        automations: Mapping[str, Run] = REGISTRY,
    ) -> None:
        self._service = service
        self._history_limit = history_limit
        self._automations = automations

    def all(self) -> list[Callable[..., Any]]:
        """What a worker must register: these, and one activity for each automation."""
        return [
            self.agenda,
            self.pass_time,
            self.give_up,
            *(self._automation(name, run) for name, run in self._automations.items()),
        ]

    @activity.defn(name="agenda")
    def agenda(self, case: str) -> dict[str, Any]:
        """Where the case stands, as the builtins of a :class:`Look`."""
        with plain_faults("agenda", case):
            return self._look(self._service.agenda(UUID(case)))

    @activity.defn(name="pass_time")
    def pass_time(self, case: str) -> dict[str, Any]:
        """Do all that is due by now, if anything is; then as :meth:`agenda`."""
        with plain_faults("pass_time", case):
            agenda = self._service.agenda(UUID(case))
            while _is_due(agenda):
                before = agenda
                agenda = self._pass_time(before)
                if agenda.version == before.version and _is_due(agenda):
                    # Never a busy loop: the pause between retries is the brake.
                    raise ApplicationError("what was due is still due", type="NothingPassed")
            return self._look(agenda)

    def _pass_time(self, agenda: Agenda) -> Agenda:
        case = UUID(agenda.case)
        purpose = f"pass-time:{agenda.version}:{agenda.next_at}"
        try:
            self._service.handle(
                PassTime(command_id=command_id(case, purpose), actor=WORKFLOW, case=case)
            )
        except Refused as refused:
            # The case has moved on in the meantime: the agenda will say where to.
            if refused.kind != "conflict":
                raise
        return self._service.agenda(case)

    @activity.defn(name="give_up")
    def give_up(self, call: dict[str, Any], failure: dict[str, Any]) -> None:
        """Hand an automated task to its people."""
        due, why = msgspec.convert(call, AutomationCall), msgspec.convert(failure, Failure)
        with plain_faults("give_up", due.case):
            if not self._is_still_due(due):
                return
            try:
                self._service.handle(
                    GiveUpAutomation(
                        command_id=_command_id(due, "give-up"),
                        actor=WORKFLOW,
                        case=UUID(due.case),
                        task=due.task,
                        attempts=why.attempts,
                        error=why.kind,
                    )
                )
            except Refused:
                if self._is_still_due(due):
                    raise

    # ── automations ──────────────────────────────────────────────────────────────────────────

    def _automation(self, name: str, run: Run) -> Callable[..., None]:
        @activity.defn(name=name)
        def automate(call: dict[str, Any]) -> None:
            due = msgspec.convert(call, AutomationCall)
            with plain_faults(name, due.case):
                if self._is_still_due(due):
                    self._automate(due, run)

        return automate

    def _automate(self, due: AutomationCall, run: Run) -> None:
        context = self._context(due)
        result = run(context)
        try:
            self._service.handle(
                CompleteTask(
                    command_id=_command_id(due, "automation"),
                    actor=AUTOMATION,
                    case=context.case,
                    task=due.task,
                    outcome=result.outcome,
                    data=_of_form(context, result.data),
                )
            )
        except Refused:
            if self._is_still_due(due):
                raise

    def _context(self, due: AutomationCall) -> AutomationContext:
        service, case = self._service, UUID(due.case)
        state = service.state(case)
        now = service.clock.now()
        return AutomationContext(
            service=service,
            case=case,
            state=state,
            plan=service.plan(state),
            task=due.task,
            step=due.task.partition("#")[0],
            now=now,
            today=now.astimezone(service.territory.timezone).date(),
        )

    def _is_still_due(self, due: AutomationCall) -> bool:
        agenda = self._service.agenda(UUID(due.case))
        return agenda.episode == due.episode and any(
            automation.task == due.task and automation.round == due.round
            for automation in agenda.automations
        )

    def _look(self, agenda: Agenda) -> dict[str, Any]:
        return msgspec.to_builtins(Look(agenda, self._history_limit))


def _is_due(agenda: Agenda) -> bool:
    return not agenda.ended and agenda.next_at is not None and agenda.next_at <= agenda.now


def _command_id(due: AutomationCall, purpose: str) -> UUID:
    return command_id(UUID(due.case), f"{purpose}:{due.episode}:{due.task}:{due.round}")


def _of_form(context: AutomationContext, data: dict[str, Any]) -> dict[str, Any]:
    """Only what the step's form asks for: two protocols may want more or less of one automation."""
    protocol = context.plan.protocol
    step = protocol.steps[context.step]
    if step.form is None:
        return {}
    fields = protocol.forms[step.form].fields
    return {name: value for name, value in data.items() if name in fields}
