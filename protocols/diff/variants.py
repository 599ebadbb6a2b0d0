"""How each variant differs from its base: one table of all, then each one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from protocols.diff.change import Change
from protocols.diff.compare import Difference, compare
from protocols.diff.report import values
from protocols.diff.visible import Sees
from protocols.engine.plan import Plan
from protocols.language.applying import AppliesTo
from protocols.language.library import Library, Source
from protocols.language.load import compose, read_source
from protocols.reading.page import Page, Section, Table
from protocols.reading.referrals import for_whom
from protocols.reading.words import joined
from protocols.territory import Territory
from protocols.text import Language, Text


class Compared(Struct, frozen=True):
    """A variant with its base alone, and how that differs from the base."""

    source: Source
    plan: Plan
    difference: Difference

    @property
    def applies_to(self) -> AppliesTo:
        assert self.source.head is not None
        return self.source.head.applies_to

    @property
    def title(self) -> Text:
        assert self.source.head is not None
        return self.source.head.title


def compare_variants(
    base: Source, library: Library, territory: Territory, sees: Sees | None = None
) -> tuple[Plan, tuple[Compared, ...]]:
    """The base and each of its variants, by name. Raises DocumentError."""
    plan = read_source(base, library).plan
    found = []
    for source in library.variants(base.protocol, base.version):
        changed = compose(base, (source,), library).plan
        found.append(Compared(source, changed, compare(plan, changed, territory, sees)))
    return plan, tuple(found)


_ADDED = Text("aggiunto", "added")
_REMOVED = Text("tolto", "removed")
_CHANGED = Text("cambia", "changed")
_PARTS = {
    "roles": Text("ruoli", "roles"),
    "forms": Text("moduli", "forms"),
    "tables": Text("tabelle", "tables"),
    "stages": Text("fasi", "stages"),
    "events": Text("eventi", "events"),
    "exceptions": Text("eccezioni", "exceptions"),
    "indicators": Text("indicatori", "indicators"),
}


def variants_page(
    base: Plan, compared: Sequence[Compared], territory: Territory, language: Language = "it"
) -> Page:
    """A page for any renderer: what changes where, and each variant's changes in sentences."""

    def say(it: str, en: str) -> str:
        return Text(it, en).in_(language)

    heads = tuple(each.source.label for each in compared)
    overview = Table((say("Dove", "Where"), *heads), _rows(base, compared, language))
    whom = Table(
        (say("Variante", "Variant"), say("Titolo", "Title"), say("Per chi", "For whom"),
         say("In vigore dal", "Valid from")),
        tuple(
            (
                each.source.label,
                each.title.in_(language),
                for_whom(each.applies_to, territory).in_(language),
                f"{each.source.valid_from:%d/%m/%Y}",
            )
            for each in compared
        ),
    )  # fmt: skip
    sections = [
        Section(say("Le varianti", "The variants"), whom),
        Section(say("Che cosa cambia, dove", "What changes where"), overview),
    ]
    for each in compared:
        columns = (say("Dove", "Where"), say("Che cosa cambia", "What changes"))
        rows = [
            (_place(base, each.plan, change).in_(language), change.text.in_(language))
            for change in each.difference.changes
        ]
        rows += [
            (say("Chi vede che cosa", "Who sees what"), visible.text.in_(language))
            for visible in each.difference.visible
        ]
        title = f"{each.source.label} · {each.title.in_(language)}"
        sections.append(Section(title, Table(columns, tuple(rows))))
    protocol = base.protocol
    return Page(
        language,
        say("Varianti di ", "Variants of ") + protocol.title.in_(language),
        ((say("Base", "Base"), protocol.type_name),),
        tuple(sections),
    )


def variants_values(
    base: Plan, compared: Sequence[Compared], territory: Territory
) -> dict[str, Any]:
    """Plain values with stable names, both languages."""

    def both(text: Text) -> dict[str, str]:
        return {"it": text.it, "en": text.in_("en")}

    return {
        "base": base.protocol.type_name,
        "variants": [
            {
                "variant": each.source.variant,
                "version": each.source.version,
                "title": both(each.title),
                "valid_from": each.source.valid_from,
                "applies_to": both(for_whom(each.applies_to, territory)),
                "digest": each.source.digest,
                "difference": values(each.difference),
            }
            for each in compared
        ],
    }


def _rows(
    base: Plan, compared: Sequence[Compared], language: Language
) -> tuple[tuple[str, ...], ...]:
    cells: dict[str, dict[int, Text]] = {}
    for n, each in enumerate(compared):
        for change in each.difference.changes:
            where = _place(base, each.plan, change).in_(language)
            cells.setdefault(where, {})
            sign = {"step_added": _ADDED, "step_removed": _REMOVED}.get(change.kind, _CHANGED)
            if cells[where].get(n, _CHANGED) == _CHANGED:
                cells[where][n] = sign
    return tuple(
        (where, *(row[n].in_(language) if n in row else "" for n in range(len(compared))))
        for where, row in cells.items()
    )


def _place(base: Plan, changed: Plan, change: Change) -> Text:
    """The step's title, or the part of the document."""
    for plan in (changed, base):
        if change.step in plan.protocol.steps:
            return plan.protocol.steps[change.step].title
    part, _, rest = change.place.partition(".")
    name = rest.split(".")[0]
    for plan in (changed, base):
        titled = getattr(plan.protocol, part, None) if part in _PARTS else None
        if isinstance(titled, dict) and name in titled:
            title = getattr(titled[name], "title", titled[name])
            if isinstance(title, Text):
                return joined([_PARTS[part], title], ": ")
    return _PARTS.get(part) or Text("il protocollo", "the protocol")
