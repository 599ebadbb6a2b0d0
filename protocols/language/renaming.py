"""A protocol's parts with other names for what they name: as a part of another protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from protocols.language.document import CaseEvent, Indicator, Outcome, Record, Role, Step
from protocols.language.durations import Moment
from protocols.language.forms import Form, FormField
from protocols.language.guards import paths_in
from protocols.language.tables import Table

_WORDS = frozenset({"and", "or", "not", "at_least", "settled"})
_ATOM = re.compile(r"(?<![\w.])[a-z_][a-z0-9_]*")


class Renaming(NamedTuple):
    """Old name → new name; what is not in it keeps its name. `steps` holds events too, which share
    their names' space; `given`: what the protocol takes → the data path that holds it; `data`:
    other data paths that are written otherwise."""

    steps: Mapping[str, str]
    roles: Mapping[str, str] = {}
    forms: Mapping[str, str] = {}
    tables: Mapping[str, str] = {}
    stages: Mapping[str, str] = {}
    groups: Mapping[str, str] = {}
    given: Mapping[str, str] = {}
    data: Mapping[str, str] = {}

    # ── texts ────────────────────────────────────────────────────────────────────────────────

    def formula(self, text: str | None) -> str | None:
        if text is None:
            return None

        def named(match: re.Match[str]) -> str:
            name = match.group()
            return name if name in _WORDS else self.steps.get(name, name)

        return _ATOM.sub(named, text)

    def path(self, path: str) -> str:
        """A data path: `step.field`, `tables.name`, `given.name`."""
        first, dot, rest = path.partition(".")
        name, _, inner = rest.partition(".")
        found = self.given.get(name) if first == "given" else self.data.get(f"{first}.{name}")
        if found is not None:
            return f"{found}.{inner}" if inner else found
        if first in ("tables", "events"):
            known = self.tables if first == "tables" else self.steps
            name, more, inner = rest.partition(".")
            return f"{first}.{known.get(name, name)}{more}{inner}"
        return f"{self.steps.get(first, first)}{dot}{rest}"

    def guard(self, source: str | None) -> str | None:
        """A CEL condition over the case's data."""
        if source is None:
            return None
        written, last = "", 0
        for start, end in paths_in(source):
            written += source[last:start] + self.path(source[start:end])
            last = end
        return written + source[last:]

    def moment(self, moment: Moment) -> Moment:
        return replace(moment, anchor=self.path(moment.anchor))

    # ── parts ────────────────────────────────────────────────────────────────────────────────

    def step(self, step: Step) -> Step:
        """The step; `within` and `inside` are left to whoever puts it in its place."""
        due, automation = step.due, step.automation
        return step.model_copy(
            update={
                "stage": _one(self.stages, step.stage),
                "after": self.formula(step.after),
                "when": self.guard(step.when),
                "during": _one(self.steps, step.during),
                "starts": step.starts and self.moment(step.starts),
                "role": _one(self.roles, step.role),
                "automation": automation
                and automation.model_copy(
                    update={"fallback": self.roles.get(automation.fallback, automation.fallback)}
                ),
                "waits_for": _one(self.steps, step.waits_for),
                "each": step.each and self.path(step.each),
                "given": {name: self.path(path) for name, path in step.given.items()},
                "race": _one(self.groups, step.race),
                "one_at_a_time": _one(self.groups, step.one_at_a_time),
                "form": _one(self.forms, step.form),
                "due": due
                and due.model_copy(
                    update={
                        "of": due.of and self.path(due.of),
                        "when": self.guard(due.when),
                        "overdue": tuple(
                            rung.model_copy(update={"to": self.roles.get(rung.to, rung.to)})
                            for rung in due.overdue
                        ),
                    }
                ),
                "outcomes": {
                    name: outcome and self.outcome(outcome)
                    for name, outcome in step.outcomes.items()
                },
                "records": self.records(step.records),
            }
        )

    def outcome(self, outcome: Outcome) -> Outcome:
        return outcome.model_copy(
            update={
                "again": _one(self.steps, outcome.again),
                "cancels": _all(self.steps, outcome.cancels),
                "when": self.guard(outcome.when),
            }
        )

    def records(self, records: tuple[Record, ...]) -> tuple[Record, ...]:
        def source(value: Any) -> Any:
            is_path = isinstance(value, str) and "." in value and not value.startswith("=")
            return self.path(value) if is_path else value

        return tuple(
            record.model_copy(
                update={"fields": {name: source(value) for name, value in record.fields.items()}}
            )
            for record in records
        )

    def event(self, event: CaseEvent) -> CaseEvent:
        step, dot, outcome = (event.completes or "").partition(".")
        return event.model_copy(
            update={
                "by": _all(self.roles, event.by),
                "form": _one(self.forms, event.form),
                "during": _one(self.steps, event.during),
                "after": self.formula(event.after),
                "opens": _all(self.steps, event.opens),
                "completes": f"{self.steps.get(step, step)}{dot}{outcome}" if step else None,
                "cancels": _all(self.steps, event.cancels),
                "again": _one(self.steps, event.again),
                "records": self.records(event.records),
            }
        )

    def role(self, role: Role) -> Role:
        held = role.held_by
        of = held.of if held.of in ("residence", "referral") else self.path(held.of)
        return role.model_copy(
            update={
                "held_by": held.model_copy(
                    update={"of": of, "person": held.person and self.path(held.person)}
                ),
                "deputy": _one(self.roles, role.deputy),
                "held_as": _one(self.roles, role.held_as),
            }
        )

    def form(self, form: Form) -> Form:
        return form.model_copy(update={"fields": self._with_tables(form.fields)})

    def _with_tables(self, fields: dict[str, FormField]) -> dict[str, FormField]:
        return {
            name: field.model_copy(
                update={
                    "filled_by": _one(self.tables, field.filled_by),
                    "fields": field.fields and self._with_tables(field.fields),
                }
            )
            for name, field in fields.items()
        }

    def table(self, table: Table) -> Table:
        return table.model_copy(
            update={
                "inputs": {
                    name: asked.model_copy(update={"of": self.path(asked.of)})
                    for name, asked in table.inputs.items()
                }
            }
        )

    def indicator(self, indicator: Indicator) -> Indicator:
        return indicator.model_copy(
            update={"start": self.path(indicator.start), "end": self.path(indicator.end)}
        )


def _one(names: Mapping[str, str], name: str | None) -> str | None:
    return name if name is None else names.get(name, name)


def _all(names: Mapping[str, str], written: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in written)
