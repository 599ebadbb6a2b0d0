"""What a protocol says as a whole: names that lead nowhere, wishes that exclude one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protocols.documents import unknown_name
from protocols.instruments import shipped
from protocols.language.document import CaseEvent, Outcome, Protocol, Step
from protocols.language.domains import NUMBERS
from protocols.language.forms import FormField
from protocols.language.paths import Finding, Location
from protocols.language.sums import fault
from protocols.language.tables import Table
from protocols.language.uses import stray
from protocols.text import Text

_STEP = Text("Passo", "Step")
_ROLE = Text("Ruolo", "Role")
_INSTRUMENT = Text("Strumento", "Instrument")
_TABLE = Text("Tabella", "Table")
_NOT_INSIDE = Text(
    "una tabella riempie, e una somma è, un campo del modulo: non dentro un elenco o un gruppo",
    "a table fills, and a sum is, a field of the form: not inside a list or a group",
)
_ITSELF = Text(
    "la tabella legge il campo che riempie",
    "the table reads the field that it fills",
)


def findings(protocol: Protocol) -> Iterator[Finding]:
    """Each with its place in the document."""
    yield from _roles(protocol)
    for form_name, form in protocol.forms.items():
        yield from _filled(protocol, form_name, ("forms", form_name), form.fields)
    groups = Counter(step.one_at_a_time for step in protocol.steps.values())
    for name, step in protocol.steps.items():
        at: Location = ("steps", name)
        yield from _step(at, step)
        if step.one_at_a_time and groups[step.one_at_a_time] == 1:
            yield (
                (*at, "one_at_a_time"),
                Text(
                    f"nel gruppo «{step.one_at_a_time}» c'è solo questo passo",
                    f"this step is alone in the group “{step.one_at_a_time}”",
                ),
            )
        for outcome_name, outcome in step.outcomes.items():
            yield from _cancels(protocol, (*at, "outcomes", outcome_name), outcome)
    for name, event in protocol.events.items():
        yield from _cancels(protocol, ("events", name), event)
        yield from _kept(protocol, name, event)


def _filled(
    protocol: Protocol, form: str, at: Location, fields: dict[str, FormField], depth: int = 0
) -> Iterator[Finding]:
    for name, field in fields.items():
        place = (*at, "fields", name)
        yield from _filled(protocol, form, place, field.fields or {}, depth + 1)
        if field.instrument and field.instrument not in shipped():
            yield (
                (*place, "instrument"),
                unknown_name(_INSTRUMENT, field.instrument, shipped()),
            )
        if field.sum_of and (wrong := fault(field, fields)):
            it = f"«{wrong}» non è una colonna di numeri di un elenco di questo modulo"
            en = f"“{wrong}” is no column of numbers of a list of this form"
            yield (*place, "sum_of"), Text(it, en)
        elif field.sum_of and depth:
            yield (*place, "sum_of"), _NOT_INSIDE
        if field.filled_by is None:
            continue
        place = (*place, "filled_by")
        table = protocol.tables.get(field.filled_by)
        if table is None:
            yield place, unknown_name(_TABLE, field.filled_by, protocol.tables)
            continue
        if depth:
            yield place, _NOT_INSIDE
        holders = [n for part in (protocol.steps, protocol.events) for n, p in part.items()
                   if p.form == form]  # fmt: skip
        if any(source.of in [f"{n}.{name}" for n in holders] for source in table.inputs.values()):
            yield place, _ITSELF
        for result in table.results:
            if not _fits(field, table, result):
                yield (
                    place,
                    Text(
                        f"la tabella può dire «{result}», che questo campo non può valere",
                        f"the table may say “{result}”, which this field cannot be",
                    ),
                )
                break


def _fits(field: FormField, table: Table, result: object) -> bool:
    if (table.hit == "collect") is not (field.type == "choices"):
        return False
    if field.type in ("choice", "choices"):
        return result in field.option_names
    if isinstance(result, bool):
        return field.type == "yes_no"
    if isinstance(result, int | float):
        whole = isinstance(result, int) or field.type in ("decimal", "money")
        above = field.min is None or result >= field.min
        below = field.max is None or result <= field.max
        return field.type in NUMBERS and whole and above and below
    return field.type in ("text", "note")


def _roles(protocol: Protocol) -> Iterator[Finding]:
    for name, role in protocol.roles.items():
        at: Location = ("roles", name)
        if role.held_as is not None and role.held_as not in protocol.roles:
            known = [other for other in protocol.roles if other != name]
            yield (*at, "held_as"), unknown_name(_ROLE, role.held_as, known)
        elif role.held_as is not None and protocol.roles[role.held_as].held_as:
            yield (
                (*at, "held_as"),
                Text(
                    f"«{role.held_as}» è a sua volta tenuto come un altro ruolo: indicare quello",
                    f"“{role.held_as}” is itself held as another role: name that one",
                ),
            )
        deputy = protocol.roles.get(role.deputy or "")
        if deputy is not None and deputy.held_as:
            yield (
                (*at, "deputy"),
                Text(
                    f"«{role.deputy}» è tenuto come «{deputy.held_as}»: indicare quel ruolo",
                    f"“{role.deputy}” is held as “{deputy.held_as}”: name that role",
                ),
            )


def _step(at: Location, step: Step) -> Iterator[Finding]:
    if not step.uses:
        yield from stray(str(at[1]), step)
    if step.rest != "welcome" and not (step.each and step.enough):
        yield (
            (*at, "rest"),
            Text("'rest' vuole 'each' e 'enough'", "'rest' needs 'each' and 'enough'"),
        )
    nobody = "automation" if step.automation else "waits_for" if step.waits_for else ""
    if nobody and step.signed_by > 1:
        yield (
            (*at, "signed_by"),
            Text(
                f"firmano due persone: non va insieme a '{nobody}'",
                f"two persons sign: it does not go together with '{nobody}'",
            ),
        )
    if nobody and step.one_at_a_time:
        yield (
            (*at, "one_at_a_time"),
            Text(
                f"riguarda ciò che una persona prende in mano: non va insieme a '{nobody}'",
                f"it is about what a person takes: it does not go together with '{nobody}'",
            ),
        )


def _cancels(
    protocol: Protocol, at: Location, part: CaseEvent | Outcome | None
) -> Iterator[Finding]:
    for step in part.cancels if part else ():
        if step not in protocol.steps:
            yield (*at, "cancels"), unknown_name(_STEP, step, protocol.steps)


def _kept(protocol: Protocol, name: str, event: CaseEvent) -> Iterator[Finding]:
    if not event.keeps:
        return
    wanted = event.completes or any(step.waits_for == name for step in protocol.steps.values())
    if not wanted:
        yield (
            ("events", name, "keeps"),
            Text(
                "nessun passo lo aspetta: 'keeps' vuole un 'waits_for' in un passo, o 'completes'",
                "no step waits for it: 'keeps' needs a step's 'waits_for', or 'completes'",
            ),
        )
    if event.reopens:
        yield (
            ("events", name, "keeps"),
            Text(
                "un evento che riapre il caso non si può tenere da parte",
                "an event that reopens the case cannot be kept",
            ),
        )
