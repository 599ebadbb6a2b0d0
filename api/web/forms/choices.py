"""What may be chosen where a form asks for somebody or something that exists outside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from uuid import UUID

import msgspec

from api.http.access import scope_shown
from api.http.documents import documents
from api.http.hosts import list_hosts
from api.http.problems import Problem
from api.web.desk import Desk
from api.web.forms.typed import inner_fields
from api.web.people import place_of, shown_people
from domain.refusal import Refused
from protocols.language.forms import FormField
from protocols.text import Text


class Option(msgspec.Struct, frozen=True):
    value: str
    title: Text


class Group(msgspec.Struct, frozen=True):
    """`title`: of those that go together; None where they all do."""

    title: Text | None
    options: tuple[Option, ...]


Choices = Mapping[str, tuple[Group, ...]]
"""By type of field: comune, service, host, person, document."""


def choices_of(desk: Desk, fields: Mapping[str, FormField], case: UUID | None = None) -> Choices:
    """For the types that these fields are of. Empty where the reader may see none."""
    return {
        kind: tuple(_LISTS[kind](desk, case))
        for kind in sorted(set(_kinds(fields.values())) & set(_LISTS))
    }


def title_in(choices: Choices, kind: str, value: str) -> Text:
    """What a value is called; itself where nobody can say."""
    for group in choices.get(kind, ()):
        for option in group.options:
            if option.value == value:
                return option.title
    return Text(value, value)


def _kinds(fields: Iterable[FormField]) -> Iterator[str]:
    for field in fields:
        yield field.type
        yield from _kinds(inner_fields(field).values())


def _comuni(desk: Desk, case: UUID | None) -> Iterator[Group]:
    territory = desk.door.service.territory
    by_name = sorted(territory.comuni.values(), key=lambda each: each.name)
    yield Group(None, tuple(Option(each.istat, Text(each.name, each.name)) for each in by_name))


def _services(desk: Desk, case: UUID | None) -> Iterator[Group]:
    found = sorted(desk.door.service.territory.services.values(), key=lambda each: each.title.it)
    yield Group(None, tuple(Option(each.id, each.title) for each in found))


def people_of(desk: Desk, case: UUID | None) -> Iterator[Group]:
    """By the role that comes first, each with where they work; not where that would tell the
    reader in which comune a protected person lives."""
    territory = desk.door.service.territory
    sight = desk.door.sight(case) if case else None
    people = shown_people(territory, desk.door.service.clock.now())
    for title, them in groupby(people, key=lambda each: each.roles[0].title):
        options = []
        for each in them:
            scope = each.roles[0].membership.scope
            if sight and scope_shown(desk.reader, sight, scope) != scope:
                options.append(Option(each.id, Text(each.name, each.name)))
                continue
            place = place_of(territory, scope)
            said = Text(f"{each.name} ({place.it})", f"{each.name} ({place.in_('en')})")
            options.append(Option(each.id, said))
        yield Group(title, tuple(options))


_MOST_HOSTS = 200


def _hosts(desk: Desk, case: UUID | None) -> Iterator[Group]:
    try:
        found = list_hosts(desk.door, limit=_MOST_HOSTS).content.hosts
    except (Problem, Refused):
        return
    comuni = desk.door.service.territory.comuni
    options = []
    for each in found:
        place = comuni[each.comune].name if each.comune in comuni else ""
        said = f"{each.name} ({place})" if place else each.name
        options.append(Option(str(each.id), Text(said, said)))
    yield Group(None, tuple(options))


def _documents(desk: Desk, case: UUID | None) -> Iterator[Group]:
    if case is None:
        return
    options = []
    for each in documents(case, desk.door).content.documents:
        said = each.title or each.name
        if each.state == "attached" and isinstance(said, str):
            options.append(Option(each.document, Text(said, said)))
    yield Group(None, tuple(options))


_LISTS: dict[str, Callable[[Desk, UUID | None], Iterator[Group]]] = {
    "comune": _comuni,
    "service": _services,
    "host": _hosts,
    "person": people_of,
    "document": _documents,
}
