"""What changed of everything that is not a step: roles, forms, events, exceptions, indicators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protocols.diff.change import Change, change, wording
from protocols.diff.forms import forms, named
from protocols.diff.match import Names, canonical
from protocols.diff.steps import records_of
from protocols.language.document import CaseEvent, Protocol
from protocols.language.tables import Table
from protocols.reading.words import duration, holder, joined, role_title


def rest(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    """All of it."""
    yield from _roles(old, new, names)
    yield from forms(old, new, names)
    yield from _tables(old, new, names)
    yield from _events(old, new, names)
    yield from _exceptions(old, new, names)
    yield from _indicators(old, new, names)
    for field, it, en in (
        ("version", "versione", "version"),
        ("valid_from", "in vigore dal", "valid from"),
        ("title", "titolo", "title"),
        ("territory", "territorio", "territory"),
        ("legal_basis", "riferimenti di legge", "legal basis"),
        ("stages", "fasi", "stages"),
    ):
        a, b = getattr(old, field), getattr(new, field)
        if a != b or (field == "stages" and list(a) != list(b)):
            told = f": {a} → {b}" if field in ("version", "valid_from", "territory") else ""
            yield wording("document", field, f"documento, {it}{told}", f"document, {en}{told}")


def _roles(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    yield from named("role", old.roles, new.roles, names.roles, "ruolo", "role")
    for was, a in old.roles.items():
        name = names.roles.get(was, was)
        b = new.roles.get(name)
        if b is None:
            continue
        title, at = role_title(new, name), f"roles.{name}"
        held = a.held_by.model_copy(
            update={
                "of": names.path(a.held_by.of) if "." in a.held_by.of else a.held_by.of,
                "person": names.path(a.held_by.person) if a.held_by.person else None,
            }
        )
        if held != b.held_by:
            by = holder(new, b.held_by)
            yield change(
                "role_holder",
                f"{at}.held_by",
                f"{title.it}: ora lo tiene {by.it}",
                f"{title.en}: now held by {by.en}",
            )
        if (names.roles.get(a.deputy or "", a.deputy)) != b.deputy:
            yield change(
                "role_deputy",
                f"{at}.deputy",
                f"{title.it}: il vice ora è {b.deputy or '—'}",
                f"{title.en}: the deputy is now {b.deputy or '—'}",
            )
        for field in type(b).model_fields:
            if field not in ("title", "held_by", "deputy") and getattr(a, field) != getattr(
                b, field
            ):
                yield change(
                    "role",
                    f"{at}.{field}",
                    f"{title.it}: cambia {field}",
                    f"{title.en}: {field} has changed",
                )
        if a.title != b.title:
            yield wording(
                "wording",
                f"{at}.title",
                f"{title.it}: cambia il nome del ruolo",
                f"{title.en}: the role has other words",
            )


def _tables(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    yield from named("table", old.tables, new.tables, {}, "tabella", "table")
    for name, a in old.tables.items():
        b = new.tables.get(name)
        if b is None:
            continue
        read = {key: (names.path(given.of), set(given.values)) for key, given in a.inputs.items()}
        same = (
            read == {key: (given.of, set(given.values)) for key, given in b.inputs.items()}
            and (a.hit, a.default) == (b.hit, b.default)
            and _rules(a) == _rules(b)
        )
        if not same:
            yield change(
                "table",
                f"tables.{name}",
                f"tabella «{b.title.it}»: decide in altro modo",
                f"table “{b.title.in_('en')}”: it decides otherwise",
            )
        if a.title != b.title:
            yield wording(
                "wording",
                f"tables.{name}.title",
                f"tabella «{b.title.it}»: cambia il nome",
                f"table “{b.title.in_('en')}”: other words",
            )


def _rules(table: Table) -> list[str]:
    """Rules whose order says nothing are compared in any order."""
    rules = [
        repr((sorted(rule.when.items(), key=lambda i: i[0]), rule.then)) for rule in table.rules
    ]
    return rules if table.hit in ("first", "collect") else sorted(rules)


def _events(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    yield from named("event", old.events, new.events, names.events, "evento", "event")
    for was, a in old.events.items():
        name = names.events.get(was, was)
        b = new.events.get(name)
        if b is None:
            continue
        one, other = _event(a, names), _event(b, Names())
        for field, value in other.items():
            if one[field] != value:
                yield change(
                    "event",
                    f"events.{name}.{field}",
                    f"evento «{b.title.it}»: cambia {field}",
                    f"event “{b.title.in_('en')}”: {field} has changed",
                )
        if a.title != b.title:
            yield wording(
                "wording",
                f"events.{name}.title",
                f"evento «{b.title.it}»: cambia il nome",
                f"event “{b.title.in_('en')}”: other words",
            )


def _event(event: CaseEvent, names: Names) -> dict[str, Any]:
    told = {key: getattr(event, key) for key in type(event).model_fields if key != "title"}
    step, dot, outcome = (event.completes or "").partition(".")
    return {
        **told,
        "by": sorted(names.roles.get(role, role) for role in event.by),
        "source": sorted(event.source),
        "form": names.forms.get(event.form or "", event.form),
        "during": names.step(event.during) if event.during else None,
        "after": canonical(event.after, names),
        "cancels": sorted(map(names.step, event.cancels)),
        "opens": sorted(map(names.step, event.opens)),
        "completes": f"{names.step(step)}{dot}{names.outcome(step, outcome)}" if step else None,
        "again": names.step(event.again) if event.again else None,
        "records": records_of(event.records, names, ""),
    }


def _exceptions(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    for kind in ("skip", "redo", "force", "correct"):
        a = {names.roles.get(role, role) for role in getattr(old.exceptions, kind)}
        b = set(getattr(new.exceptions, kind))
        if a != b:
            listed = joined(role_title(new, role) for role in getattr(new.exceptions, kind))
            yield change(
                "exceptions",
                f"exceptions.{kind}",
                f"eccezione {kind}: ora può {listed.it or '—'}",
                f"exception {kind}: now allowed to {listed.en or '—'}",
            )


def _indicators(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    yield from named("indicator", old.indicators, new.indicators, {}, "indicatore", "indicator")
    for name, a in old.indicators.items():
        b = new.indicators.get(name)
        if b is None:
            continue
        if (names.path(a.start), names.path(a.end), a.within) != (b.start, b.end, b.within):
            limit = duration(b.within) if b.within else None
            yield change(
                "indicator",
                f"indicators.{name}",
                f"indicatore «{b.title.it}»: ora da {b.start} a {b.end}"
                + (f", {limit.it}" if limit else ""),
                f"indicator “{b.title.in_('en')}”: now from {b.start} to {b.end}"
                + (f", {limit.en}" if limit else ""),
            )
        if a.title != b.title:
            yield wording(
                "wording",
                f"indicators.{name}.title",
                f"indicatore «{b.title.it}»: cambia il nome",
                f"indicator “{b.title.in_('en')}”: other words",
            )
