"""A story: one person's way through the protocol, told as the acts of the operators in it."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.demo.desk import ApiRefused, Desk, task_path
from domain.case.state import CaseState
from domain.service import CaseService
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import Task
from protocols.language.forms import FormField

Script = Generator[timedelta, None, None]


class StoryError(Exception):
    """A story could not go on as it is written: what was tried, and what the API answered."""


class Story:
    """What a script may do. Time passes only where the script yields how long to wait.

    Acts go through the HTTP API. Looking up who holds a role, and what is open, is done on the log
    directly: it is what the operator would see on the screen.
    """

    def __init__(self, name: str, desk: Desk, service: CaseService) -> None:
        self.name = name
        self.desk = desk
        self.service = service
        self.case = ""
        self.acts = 0
        self.last_step = ""
        self.last_person = ""
        self.began: datetime | None = None

    # ── acts ─────────────────────────────────────────────────────────────────────────────────

    def refer(self, person: str, *, service: str, comune: str, who: dict[str, Any],
              attributes: dict[str, Any] | None = None) -> None:  # fmt: skip
        """`person`: the staff id of whoever refers; `comune` by ISTAT code or name."""
        now = self.service.clock.now()
        self.began = now
        body = {
            "protocol": "presa-in-carico",
            "service": service,
            "comune": comune,
            "referred_on": now.astimezone(self.service.territory.timezone).date().isoformat(),
            "person": who,
            "attributes": attributes or {},
        }
        answer = self._write(person, "referral", "/referrals", body)
        self.case = answer["case"]

    def do(self, step: str, outcome: str = "done", data: dict[str, Any] | None = None, *,
           instance: str = "", by: str = "") -> None:  # fmt: skip
        """Complete an open task, as its assignee, as a holder of its role, or as `by`."""
        task = self._task(f"{step}#{instance}" if instance else step)
        person = by or self._whose(task)
        body = {"outcome": outcome, "data": data or {}}
        self._write(person, task.key, task_path(self.case, task.key, "complete"), body)

    def each(self, step: str, outcome: str, answers: dict[str, dict[str, Any]]) -> None:
        """Complete the tasks of several members: staff id → data."""
        for member, data in answers.items():
            self.do(step, outcome, data, instance=member)

    def last(self, step: str) -> str:
        """The instance of the occurrence of `step` that is open now (`every`)."""
        opened = [task for task in self.state().open_tasks() if task.step == step]
        if not opened:
            raise StoryError(self._where(f"nessuna ricorrenza di «{step}» è aperta"))
        return opened[0].instance

    def event(self, event: str, data: dict[str, Any] | None = None, *, by: str = "") -> None:
        """Report a case event as the first role that may."""
        state = self.state()
        person = by or self._first_of(state, self._plan(state).events[event].event.by)
        self._write(person, event, f"/cases/{self.case}/events/{event}", {"data": data or {}})

    def exception(self, kind: str, step: str, reason: str, *, by: str = "") -> None:
        state = self.state()
        roles = getattr(self._plan(state).protocol.exceptions, kind)
        person = by or self._first_of(state, roles)
        body = {"kind": kind, "step": step, "reason": reason}
        self._write(person, step, f"/cases/{self.case}/exceptions", body)

    def correct(self, step: str, data: dict[str, Any], reason: str, *, by: str = "") -> None:
        """What was recorded was wrong; the old value stays in the log."""
        state = self.state()
        person = by or self._first_of(state, self._plan(state).protocol.exceptions.correct)
        body = {"step": step, "data": data, "reason": reason}
        self._write(person, step, f"/cases/{self.case}/corrections", body)

    def exclude_from(self, host: str, *, by: str) -> None:
        """This person must never be sent to that host; why is nobody else's business."""
        opened = self.state().opened
        assert opened is not None
        path = f"/hosts/{host}/exclusions"
        self._write(by, "exclusion", path, {"person": opened.person})

    def refused(self, code: str, step: str, outcome: str, data: dict[str, Any]) -> None:
        """The same as `do`, where the API must say no with this code."""
        try:
            self.do(step, outcome, data)
        except StoryError as error:
            cause = error.__cause__
            if isinstance(cause, ApiRefused) and cause.code == code:
                return
            raise
        raise StoryError(self._where(f"«{step}» doveva essere rifiutato ({code})"))

    # ── looking ──────────────────────────────────────────────────────────────────────────────

    def state(self) -> CaseState:
        return self.service.state(self._uuid())

    def last_act(self) -> str:
        """What was done last, in the protocol's own words."""
        if not self.case:
            return ""
        protocol = self._plan(self.state()).protocol
        name = self.last_step.split("#")[0]
        said = protocol.steps.get(name) or protocol.events.get(name)
        return said.title.it if said else name

    def is_open(self, step: str) -> bool:
        return any(task.step == step for task in self.state().open_tasks())

    def question(self, step: str, name: str) -> FormField | None:
        """What the form of a step asks under this name, in the version that the case follows."""
        protocol = self._plan(self.state()).protocol
        form = protocol.forms.get(protocol.steps[step].form or "")
        return form.fields.get(name) if form else None

    def day(self, offset: int = 0) -> str:
        """The date of today plus `offset` days, ISO."""
        today = self.service.clock.now().astimezone(self.service.territory.timezone).date()
        return (today + timedelta(days=offset)).isoformat()

    def month(self) -> str:
        return self.day()[:7]

    def holder(self, role: str, *, deputy: bool = False) -> str:
        """Who holds a role of the protocol for this case."""
        state = self.state()
        run = self._run(state)
        return self._holder(role, run.scope(role), deputy)

    # ── inside ───────────────────────────────────────────────────────────────────────────────

    def _uuid(self) -> UUID:
        return UUID(self.case)

    def _plan(self, state: CaseState) -> Plan:
        return self.service.plan(state)

    def _run(self, state: CaseState) -> Run:
        return Run(self._plan(state), state, self.service.clock.now(), self.service.territory)

    def _task(self, key: str) -> Task:
        state = self.state()
        task = state.tasks.get(key)
        if task is None or task.status != "open":
            opened = ", ".join(t.key for t in state.open_tasks()) or "nessuno"
            raise StoryError(
                self._where(f"«{key}» non è aperto; sono aperti: {opened}; fine: {state.ended}")
            )
        return task

    def _whose(self, task: Task) -> str:
        return task.claimed_by or task.assignee or self._holder(task.role, task.scope, False)

    def _first_of(self, state: CaseState, roles: tuple[str, ...]) -> str:
        run = self._run(state)
        for role in roles:
            person = run.assignee(role)
            if person:
                return person
            holders = self._holders(role, run.scope(role))
            if holders:
                return holders[0]
        raise StoryError(self._where(f"nessuno ha i ruoli {', '.join(roles)}"))

    def _holders(self, role: str, scope: str) -> list[str]:
        today = self.service.clock.now().astimezone(self.service.territory.timezone).date()
        return [person for person, _ in self.service.territory.holders(role, scope, today)]

    def _holder(self, role: str, scope: str, deputy: bool) -> str:
        holders = self._holders(role, scope)
        if not holders:
            raise StoryError(self._where(f"nessuno ha il ruolo {role} ({scope})"))
        return holders[-1 if deputy else 0]

    def _write(self, person: str, step: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.acts += 1
        self.last_step, self.last_person = step, person
        try:
            return self.desk.write(person, path, body, f"{self.name}/{self.acts}")
        except ApiRefused as error:
            self.acts -= 1
            raise StoryError(self._where(f"{step} ({person}): {error}")) from error

    def _where(self, what: str) -> str:
        return f"{self.name}, {self.day()}: {what}"
