"""The assumed shares, made ready to be drawn from."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.engine.plan import Plan
from protocols.simulation.cases import Draws
from protocols.simulation.shares import Chooser, Lasts, Shares, StepShares

_WITHOUT = Lasts(days=(0.0,))


class Luck:
    """Chances in, outcomes, durations and events out. `shares` must be complete."""

    def __init__(self, plan: Plan, shares: Shares) -> None:
        self._steps = {name: shares.steps.get(name, StepShares()) for name in plan.names}
        self._weights = {
            name: {
                outcome: (self._steps[name].outcomes or {}).get(outcome, 0.0)
                for outcome in step.outcomes
            }
            for name, step in plan.steps.items()
        }
        self._first = {name: Chooser(weights) for name, weights in self._weights.items()}
        self._of_step: dict[str, list[tuple[str, float]]] = {name: [] for name in plan.names}
        self._of_case: list[tuple[str, float, Lasts]] = []
        self._after_end: list[tuple[str, float, Lasts]] = []
        awaited = {step.step.waits_for for step in plan.steps.values() if not step.step.role}
        for name, event in plan.events.items():
            said = shares.events.get(name)
            if said is None or not said.share or name in awaited:
                continue
            of_step = event.event.during or (event.completes[0] if event.completes else None)
            if event.event.reopens is not None:
                self._after_end.append((name, said.share, said.lasts or _WITHOUT))
            elif of_step:
                self._of_step[of_step].append((name, said.share))
            else:
                self._of_case.append((name, said.share, said.lasts or _WITHOUT))

    def outcomes(self, step: str, chance: float) -> Iterator[str]:
        """All outcomes of a step, in the order in which luck offers them: the next ones are for
        when the first is not possible."""
        weights = self._weights[step]
        chosen = self._first[step].choose(chance)
        yield chosen
        left = dict(weights)
        while len(left) > 1:
            del left[chosen]
            chosen = Chooser(left).choose(chance)
            yield chosen

    def lasts(self, step: str, chance: float, allowed: float | None) -> float:
        """Days."""
        return (self._steps[step].lasts or _WITHOUT).taken(chance, allowed)

    def effort(self, step: str) -> float:
        """Hours."""
        effort = self._steps[step].effort
        return 1.0 if effort is None else effort

    def gives_up(self, step: str) -> float:
        return self._steps[step].gives_up

    def of_step(self, step: str) -> list[tuple[str, float]]:
        """Case events that belong to a step, and their shares."""
        return self._of_step[step]

    def of_case(self, draws: Draws) -> Iterator[tuple[str, float]]:
        """The case events that will befall a case, and after how many days."""
        yield from self._befall(self._of_case, draws, "")

    def after_end(self, draws: Draws, episode: int) -> Iterator[tuple[str, float]]:
        """The case events that will reopen a case, and how many days after its end."""
        yield from self._befall(self._after_end, draws, f"/{episode}")

    @staticmethod
    def _befall(
        events: list[tuple[str, float, Lasts]], draws: Draws, when: str
    ) -> Iterator[tuple[str, float]]:
        for name, share, lasts in events:
            if draws.chance(f"befalls/{name}{when}") < share:
                yield name, lasts.taken(draws.chance(f"befalls after/{name}{when}"), None)
