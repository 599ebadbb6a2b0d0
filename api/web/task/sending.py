"""What is typed on a task's page: kept as a draft, read, and made the command that completes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.http.tasks import past
from api.http.writing import as_seen, command_id
from api.web.desk import Desk
from api.web.drafts import UNTOLD, Draft, Drafts, Typing
from api.web.forms.answers import answers
from api.web.forms.typed import (
    Fields,
    Typed,
    pairs,
    read,
    with_row,
    without_blank_rows,
    without_row,
)
from api.web.words import task as words
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from protocols.language.answers import check
from protocols.language.forms import Form
from protocols.text import Text

# The page's own controls: questions of forms do not begin so.
OUTCOME, WHEN, KEY, VERSION, ROUND = "_esito", "_quando", "_key", "_versione", "_giro"
_KEPT = (OUTCOME, WHEN, KEY, VERSION, ROUND)
_MOMENT = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d{2}))?")


class Sent(msgspec.Struct, frozen=True):
    """`key`: the form's idempotency key; `version`: the case's that was on the screen."""

    typed: Typed
    outcome: str = ""
    when: str = ""
    key: str = ""
    version: int = 0

    def fields(self, fields: Fields, round_: int) -> list[tuple[str, str]]:
        """As a form sends it."""
        own = (self.outcome, self.when, self.key, str(self.version), str(round_))
        return [*zip(_KEPT, own, strict=True), *pairs(fields, self.typed)]

    @property
    def moment(self) -> datetime | None:
        """In the territory's time, without its zone. Raises ValueError."""
        written = self.when.strip()
        if not written:
            return None
        if found := _MOMENT.fullmatch(written):
            day, month, year, hour, minute = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute)
        return datetime.fromisoformat(written).replace(tzinfo=None)


def sent(fields: Fields, items: Iterable[tuple[str, Any]]) -> Sent:
    given = [(name, value) for name, value in items if isinstance(value, str)]
    own = dict(given)
    version = own.get(VERSION, "")
    return Sent(
        read(fields, given),
        own.get(OUTCOME, "")[:100],
        own.get(WHEN, "")[:40],
        own.get(KEY, ""),
        int(version) if version.isdecimal() and len(version) < 10 else 0,
    )


def rearranged(fields: Fields, given: Sent, form: Mapping[str, Any]) -> Sent | None:
    """With the row more or less that a button asked for; None where none did."""
    if path := form.get("_aggiungi"):
        return msgspec.structs.replace(given, typed=with_row(fields, given.typed, str(path)))
    if path := form.get("_togli"):
        return msgspec.structs.replace(given, typed=without_row(fields, given.typed, str(path)))
    return None


def drafts_of(desk: Desk) -> Drafts:
    return desk.request.app.state.drafts


def about(case: UUID, task: str) -> str:
    return f"task {case}:{task}"


def keep(
    desk: Desk,
    case: UUID,
    task: str,
    fields: Fields,
    given: Sent,
    round_: int,
    typing: Typing = UNTOLD,
) -> None:
    """As a draft. Raises Problem."""
    opened = desk.door.service.state(case).opened
    subject = UUID(opened.person) if opened else None
    kept = given.fields(fields, round_)
    drafts_of(desk).save(desk.person, about(case, task), kept, subject, typing)


def kept(desk: Desk, case: UUID, task: str, round_: int) -> Draft | None:
    """The draft, if it is of this round of the task."""
    draft = drafts_of(desk).find(desk.person, about(case, task))
    if draft is None or draft.values().get(ROUND, [""])[-1] != str(round_):
        return None
    return draft


def command(
    desk: Desk, case: UUID, task: str, fields: Fields, given: Sent, expected: int | None = None
) -> c.CompleteTask:
    """Raises Problem (400, no key), Refused (invalid: the moment)."""
    door = desk.door
    return c.CompleteTask(
        command_id=command_id(door, given.key),
        actor=door.actor,
        case=case,
        task=task,
        outcome=given.outcome,
        data=answers(fields, without_blank_rows(fields, given.typed)),
        occurred_at=past(door, instant(desk, given)),
        **as_seen(expected),
    )


def without_outcome(desk: Desk, case: UUID, form: Form | None, given: Sent) -> Refused:
    """What is wrong where no outcome was chosen: that, and whatever else is."""
    service = desk.door.service
    found = [FieldProblem(OUTCOME, words.CHOOSE_OUTCOME)]
    if form is not None:
        data = answers(form.fields, without_blank_rows(form.fields, given.typed))
        _, _, errors = check(form, data, service.ground(service.state(case)).known)
        found = [FieldProblem(error.field, error.message) for error in errors] + found
    return Refused("invalid", "form_invalid", _NOT_RIGHT, None, tuple(found))


_NOT_RIGHT = Text(
    "Alcuni campi del modulo non vanno bene.", "Some fields of the form are not right."
)


def instant(desk: Desk, given: Sent) -> datetime | None:
    try:
        found = given.moment
        if found is None:
            return None
        if not 1900 <= found.year <= 2200:
            raise ValueError
    except ValueError:
        raise Refused(
            "invalid", "occurred_at_unreadable", _NOT_RIGHT, None,
            (FieldProblem(WHEN, words.WHEN_WRONG),),
        ) from None  # fmt: skip
    return found.replace(tzinfo=desk.door.service.territory.timezone)
