"""One decision in the making: events are emitted and applied one by one until nothing changes."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from protocols.engine import events as e
from protocols.engine.knowledge import Knowledge, instance_of
from protocols.engine.plan import Plan, StepPlan
from protocols.engine.scopes import open_scope
from protocols.engine.state import State, Task
from protocols.facts import establish
from protocols.language.document import Record
from protocols.language.durations import Duration
from protocols.language.formula import DONE, OPEN, OUT, WAITING

if TYPE_CHECKING:
    from protocols.territory import Territory


class Run(Knowledge):
    """Applies what happens to a private copy of `state`; `emitted` is what goes in the log."""

    def __init__(self, plan: Plan, state: State, now: datetime, territory: Territory) -> None:
        super().__init__(plan, state.copy(), now, territory)
        self.emitted: list[e.Body] = []
        self._look: deque[str] = deque()

    def emit(self, body: e.Body) -> None:
        self.state.apply(body, self.now)
        self.emitted.append(body)

    # ── settling ─────────────────────────────────────────────────────────────────────────────

    def look_at(self, steps: tuple[str, ...]) -> None:
        self._look.extend(steps)

    def settle(self) -> None:
        """Open what can open and put out what cannot, until nothing changes; then end the case if
        nothing is left to do. The order of looking does not matter."""
        while self._look and not self.state.ended:
            out: list[str] = []
            ready: list[str] = []
            while self._look:
                name = self._look.popleft()
                if name in ready:
                    continue
                verdict = self._verdict(self.plan.steps[name])
                if verdict is False:
                    out.append(name)
                    # Marked now so that what depends on it is judged in the same sweep.
                    self.state.mark_out(name)
                    self.look_at(self.plan.steps[name].dependents)
                elif verdict is True:
                    ready.append(name)
            if out:
                self.emitted.append(e.StepsOut(tuple(out)))
            for name in ready:
                plan = self.plan.steps[name]
                if plan.region and self.state.marks[plan.region].status != OPEN:
                    # Its region was left in this very sweep, after it had been judged.
                    self.look_at((name,))
                else:
                    self.open_step(plan)
        if not self.state.ended and self.state.opened and not self._busy():
            self.end(self.state.result or "completed", False)
        for cause in self.state.pauses:
            if not self._will_resume(cause):
                self.resume(cause)

    def _will_resume(self, cause: str) -> bool:
        """Whether a step that the pausing event opened is still open. If all were skipped or
        withdrawn nobody could let the clocks run again."""
        opens = self.plan.events[cause].event.opens
        return not opens or any(self.state.marks[step].status == OPEN for step in opens)

    def _verdict(self, plan: StepPlan) -> bool | None:
        """True: open it; False: it will not happen; None: leave it as it is."""
        state = self.state
        status = state.marks[plan.name].status
        if plan.region and status in (OPEN, DONE):
            if state.marks[plan.region].status in (DONE, OUT):
                self._leave_region(plan, status)
            return None
        if status != WAITING or plan.dormant:
            return None
        truth = plan.formula.evaluate(state.marks) if plan.formula else True
        if plan.region and truth is not False:
            region = state.marks[plan.region].status
            truth = False if region in (DONE, OUT) else truth if region == OPEN else None
        if truth is True and plan.starts_after:
            # Its time runs from that step: until it has begun there is nothing to count from.
            truth = None if state.marks[plan.starts_after].status == WAITING else True
        if truth is True and not self.holds(plan.guard):
            return False
        return truth

    def _leave_region(self, plan: StepPlan, status: str) -> None:
        keys = self.state.of_step.get(plan.name, ())
        tasks = tuple(key for key in keys if key in self.state.open)
        if status == DONE:
            if tasks:
                self.emit(e.TasksWithdrawn(tasks, "region"))
            return
        done = any(self.state.tasks[key].status == DONE for key in keys)
        steps = (plan.name,)
        self.emit(
            e.TasksWithdrawn(tasks, "region", out=() if done else steps, done=steps if done else ())
        )
        self.look_at(plan.dependents)

    def _busy(self) -> bool:
        """Whether a step that holds the case open is open. What may still arrive of a step that
        is done (`enough`) does not."""
        state = self.state
        for key in state.open:
            step = state.tasks[key].step
            if self.plan.steps[step].blocking and state.marks[step].status == OPEN:
                return True
        return any(
            state.marks[scope].status == OPEN and self.plan.steps[scope].blocking
            for scope in self.plan.scopes
        )

    # ── opening ──────────────────────────────────────────────────────────────────────────────

    def open_step(self, plan: StepPlan) -> None:
        """Open a waiting step: at once, later (`starts`), for each member, or repeatedly."""
        if plan.scope:
            if not open_scope(self, plan):
                return
        elif plan.step.every:
            first = plan.step.first or plan.step.every
            self._schedule(plan, self._opening_after(first, self.now), "1")
        elif plan.step.each:
            members = {instance_of(member): member for member in self.read(plan.step.each) or ()}
            for member in members.values():
                self.open_member(plan, member)
            if not members:
                self.emit(e.StepsOut((plan.name,)))
                self.look_at(plan.dependents)
                return
        elif plan.starts:
            at = self.timing.opening(self.state, plan.starts)
            if at > self.now:
                self._schedule(plan, at, "")
            else:
                self.open_task(plan)
        else:
            self.open_task(plan)
        self.look_at(plan.dependents)

    def open_member(self, plan: StepPlan, member: Any) -> None:
        """One task of an `each` step; `member` is a staff id or {person, role}."""
        person = instance_of(member)
        role = member.get("role") if isinstance(member, dict) else None
        self.open_task(plan, person, role if role in self.plan.protocol.roles else None, person)

    def open_next(self, plan: StepPlan, task: Task) -> None:
        """Open an occurrence of an `every` step and schedule the one after it, at its distance
        from when this one was due to open, however late that is seen."""
        assert plan.step.every is not None
        self.open_task(plan, task.instance)
        following = self._opening_after(plan.step.every, task.opens_at or self.now)
        self._schedule(plan, following, str(int(task.instance) + 1))

    def _opening_after(self, duration: Duration, base: datetime) -> datetime:
        if not duration.counts_days:
            return duration.from_instant(base)
        day = self.timing.day_of(base)
        return self.timing.start_of(duration.from_date(day, self.timing.calendar))

    def _schedule(self, plan: StepPlan, at: datetime, instance: str) -> None:
        key = f"{plan.name}#{instance}" if instance else plan.name
        round_ = self.state.marks[plan.name].round
        self.emit(e.StepScheduled(key, plan.name, round_, at, instance))

    def open_task(
        self, plan: StepPlan, instance: str = "", role: str | None = None, assignee: str = ""
    ) -> None:
        step = plan.step
        automation = step.automation
        role = role or step.role or (automation.fallback if automation else "")
        scope = deputy = staff = ""
        if role:
            scope = self.scope(role)
            staff = self.staff_role(role)
            deputy = self.plan.protocol.roles[role].deputy or ""
            assignee = assignee or self.assignee(role)
        due = remind = None
        ladder: tuple[e.Rung, ...] = ()
        if step.due and self.holds(plan.due_guard):
            due, remind, ladder = self.timing.deadlines(
                self.state, plan, role, scope, deputy, self.scope
            )
            ladder = tuple(e.Rung(r.at, self.staff_role(r.role), r.scope) for r in ladder)
        self.emit(
            e.StepOpened(
                f"{plan.name}#{instance}" if instance else plan.name,
                plan.name,
                self.state.marks[plan.name].round,
                staff,
                scope,
                instance,
                assignee,
                automation.run if automation else "",
                deputy,
                due,
                remind,
                ladder,
                step.priority,
            )
        )

    # ── rounds, facts, ends ──────────────────────────────────────────────────────────────────

    def restart(self, step: str, cause: str) -> None:
        """A new round of `step`. One that only events open would sleep on: it is opened."""
        self.start_round(step, cause)
        plan = self.plan.steps[step]
        if plan.dormant:
            self.open_step(plan)

    def start_round(self, step: str, cause: str) -> None:
        """`step` and all that depends on it returns to waiting; what is open there is withdrawn."""
        reset = self.plan.steps[step].closure
        within = set(reset)
        tasks = tuple(key for key in self.state.open if self.state.tasks[key].step in within)
        self.emit(e.RoundStarted(step, cause, reset, tasks))
        self.look_at(reset)

    def cancel(self, steps: tuple[str, ...], why: str) -> None:
        """These steps will not happen in this round; what is open there is withdrawn. What only
        an event opens sleeps on."""
        steps = self.with_inside(steps)
        keys = [key for step in steps for key in self.state.of_step.get(step, ())]
        tasks = tuple(key for key in keys if key in self.state.open)
        out = tuple(
            step
            for step in steps
            if (status := self.state.marks[step].status) == OPEN
            or (status == WAITING and not self.plan.steps[step].dormant)
        )
        if tasks or out:
            self.emit(e.TasksWithdrawn(tasks, why, out=out))
        for step in out:
            self.look_at(self.plan.steps[step].dependents)

    def with_inside(self, steps: tuple[str, ...]) -> tuple[str, ...]:
        """These steps and what is inside those that are scopes."""
        if not self.plan.scopes:
            return steps
        return tuple(dict.fromkeys(n for s in steps for n in (s, *self.plan.steps[s].inside)))

    def record(self, records: tuple[Record, ...], task: str, outcome: str, own: dict) -> None:
        """Emit the facts that a step (or a case event) establishes. Raises FactError."""
        for record in records:
            if record.on and outcome not in record.on:
                continue
            fields = {name: value for name, value in own.items() if name != "outcome"}
            for name, source in record.fields.items():
                if not isinstance(source, str):
                    fields[name] = source
                elif source.startswith("="):
                    fields[name] = source[1:]
                elif "." in source:
                    fields[name] = self.read(source)
                elif source == "outcome":
                    fields[name] = outcome
                else:
                    fields[name] = own.get(source)
            self.emit(establish(record.fact, task, fields))

    def resume(self, cause: str) -> None:
        state = self.state
        if cause not in state.pauses:
            return
        shifts = []
        if state.pauses == (cause,) and state.paused_at:
            for key in state.open:
                task = state.tasks[key]
                if not task.ignores_pause:
                    step = self.plan.steps[task.step].step
                    shifts.append(self.timing.shift(task, step, state.paused_at))
        self.emit(e.ClocksResumed(cause, tuple(shifts)))

    def end(self, reason: str, silent: bool) -> None:
        marks = self.state.marks
        scopes = tuple(name for name in self.plan.scopes if marks[name].status == OPEN)
        self.emit(e.CaseEnded(reason, silent, tuple(self.state.open), scopes))
        self._look.clear()
