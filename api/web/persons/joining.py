"""Two registrations of one human being: side by side, proposed, decided, parted; and those that
wait for somebody to look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import grounds_for_read_log
from api.http.duplicates import likely
from api.http.erasure import waiting as erasures_waiting
from api.http.likenesses import possible
from api.http.merging import may_see_joins
from api.http.merging import waiting as merges_waiting
from api.http.problems import Problem
from api.http.writing import command_id
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.inbox.view import number_of, staff_name
from api.web.pages import page
from api.web.persons.pages import decided, pointed
from api.web.persons.seen import SHOWN, beside, look
from api.web.words import persons as words
from domain.person.acting import cases_about, role_in
from domain.person.merging import (
    DecideMerge,
    PartPersons,
    ProposeMerge,
    decide_merge,
    part_persons,
    propose_merge,
)
from domain.person.particulars import particulars_of
from domain.person.state import standing_for
from domain.refusal import Refused
from domain.service import Receipt

router = APIRouter(prefix="/persone", route_class=PageRoute)
TO_DECIDE = "/persone/da-decidere"


# ── what waits ───────────────────────────────────────────────────────────────────────────────


@router.get("/da-decidere")
def to_decide(desk: Entered) -> Response:
    """Merges, likely duplicates and erasures, each for those who may see them."""
    joins, erasures = may_join(desk), may_see_erasures(desk)
    if not (joins or erasures):
        raise Problem(403, "not_for_this_role", words.NOT_YOURS, words.ASK_WHOM)
    territory = desk.door.service.territory
    return page(
        desk.request,
        "persons/to_decide.html",
        joins=joins,
        erasures_shown=erasures,
        merges=merges_waiting(desk.door).content.merges if joins else [],
        alike=likely(desk.door).content.pairs if joins else [],
        erasures=erasures_waiting(desk.door).content.erasures if erasures else [],
        number=number_of,
        staff=lambda name: staff_name(territory, name),
    )


def may_join(desk: Desk) -> bool:
    return may_see_joins(desk.door)


def may_see_erasures(desk: Desk) -> bool:
    rules = desk.door.service.territory.records.erasure
    asks = bool(_roles(desk) & set(rules.asked_by))
    return asks or bool(grounds_for_read_log(desk.reader, rules.approved_by))


def _roles(desk: Desk) -> set[str]:
    return {role for role, _, _ in desk.reader.holds}


# ── who may be the same ──────────────────────────────────────────────────────────────────────


@router.get("/{person}/uguali")
def alike_to(person: UUID, desk: Entered) -> Response:
    """Who may be the same human being, to be put side by side."""
    seen = look(desk, person)
    service = desk.door.service
    found = None
    if not seen.hidden and not seen.page.anonymous and not seen.page.erased:
        known = particulars_of(service, seen.page.id)
        found = possible(desk.door, known, seen.page.sex, seen.page.id)
    return page(desk.request, "persons/alike.html", seen=seen, found=found, number=number_of)


@router.get("/{person}/uguali/{other}")
def side_by_side(person: UUID, other: UUID, desk: Entered) -> Response:
    return _beside(desk, person, other, {})


@router.post("/{person}/uguali/{other}")
def joined(person: UUID, other: UUID, desk: Entered, form: Posted) -> Response:
    """`what`: propose, approve, decline or part. `person` is the one that is kept, or `other`
    where `keep` says so."""
    what, why = text_of(form, "what"), text_of(form, "why")
    keep, merged = (other, person) if text_of(form, "keep") == "other" else (person, other)
    common: dict[str, Any] = {
        "command_id": command_id(desk.door, text_of(form, "_key")), "actor": desk.door.actor,
        "case": keep, "merged": merged, "why": why,
    }  # fmt: skip
    service = desk.door.service
    writes: dict[str, Callable[[], Receipt]] = {
        "propose": lambda: propose_merge(service, ProposeMerge(**common)),
        "approve": lambda: decide_merge(service, DecideMerge(**common, approve=True)),
        "decline": lambda: decide_merge(service, DecideMerge(**common, approve=False)),
        "part": lambda: part_persons(service, PartPersons(**common)),
    }
    _may_compare(desk, person, other)
    try:
        if what not in writes:
            raise Refused("invalid", "no_choice", words.CHOOSE)
        receipt = writes[what]()
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _beside(desk, person, other, dict(form), refused)
    # Who decides may see no case of the person, and so has no page to go back to but the list.
    address = TO_DECIDE if may_join(desk) else f"/persone/{keep}"
    return decided(desk, address, receipt.position, words.SAID_OF[what])


def _beside(
    desk: Desk, person: UUID, other: UUID, typed: dict[str, Any], refused: Refused | None = None
) -> Response:
    _may_compare(desk, person, other)
    service = desk.door.service
    kept, second = standing_for(service, person), standing_for(service, other)
    left = beside(desk, person)
    together = kept.id == second.id
    right = left if together else beside(desk, other)
    joins = service.territory.records.joins
    about = [*cases_about(service, kept), *cases_about(service, second)]
    by = kept.proposed.get(second.id) or second.proposed.get(kept.id) or ""
    problem = Problem.of(refused) if refused else None
    errors = pointed(refused)
    return page(
        desk.request,
        "persons/beside.html",
        problem.status if problem else 200,
        left=left,
        right=right,
        fields=[name for name in SHOWN if name in left.particulars or name in right.particulars],
        together=together and other in kept.merged,
        proposed_by=by,
        # The one that was proposed to be kept.
        kept_first=second.id in kept.proposed,
        staff=staff_name(service.territory, by) if by else "",
        may_propose=_acts(desk, joins.proposed_by, about),
        may_decide=_acts(desk, joins.approved_by, about),
        own=by == desk.person,
        person=person,
        other=other,
        typed=typed,
        key=typed.get("_key") or desk.new_key,
        errors=errors,
        problem=None if errors else problem,
    )


def _may_compare(desk: Desk, person: UUID, other: UUID) -> None:
    """Raises Refused (not_found) for who may neither know of both nor decide of them."""
    if not may_join(desk):
        for each in (person, other):
            look(desk, each)


def _acts(desk: Desk, roles: tuple[str, ...], about: list[Any]) -> bool:
    try:
        role_in(desk.door.service.territory, desk.door.actor, roles, about)
    except Refused:
        return False
    return True
