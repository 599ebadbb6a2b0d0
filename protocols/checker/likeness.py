"""When two states of a case are alike: the same can still happen to both."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from protocols.checker.answers import MISSING
from protocols.checker.readers import attribute_readers, data_readers, event_fields
from protocols.checker.reads import Reads
from protocols.checker.renewals import Renewals
from protocols.engine.plan import Plan
from protocols.engine.state import SCHEDULED, State
from protocols.language.formula import DONE, OPEN, OUT, WAITING

_SEVERAL = 2
_NOBODY: frozenset[str] = frozenset()


def without_sure_exit(plan: Plan) -> frozenset[str]:
    """Steps each of whose outcomes may become unavailable, or can come from an event only."""
    found = set()
    for name, step in plan.steps.items():
        by_people = step.step.role or step.step.automation or step.step.each
        sure = by_people and any(
            not outcome.when and not outcome.at_most for outcome in step.outcomes.values()
        )
        if not sure:
            found.add(name)
    return frozenset(found)


class Likeness:
    """The abstract key of a state.

    A mark counts only while some step that may still be judged reads it, and an outcome only if a
    formula names it. How often an outcome was chosen counts only where that may leave a step with
    no way out; case events are counted as far as conditions count them. `only`: the steps that
    matter; the others are not looked at. `limits`: count how often each limited outcome was chosen.
    """

    def __init__(
        self, plan: Plan, reads: Reads, only: frozenset[str] | None = None, limits: bool = False
    ) -> None:
        self.plan = plan
        self.only = tuple(n for n in plan.names if only is None or n in only)
        within = frozenset(self.only)
        self.renewals = Renewals(plan, within)
        self._known: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
        self.readers, self.named = _mark_readers(plan, within)
        # Of several tasks it matters also whether they agree on an outcome that does something.
        self.told_apart = frozenset(
            name
            for name, step in plan.steps.items()
            if self.named[name]
            or any(
                o.again or o.ends or o.result or o.resumes or o.cancels
                for o in step.outcomes.values()
            )
        )
        self.of_events: frozenset[str] = frozenset(
            read
            for event in plan.events.values()
            for read in (event.formula.steps if event.formula else ())
        )
        unsure = without_sure_exit(plan)
        self.limits = tuple(
            ((name, key), outcome.at_most)
            for name in self.only
            if name in unsure or limits
            for key, outcome in plan.steps[name].outcomes.items()
            if outcome.at_most
        )
        self.counted = tuple(
            (name, max(reads.counted.get(name, 0), event.event.at_most or 0))
            for name, event in plan.events.items()
            if reads.counted.get(name) or event.event.at_most
        )
        self.data = tuple(
            (name, field, frozenset(who))
            for (name, field), who in sorted(data_readers(plan, reads, within).items())
            if name in within
        )
        self.attributes = attribute_readers(reads, within)
        self.event_data = event_fields(plan, reads, within)
        self.scopes = tuple(name for name in plan.scopes if name in within)
        self.sources = any(event.event.source for event in plan.events.values())
        self.reopens = any(event.event.reopens for event in plan.events.values())

    def key(self, state: State, assumed: dict[str, Any]) -> tuple[Hashable, ...]:
        """What two alike states have in common, part by part."""
        if state.ended and not self.reopens:
            return ("ended", state.ended)
        marks = state.marks
        renewed = self.renewals.possible(state)
        waiting = {name for name in self.only if marks[name].status == WAITING}
        judging = waiting | {name for name in self.only if marks[name].status == OPEN}
        read = self._read_again(renewed)
        parts: list[Hashable] = []
        for name in self.only:
            mark = marks[name]
            if mark.status == OPEN:
                parts.append(self._live(state, name))
            elif mark.status == WAITING:
                parts.append(WAITING)
            elif (
                name in self.of_events or name in read or not waiting.isdisjoint(self.readers[name])
            ):
                named = mark.outcome in self.named[name]
                parts.append(OUT if mark.status == OUT else mark.outcome if named else DONE)
            else:
                parts.append("")
        return (
            state.ended,
            *parts,
            tuple(min(state.used.get(key, 0), most) for key, most in self.limits),
            tuple(
                min(state.happened.get(name, {}).get("count", 0), most)
                for name, most in self.counted
            ),
            state.pauses,
            tuple((name, min(len(kept), _SEVERAL)) for name, kept in sorted(state.kept.items())),
            min(state.episode, _SEVERAL),
            bool(state.result),
            tuple(self._scope(state, name) for name in self.scopes),
            tuple(
                (path, repr(value) if value is not MISSING else None)
                for path, value in sorted(assumed.items())
                if (path == "case.source" and self.sources)
                or _is_read("", self.attributes.get(path, _NOBODY), judging, renewed)
            ),
            tuple(
                repr(state.data[name].get(field))
                if name in state.data and _is_read(name, who, judging, renewed)
                else ""
                for name, field, who in self.data
            ),
            tuple(repr(state.happened.get(e, {}).get(field)) for e, field in self.event_data),
        )

    def _read_again(self, renewed: tuple[frozenset[str], ...]) -> frozenset[str]:
        """The steps whose marks a new round may judge by without beginning them anew."""
        if renewed not in self._known:
            nobody: set[str] = set()
            self._known[renewed] = frozenset(
                name for name in self.only if _is_read(name, self.readers[name], nobody, renewed)
            )
        return self._known[renewed]

    def _scope(self, state: State, name: str) -> Hashable:
        """What decides the outcome with which a scope will be left by itself."""
        if state.marks[name].status != OPEN:
            return ""
        said = {state.marks[copy].outcome or "" for copy in self.plan.steps[name].copies}
        enough = self.plan.steps[name].step.enough
        done = sum(state.marks[c].status == DONE for c in self.plan.steps[name].copies)
        standing = state.scopes.get(name)
        return standing and standing.result, tuple(sorted(said)), done if enough else 0

    def _live(self, state: State, name: str) -> Hashable:
        keys = state.of_step.get(name, ())
        if len(keys) == 1 and not self.plan.steps[name].step.every:
            task = state.tasks[keys[0]]
            stands = state.pauses and task.status == SCHEDULED and not task.ignores_pause
            return "stands" if stands else task.status
        tasks = [state.tasks[key] for key in keys]
        outcomes = sorted(
            {t.outcome for t in tasks if t.status == DONE and name in self.told_apart}
        )
        return (
            min(sum(t.status == OPEN for t in tasks), 6),
            any(t.status == SCHEDULED for t in tasks),
            min(sum(t.status == DONE for t in tasks), 6),
            tuple(outcomes),
        )


def _is_read(
    name: str, readers: frozenset[str], judging: set[str], renewed: tuple[frozenset[str], ...]
) -> bool:
    """Whether one of the readers is still to judge, or a new round of it may come that does not
    begin `name` anew as well."""
    if not judging.isdisjoint(readers):
        return True
    return any(name not in closure and not readers.isdisjoint(closure) for closure in renewed)


def _mark_readers(
    plan: Plan, within: frozenset[str]
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Step → who reads its mark; step → the outcomes that they tell apart."""
    readers: dict[str, set[str]] = {name: set() for name in plan.names}
    named: dict[str, set[str]] = {name: set() for name in plan.names}
    for name in within:
        step = plan.steps[name]
        for read, outcome in step.formula.atoms if step.formula else ():
            readers[read].add(name)
            named[read].update([outcome] if outcome else [])
        for waited in (step.region, step.starts_after):
            if waited:
                readers[waited].add(name)
    for event in plan.events.values():
        for read, outcome in event.formula.atoms if event.formula else ():
            named[read].update([outcome] if outcome else [])
    return (
        {name: frozenset(who) for name, who in readers.items()},
        {name: frozenset(outcomes) for name, outcomes in named.items()},
    )
