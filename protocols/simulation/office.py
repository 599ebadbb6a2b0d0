"""All desks of a territory, each made when it is first asked for something."""

from __future__ import annotations

from datetime import date, datetime

from protocols.simulation.desks import Desk, Job, WorkingTime
from protocols.simulation.shares import Shares
from protocols.territory import Territory


class Office:
    """People by role and place. Where the shares give no number, as many as hold the role there on
    `day`, deputies not counted, and one at least."""

    def __init__(self, territory: Territory, shares: Shares, day: date) -> None:
        self._territory = territory
        self._shares = shares
        self._day = day
        self._desks: dict[tuple[str, str], Desk] = {}
        self._times: dict[tuple[str, str | None], WorkingTime] = {}

    def desks(self) -> list[Desk]:
        """Those that were asked for something, in order."""
        return [self._desks[key] for key in sorted(self._desks)]

    def desk(self, role: str, scope: str) -> Desk | None:
        """None for what is nobody's role."""
        if not role:
            return None
        desk = self._desks.get((role, scope))
        if desk is None:
            people = self._shares.people.get(role)
            number = people.number if people else None
            if number is None:
                held = self._territory.holders(role, scope, self._day)
                number = sum(1 for _, deputy in held if not deputy) or 1
            desk = self._desks[role, scope] = Desk(role, scope, number, self.working(role, scope))
        return desk

    def working(self, role: str = "", scope: str = "") -> WorkingTime:
        """The hours of a role, on the working days of its place."""
        kind, _, place = scope.partition(":")
        istat = place if kind == "comune" and place in self._territory.comuni else None
        found = self._times.get((role, istat))
        if found is None:
            people = self._shares.people.get(role)
            found = self._times[role, istat] = WorkingTime(
                self._territory.calendar(istat),
                self._territory.timezone,
                (people.hours if people else None) or self._shares.hours,
                people.time if people else 1.0,
            )
        return found

    def allowed(self, job: Job, now: datetime) -> float | None:
        """Days until a task must be done; where that is today, until its people go home. None
        without a deadline."""
        if job.due is None:
            return None
        allowed = (job.due - now).total_seconds() / 86_400
        if allowed > 1:
            return allowed
        left = self.working(job.role, job.scope).left(now) - job.effort / 24
        return max(0.0, min(allowed, left))
