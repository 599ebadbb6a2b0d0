"""What changed of the forms and their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protocols.diff.change import Change, change, wording
from protocols.diff.match import Names
from protocols.language.document import Protocol
from protocols.language.forms import FormField
from protocols.reading.words import CATEGORIES

_APART = ("title", "help")


def named(
    section: str, old: Any, new: Any, renamed: dict[str, str], it: str, en: str
) -> Iterator[Change]:
    """Added, removed, renamed, and put in another order, of one section of the document."""
    come = [n for n in new if n not in old and n not in renamed.values()]
    gone = [n for n in old if renamed.get(n, n) not in new]
    for name in come:
        title = new[name].title
        yield change(
            f"{section}_added",
            f"{section}s.{name}",
            f"{it} in più: «{title.it}»",
            f"new {en}: “{title.in_('en')}”",
        )
    for name in gone:
        title = old[name].title
        yield change(
            f"{section}_removed",
            f"{section}s.{name}",
            f"{it} in meno: «{title.it}»",
            f"{en} taken away: “{title.in_('en')}”",
        )
    for was, name in renamed.items():
        yield change(
            f"{section}_renamed",
            f"{section}s.{name}",
            f"{it}: {was} ora è {name}",
            f"{en}: {was} is now {name}",
        )
    common = [renamed.get(n, n) for n in old if renamed.get(n, n) in new]
    if common != [n for n in new if n in set(common)]:
        yield wording(
            "order", f"{section}s", f"in un altro ordine: {it}", f"in another order: {en}"
        )


def forms(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    """Forms added, removed, renamed, and what changed of those that stayed."""
    yield from named("form", old.forms, new.forms, names.forms, "modulo", "form")
    for was, a in old.forms.items():
        name = names.forms.get(was, was)
        b = new.forms.get(name)
        if b is None:
            continue
        yield from _fields(f"forms.{name}", b.title.it, b.title.in_("en"), a.fields, b.fields)
        if a.title != b.title:
            yield wording(
                "wording",
                f"forms.{name}.title",
                f"modulo «{b.title.it}»: cambia il nome",
                f"form “{b.title.in_('en')}”: other words",
            )


def _fields(
    at: str, it: str, en: str, a: dict[str, FormField], b: dict[str, FormField]
) -> Iterator[Change]:
    for name in [*a, *(n for n in b if n not in a)]:
        place = f"{at}.fields.{name}"
        if name not in a or name not in b:
            title = (b.get(name) or a[name]).title
            kind, said = (
                ("field_added", ("in più", "new"))
                if name in b
                else ("field_removed", ("in meno", "gone"))
            )
            yield change(
                kind,
                place,
                f"modulo «{it}»: campo {said[0]} «{title.it}»",
                f"form “{en}”: field {said[1]} “{title.in_('en')}”",
            )
            continue
        one, other = a[name], b[name]
        for field in type(other).model_fields:
            before, now = getattr(one, field), getattr(other, field)
            if field == "fields":
                yield from _fields(place, it, en, before or {}, now or {})
            elif field == "options":
                if set(one.option_names) != set(other.option_names):
                    yield change(
                        "field_options",
                        f"{place}.options",
                        f"modulo «{it}», «{other.title.it}»: scelte diverse",
                        f"form “{en}”, “{other.title.in_('en')}”: other options",
                    )
                elif before != now:
                    yield wording(
                        "wording",
                        f"{place}.options",
                        f"modulo «{it}»: parole delle scelte",
                        f"form “{en}”: wording of options",
                    )
            elif before != now:
                apart = field in _APART
                made = wording if apart else change
                shown = ""
                if field == "category":
                    shown = f" ({CATEGORIES[one.category].it} → {CATEGORIES[other.category].it})"
                yield made(
                    "wording" if apart else f"field_{field}",
                    f"{place}.{field}",
                    f"modulo «{it}», «{other.title.it}»: cambia {field}{shown}",
                    f"form “{en}”, “{other.title.in_('en')}”: {field} has changed{shown}",
                )
    common = [n for n in a if n in b]
    if common != [n for n in b if n in a]:
        yield wording(
            "order",
            f"{at}.fields",
            f"modulo «{it}»: campi in un altro ordine",
            f"form “{en}”: fields in another order",
        )
