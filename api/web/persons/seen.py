"""A person before one reader: what they may know, and what they may decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.http.access import Sight, may_read, may_read_field, relations
from api.http.person_page import PersonPage, one_person
from api.http.sights import sights
from api.http.withheld import withheld
from api.web.desk import Desk
from api.web.inbox.view import number_of
from domain.case.state import CaseState
from domain.person.acting import cases_about, role_in
from domain.person.erasing import Standing, standing
from domain.person.particulars import particulars_of
from domain.person.state import standing_for, unknown_person
from domain.refusal import Refused
from protocols.text import Text

SHOWN = (
    "first_name", "last_name", "birth_date", "tax_code", "alias", "email", "phone", "address",
    "citizenship",
)  # fmt: skip


class CaseLine(msgspec.Struct, frozen=True):
    address: str
    number: str
    title: Text
    ended: bool
    opened_at: datetime | None


class Seen(msgspec.Struct, frozen=True):
    """`hidden`: the particulars may not be known here; `others`: how many cases of the person the
    reader may not see, known only to who decides something about the person."""

    desk: Desk
    page: PersonPage
    standing: Standing
    about: tuple[CaseState, ...]
    cases: tuple[CaseLine, ...]

    @property
    def hidden(self) -> bool:
        return "withheld" in self.page.particulars

    @property
    def who(self) -> str:
        """Name or pseudonym; empty where neither may be known."""
        known = {} if self.hidden else self.page.particulars
        parts = (known.get("first_name"), known.get("last_name"))
        return " ".join(dict.fromkeys(str(part) for part in parts if part)) or self.page.pseudonym

    def acts_in(self, roles: Iterable[str], *, anywhere: bool = False) -> bool:
        """Whether the reader holds one of these roles where the person has a case; `anywhere`: or
        in whatever place."""
        if anywhere:
            wanted = tuple(roles)
            return any(role in wanted for role, _, _ in self.desk.door.actor.holds)
        return _acts(self.desk, roles, self.about)


def look(desk: Desk, person: UUID) -> Seen:
    """As the API shows them; also to who sees none of their cases and has to decide something,
    without the particulars. Raises Refused (not_found)."""
    door, service = desk.door, desk.door.service
    known = standing_for(service, person)
    about = tuple(cases_about(service, known))
    try:
        page: PersonPage = one_person(person, door).content
    except Refused:
        records = service.territory.records
        deciding = (*records.joins.approved_by, *records.restricts, *records.corrects)
        roles = {role for role, _, _ in door.actor.holds}
        if not (_acts(desk, deciding, about) or roles & set(records.erasure.asked_by)):
            raise unknown_person(person) from None
        door.looks.admitted({"protection"}, None, known.id)
        page = PersonPage(
            known.id, list(known.ids), "", "", known.anonymous, known.sealed, known.erased, None,
            withheld("identity"), [], list(known.proposed),
        )  # fmt: skip
    lines = tuple(_line(desk, case) for case in about if case.id in page.cases)
    return Seen(desk, page, standing(service, known.id), about, lines)


def _acts(desk: Desk, roles: Iterable[str], about: Iterable[CaseState]) -> bool:
    try:
        role_in(desk.door.service.territory, desk.door.actor, roles, about)
    except Refused:
        return False
    return True


def _line(desk: Desk, case: CaseState) -> CaseLine:
    title = desk.door.service.plan(case).protocol.title
    return CaseLine(f"/casi/{case.id}", number_of(case.id), title, bool(case.ended), case.opened_at)


# ── one of two that are compared ─────────────────────────────────────────────────────────────


class Beside(msgspec.Struct, frozen=True):
    """`particulars`: by field, empty where `hidden`; `comuni` of the cases that may be seen."""

    person: UUID
    number: str
    who: str
    sex: str
    particulars: dict[str, Any]
    hidden: bool
    anonymous: bool
    cases: tuple[CaseLine, ...]
    others: int


def beside(desk: Desk, person: UUID) -> Beside:
    """To be compared with another: what the reader may know, and that it was looked at."""
    door, service = desk.door, desk.door.service
    known = standing_for(service, person)
    about = cases_about(service, known)
    seen: dict[UUID, Sight] = {
        case: sight
        for case, sight in sights(service, [case.id for case in about]).items()
        if may_read(door.reader, sight, "summary")
    }
    for case, sight in seen.items():
        door.looks.admitted(relations(door.reader, sight), case, known.id)
    if not seen:
        door.looks.admitted({"merging"}, None, known.id)
    may = any(may_read_field(door.reader, sight, "identity", True) for sight in seen.values())
    door.looks.saw("identity", may)
    found = particulars_of(service, known.id) if may else {}
    parts = (found.get("first_name"), found.get("last_name"))
    return Beside(
        known.id,
        number_of(known.id),
        " ".join(str(part) for part in parts if part),
        known.sex if may else "",
        {name: found[name] for name in SHOWN if found.get(name)},
        not may,
        known.anonymous,
        tuple(_line(desk, case) for case in about if case.id in seen),
        len(about) - len(seen),
    )
