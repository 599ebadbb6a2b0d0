"""When things are due: absolute instants from durations, the territory's calendar and the data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from protocols.engine.events import Rung, Shift
from protocols.engine.plan import StepPlan
from protocols.engine.state import State, Task
from protocols.language.durations import Duration, Moment
from protocols.territory.calendar import WorkingCalendar, end_of_day


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
            if name == "case":
                value = state.attributes.get(field)
            if not isinstance(value, str):
                return None
            try:
                return self.start_of(date.fromisoformat(value[:10]))
            except ValueError:
                return None
        if name in state.happened:
            return datetime.fromisoformat(state.happened[name]["at"])
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
        base: datetime | None = self.now
        if due.of:
            base = self.anchor(state, due.of)
        if base is None:
            base = self.now
        at = self.after(due.within, base, -1 if due.before else 1)
        remind = None
        if due.remind:
            length = due.remind.duration
            if length.counts_days:
                day = self.day_of(at - timedelta(microseconds=1))
                remind = self.start_of(length.from_date(day, self.calendar, -1))
            else:
                remind = length.from_instant(at, -1)
            if remind <= self.now:
                remind = None
        last = at - timedelta(microseconds=1)
        rungs = []
        for rung in due.overdue:
            called = (deputy or role) if rung.to == "deputy" else rung.to
            when = at if rung.after.n == 0 else self.after(rung.after, last)
            rungs.append(Rung(when, called, scope if called == role else scopes(called)))
        return at, remind, tuple(rungs)

    def shift(self, task: Task, since: datetime, working: bool) -> Shift:
        """A task's instants after a pause from `since` to now: as many days are left as were left,
        working days if `working`."""
        gone = self.now - since
        today, then = self.day_of(self.now), self.day_of(since)

        def later(at: datetime | None) -> datetime | None:
            if at is None or at <= since:
                return at
            local = at.astimezone(self.timezone)
            if local.hour or local.minute or local.second:
                return at + gone
            day = self.day_of(at - timedelta(microseconds=1))
            if working:
                left = self.calendar.working_days_between(then, day)
                return self.end_of(self.calendar.add_working_days(today, left))
            return self.end_of(day + (today - then))

        return Shift(
            task.key,
            later(task.opens_at),
            later(task.due),
            later(task.remind),
            tuple(Rung(later(rung.at) or rung.at, rung.role, rung.scope) for rung in task.ladder),
        )
