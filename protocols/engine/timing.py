"""When things are due: absolute instants from durations, the territory's calendar and the data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from protocols.engine.events import Rung, Shift
from protocols.engine.plan import StepPlan
from protocols.engine.state import State, Task
from protocols.language.document import Step
from protocols.language.durations import Duration, Moment
from protocols.territory.calendar import WorkingCalendar, end_of_day

_TICK = timedelta(microseconds=1)


class Timing:
    """Deadlines of one case at one instant: `now` (UTC), the comune's calendar, the time zone."""

    def __init__(self, now: datetime, calendar: WorkingCalendar, timezone: Any) -> None:
        self.now = now
        self.calendar = calendar
        self.timezone = timezone

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()

    def end_of(self, day: date) -> datetime:
        return end_of_day(day, self.timezone)

    def start_of(self, day: date) -> datetime:
        return end_of_day(day - timedelta(days=1), self.timezone)

    def after(self, duration: Duration, base: datetime, sign: int = 1) -> datetime:
        """The end of the day (or the instant, for units of the clock) this long after `base`."""
        if duration.counts_days:
            return self.end_of(duration.from_date(self.day_of(base), self.calendar, sign))
        return duration.from_instant(base, sign)

    def anchor(self, state: State, anchor: str) -> datetime | None:
        """The instant an anchor names: a step's completion (or opening while it lasts), a case
        event's last occurrence, a date in the data. None where it has not happened."""
        name, _, field = anchor.partition(".")
        if field:
            value = state.data.get(name, state.happened.get(name, {})).get(field)
            if name in ("case", "given"):
                value = state.attributes.get(field)
            if not isinstance(value, str):
                return None
            try:
                return self.start_of(date.fromisoformat(value[:10]))
            except ValueError:
                return None
        if name in state.happened:
            return datetime.fromisoformat(state.happened[name]["at"])
        if name in state.scopes:
            return state.scopes[name].left_at or state.scopes[name].opened_at
        tasks = [state.tasks[key] for key in state.of_step.get(name, ())]
        settled = [task.settled_at for task in tasks if task.status == "done"]
        opened = [task.opened_at for task in tasks if task.opened_at]
        moments = [at for at in settled or opened if at]
        return max(moments) if moments else None

    def opening(self, state: State, moment: Moment) -> datetime:
        """When a step with `starts:` opens: the start of that day. At once where the anchor is
        missing, so that somebody sees it."""
        base = self.anchor(state, moment.anchor)
        if base is None:
            return self.now
        if not moment.duration.counts_days:
            return moment.duration.from_instant(base, moment.sign)
        day = moment.duration.from_date(self.day_of(base), self.calendar, moment.sign)
        return self.start_of(day)

    def deadlines(
        self, state: State, plan: StepPlan, role: str, scope: str, deputy: str, scopes: Any
    ) -> tuple[datetime | None, datetime | None, tuple[Rung, ...]]:
        """(due, remind, ladder) of a step that opens now. `scopes(role) -> scope`."""
        due = plan.step.due
        if due is None:
            return None, None, ()
        anchor = self.anchor(state, due.of) if due.of else None
        # Nobody is late for what has no date yet: without its anchor, time runs from now.
        at = self.after(due.within, anchor or self.now, -1 if due.before and anchor else 1)
        remind = None
        if due.remind:
            length = due.remind.duration
            if length.counts_days:
                day = self.day_of(at - _TICK)
                remind = self.start_of(length.from_date(day, self.calendar, -1))
            else:
                remind = length.from_instant(at, -1)
            if remind <= self.now:
                remind = None
        last = at - _TICK
        rungs = []
        for rung in due.overdue:
            called = (deputy or role) if rung.to == "deputy" else rung.to
            if not called:
                # Nobody stands in for a role that nobody holds: a wait for an event.
                continue
            when = at if rung.after.n == 0 else self.after(rung.after, last)
            rungs.append(Rung(when, called, scope if called == role else scopes(called)))
        return at, remind, tuple(rungs)

    def shift(self, task: Task, step: Step, since: datetime) -> Shift:
        """A task's instants after a pause from `since` to now: as many days are left as were left,
        working days where the step counts in them."""
        due = step.due
        days = due.within.unit if due else ""
        before = due.remind.duration.unit if due and due.remind else days
        waits = step.every or (step.starts.duration if step.starts else None)
        return Shift(
            task.key,
            self._begins_later(task.opens_at, since, waits.unit if waits else ""),
            self._ends_later(task.due, since, days),
            self._begins_later(task.remind, since, before),
            tuple(
                Rung(self._ends_later(rung.at, since, days) or rung.at, rung.role, rung.scope)
                for rung in task.ladder
            ),
        )

    def _begins_later(self, at: datetime | None, since: datetime, unit: str) -> datetime | None:
        """What falls at the beginning of a day (an opening, a reminder) after a pause."""
        if at is None or at <= since or not self._at_midnight(at):
            return self._by_the_clock(at, since)
        return self.start_of(self._day_later(self.day_of(at), since, unit))

    def _ends_later(self, at: datetime | None, since: datetime, unit: str) -> datetime | None:
        """What falls at the end of a day (a deadline) after a pause."""
        if at is None or at <= since or not self._at_midnight(at):
            return self._by_the_clock(at, since)
        return self.end_of(self._day_later(self.day_of(at - _TICK), since, unit))

    def _by_the_clock(self, at: datetime | None, since: datetime) -> datetime | None:
        return at if at is None or at <= since else at + (self.now - since)

    def _at_midnight(self, at: datetime) -> bool:
        local = at.astimezone(self.timezone)
        return not (local.hour or local.minute or local.second)

    def _day_later(self, day: date, since: datetime, unit: str) -> date:
        then, today = self.day_of(since), self.day_of(self.now)
        if unit == "working day" and today != then:
            left = self.calendar.working_days_between(then, day)
            return self.calendar.add_working_days(today, left)
        return day + (today - then)
