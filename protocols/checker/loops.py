"""Ways back without a limit: rounds that could follow one another for ever."""

from __future__ import annotations

from protocols.checker.behaviour import Behaviour
from protocols.checker.demands import OTHER, demands
from protocols.checker.report import Notes
from protocols.checker.words import outcome_title
from protocols.engine.plan import Plan
from protocols.language.formula import OUT
from protocols.text import Text

Way = tuple[str, str, str]


def check_loops(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    """A way back (`again`) without `at_most` that can be taken again after itself, by outcomes none
    of which is limited and all of which were seen to be possible. One that needs an event or a date
    is only a warning: people's will or the calendar stands in between."""
    ways = [
        (name, key, outcome.again)
        for name, step in plan.steps.items()
        for key, outcome in step.outcomes.items()
        if outcome.again and not outcome.at_most and not outcome.ends
        and not behaviour.never_done(name, key)
    ]  # fmt: skip
    rounds = Rounds(plan, behaviour)
    follows = {way: [w for w in ways if w[0] in rounds.again_open(way[2])] for way in ways}
    for way in ways:
        if not _returns(way, follows):
            continue
        name, key, back = way
        slow = any(_slow(plan, step) for step in _between(plan, name, back))
        if not slow and behaviour.goes_round(name, key) is False:
            continue
        step = plan.steps[name].step
        shown, target = outcome_title(step, key), plan.steps[back].step.title
        notes.add(
            "unbounded-loop", ("steps", name, "outcomes", key),
            Text(
                f"«{step.title.it}» con esito «{shown.it}» torna a «{target.it}» senza limite: il "
                "caso può girare per sempre.",
                f"“{step.title.in_('en')}” with outcome “{shown.en}” goes back to "
                f"“{target.in_('en')}” without limit: the case may go round for ever.",
            ),
            Text(
                "Aggiungere 'at_most' all'esito, per esempio at_most: 2.",
                "Add 'at_most' to the outcome, for example at_most: 2.",
            ),
            (
                Text(
                    f"«{step.title.it}» si conclude: «{shown.it}»",
                    f"“{step.title.in_('en')}” is done: “{shown.en}”",
                ),
                Text(
                    f"si riapre «{target.it}», e da lì di nuovo «{step.title.it}»",
                    f"“{target.in_('en')}” opens again, and then “{step.title.in_('en')}” again",
                ),
            ),
            "warning" if slow else "error",
        )  # fmt: skip


def _returns(way: Way, follows: dict[Way, list[Way]]) -> bool:
    found: set[Way] = set()
    queue = [way]
    while queue:
        for following in follows[queue.pop()]:
            if following == way:
                return True
            if following not in found:
                found.add(following)
                queue.append(following)
    return False


class Rounds:
    """What may open again when limited outcomes are used up."""

    def __init__(self, plan: Plan, behaviour: Behaviour) -> None:
        self.plan = plan
        self.wanted = behaviour.demands
        self.possible = {
            name: [key for key in known if not behaviour.never_done(name, key)]
            for name, known in self.wanted.outcomes.items()
        }

    def again_open(self, start: str) -> set[str]:
        """Steps that may open in a new round of `start`."""
        closure = set(self.plan.steps[start].closure)
        outcomes = {
            name: self._unlimited(name) if name in closure else known
            for name, known in self.possible.items()
        }
        found = {start}
        changed = True
        while changed:
            changed = False
            for name in closure - found:
                if self._may_open(name, closure, found, outcomes):
                    found.add(name)
                    changed = True
        return found

    def _unlimited(self, name: str) -> list[str]:
        outcomes = self.plan.steps[name].outcomes
        return [
            key
            for key in self.possible[name]
            # Of tasks that disagree, nobody said `mixed`: it has no limit of its own.
            if key not in outcomes or not outcomes[key].at_most
        ]

    def _may_open(
        self, name: str, closure: set[str], found: set[str], outcomes: dict[str, list[str]]
    ) -> bool:
        step = self.plan.steps[name]
        if step.region in closure and step.region not in found:
            return False
        if step.formula is None:
            return not step.dormant
        if self.wanted.of(name) is None:
            return True
        return any(
            all(
                read not in closure
                or mark == OUT
                or (read in found and _left(outcomes[read], mark))
                for read, mark in demand.items()
            )
            for demand in demands(step.formula, outcomes) or ()
        )


def _left(outcomes: list[str], mark: str) -> bool:
    return bool(outcomes) if mark == OTHER else mark in outcomes


def _between(plan: Plan, name: str, back: str) -> set[str]:
    """Steps on the way from `back` to `name`."""
    return {step for step in plan.steps[back].closure if name in plan.steps[step].closure} | {name}


def _slow(plan: Plan, name: str) -> bool:
    step = plan.steps[name]
    return bool(step.starts or step.step.waits_for or step.dormant)
