"""What each event of a log means in one protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from domain.conforming.mapping import OUTCOME, ROLE, Chosen, Mapping, Target
from domain.exchange.trace import LoggedEvent, LoggedTrace
from protocols.documents import DocumentError, Problem, nearest, unknown_name
from protocols.documents.reading import Document
from protocols.engine.plan import Plan
from protocols.text import Text

# What our own export says besides the steps.
_MOST_KNOWN = 50_000
_OWN = frozenset({"case_opened", "case_ended"})
_TRUE = frozenset({"true", "1", "sì", "si", "s", "yes", "y", "vero", "x"})
_FALSE = frozenset({"false", "0", "no", "n", "falso", ""})


class Act(NamedTuple):
    """Something done that the protocol knows: a step (one of `names`, where it is inside several
    copies of a sub-protocol) or a case event. `outcome` is '' where the log does not say it."""

    names: tuple[str, ...]
    event: bool = False
    outcome: str = ""
    data: tuple[tuple[str, Any], ...] = ()


class Unknown(NamedTuple):
    """Something done that the mapping does not know. `step`: where only its outcome is unknown."""

    activity: str
    near: str = ""
    step: str = ""


class Ignored(NamedTuple):
    """Something that is no part of the protocol."""


IGNORED = Ignored()
Token = Act | Unknown | Ignored


class Meaning:
    """The mapping held against the plan. `recorded`: the steps and events that the log says."""

    def __init__(self, mapping: Mapping, plan: Plan, document: Document | None = None) -> None:
        """Raises DocumentError: names that the protocol does not have."""
        self.plan = plan
        self.mapping = mapping
        self._outcome = mapping.log.outcome or OUTCOME
        self._role = mapping.log.role or ROLE
        self._known: dict[tuple[str, ...], Token] = {}
        self._roles: dict[str, tuple[str, ...]] = {}
        self._copies: dict[str, tuple[str, ...]] = {}
        problems = list(self._mistakes(document))
        if problems:
            raise DocumentError(sorted(problems, key=lambda problem: problem.line))
        self.same_names = not mapping.activities
        self.recorded = frozenset(self._all_names())

    def token(self, event: LoggedEvent) -> Token:
        activity, values = event.activity, event.values
        target = self._target(activity)
        if target is None:
            key: tuple[str, ...] = (activity,)
        else:
            column = target.outcome.column or self._outcome
            key = (
                activity,
                values.get(column, ""),
                *(values.get(c, "") for c in target.data.values()),
            )
        token = self._known.get(key)
        if token is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            token = self._known[key] = self._read(activity, target, values)
        return token

    def roles(self, event: LoggedEvent) -> tuple[str, ...]:
        """Our roles for the log's; empty where it says none."""
        said = event.values.get(self._role, "")
        if not said:
            return ()
        known = self._roles.get(said)
        if known is None:
            known = self.mapping.roles.get(said)
            if known is None:
                same = said.strip().casefold().replace(" ", "_")
                known = (same,)
            if len(self._roles) < _MOST_KNOWN:
                self._roles[said] = known
        return known

    def given(self, trace: LoggedTrace) -> tuple[tuple[str, Any], ...]:
        """What the log says of the case, as (`case.name`, value)."""
        found = []
        for name, column in self.mapping.case.items():
            value = trace.values.get(column, "")
            if value:
                found.append((f"case.{name}", _plain(value)))
        return tuple(found)

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def _target(self, activity: str) -> Target | None:
        target = self.mapping.activities.get(activity)
        if target is not None or not self.same_names:
            return target
        name = activity.partition(".")[0]
        if self._names_of(name):
            return _SAME
        return None

    def _read(self, activity: str, target: Target | None, values: dict[str, str]) -> Token:
        if any(fnmatchcase(activity, pattern) for pattern in self.mapping.ignore):
            return IGNORED
        if target is None:
            if self.same_names and activity in _OWN:
                return IGNORED
            known = [*self.mapping.activities] or [*self.plan.names, *self.plan.events]
            return Unknown(activity, nearest(activity, known) or "")
        name = target.step or target.event or activity.partition(".")[0]
        names = self._names_of(name)
        event = name in self.plan.events and name not in self.plan.steps
        said = ""
        if not event:
            written = activity.partition(".")[2] if target is _SAME else ""
            said = written or _outcome_of(target.outcome, values, self._outcome)
            if said and said not in self.plan.steps[names[0]].outcomes:
                return Unknown(activity, said[:40], name)
        data = tuple(
            (field, read)
            for field, column in target.data.items()
            if (read := self._value(names[0], field, values.get(column, ""))) is not None
        )
        return Act(names, event, said, data)

    def _value(self, name: str, field: str, written: str) -> Any:
        part = self.plan.protocol.steps.get(name) or self.plan.protocol.events[name]
        kind = self.plan.protocol.forms[part.form or ""].fields[field].type
        if not written:
            return None
        try:
            if kind in ("integer", "scale"):
                return int(written)
            if kind in ("decimal", "money"):
                return float(written.replace(",", "."))
        except ValueError:
            return None
        if kind == "yes_no":
            low = written.casefold()
            return True if low in _TRUE else False if low in _FALSE else None
        return written

    # ── names ────────────────────────────────────────────────────────────────────────────────

    def _names_of(self, name: str) -> tuple[str, ...]:
        """The steps (or the event) that a name stands for: inside the copies of a sub-protocol
        each has a number after it."""
        if name in self.plan.steps or name in self.plan.events:
            return (name,)
        if name not in self._copies:
            numbered = re.compile(re.escape(name) + r"_\d+")
            self._copies[name] = tuple(
                step
                for step, plan in self.plan.steps.items()
                if plan.within and numbered.fullmatch(step)
            )
        return self._copies[name]

    def _all_names(self) -> Iterator[str]:
        if self.same_names:
            yield from self.plan.names
            yield from self.plan.events
        for target in self.mapping.activities.values():
            yield from self._names_of(target.step or target.event or "")

    def _mistakes(self, document: Document | None) -> Iterator[Problem]:
        def at(path: tuple[str | int, ...], message: Text) -> Problem:
            return document.problem(path, message) if document else Problem("", 0, "", message)

        plan, protocol = self.plan, self.plan.protocol
        steps, events = list(plan.names), list(plan.events)
        for activity, target in self.mapping.activities.items():
            path = ("activities", activity)
            name = target.step or target.event
            if not name:
                yield at(path, _NEITHER)
                continue
            names = self._names_of(name)
            if not names:
                yield at(
                    path,
                    unknown_name(Text("Passo o evento", "Step or event"), name, steps + events),
                )
                continue
            outcomes = [] if names[0] in events else list(plan.steps[names[0]].outcomes)
            for said in target.outcome.values.values():
                if said not in outcomes:
                    yield at(path, unknown_name(Text("Esito", "Outcome"), said, outcomes))
            part = protocol.steps.get(names[0]) or protocol.events[names[0]]
            fields = protocol.forms[part.form].fields if part.form else {}
            for field in target.data:
                if field not in fields:
                    yield at(
                        (*path, "data", field), unknown_name(Text("Campo", "Field"), field, fields)
                    )
        for role, ours in self.mapping.roles.items():
            for name in ours:
                if name not in protocol.roles:
                    yield at(
                        ("roles", role), unknown_name(Text("Ruolo", "Role"), name, protocol.roles)
                    )


def _outcome_of(chosen: Chosen, values: dict[str, str], column: str) -> str:
    said = values.get(chosen.column or column, "")
    if "*" in chosen.values and not (chosen.column and said in chosen.values):
        return chosen.values["*"]
    if chosen.column and chosen.values:
        return chosen.values.get(said, said)
    return chosen.values.get(said, said)


def _plain(value: str) -> Any:
    low = value.casefold()
    if low in ("true", "false"):
        return low == "true"
    return int(value) if re.fullmatch(r"[1-9]\d{0,8}|0", value) else value


_SAME = Target()
_NEITHER = Text(
    "Manca «step» o «event»: che cos'è questa attività nel protocollo?",
    "“step” or “event” is missing: what is this activity in the protocol?",
)
