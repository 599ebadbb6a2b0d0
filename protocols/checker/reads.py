"""What the conditions of a protocol read, and which values make a difference to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from protocols.engine.plan import Guard, Plan
from protocols.language.forms import Form, FormField

Location = tuple[str | int, ...]

# Attributes that the engine itself keeps; the others come with the referral.
KEPT = frozenset({"episode", "comune", "district", "service", "person", "referred_on"})

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_PATH = re.compile(r"(?<![\w.])([a-z_]\w*)((?:\.[A-Za-z_]\w*)*)(\s*\()?")
_WORDS = frozenset({"true", "false", "null", "in", "has", "today"})


def paths_of(source: str) -> tuple[str, ...]:
    """The dotted names that a condition reads, methods left out: `case.measure`, `triage.need`."""
    found: dict[str, None] = {}
    for match in _PATH.finditer(_STRING.sub(" ", source)):
        name, rest, called = match.groups()
        parts = [name, *filter(None, rest.split("."))]
        if called:
            parts.pop()
        if parts and parts[0] not in _WORDS:
            found[".".join(parts)] = None
    return tuple(found)


_LITERAL = rf"{_STRING.pattern}|-?\d+(?:\.\d+)?|true|false"
_COMPARED = r"(?:==|!=|<=|>=|<|>)"


def literals_of(source: str, path: str) -> tuple[Any, ...]:
    """The constants that a condition compares `path` with."""
    name = re.escape(path)
    found: dict[Any, None] = {}
    for pattern in (
        rf"(?<![\w.]){name}\s*{_COMPARED}\s*(?P<one>{_LITERAL})",
        rf"(?P<one>{_LITERAL})\s*(?:{_COMPARED}|in)\s*{name}(?![\w.])",
        rf"(?<![\w.]){name}\s+in\s*\[(?P<many>[^\]]*)\]",
        rf"(?<![\w.]){name}\.\w+\(\s*(?P<one>{_LITERAL})",
    ):
        for match in re.finditer(pattern, source):
            groups = match.groupdict()
            text = groups.get("many") or groups.get("one") or ""
            for literal in re.findall(_LITERAL, text):
                found[_constant(literal)] = None
    return tuple(found)


def _constant(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "'\"":
        return text[1:-1]
    return float(text) if "." in text else int(text)


def protected(source: str, path: str) -> bool:
    """Whether the condition asks if the datum is there before it reads it."""
    return re.search(rf"has\(\s*{re.escape(path)}\s*\)", source) is not None


class Reads:
    """What all the conditions of a plan read.

    `guards`: each guard with its place; `fields`: step or event → the fields of its data that
    something reads; `literals`: path → the constants that it is compared with.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.guards: dict[int, tuple[Location, Guard, tuple[str, ...]]] = {}
        self.fields: dict[str, set[str]] = {}
        self.literals: dict[str, list[Any]] = {}
        self.counted: dict[str, int] = {}
        self.by_table: set[str] = set()
        for place, guard in self._all_guards():
            paths = self._through_tables(paths_of(guard.source))
            self.guards[id(guard)] = (place, guard, paths)
            self._note_guard(guard, paths)
        for path in self._other_paths():
            name, _, rest = path.partition(".")
            if rest:
                self.fields.setdefault(name, set()).add(rest.split(".")[0])
        for event in plan.protocol.events.values():
            self.literals.setdefault("case.source", []).extend(event.source)

    def _all_guards(self) -> Iterator[tuple[Location, Guard]]:
        for name, step in self.plan.steps.items():
            if step.guard:
                yield ("steps", name, "when"), step.guard
            if step.due_guard:
                yield ("steps", name, "due", "when"), step.due_guard
            for outcome, guard in step.outcome_guards.items():
                yield ("steps", name, "outcomes", outcome, "when"), guard

    def _through_tables(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """The same with what the decision tables among them read, whether in the condition itself
        or to fill in a field that it reads."""
        tables = self.plan.protocol.tables
        found: dict[str, None] = {}
        queue = list(paths)
        while queue:
            path = queue.pop(0)
            if path in found:
                continue
            found[path] = None
            field = field_at(self.plan, path)
            filled = field.filled_by if field else None
            name = path.split(".")[1] if path.startswith("tables.") else filled
            table = tables.get(name or "")
            for key, source in table.inputs.items() if table else ():
                queue.append(source.of)
                asked = [rule.when[key] for rule in table.rules if key in rule.when]  # type: ignore[union-attr]
                known = [value for condition in asked for value in condition.values]
                known += [edge for condition in asked for edge in condition.edges]
                self.literals.setdefault(source.of, []).extend([*source.values, *known])
                self.by_table.add(source.of)
        return tuple(found)

    def _note_guard(self, guard: Guard, paths: tuple[str, ...]) -> None:
        for path in paths:
            literals = literals_of(guard.source, path)
            self.literals.setdefault(path, []).extend(literals)
            name, _, rest = path.partition(".")
            if name == "events":
                event, _, field = rest.partition(".")
                if field == "count":
                    top = max((int(n) for n in literals if not isinstance(n, str)), default=1)
                    # Beyond a few dozens nobody waits for it: the search would not come to an end.
                    most = min(max(0, top) + 1, 40)
                    self.counted[event] = max(self.counted.get(event, 0), most)
                elif field:
                    self.counted[event] = max(self.counted.get(event, 0), 1)
                    self.fields.setdefault(event, set()).add(field.split(".")[0])
                    self.literals.setdefault(f"{event}.{field}", []).extend(literals)
            elif rest and name not in ("case", "given", "tables"):
                self.fields.setdefault(name, set()).add(rest.split(".")[0])

    def _other_paths(self) -> Iterator[str]:
        for role in self.plan.protocol.roles.values():
            if role.held_by.person:
                yield role.held_by.person
            if "." in role.held_by.of:
                yield role.held_by.of
        for step in self.plan.protocol.steps.values():
            if step.each:
                yield step.each
            if step.starts:
                yield step.starts.anchor
            if step.due and step.due.of:
                yield step.due.of

    def case_paths(self, guard: Guard) -> tuple[str, ...]:
        """The attributes of the case that the guard reads and that come with the referral."""
        known = self.guards.get(id(guard))
        paths = known[2] if known else paths_of(guard.source)
        return tuple(
            path for path in paths
            if path.startswith("given.")
            or (path.startswith("case.") and path.split(".")[1] not in KEPT)
        )  # fmt: skip


def form_of(plan: Plan, name: str) -> Form | None:
    """The form of a step or of an event."""
    protocol = plan.protocol
    part: Any = protocol.steps.get(name) or protocol.events.get(name)
    return protocol.forms.get(part.form or "") if part else None


def field_at(plan: Plan, path: str) -> FormField | None:
    """The form field that `step.field…` or `event.field…` names; None where there is none."""
    name, *rest = path.split(".")
    form = form_of(plan, name)
    fields = form.fields if form else {}
    field: FormField | None = None
    for part in rest:
        field = fields.get(part)
        if field is None or field.type == "instrument":
            return field
        fields = field.fields or {}
    return field
