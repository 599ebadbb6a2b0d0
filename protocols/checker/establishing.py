"""Whether each step can establish the facts it records, for each outcome: tried with the catalogue
itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from protocols.checker.answers import Answers
from protocols.checker.reads import field_at
from protocols.checker.report import Notes
from protocols.engine.plan import Plan
from protocols.facts import CATALOGUE, FactError, establish
from protocols.language.document import Record
from protocols.text import Text


def check_facts(plan: Plan, answers: Answers, notes: Notes) -> None:
    """Names of fields that the fact does not have, fields that nothing supplies, wrong types."""
    for section, name, records, outcomes in _recorders(plan):
        for number, record in enumerate(records):
            place = (section, name, "records")
            fact = CATALOGUE[record.fact]
            known = {f.name for f in msgspec.structs.fields(fact)} - {"task"}
            unknown = [field for field in record.fields if field not in known]
            if unknown:
                listed = ", ".join(sorted(known)) or "–"
                notes.add(
                    "fact-mistyped", (*place, number, "fields"),
                    Text(
                        f"Il fatto {record.fact} non ha «{unknown[0]}»; ha: {listed}.",
                        f"Fact {record.fact} has no “{unknown[0]}”; it has: {listed}.",
                    ),
                    Text("Correggere il nome del campo.", "Correct the field's name."),
                )  # fmt: skip
            wrong = [outcome for outcome in record.on if outcome not in outcomes]
            if wrong:
                notes.add(
                    "fact-mistyped", (*place, number, "on"),
                    Text(
                        f"«{name}» non ha l'esito «{wrong[0]}».",
                        f"“{name}” has no outcome “{wrong[0]}”.",
                    ),
                    Text("Correggere 'on'.", "Correct 'on'."),
                )  # fmt: skip
            for outcome in outcomes or ("",):
                if not record.on or outcome in record.on:
                    _try(plan, answers, name, (*place, number), record, outcome, notes)


def _recorders(
    plan: Plan,
) -> Iterator[tuple[str, str, tuple[Record, ...], tuple[str, ...]]]:
    for name, step in plan.protocol.steps.items():
        yield "steps", name, step.records, tuple(step.outcomes)
    for name, event in plan.protocol.events.items():
        yield "events", name, event.records, ()


def _try(
    plan: Plan,
    answers: Answers,
    name: str,
    place: tuple[str | int, ...],
    record: Record,
    outcome: str,
    notes: Notes,
) -> None:
    """With every field of the form filled in: what fails now fails always."""
    step = plan.protocol.steps.get(name)
    if step is not None and step.automation and step.form is None:
        # What the machine returns has no form to be held against.
        return
    given = answers.full(name)
    fields: dict[str, Any] = dict(given)
    for field, source in record.fields.items():
        fields[field] = _value(plan, answers, given, source, outcome)
    try:
        establish(record.fact, name, fields)
    except FactError as error:
        notes.add(
            "fact-mistyped", place,
            Text(
                f"«{name}» non può mai registrare {record.fact}: {error}.",
                f"“{name}” can never record {record.fact}: {error}.",
            ),
            Text(
                "Aggiungere al modulo un campo del tipo giusto, o indicarlo in fields.",
                "Add a field of the right type to the form, or name it in fields.",
            ),
        )  # fmt: skip


def _value(
    plan: Plan, answers: Answers, given: dict[str, Any], source: str | int | bool, outcome: str
) -> Any:
    if not isinstance(source, str):
        return source
    if source.startswith("="):
        return source[1:]
    if source == "outcome":
        return outcome
    if "." not in source:
        return given.get(source)
    name = source.split(".")[0]
    if name == "case":
        kept = {"district": 1, "episode": 1}
        return kept.get(source.split(".")[1], "x")
    if name == "given":
        taken = answers.given(source)
        return answers.some(taken) if taken else None
    field = field_at(plan, source)
    if field is None or field.personal:
        return None
    value = answers.sample(field)
    inside = field_at(plan, source.rpartition(".")[0])
    return [value] if inside is not None and inside.type == "list" else value
