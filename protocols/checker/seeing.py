"""Whether clinical data reach only those who may see them (`domain.md`, "Who may see what")."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.checker.reads import Location, Reads, field_at, form_of
from protocols.checker.report import Notes
from protocols.engine.plan import Plan
from protocols.text import Text

# Bodies that care for the person's health, and so may read clinical fields.
_CARING = frozenset({"service", "health_provider"})
# Bodies that have no part in what a clinical form gathers, not even of what they write themselves.
_NEVER = frozenset({"employment", "management", "steering", "joint_office"})


def check_visibility(plan: Plan, reads: Reads, notes: Notes) -> None:
    """A step (or fact) of a role that may not see clinical fields must not be decided by one, nor
    carry one, nor ask for one."""
    for place, path in _paths(plan, reads):
        field = field_at(plan, path)
        if field is None or field.category != "clinical":
            continue
        step = str(place[1])
        if "records" in place:
            notes.add(
                "clinical-exposed", place,
                Text(
                    f"Un fatto di «{step}» porta il dato clinico «{path}»: i fatti li legge chi fa "
                    "i conti, e non portano dati clinici.",
                    f"A fact of “{step}” carries the clinical datum “{path}”: facts are read for "
                    "figures and carry nothing clinical.",
                ),
                Text("Togliere il campo dal fatto.", "Take the field out of the fact."),
            )  # fmt: skip
            continue
        kind = _kind(plan, step)
        if path.split(".")[0] == step or kind is None or kind in _CARING:
            continue
        notes.add(
            "clinical-exposed", place,
            Text(
                f"«{step}» dipende dal dato clinico «{path}», che il suo ruolo non può vedere: "
                "vedendo il passo lo saprebbe.",
                f"“{step}” depends on the clinical datum “{path}”, which its role may not see: "
                "seeing the step would tell it.",
            ),
            Text(
                "Far decidere un ruolo sanitario con un esito, e dipendere da quello.",
                "Let a health role decide with an outcome, and depend on that.",
            ),
        )  # fmt: skip
    for name in plan.names:
        form = form_of(plan, name)
        if _kind(plan, name) in _NEVER and form is not None:
            for key, field in form.fields.items():
                if field.category == "clinical":
                    notes.add(
                        "clinical-exposed", ("steps", name, "form"),
                        Text(
                            f"«{name}» chiede il dato clinico «{key}» a un ruolo che non lo può "
                            "vedere.",
                            f"“{name}” asks for the clinical datum “{key}” of a role that may not "
                            "see it.",
                        ),
                        Text(
                            "Dare al passo un modulo senza campi clinici, o un altro ruolo.",
                            "Give the step a form without clinical fields, or another role.",
                        ),
                    )  # fmt: skip


def _kind(plan: Plan, name: str) -> str | None:
    """The kind of body whose role does the step; None where a role is not fixed."""
    step = plan.protocol.steps.get(name)
    role = (step.role or (step.automation.fallback if step.automation else None)) if step else None
    return plan.protocol.roles[role].held_by.organisation if role else None


def _paths(plan: Plan, reads: Reads) -> Iterator[tuple[Location, str]]:
    for place, _, paths in reads.guards.values():
        for path in paths:
            # What a decision table says is a summary, meant to be told.
            if path not in reads.by_table:
                yield place, path.removeprefix("events.")
    for name, step in plan.protocol.steps.items():
        at: Location = ("steps", name)
        if step.each:
            yield (*at, "each"), step.each
        if step.starts:
            yield (*at, "starts"), step.starts.anchor
        if step.due and step.due.of:
            yield (*at, "due"), step.due.of
        for number, record in enumerate(step.records):
            for key, source in record.fields.items():
                if isinstance(source, str) and source[:1] != "=":
                    path = source if "." in source else f"{name}.{source}"
                    yield (*at, "records", number, "fields", key), path
