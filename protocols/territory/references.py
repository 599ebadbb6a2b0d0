"""Names in one file of a pack that must exist in another; and the roles that must be held."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from protocols.documents import Document, Path, Problem, unknown_name
from protocols.territory.model import MembershipEntry
from protocols.territory.scopes import PLACED_KINDS, SCOPE_KINDS, scope_kind, scope_place
from protocols.territory.territory import PackFiles
from protocols.text import Text

_COMUNE = Text("Comune (codice ISTAT)", "Comune (ISTAT code)")
_DISTRICT = Text("Distretto", "District")
_ORGANISATION = Text("Organizzazione", "Organisation")
_SERVICE = Text("Servizio", "Service")
_ROLE = Text("Ruolo", "Role")
_LEVEL = Text("Livello", "Level")
_SCOPE = Text("Ambito del ruolo", "Scope of the role")


class _Names:
    """What exists in the pack, for the references to be held against."""

    def __init__(self, files: PackFiles) -> None:
        self.districts = [str(number) for number in files.territory.districts]
        self.comuni = {
            istat: entry.name
            for district in files.territory.districts.values()
            for istat, entry in district.comuni.items()
        }
        self.organisations = list(files.organisations.organisations)
        self.services = [*files.services.services, *(f"desk-{istat}" for istat in self.comuni)]
        self.roles = files.governance.roles
        self.levels = list(files.governance.levels)

    def places(self, kind: str) -> list[str]:
        """The places of a scope's kind; one nameless place for the whole territory."""
        by_kind: Mapping[str, list[str]] = {
            "comune": list(self.comuni),
            "district": self.districts,
            "service": self.services,
        }
        return by_kind.get(kind, [""])


def check_references(files: PackFiles, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Every reference between the files of a pack that leads nowhere, with its line."""
    names = _Names(files)
    yield from _territory(files, names, documents["territory"])
    yield from _services(files, names, documents["services"])
    yield from _organisations(files, names, documents["organisations"])
    yield from _governance(files, names, documents["governance"])
    yield from _calendar(files, names, documents["calendar"])
    yield from _placements(files, documents["placements"])
    yield from _people(files, names, documents["people"])
    yield from _records(files, names, documents["records"])
    yield from _access(files, names, documents["access"])


def _reference(
    document: Document, path: Path, kind: Text, name: object, known: Iterable[str]
) -> Iterator[Problem]:
    candidates = list(known)
    if str(name) not in candidates:
        yield document.problem(path, unknown_name(kind, name, candidates))


def _district_references(
    document: Document, path: Path, districts: str | Sequence[int], names: _Names
) -> Iterator[Problem]:
    if not isinstance(districts, str):
        for position, number in enumerate(districts):
            yield from _reference(
                document, (*path, "districts", position), _DISTRICT, number, names.districts
            )


def _territory(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    yield from _reference(
        document,
        ("lead_entity",),
        _ORGANISATION,
        files.territory.lead_entity,
        names.organisations,
    )
    seen: dict[str, int] = {}
    for number, district in files.territory.districts.items():
        path = ("districts", str(number))
        yield from _reference(document, (*path, "lead"), _COMUNE, district.lead, names.comuni)
        for istat in district.comuni:
            if istat in seen:
                yield document.problem(
                    (*path, "comuni", istat),
                    Text(
                        f"Il comune {istat} è già nel distretto {seen[istat]}.",
                        f"Comune {istat} is already in district {seen[istat]}.",
                    ),
                )
            seen.setdefault(istat, number)


def _services(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    for name, service in files.services.services.items():
        path = ("services", name)
        yield from _district_references(document, path, service.districts, names)
        if service.organisation is not None:
            yield from _reference(
                document,
                (*path, "organisation"),
                _ORGANISATION,
                service.organisation,
                names.organisations,
            )
        elif service.kind != "SELF":
            yield document.problem(
                path,
                Text("Manca «organisation»: chi gestisce il servizio.", "“organisation” missing."),
            )
        if service.comune is not None:
            yield from _reference(
                document, (*path, "comune"), _COMUNE, service.comune, names.comuni
            )


def _organisations(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    for name, organisation in files.organisations.organisations.items():
        yield from _district_references(
            document, ("organisations", name), organisation.districts, names
        )


def _governance(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    levels = files.governance.levels
    for name, level in levels.items():
        path: Path = ("levels", name)
        if level.escalates_to is not None:
            yield from _reference(
                document, (*path, "escalates_to"), _LEVEL, level.escalates_to, names.levels
            )
        yield from _reference(
            document, (*path, "speaks_for_it"), _ROLE, level.speaks_for_it, names.roles
        )
        for position, seat in enumerate(level.seats):
            at = (*path, "seats", position)
            yield from _reference(document, (*at, "role"), _ROLE, seat.role, names.roles)
            if seat.organisation is not None:
                yield from _reference(
                    document,
                    (*at, "organisation"),
                    _ORGANISATION,
                    seat.organisation,
                    names.organisations,
                )
        climbed = [name]
        while (above := levels[climbed[-1]].escalates_to) in levels and above is not None:
            if above in climbed:
                yield document.problem(
                    (*path, "escalates_to"),
                    Text(
                        "La salita ai livelli superiori torna su sé stessa.",
                        "The escalation comes back to where it began.",
                    ),
                )
                break
            climbed.append(above)


def _calendar(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    for istat in files.calendar.patron_saints:
        yield from _reference(document, ("patron_saints", istat), _COMUNE, istat, names.comuni)
    for position, closure in enumerate(files.calendar.closures):
        if closure.comuni != "all":
            for place, istat in enumerate(closure.comuni):
                yield from _reference(
                    document,
                    ("closures", position, "comuni", place),
                    _COMUNE,
                    istat,
                    names.comuni,
                )


def _placements(files: PackFiles, document: Document) -> Iterator[Problem]:
    for kind, rules in files.placements.placements.items():
        ordered = sorted(enumerate(rules), key=lambda placed: placed[1].valid_from)
        for (_, earlier), (position, later) in pairwise(ordered):
            if earlier.holds(later.valid_from):
                yield document.problem(
                    ("placements", kind, position, "valid_from"),
                    Text(
                        f"Si sovrappone alla regola in vigore dal {earlier.valid_from}. "
                        "Dai a quella un «valid_to».",
                        f"Overlaps the rule in force since {earlier.valid_from}. "
                        "Give that one a “valid_to”.",
                    ),
                )


def _people(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    held: dict[tuple[str, str], list[tuple[str, MembershipEntry]]] = {}
    for person, entry in files.people.people.items():
        for position, membership in enumerate(entry.memberships):
            path = ("people", person, "memberships", position)
            problems = list(_membership(document, path, membership, names))
            yield from problems
            if not problems:
                key = (membership.role, membership.scope)
                held.setdefault(key, []).append((person, membership))
    for role, required in names.roles.items():
        if required.required or required.deputy:
            for place in names.places(required.scope):
                scope = f"{required.scope}:{place}" if place else required.scope
                holders = held.get((role, scope), [])
                if required.required or holders:
                    yield from _vacancies(document, role, scope, required.deputy, holders)


def _membership(
    document: Document, path: Path, membership: MembershipEntry, names: _Names
) -> Iterator[Problem]:
    kind, place = scope_kind(membership.scope), scope_place(membership.scope)
    if membership.role not in names.roles:
        yield from _reference(document, (*path, "role"), _ROLE, membership.role, names.roles)
    elif kind in SCOPE_KINDS and kind != (expected := names.roles[membership.role].scope):
        yield document.problem(
            (*path, "scope"),
            Text(
                f"Il ruolo {membership.role} si esercita in «{expected}», non in «{kind}».",
                f"The role {membership.role} is held in “{expected}”, not in “{kind}”.",
            ),
        )
    if kind not in SCOPE_KINDS:
        yield from _reference(document, (*path, "scope"), _SCOPE, kind, SCOPE_KINDS)
    elif kind in PLACED_KINDS:
        title = {"comune": _COMUNE, "district": _DISTRICT, "service": _SERVICE}[kind]
        yield from _reference(document, (*path, "scope"), title, place, names.places(kind))
    elif place or ":" in membership.scope:
        yield document.problem(
            (*path, "scope"),
            Text(
                f"«{kind}» vale per tutto il territorio: scrivilo senza altro.",
                f"“{kind}” covers the whole territory: write it alone.",
            ),
        )
    if membership.to is not None and membership.to < membership.from_:
        yield document.problem(
            (*path, "to"),
            Text("Finisce prima di cominciare.", "It ends before it begins."),
        )


def _vacancies(
    document: Document,
    role: str,
    scope: str,
    deputy: bool,
    holders: list[tuple[str, MembershipEntry]],
) -> Iterator[Problem]:
    main = {person for person, membership in holders if not membership.deputy}
    deputies = {person for person, membership in holders if membership.deputy}
    if not main:
        yield document.problem(
            ("people",),
            Text(
                f"Nessuno è {role} in {scope}. Aggiungi chi lo è.",
                f"Nobody is {role} in {scope}. Add who is.",
            ),
        )
    if deputy and not deputies - main:
        yield document.problem(
            ("people",),
            Text(
                f"Manca il sostituto del {role} in {scope} (un'altra persona, «deputy: true»).",
                f"The deputy of {role} in {scope} is missing (another person, “deputy: true”).",
            ),
        )


def _records(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    records = files.records
    for name in ("erasure", "merging", "restriction", "correction"):
        section = getattr(records, name)
        for part in ("asked_by", "proposed_by", "approved_by", "decided_by"):
            for position, role in enumerate(getattr(section, part, ())):
                yield from _reference(document, (name, part, position), _ROLE, role, names.roles)


def _access(files: PackFiles, names: _Names, document: Document) -> Iterator[Problem]:
    for position, role in enumerate(files.access.emergency.reviewed_by):
        path: Path = ("emergency", "reviewed_by", position)
        yield from _reference(document, path, _ROLE, role, names.roles)
