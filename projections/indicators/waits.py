"""The waits that a protocol asks to be measured, from one moment of the case to another."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from projections.indicators.figures import Case, Wait
from projections.indicators.moments import CASE_ENDED, CASE_OPENED, Bounds, bounds
from projections.model import Plans
from projections.rows import Rows
from protocols.engine.timing import Timing
from protocols.language.document import Indicator
from protocols.territory import Territory


class Waits:
    """Starts and ends waits. In each episode the first start counts, and the first end after it."""

    def __init__(self, plans: Plans, territory: Territory) -> None:
        self._plans = plans
        self._territory = territory
        self._known: dict[tuple[str, str], Bounds] = {}

    def case_opened(self, rows: Rows, case: Case, at: datetime) -> None:
        self._start(rows, case, CASE_OPENED, at)

    def case_ended(self, rows: Rows, case: Case, at: datetime) -> None:
        self._end(rows, case, CASE_ENDED, at)

    def step_opened(self, rows: Rows, case: Case, step: str, at: datetime) -> None:
        self._end(rows, case, f"{step}.opened", at)
        self._start(rows, case, f"{step}.opened", at)

    def step_done(self, rows: Rows, case: Case, step: str, outcome: str, at: datetime) -> None:
        for moment in dict.fromkeys((f"{step}.done", f"{step}.{outcome}")):
            self._end(rows, case, moment, at)
            self._start(rows, case, moment, at)

    def resumed(self, rows: Rows, case: Case, at: datetime) -> None:
        """The clocks stood still: what was running has as much time left as it had."""
        since = case.paused_at or at
        for wait in rows.of("waits", case.originator_id):
            if wait.episode == case.episode and wait.ended is None and wait.due is not None:
                gone = at - max(since, wait.started)
                rows.put("waits", replace(wait, due=wait.due + gone))

    def _bounds(self, case: Case) -> Bounds:
        key = (case.protocol, case.version)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = bounds(self._plans.get(*key).protocol)
        return found

    def _start(self, rows: Rows, case: Case, moment: str, at: datetime) -> None:
        for name, indicator in self._bounds(case).starts.get(moment, ()):
            if rows.get("waits", case.originator_id, (case.episode, name)) is None:
                due = self._due(case, indicator, at)
                rows.put("waits", Wait(case.originator_id, case.episode, name, at, None, due))

    def _end(self, rows: Rows, case: Case, moment: str, at: datetime) -> None:
        for name in self._bounds(case).ends.get(moment, ()):
            wait: Wait | None = rows.get("waits", case.originator_id, (case.episode, name))
            if wait is not None and wait.ended is None:
                rows.put("waits", replace(wait, ended=at))

    def _due(self, case: Case, indicator: Indicator, at: datetime) -> datetime | None:
        if indicator.within is None:
            return None
        calendar = self._territory.calendar(case.comune)
        return Timing(at, calendar, self._territory.timezone).after(indicator.within, at)
