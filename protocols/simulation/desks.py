"""The people who do the work: a queue for each role in each place, open in working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from zoneinfo import ZoneInfo

from protocols.simulation.shares import Hours
from protocols.territory import WorkingCalendar

_DAY = timedelta(days=1)


class WorkingTime:
    """Hours of a place in which work goes on. `part`: of each hour that may go to these cases."""

    def __init__(
        self, calendar: WorkingCalendar, timezone: ZoneInfo, hours: Hours, part: float = 1.0
    ) -> None:
        self._calendar = calendar
        self._timezone = timezone
        self._hours = hours
        self._part = part
        self._days: dict[int, tuple[datetime, datetime]] = {}
        west = timezone.utcoffset(datetime(2026, 1, 1)) or timedelta()
        self._behind = int(west < timedelta())
        noon = datetime(2000, 1, 1)
        opens, closes = datetime.combine(noon, hours.start), datetime.combine(noon, hours.end)
        self.hours_a_day = (closes - opens).total_seconds() / 3600 * part

    def begin(self, at: datetime) -> datetime:
        """`at` itself, or when work next begins."""
        opens, closes = self._from(at)
        return min(max(at, opens), closes)

    def left(self, at: datetime) -> float:
        """Days from `at` to the end of its working day, or of the next."""
        closes = self._from(at)[1]
        return (closes - at).total_seconds() / 86_400

    def finish(self, at: datetime, effort: float) -> datetime:
        """When `effort` hours of work begun at `at` are done."""
        left = timedelta(hours=effort / self._part)
        while True:
            opens, closes = self._from(at)
            at = max(at, opens)
            if at + left <= closes:
                return at + left
            left -= closes - at
            at = closes

    def capacity(self, start: datetime, end: datetime) -> float:
        """Hours of work of one person between two instants."""
        first = start.astimezone(self._timezone).date()
        last = end.astimezone(self._timezone).date()
        return self._calendar.working_days_between(first - _DAY, last) * self.hours_a_day

    def _from(self, at: datetime) -> tuple[datetime, datetime]:
        """Opening and closing of the working day that the UTC instant falls in, or of the next."""
        # The day in UTC is never after the local one east of it; days that are over are passed.
        ordinal = at.toordinal() - self._behind
        found = self._day(ordinal)
        while found[1] <= at:
            ordinal += 1
            found = self._day(ordinal)
        return found

    def _day(self, ordinal: int) -> tuple[datetime, datetime]:
        """Opening and closing of the first working day that is not before this one."""
        found = self._days.get(ordinal)
        if found is None:
            day = self._calendar.add_working_days(date.fromordinal(ordinal), 0)
            opens = datetime.combine(day, self._hours.start, self._timezone)
            closes = datetime.combine(day, self._hours.end, self._timezone)
            # The very object that other instants have: comparing is then cheap.
            found = self._days[ordinal] = (opens.astimezone(UTC), closes.astimezone(UTC))
        return found


class Job:
    """A task that somebody has to do. `ripe`: since when it waits for a person's time; `gone`: it
    is no longer to be done; `desk`: who has begun it."""

    __slots__ = (
        "attempt", "case", "desk", "due", "effort", "gone", "key", "opened",
        "priority", "ripe", "role", "round", "scope", "step",
    )  # fmt: skip

    def __init__(self, case: Any, key: str, step: str, round_: int, opened: datetime) -> None:
        self.case = case
        self.key = key
        self.step = step
        self.round = round_
        self.opened = opened
        self.due: datetime | None = None
        self.role = self.scope = ""
        self.priority = 0
        self.effort = 0.0
        self.ripe: datetime | None = None
        self.gone = False
        self.desk: Desk | None = None
        self.attempt = 0


class Desk:
    """The people of one role in one place; the more urgent first, then first come, first served.

    `hours`: of work asked of it so far; `waited`: days its jobs waited for somebody; `longest`:
    the longest queue.
    """

    def __init__(self, role: str, scope: str, number: int, working: WorkingTime) -> None:
        self.role = role
        self.scope = scope
        self.number = number
        self.working = working
        self.free = number
        self.hours = 0.0
        self.jobs = 0
        self.waited = 0.0
        self.longest = 0
        self._queue: list[tuple[int, datetime, int, Job]] = []
        self._order = 0

    def ask(self, job: Job, now: datetime) -> datetime | None:
        """When the job will be done if somebody is free; None where it has to wait."""
        if self.free:
            return self._begin(job, now)
        self._order += 1
        heappush(self._queue, (-job.priority, now, self._order, job))
        self.longest = max(self.longest, len(self._queue))
        return None

    def release(self, now: datetime) -> tuple[Job, datetime] | None:
        """Somebody has finished: the next job and when that will be done, or None."""
        self.free += 1
        while self._queue:
            job = heappop(self._queue)[3]
            if not job.gone and job.desk is None:
                return job, self._begin(job, now)
        return None

    def _begin(self, job: Job, now: datetime) -> datetime:
        self.free -= 1
        self.jobs += 1
        self.hours += job.effort
        self.waited += (now - (job.ripe or now)).total_seconds() / 86_400
        job.desk = self
        return self.working.finish(now, job.effort)
