"""Names that a protocol reads at run time: data paths and anchors.

At run time what is missing is simply not there, so a misspelt name would never be noticed: it must
be found when the document is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from protocols.documents import nearest, unknown_name
from protocols.instruments import Instrument, shipped
from protocols.language.document import Protocol
from protocols.language.forms import FieldType, Form, FormField
from protocols.text import Text

# What stands beside the steps' and events' data for guards and formulas to read.
RESERVED = ("case", "events", "today", "tables", "given", "and", "or", "not", "at_least", "settled")

Location = tuple[str | int, ...]
Finding = tuple[Location, Text]

# The kinds of value that can each stand for a task of an `each` step.
ONE_OF_EACH = ("person", "service", "comune", "host", "choice", "text")

_NAME = Text("Passo o evento", "Step or event")
_ANY = tuple(get_args(FieldType))
_OF_THE_CASE = Text(
    "i dati del caso si leggono ovunque: 'gives' è per quelli dei passi",
    "the case's data can be read everywhere: 'gives' is for those of steps",
)


def findings(protocol: Protocol) -> Iterator[Finding]:
    """Every name that leads nowhere, with its place in the document."""
    names = [*protocol.steps, *protocol.events]
    for name in names:
        section = "steps" if name in protocol.steps else "events"
        if name in RESERVED or (name in protocol.steps and name in protocol.events):
            yield (
                (section, name),
                Text(
                    f"«{name}» non si può usare come nome: è già un'altra cosa",
                    f"“{name}” cannot be a name: it is something else already",
                ),
            )
    for name, role in protocol.roles.items():
        at: Location = ("roles", name, "held_by")
        if role.held_by.person:
            yield from data_path(protocol, (*at, "person"), role.held_by.person, ("person",))
        if role.held_by.of not in ("residence", "referral"):
            kinds = ("service",) if role.held_by.organisation == "service" else ("comune",)
            yield from data_path(protocol, (*at, "of"), role.held_by.of, kinds)
    for name, step in protocol.steps.items():
        at = ("steps", name)
        if step.starts:
            yield from _anchor(protocol, (*at, "starts"), step.starts.anchor)
            yield from _before(protocol, (*at, "starts"), step.starts.anchor, step.starts.sign < 0)
        if step.due and step.due.of:
            yield from _anchor(protocol, (*at, "due", "of"), step.due.of)
            yield from _before(protocol, (*at, "due", "of"), step.due.of, step.due.before)
        if step.due and step.due.remind and str(step.due.remind)[-11:] != " before due":
            yield (
                (*at, "due", "remind"),
                Text(
                    "un promemoria si scrive per esempio «5 working days before due»",
                    "a reminder is written for example “5 working days before due”",
                ),
            )
        if step.each:
            yield from data_path(protocol, (*at, "each"), step.each, ("list", "choices"))
    for name, path in protocol.gives.items():
        if path.startswith("case."):
            yield ("gives", name), _OF_THE_CASE
        else:
            yield from data_path(protocol, ("gives", name), path, _ANY)


def _anchor(protocol: Protocol, at: Location, anchor: str) -> Iterator[Finding]:
    if "." in anchor:
        yield from data_path(protocol, at, anchor, ("date",))
    elif anchor not in protocol.steps and anchor not in protocol.events:
        yield at, unknown_name(_NAME, anchor, [*protocol.steps, *protocol.events])


def _before(protocol: Protocol, at: Location, anchor: str, before: bool) -> Iterator[Finding]:
    if before and (anchor in protocol.steps or anchor in protocol.events):
        yield (
            at,
            Text(
                f"non si sa in anticipo quando sarà «{anchor}»: 'before' vuole una data dei dati",
                f"when “{anchor}” will be is not known before: 'before' needs a date in the data",
            ),
        )


def data_path(
    protocol: Protocol, at: Location, path: str, types: tuple[str, ...]
) -> Iterator[Finding]:
    """What is wrong with a path that should lead to a field of one of these types."""
    name, _, field_name = path.partition(".")
    if name == "case":
        return
    if not _holds_data(protocol, name):
        yield at, unknown_name(_NAME, name, [*protocol.steps, *protocol.events, "case"])
        return
    if name in protocol.steps and protocol.steps[name].automation:
        return
    listed = False
    fields = fields_of(protocol, name)
    for part in field_name.split("."):
        field = fields.get(part)
        if field is None:
            near = nearest(part, fields)
            hint = (f" Forse «{near}»?", f" Perhaps “{near}”?") if near else ("", "")
            yield (
                at,
                Text(
                    f"«{name}» non raccoglie il campo «{field_name[:60]}».{hint[0]}",
                    f"“{name}” gathers no field “{field_name[:60]}”.{hint[1]}",
                ),
            )
            return
        if field.personal:
            yield (
                at,
                Text(
                    f"«{path}» è personale: nessuna regola lo può leggere",
                    f"“{path}” is personal: no rule can read it",
                ),
            )
            return
        last, fields = field, parts_of(field)
        listed = listed or (field.type == "list" and bool(fields))
    # Of a list, the values of one of its fields are themselves a list.
    through = listed and last.type in ONE_OF_EACH and "list" in types
    if last.type not in types and not through:
        names = ", ".join(types)
        yield (
            at,
            Text(
                f"«{path}» è di tipo {last.type}: qui serve {names}",
                f"“{path}” is of type {last.type}: {names} is needed here",
            ),
        )
    elif listed and "list" not in types:
        yield (
            at,
            Text(
                f"«{path}» sono più valori: qui ne serve uno",
                f"“{path}” are many values: one is needed here",
            ),
        )


def _holds_data(protocol: Protocol, name: str) -> bool:
    given = name == "given" and bool(protocol.takes)
    return given or name in protocol.steps or name in protocol.events


def typed(protocol: Protocol, path: str) -> FormField | None:
    """The field that a data path names, None where the document does not say."""
    name, *parts = path.split(".")
    if not _holds_data(protocol, name):
        return None
    fields, field = fields_of(protocol, name), None
    for part in parts:
        field = fields.get(part)
        if field is None:
            return None
        fields = parts_of(field)
    return field


def parts_of(field: FormField) -> dict[str, FormField]:
    """What a path may go on to read inside a field."""
    if field.instrument:
        instrument = shipped().get(field.instrument)
        return _of_instrument(instrument) if instrument else {}
    return field.fields or {}


def _of_instrument(instrument: Instrument) -> dict[str, FormField]:
    """What is recorded of an instrument's result: see `answers`."""
    low, high = instrument.range
    optional = instrument.incomplete
    items = {
        name: FormField(
            type="scale",
            title=item.title or Text(name.replace("_", " ")),
            min=low,
            max=high,
            required=not optional,
        )
        for name, item in instrument.items.items()
    }
    fields = {"items": FormField(type="group", title=instrument.title, fields=items)}
    if instrument.scores:
        least, most = instrument.scores
        fields["score"] = FormField(
            type="integer", title=instrument.title, min=least, max=most, required=not optional
        )
    if instrument.bands:
        fields["band"] = FormField(
            type="choice",
            title=instrument.title,
            options=tuple(band.name for band in instrument.bands),
            required=not optional,
        )
    return fields


def fields_of(protocol: Protocol, name: str) -> dict[str, FormField]:
    """The fields that a step's data may have: its form's, those of events that complete it, and
    what its sub-protocol gives; as `given`, what the protocol takes."""
    if name == "given":
        return {taken: plain(taken, kind) for taken, kind in protocol.takes.items()}
    forms: list[Form | None] = []
    if name in protocol.steps:
        step = protocol.steps[name]
        forms.append(protocol.forms.get(step.form or ""))
        for event_name, event in protocol.events.items():
            completes = (event.completes or "").partition(".")[0]
            if completes == name or step.waits_for == event_name:
                forms.append(protocol.forms.get(event.form or ""))
    else:
        forms.append(protocol.forms.get(protocol.events[name].form or ""))
    fields = {name: field for form in forms if form for name, field in form.fields.items()}
    inside = protocol.steps[name].inside if name in protocol.steps else None
    if inside:
        found = {out: typed(protocol, path) for out, path in inside.gives.items()}
        fields |= {out: field for out, field in found.items() if field}
        fields |= {"member": plain("member", inside.member)} if inside.member else {}
    return fields


def plain(name: str, kind: FieldType) -> FormField:
    """A field of which no form says more than its type."""
    return FormField.model_construct(type=kind, title=Text(name))
