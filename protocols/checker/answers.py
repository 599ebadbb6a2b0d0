"""Answers that the explorer gives to forms: few, and those that make a difference."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from typing import Any

from protocols.checker.reads import Reads, form_of
from protocols.engine.plan import Plan
from protocols.language.forms import FormField
from protocols.language.paths import fields_of
from protocols.territory import Territory

MISSING: Any = object()
_MOST_VALUES = 6
_MOST_SETS = 12
_MOST_MEMBERS = 5


class Answers:
    """Sample answers for the forms of one plan, on a day of the territory."""

    def __init__(self, plan: Plan, territory: Territory, reads: Reads, today: date) -> None:
        self.plan = plan
        self.reads = reads
        self.day = (today + timedelta(days=200)).isoformat()
        self.comune = next(iter(territory.comuni))
        self.service = next(iter(territory.services))
        self.person = next(iter(territory.people), "person")
        self._quorum: dict[str, int] = {}
        for step in plan.protocol.steps.values():
            if step.each:
                path = ".".join(step.each.split(".")[:2])
                enough = min((step.enough or 1) + 1, _MOST_MEMBERS)
                self._quorum[path] = max(self._quorum.get(path, 0), enough)

    def sample(self, field: FormField, number: int = 0) -> Any:
        """A value that the field takes."""
        kind = field.type
        if kind in ("integer", "scale"):
            return int(field.min if field.min is not None else min(1, field.max or 1))
        if kind in ("decimal", "money"):
            return float(field.min if field.min is not None else min(1, field.max or 1))
        if kind == "choice":
            return field.option_names[number % len(field.option_names)]
        if kind == "choices":
            return [field.option_names[0]]
        if kind == "list":
            least = max(field.rows[0], 1)
            return [self.group(field.fields or {}, number + i) for i in range(least)]
        if kind == "instrument":
            return {"instrument": field.instrument, "items": {}}
        if kind == "group":
            return self.group(field.fields or {}, number)
        return {
            "date": self.day,
            "yes_no": True,
            "comune": self.comune,
            "service": self.service,
            "person": self.person,
            "host": "host",
            "document": "document",
        }.get(kind, "x")

    def group(self, fields: dict[str, FormField], number: int) -> dict[str, Any]:
        found = {name: self.sample(field, number) for name, field in fields.items()}
        for name, field in fields.items():
            if field.type == "person":
                found[name] = f"person-{number}"
        return found

    def full(self, name: str) -> dict[str, Any]:
        """Every field that is not personal, answered."""
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        return {
            key: self.sample(f) for key, f in fields.items() if not f.personal and not f.computed
        }

    def sets(self, name: str, requires: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """The answers to try: what is required, and each value that some condition tells apart."""
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        base = {
            key: self.sample(field)
            for key, field in fields.items()
            if not field.personal
            and not field.computed
            and (field.required or key in requires)
            and not field.when
        }
        choices: dict[str, list[Any]] = {}
        for key in sorted(self.reads.fields.get(name, ())):
            field = fields.get(key)
            if field is not None and (field.personal or field.computed):
                continue
            needed = field is not None and ((field.required and not field.when) or key in requires)
            choices[key] = self._values(name, key, field, needed)
        return _combined(base, choices)

    def _values(self, name: str, key: str, field: FormField | None, needed: bool) -> list[Any]:
        path = f"{name}.{key}"
        literals = self.reads.literals.get(path, [])
        if path in self._quorum:
            values = self._members(field, self._quorum[path])
        elif field is not None and field.type in ("instrument", "group"):
            values = self._parts(path, field) or [self.sample(field)]
        elif field is None:
            values = [self.day] if not literals else list(literals)
        elif field.type == "yes_no":
            values = [True, False]
        elif field.type == "choice":
            named = [value for value in field.option_names if value in literals]
            others = [value for value in field.option_names if value not in literals]
            values = [*named, *others[:1]]
        elif field.type == "choices":
            values = [[value] for value in field.option_names if value in literals]
            values.append([next(v for v in reversed(field.option_names))])
        elif field.type in ("integer", "scale", "decimal", "money"):
            values = _around(field, literals) or [self.sample(field)]
        elif field.type in ("text", "note"):
            values = [*(v for v in literals if isinstance(v, str)), "x"]
        else:
            values = [self.sample(field)]
        values = values[: _MOST_VALUES - 1]
        return values if needed else [*values, MISSING]

    def _parts(self, path: str, field: FormField) -> list[Any]:
        """Values of a field with parts, one for each value that tells apart some part."""
        base = self.sample(field)
        found: list[Any] = []
        for read, literals in self.reads.literals.items():
            if read.startswith(f"{path}."):
                part = read[len(path) + 1 :].split(".")[0]
                tried: dict[Any, None] = {}
                for literal in literals:
                    tried[literal] = None
                    if isinstance(literal, (int, float)) and not isinstance(literal, bool):
                        tried |= {literal + 1: None, literal - 1: None}
                found += [{**base, part: value} for value in tried]
        return found

    def _members(self, field: FormField | None, most: int) -> list[Any]:
        def members(count: int) -> list[Any]:
            if field is not None and field.type == "choices":
                return list(field.option_names[:count])
            inner = (field.fields if field else None) or {}
            if not any(f.type == "person" for f in inner.values()):
                return [{**self.group(inner, i), "person": f"person-{i}"} for i in range(count)]
            return [self.group(inner, i) for i in range(count)]

        return [members(count) for count in dict.fromkeys((most, 1))]

    def attribute(self, path: str) -> list[Any]:
        """The values of a case's attribute that some condition tells apart."""
        values = self.attribute_values(self.reads, path)
        if not path.startswith("given."):
            return values
        field = self.given(path)
        if field is None or field.type == "yes_no":
            return [True, False]
        literals = self.reads.literals.get(path)
        # What a protocol takes it is given: it is there, and of its type.
        known = [value for value in values if value is not MISSING] if literals else []
        return [*known, *(["other"] if field.type in ("text", "choice") else [])] or [
            self.sample(field)
        ]

    def given(self, path: str) -> FormField | None:
        """What the protocol takes under this name (`given.kind`)."""
        return fields_of(self.plan.protocol, "given").get(path.split(".")[1])

    def taken(self) -> dict[str, Any]:
        """Something of the right type for all that the protocol takes and no condition reads."""
        read = {path for _, _, paths in self.reads.guards.values() for path in paths}
        fields = fields_of(self.plan.protocol, "given")
        return {
            name: ["person-0", "person-1"] if kind.type in ("list", "choices") else self.some(kind)
            for name, kind in fields.items()
            if f"given.{name}" not in read
        }

    def some(self, field: FormField) -> Any:
        """A sample, also of a choice of which nobody says among what."""
        return "x" if field.type == "choice" and not field.options else self.sample(field)

    @staticmethod
    def attribute_values(reads: Reads, path: str) -> list[Any]:
        literals = reads.literals.get(path, [])
        if path == "case.source":
            # Every case has a source, and it is one of the services' kinds.
            return [*(v for v in dict.fromkeys(literals) if isinstance(v, str)), "SELF"]
        values: dict[Any, None] = {}
        for literal in literals[: _MOST_VALUES * 2]:
            values[literal] = None
            if isinstance(literal, bool):
                values[not literal] = None
            elif isinstance(literal, (int, float)):
                values |= {literal - 1: None, literal + 1: None}
        return [*values, MISSING] if values else [True, False, MISSING]


def _around(field: FormField, literals: Iterable[Any]) -> list[Any]:
    values: dict[Any, None] = {}
    for literal in literals:
        if isinstance(literal, str):
            continue
        for value in (literal, literal + 1, literal - 1):
            low = field.min is None or value >= field.min
            if low and (field.max is None or value <= field.max):
                values[value] = None
    return list(values)


def _combined(base: dict[str, Any], choices: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """All combinations where they are few, else each value once against the first of the others."""

    def complete(chosen: dict[str, Any]) -> dict[str, Any]:
        whole = {**base, **chosen}
        return {key: value for key, value in whole.items() if value is not MISSING}

    count = 1
    for values in choices.values():
        count *= len(values)
    if count <= _MOST_SETS:
        return [
            complete(dict(zip(choices, values, strict=True)))
            for values in product(*choices.values())
        ]
    first = {key: values[0] for key, values in choices.items()}
    found = [complete(first)]
    found += [complete({**first, key: v}) for key, values in choices.items() for v in values[1:]]
    return found
