"""Whether a process still goes by the rules that the log has last."""

from __future__ import annotations

from time import monotonic

from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.territories.editions import editions_of, originator_of
from domain.territories.installing import NOT_INSTALLED
from protocols.territory import Territory
from protocols.territory.written import write_territory


class InForce:
    """Looks at most every few seconds, as a command costs milliseconds and a pack lasts months.
    Thread-safe: at worst two look at once."""

    def __init__(self, recorder: CaseLogRecorder, territory: Territory, every: float = 5.0) -> None:
        self._recorder = recorder
        self._territory = territory
        self._every = every
        self._seen = 0
        self._holds = True
        self._next = monotonic() + every

    def require(self) -> None:
        """Raises Refused (unavailable) where others were installed since, LogUnavailable."""
        if monotonic() >= self._next and not self.holds():
            raise Refused("unavailable", "rules_changed", NOT_INSTALLED)

    def holds(self) -> bool:
        """By a look at the log now. Raises LogUnavailable."""
        entries = self._recorder.read(originator_of(self._territory.id), self._seen)
        last = editions_of(CaseLogMapper().read_all(entries)).last
        if last is not None:
            self._holds = last.text == write_territory(self._territory)
            self._seen = entries[-1].originator_version
        # Without a pause where it does not: nothing may pass until it is restarted.
        self._next = monotonic() + (self._every if self._holds else 0)
        return self._holds
