"""When the steps of a protocol open and are due, counted from the events of a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.conforming.deviations import Deviation, Told
from domain.conforming.standing import Given
from domain.conforming.ways import Ways
from protocols.engine.timing import Timing
from protocols.text import Text


class Wait(NamedTuple):
    """The event at `done` (from 0) completed a task of the step that the one at `opened` had opened
    (-1: the opening of the case); `starts` and `due`: the events from which its opening and its
    deadline are counted, where those are not the same (None)."""

    step: str
    done: int
    opened: int
    starts: int | None
    due: int | None


class Terms:
    """The engine's calendar, asked once for each day. `judged_steps`: those with a deadline that
    hangs on nothing but when things were done; `opens_by_data`: those that open by a date which a
    form gave, and which the log does not have."""

    def __init__(self, ways: Ways, told: Told) -> None:
        self.ways = ways
        self.plan = ways.plan
        self.zone = ways.territory.timezone
        self._told = told
        self._due: dict[tuple[str, str, date], datetime] = {}
        self._opens: dict[tuple[str, str, date], datetime] = {}
        steps = self.plan.steps.items()
        self.judged_steps = frozenset(
            name
            for name, plan in steps
            if plan.step.due and "." not in (plan.step.due.of or "") and not plan.due_guard
        )
        self.opens_by_data = frozenset(
            name for name, plan in steps if plan.starts and "." in plan.starts.anchor
        )

    def timing(self, now: datetime, comune: str) -> Timing:
        territory = self.ways.territory
        calendar = territory.calendar(comune if comune in territory.comuni else None)
        return Timing(now, calendar, self.zone)

    def binds(self, step: str, known: frozenset[str]) -> bool:
        """Whether the log says all on which it hangs that this deadline binds."""
        plan = self.plan.steps[step]
        if plan.step.due is None or "." in (plan.step.due.of or ""):
            return False
        guard = plan.due_guard
        return guard is None or set(self.ways.watch.reads.guards[id(guard)][2]) <= known

    def due_at(self, step: str, base: datetime, comune: str) -> datetime:
        """When a step is due whose time runs from `base`."""
        due = self.plan.steps[step].step.due
        assert due is not None
        if not due.within.counts_days:
            return self.timing(base, comune).after(due.within, base)
        key = (step, comune, base.astimezone(self.zone).date())
        known = self._due.get(key)
        if known is None:
            known = self._due[key] = self.timing(base, comune).after(due.within, base)
        return known

    def opens_at(self, step: str, base: datetime, comune: str) -> datetime:
        """When a step opens whose `starts` is counted from `base`."""
        moment = self.plan.steps[step].starts
        assert moment is not None
        if not moment.duration.counts_days:
            return moment.duration.from_instant(base, moment.sign)
        key = (step, comune, base.astimezone(self.zone).date())
        known = self._opens.get(key)
        if known is None:
            timing = self.timing(base, comune)
            day = moment.duration.from_date(timing.day_of(base), timing.calendar, moment.sign)
            known = self._opens[key] = timing.start_of(day)
        return known

    # ── what is said ─────────────────────────────────────────────────────────────────────────

    def deviations(
        self, wait: Wait, clock: Sequence[datetime], at: datetime, activity: str, comune: str
    ) -> Iterator[Deviation]:
        """Whether what was done `at` was too early, or late. `clock`: the engine's time at each
        event."""
        step = wait.step
        begun = clock[max(wait.opened, 0)]
        if wait.starts is not None:
            opens = self.opens_at(step, clock[max(wait.starts, 0)], comune)
            if at < opens:
                yield self.earliness(step, wait.done, opens, activity)
            begun = max(begun, opens)
        if step in self.judged_steps:
            base = begun if wait.due is None else clock[max(wait.due, 0)]
            due = self.due_at(step, base, comune)
            if at >= due:
                yield self.lateness(step, wait.done, at, due, activity)

    def lateness(
        self, step: str, place: int, at: datetime, due: datetime, activity: str
    ) -> Deviation:
        title = self._told.title(step)
        # A term that is over at midnight expires on the day before.
        last = (due - timedelta(microseconds=1)).astimezone(self.zone)
        when = at.astimezone(self.zone)
        message = Text(
            f"Evento {place + 1}: «{title.it}» fatto il {when:%d/%m/%Y}, scadeva il "
            f"{last:%d/%m/%Y}.",
            f"Event {place + 1}: “{title.in_('en')}” was done on {when:%Y-%m-%d}, it was due by "
            f"{last:%Y-%m-%d}.",
        )
        return Deviation("late", place + 1, step, activity, message)

    def earliness(self, step: str, place: int, opens: datetime, activity: str) -> Deviation:
        title, day = self._told.title(step), opens.astimezone(self.zone)
        message = Text(
            f"Evento {place + 1}: «{title.it}» è stato fatto troppo presto: si apre il "
            f"{day:%d/%m/%Y}.",
            f"Event {place + 1}: “{title.in_('en')}” was done too early: it opens on "
            f"{day:%Y-%m-%d}.",
        )
        return Deviation("out_of_order", place + 1, step, activity, message)


def comune_of(given: Given) -> str:
    """The comune whose calendar counts; '' for the whole territory's."""
    value = dict(given).get("case.comune")
    return value if isinstance(value, str) else ""
