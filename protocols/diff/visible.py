"""Which data categories become visible to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from protocols.diff.match import Names
from protocols.language.document import Protocol
from protocols.language.forms import FormField
from protocols.reading.words import CATEGORIES, role_title
from protocols.text import Text

Sees = Callable[[str, str, bool], bool]
"""(kind of organisation, category, personal) → whether one that has a hand in a case reads it."""


class Sight(Struct, frozen=True, order=True):
    """`role`: in the new version's name; `how`: `asked` (it fills in such fields, or is called in
    to do so) or `case` (its organisation has a hand in the case, and may read it there)."""

    role: str
    category: str
    personal: bool
    how: str


class Visibility(Struct, frozen=True):
    """One thing that a role newly sees, or sees no more."""

    sight: Sight
    gained: bool
    it: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.it, self.en)


def visibility(
    old: Protocol, new: Protocol, names: Names, sees: Sees | None = None
) -> list[Visibility]:
    """What is seen in one version and not in the other. Without `sees` only what roles are asked
    for is compared."""
    before = {
        Sight(names.roles.get(s.role, s.role), s.category, s.personal, s.how)
        for s in sights(old, sees)
    }
    after = set(sights(new, sees))
    # Whoever saw it in another way before sees nothing new.
    seen_before = {(s.role, s.category, s.personal) for s in before}
    seen_after = {(s.role, s.category, s.personal) for s in after}
    gained = [s for s in sorted(after) if (s.role, s.category, s.personal) not in seen_before]
    lost = [s for s in sorted(before) if (s.role, s.category, s.personal) not in seen_after]
    told = [_told(new, s, True) for s in _first(gained)]
    return told + [_told(old, s, False) for s in _first(lost)]


def _first(sights_: list[Sight]) -> list[Sight]:
    """One of each, `asked` before `case`."""
    return list(
        {(s.role, s.category, s.personal): s for s in sorted(sights_, reverse=True)}.values()
    )[::-1]


def _told(protocol: Protocol, sight: Sight, gained: bool) -> Visibility:
    role, category = role_title(protocol, sight.role), CATEGORIES[sight.category]
    personal = ("personali ", "personal ") if sight.personal else ("", "")
    verb = ("ora vede", "now sees") if gained else ("non vede più", "no longer sees")
    return Visibility(
        sight,
        gained,
        f"{role.it} {verb[0]} dati {personal[0]}{category.it}",
        f"{role.en} {verb[1]} {personal[1]}{category.en} data",
    )


def sights(protocol: Protocol, sees: Sees | None = None) -> Iterator[Sight]:
    """All that each role that takes part in the protocol sees."""
    every = {
        (f.category, f.personal) for form in protocol.forms.values() for f in _all(form.fields)
    }
    for role, forms in _asked(protocol).items():
        for form in forms:
            for field in _all(protocol.forms[form].fields):
                yield Sight(role, field.category, field.personal, "asked")
        kind = protocol.roles[role].held_by.organisation
        for category, personal in every if sees else ():
            if sees and sees(kind, category, personal):
                yield Sight(role, category, personal, "case")


def _asked(protocol: Protocol) -> dict[str, set[str]]:
    """Role that takes part → forms it fills in, or may be called to fill in."""
    asked: dict[str, set[str]] = {}

    def add(role: str | None, form: str | None) -> None:
        if role in protocol.roles:
            assert role is not None
            asked.setdefault(role, set()).update({form} if form in protocol.forms and form else ())

    for step in protocol.steps.values():
        role = step.role or (step.automation.fallback if step.automation else None)
        add(role, step.form)
        if role in protocol.roles and role:
            add(protocol.roles[role].deputy, step.form)
        for rung in step.due.overdue if step.due else ():
            add(rung.to, step.form)
    for event in protocol.events.values():
        for role in event.by:
            add(role, event.form)
    return asked


def _all(fields: dict[str, FormField]) -> Iterator[FormField]:
    for field in fields.values():
        yield field
        yield from _all(field.fields or {})
