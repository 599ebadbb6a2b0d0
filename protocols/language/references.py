"""Names in a protocol that lead nowhere, and steps that wait for one another for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocols.documents import MAX_PROBLEMS, Document, Problem, nearest, unknown_name
from protocols.engine.plan import Plan, PlanError
from protocols.facts import CATALOGUE
from protocols.language.document import Protocol, Record
from protocols.text import Text

_STEP = Text("Passo", "Step")
_ROLE = Text("Ruolo", "Role")
_FORM = Text("Modulo", "Form")
_STAGE = Text("Fase", "Stage")
_EVENT = Text("Evento", "Event")
_FACT = Text("Fatto", "Fact")
_OUTCOME = Text("Esito", "Outcome")


def plan_problems(error: PlanError, protocol: Protocol, document: Document) -> Iterator[Problem]:
    """Why the protocol cannot be run, with the nearest name where one is wrong."""
    outcomes = [name for step in protocol.steps.values() for name in step.outcomes]
    for path, message, name in error.problems[:MAX_PROBLEMS]:
        if path[-1] == "when":
            # A guard: told already, at its own place (`guards.findings`).
            continue
        near = nearest(name, [*protocol.steps, *outcomes]) if name else None
        if near:
            message = Text(f"{message.it}. Forse «{near}»?", f"{message.en}. Perhaps “{near}”?")
        yield document.problem(path, message)


def references(protocol: Protocol, document: Document) -> Iterator[Problem]:
    """Names that lead nowhere."""

    def unknown(
        path: tuple[str | int, ...], kind: Text, name: str | None, known: Iterable[str]
    ) -> Iterator[Problem]:
        if name is not None and name not in known:
            yield document.problem(path, unknown_name(kind, name, known))

    def records(path: tuple[str, ...], entries: tuple[Record, ...]) -> Iterator[Problem]:
        for record in entries:
            yield from unknown((*path, "records"), _FACT, record.fact, CATALOGUE)

    roles, steps = protocol.roles, protocol.steps
    for name, role in roles.items():
        yield from unknown(("roles", name, "deputy"), _ROLE, role.deputy, roles)
    for name, step in steps.items():
        at = ("steps", name)
        yield from unknown((*at, "role"), _ROLE, step.role, roles)
        yield from unknown((*at, "form"), _FORM, step.form, protocol.forms)
        yield from unknown((*at, "stage"), _STAGE, step.stage, protocol.stages)
        yield from unknown((*at, "during"), _STEP, step.during, steps)
        yield from unknown((*at, "waits_for"), _EVENT, step.waits_for, protocol.events)
        if step.automation:
            yield from unknown((*at, "automation"), _ROLE, step.automation.fallback, roles)
        if not (step.role or step.automation or step.waits_for or step.each or step.uses):
            yield document.problem(
                at,
                Text(
                    "nessuno lo può fare: indicare 'role', 'automation', 'waits_for' o 'each'",
                    "nobody can do it: give it a 'role', 'automation', 'waits_for' or 'each'",
                ),
            )
        if not step.outcomes:
            yield document.problem(
                (*at, "outcomes"),
                Text("serve almeno un esito", "there must be one outcome at least"),
            )
        ways = [name for name in ("each", "every", "starts") if getattr(step, name)]
        if len(ways) > 1:
            listed = ", ".join(ways)
            yield document.problem(
                at, Text(f"non vanno insieme: {listed}", f"not together: {listed}")
            )
        if step.every and step.every.n == 0:
            yield document.problem(
                (*at, "every"),
                Text("'every' vuole una distanza", "'every' needs a distance"),
            )
        if step.every and not step.during:
            yield document.problem(
                at, Text("'every' vuole anche 'during'", "'every' needs 'during' too")
            )
        if step.due:
            for rung in step.due.overdue:
                if rung.to != "deputy":
                    yield from unknown((*at, "due"), _ROLE, rung.to, roles)
        for outcome_name, outcome in step.outcomes.items():
            if outcome:
                path = (*at, "outcomes", outcome_name)
                yield from unknown((*path, "again"), _STEP, outcome.again, steps)
                form = protocol.forms.get(step.form or "")
                fields = form.fields if form else {}
                for required in outcome.requires:
                    yield from unknown(
                        (*path, "requires"), Text("Campo", "Field"), required, fields
                    )
        yield from records(at, step.records)
    for name, event in protocol.events.items():
        at = ("events", name)
        for role_name in event.by:
            yield from unknown((*at, "by"), _ROLE, role_name, roles)
        yield from unknown((*at, "form"), _FORM, event.form, protocol.forms)
        yield from unknown((*at, "during"), _STEP, event.during, steps)
        yield from unknown((*at, "again"), _STEP, event.again, steps)
        for step_name in event.opens:
            yield from unknown((*at, "opens"), _STEP, step_name, steps)
        if event.completes:
            step_name, _, outcome_name = event.completes.partition(".")
            yield from unknown((*at, "completes"), _STEP, step_name, steps)
            if step_name in steps:
                yield from unknown(
                    (*at, "completes"), _OUTCOME, outcome_name, steps[step_name].outcomes
                )
        yield from records(at, event.records)
    for kind in ("skip", "redo", "force", "correct"):
        for role_name in getattr(protocol.exceptions, kind):
            yield from unknown(("exceptions", kind), _ROLE, role_name, roles)


def cycles(plan: Plan, document: Document) -> Iterator[Problem]:
    """Steps that wait for one another for ever: a way back is an `again`, not an `after`."""
    for name, step in plan.steps.items():
        if step.formula and name in step.formula.steps:
            message = Text(f"'{name}' aspetta sé stesso", f"'{name}' waits for itself")
            yield document.problem(("steps", name, "after"), message)
        for dependent in step.dependents:
            if name != dependent and name in plan.steps[dependent].closure:
                yield document.problem(
                    ("steps", name, "after"),
                    Text(
                        f"'{name}' e '{dependent}' si aspettano a vicenda: per tornare indietro "
                        "usare 'again' in un esito",
                        f"'{name}' and '{dependent}' wait for each other: to go back use 'again' "
                        "in an outcome",
                    ),
                )
                return
