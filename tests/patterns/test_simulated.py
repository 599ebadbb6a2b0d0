"""The same patterns in the simulator: every case ends, by a history that may be done by hand."""

from __future__ import annotations

from typing import Any

import pytest

from protocols.engine import events as e
from protocols.engine.run import Run
from protocols.simulation.cases import Case
from protocols.simulation.defaults import default_shares
from protocols.simulation.replication import Replication
from protocols.simulation.tally import Tally
from tests.engine.gwt import TERRITORY
from tests.patterns.patterns import Pattern, patterns, played

CASES = 50


class Followed(Replication):
    """A replication that remembers what was done in each case, as the acts of a trace."""

    traces: dict[int, list[str | dict[str, Any]]]

    def _take(self, case: Case, run: Run) -> None:
        acts = self.traces.setdefault(case.number, [])
        for body in run.emitted:
            if isinstance(body, e.StepOpened) and self.plan.steps[body.step].starts:
                acts.append({"wait": 60})
            elif isinstance(body, e.CaseEventHappened):
                acts.append({"do": f"!{body.event}", "data": {**body.data, **body.personal}})
            elif isinstance(body, e.StepCompleted) and not self._by_event(acts, body):
                acts.append({
                    "do": f"{body.task}.{body.outcome}",
                    "data": {**body.data, **body.personal},
                })  # fmt: skip
        super()._take(case, run)

    def _by_event(self, acts: list[str | dict[str, Any]], body: e.StepCompleted) -> bool:
        """Whether the event just noted has completed the step: nobody else did."""
        events = {name for name, _ in self._completing(body.step)}
        last = acts[-1] if acts else ""
        done = str(last.get("do", "")) if isinstance(last, dict) else last
        return bool(body.event) or done.removeprefix("!") in events

    def _completing(self, step: str) -> list[tuple[str, str]]:
        wanted = ((name, event.wanted_by) for name, event in self.plan.events.items())
        return [(name, outcome) for name, pairs in wanted for s, outcome in pairs if s == step]


def simulated(pattern: Pattern) -> tuple[Tally, dict[int, list[str | dict[str, Any]]]]:
    plan = pattern.plan
    shares = default_shares(plan, TERRITORY)
    replication = Followed(plan, TERRITORY, shares, cases=CASES, seed=7)
    replication.traces = {}
    return replication.run(), replication.traces


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_every_simulated_case_ends_and_could_be_done_by_hand(pattern: Pattern) -> None:
    tally, traces = simulated(pattern)
    assert tally.cases == CASES
    assert tally.unfinished == 0
    assert not any(step.stuck for step in tally.steps.values())
    ends = {played(pattern.plan, trace).state.ended for trace in traces.values()}
    assert ends == set(tally.reasons)
