"""What may be decided about a person from their page: who may, when, and by which command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from api.web.forms.answers import day
from api.web.persons.seen import SHOWN, Seen
from api.web.words import persons as words
from domain.case.commands import Command
from domain.person.correcting import (
    CorrectPerson,
    DeclineCorrection,
    correct_person,
    decline_correction,
)
from domain.person.erasing import (
    DecideErasure,
    HoldRecords,
    RequestErasure,
    decide_erasure,
    hold_records,
    request_erasure,
)
from domain.person.restricting import (
    EaseRestriction,
    LiftRestriction,
    RestrictPerson,
    ease_restriction,
    lift_restriction,
    restrict_person,
)
from domain.refusal import FieldProblem, Refused
from domain.service import CaseService, Receipt
from protocols.territory.keeping import RecordsFile
from protocols.text import Text

Typed = Mapping[str, Any]


class Act(msgspec.Struct, frozen=True):
    """`roles`: who may, by the pack; `possible`: whether it makes sense now. `done` writes the
    command that `made` makes of what was typed. `confirmed`: to be confirmed first, empty if not.
    `grave`: it cannot be undone."""

    name: str
    title: Text
    lead: Text
    button: Text
    said: Text
    roles: Callable[[RecordsFile], tuple[str, ...]]
    possible: Callable[[Seen], bool]
    made: Callable[[Seen, Typed], Mapping[str, Any]]
    kind: type[Any]
    done: Callable[[CaseService, Any], Receipt]
    anywhere: bool = False
    confirmed: Text | None = None
    grave: bool = False

    def allowed(self, seen: Seen) -> bool:
        records = seen.desk.door.service.territory.records
        return seen.acts_in(self.roles(records), anywhere=self.anywhere)

    def run(self, seen: Seen, command: UUID, typed: Typed) -> Receipt:
        """Raises Refused, LogUnavailable."""
        if self.confirmed is not None and typed.get("confirm") != "1":
            problem = FieldProblem("confirm", words.CONFIRM_FIRST)
            raise Refused("invalid", "confirm", words.CONFIRM_FIRST, None, (problem,))
        made: Command = self.kind(
            command_id=command,
            actor=seen.desk.door.actor,
            case=seen.page.id,
            why=typed.get("why", ""),
            **self.made(seen, typed),
        )
        return self.done(seen.desk.door.service, made)


def _ground(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    return {"ground": typed.get("ground", "")}


def _nothing(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    return {}


def _eased(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    zone = seen.desk.door.service.territory.timezone
    try:
        until = date.fromisoformat(day(str(typed.get("until", ""))[:20]))
    except ValueError:
        problem = FieldProblem("until", words.A_DAY)
        raise Refused("invalid", "restriction_invalid", words.A_DAY, None, (problem,)) from None
    end = datetime.combine(until, time(23, 59), zone)
    return {"to": typed.get("to", ""), "ground": typed.get("ground", ""), "until": end}


def _corrected(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    """Only what was changed, so that what the reader may not know stays as it is."""
    known = known_of(seen)
    given = {name: str(typed.get(name, "")).strip() for name in (*SHOWN, "sex")}
    given["birth_date"] = day(given["birth_date"])
    return {"fields": {name: value for name, value in given.items() if value != known[name]}}


def known_of(seen: Seen) -> dict[str, str]:
    """What the form of a correction is filled with."""
    found = {} if seen.hidden else seen.page.particulars
    known = {name: str(found.get(name) or "") for name in SHOWN}
    return {**known, "sex": "" if seen.hidden else seen.page.sex}


def _declined(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    return {"fields": tuple(typed.get("fields", ()))}


def _decided(seen: Seen, typed: Typed) -> Mapping[str, Any]:
    if typed.get("approve") not in ("yes", "no"):
        problem = FieldProblem("approve", words.YES_OR_NO)
        raise Refused("invalid", "decision_missing", words.YES_OR_NO, None, (problem,))
    if typed["approve"] == "yes" and typed.get("confirm") != "1":
        problem = FieldProblem("confirm", words.CONFIRM_FIRST)
        raise Refused("invalid", "confirm", words.CONFIRM_FIRST, None, (problem,))
    return {"approve": typed["approve"] == "yes"}


ACTS: tuple[Act, ...] = (
    Act(
        "rettifica", words.CORRECT, words.CORRECT_LEAD, words.CORRECT, words.CORRECTED,
        lambda r: (*r.corrects, *r.restricts),
        lambda s: not s.page.erased and not s.page.anonymous,
        _corrected, CorrectPerson, correct_person,
    ),
    Act(
        "rettifica-respinta", words.DECLINE, words.DECLINE_LEAD, words.DECLINE, words.DECLINED,
        lambda r: (*r.corrects, *r.restricts), lambda s: not s.page.erased, _declined,
        DeclineCorrection, decline_correction,
    ),
    Act(
        "limitazione", words.RESTRICT, words.RESTRICT_LEAD, words.RESTRICT, words.RESTRICTED,
        lambda r: r.restricts,
        lambda s: not s.page.erased and s.standing.person.restriction is None,
        _ground, RestrictPerson, restrict_person,
    ),
    Act(
        "ammissione", words.EASE, words.EASE_LEAD, words.EASE, words.EASED,
        lambda r: r.restricts,
        lambda s: not s.page.erased and s.standing.person.restriction is not None,
        _eased, EaseRestriction, ease_restriction,
    ),
    Act(
        "fine-limitazione", words.LIFT, words.LIFT_LEAD, words.LIFT, words.LIFTED,
        lambda r: r.restricts,
        lambda s: not s.page.erased and s.standing.person.restriction is not None,
        _nothing, LiftRestriction, lift_restriction, confirmed=words.TOLD_BEFORE,
    ),
    Act(
        "cancellazione", words.ERASE, words.ERASE_LEAD, words.ERASE_ASK, words.ERASURE_ASKED,
        lambda r: r.erasure.asked_by,
        lambda s: not s.page.erased and not s.standing.asked_by,
        _ground, RequestErasure, request_erasure, anywhere=True,
    ),
    Act(
        "decisione", words.DECIDE, words.DECIDE_LEAD, words.DECIDE, words.DECIDED,
        lambda r: r.erasure.approved_by,
        lambda s: not s.page.erased and bool(s.standing.asked_by),
        _decided, DecideErasure, decide_erasure, anywhere=True, grave=True,
    ),
    Act(
        "vincolo", words.HOLD, words.HOLD_LEAD, words.HOLD, words.HELD,
        lambda r: r.erasure.approved_by,
        lambda s: not s.page.erased and not s.standing.held,
        _nothing, HoldRecords, hold_records, anywhere=True,
    ),
    Act(
        "fine-vincolo", words.UNHOLD, words.UNHOLD_LEAD, words.UNHOLD, words.UNHELD,
        lambda r: r.erasure.approved_by,
        lambda s: not s.page.erased and s.standing.held,
        lambda s, t: {"lift": True}, HoldRecords, hold_records, anywhere=True,
    ),
)  # fmt: skip


def offered(seen: Seen) -> list[Act]:
    """What the reader may do now."""
    return [act for act in ACTS if act.possible(seen) and act.allowed(seen)]
