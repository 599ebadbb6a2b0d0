"""Doing a task: the page, the draft, the last look, and what is recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.problems import Problem
from api.http.writing import as_seen, command_id
from api.web.case.rooms import room_of
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.drafts import Draft, typing_of
from api.web.forms.answers import answers, typed_of
from api.web.forms.choices import choices_of
from api.web.forms.told import told
from api.web.forms.typed import is_blank, without_blank_rows
from api.web.forms.widgets import Pointed, changed, pointed, widgets
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.project.doing import beginning, doing
from api.web.task.attaching import attached_to
from api.web.task.giving import given as given_of
from api.web.task.known import knowledge
from api.web.task.meanwhile import meanwhile
from api.web.task.sending import (
    OUTCOME,
    WHEN,
    Sent,
    about,
    command,
    drafts_of,
    keep,
    kept,
    rearranged,
    sent,
    without_outcome,
)
from api.web.task.taking import after
from api.web.task.view import Subject, opened, subject, waits_second
from api.web.words import task as words
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from protocols.language.sums import totals

router = APIRouter(prefix="/attivita/{case}/{task}", route_class=PageRoute)


@router.get("")
def show(case: UUID, task: str, desk: Entered, controlla: str = "", dopo: int = 0) -> Response:
    """The task: to be done, or as it was done. `controlla`: say what is wrong with the draft."""
    about_it = subject(desk, case, task)
    if not _to_be_done(desk, about_it):
        return _read_only(desk, about_it)
    draft = kept(desk, case, task, about_it.task.round)
    given = sent(about_it.fields, draft.fields if draft else ())
    if draft is None:
        known = typed_of(about_it.fields, beginning(desk, about_it))
        given = msgspec.structs.replace(given, typed=known)
    found: Refused | None = None
    if draft and controlla:
        found = _refusal(desk, about_it, given)
    return _form(desk, about_it, given, draft, found)


@router.post("")
def write(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """A row more or less, a draft to keep or to throw away, or the way to the last look. What was
    typed is kept first: whatever happens then, it is there."""
    about_it = subject(desk, case, task)
    if "_scarta" in form:
        drafts_of(desk).drop(desk.person, about(case, task))
        desk.flash("info", words.DISCARDED)
        return RedirectResponse(about_it.address, 303)
    given = sent(about_it.fields, form.multi_items())
    moved = rearranged(about_it.fields, given, form)
    keep(desk, case, task, about_it.fields, moved or given, about_it.task.round, typing_of(form))
    if moved:
        where = text_of(form, "_aggiungi") or text_of(form, "_togli").rpartition("[")[0]
        return RedirectResponse(f"{about_it.address}#f-{where}", 303)
    if "_bozza" in form:
        desk.flash("success", words.DRAFT_SAVED)
        return RedirectResponse(about_it.address, 303)
    return RedirectResponse(f"{about_it.address}/conferma", 303)


@router.post("/bozza")
def typing(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """While somebody types: the draft is kept, and what depends on the answers drawn again."""
    about_it = subject(desk, case, task)
    given = sent(about_it.fields, form.multi_items())
    keep(desk, case, task, about_it.fields, given, about_it.task.round, typing_of(form))
    drawn = widgets(about_it.fields, given.typed, choices_of(desk, about_it.fields, case))
    moved, scored = changed(drawn, {str(path) for path in form.getlist("_mostrato")})
    return page(desk.request, "task/_typing.html", moved=moved, scored=scored, at=datetime.now(UTC))


@router.get("/conferma")
def last_look(case: UUID, task: str, desk: Entered) -> Response:
    """What will be recorded, from the draft."""
    about_it = subject(desk, case, task)
    draft = kept(desk, case, task, about_it.task.round)
    if draft is None or not _to_be_done(desk, about_it):
        return RedirectResponse(about_it.address, 303)
    given = sent(about_it.fields, draft.fields)
    if _refusal(desk, about_it, given) is not None:
        return RedirectResponse(f"{about_it.address}?controlla=1", 303)
    return _review(desk, about_it, given)


@router.post("/conferma")
def confirm(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """Record it. What was shown is what is sent, whatever has become of the draft since."""
    desk.door.sight(case)
    about_it = subject(desk, case, task)
    given = sent(about_it.fields, form.multi_items())
    try:
        asked = command(desk, case, task, about_it.fields, given, given.version or None)
        receipt = desk.door.service.handle(asked)
    except Refused as refused:
        if refused.kind == "forbidden" and about_it.task.status == "open":
            raise
        keep(desk, case, task, about_it.fields, given, about_it.task.round)
        if refused.code == "case_moved":
            again = subject(desk, case, task)
            if again.task.status == "open" and _refusal(desk, again, given) is None:
                return _review(desk, again, given, moved=True)
        return RedirectResponse(f"{about_it.address}?controlla=1", 303)
    drafts_of(desk).drop(desk.person, about(case, task))
    desk.door.wait(receipt.position, "inbox")
    now = desk.door.service.state(case)
    signed = waits_second(now, about_it.task)
    desk.flash("success", words.SIGNED if signed else words.RECORDED)
    # Who sent the case back to an earlier step took this task away with it.
    then = about_it.address if task in now.tasks else f"/casi/{case}"
    return RedirectResponse(after(then, receipt.position), 303)


@router.post("/firma")
def sign(case: UUID, task: str, desk: Entered, form: Posted) -> Response:
    """The second of two signatures, on what the first one signed."""
    door = desk.door
    key = command_id(door, text_of(form, "_key"))
    about_it = subject(desk, case, task)
    receipt = door.service.handle(
        c.CompleteTask(
            command_id=key,
            actor=door.actor,
            case=case,
            task=task,
            outcome=text_of(form, OUTCOME),
            **as_seen(sent(about_it.fields, form.multi_items()).version or None),
        )
    )
    desk.door.wait(receipt.position, "inbox")
    desk.flash("success", words.RECORDED)
    return RedirectResponse(after(about_it.address, receipt.position), 303)


def _to_be_done(desk: Desk, about_it: Subject) -> bool:
    """By the reader, now."""
    held_by_another = about_it.task.taken_by not in ("", desk.person)
    return about_it.detail.may_act and not held_by_another


def _refusal(desk: Desk, about_it: Subject, given: Sent) -> Refused | None:
    """Why what is typed could not be recorded now."""
    if not given.outcome:
        return without_outcome(desk, about_it.case, about_it.form, given)
    try:
        asked = command(desk, about_it.case, about_it.task.key, about_it.fields, given)
        desk.door.service.consider(asked)
    except Refused as refused:
        return refused
    return None


def _form(
    desk: Desk, about_it: Subject, given: Sent, draft: Draft | None, refused: Refused | None
) -> Response:
    choices = choices_of(desk, about_it.fields, about_it.case)
    needed = next((e.requires for e in about_it.detail.outcomes if e.name == given.outcome), [])
    drawn = widgets(about_it.fields, given.typed, choices, needed=needed)
    at = _pointed(about_it, refused)
    given = msgspec.structs.replace(
        given,
        key=given.key or desk.new_key,
        version=given.version or about_it.state.version,
        outcome=given.outcome or (about_it.choices[0].name if len(about_it.choices) == 1 else ""),
    )
    return page(
        desk.request,
        "task/form.html",
        422 if at.errors else 409 if refused else 200,
        **_common(desk, about_it),
        widgets=drawn,
        given=given,
        draft=draft,
        errors=at.errors,
        summary=at.summary,
        problem=Problem.of(refused) if refused else None,
        project=doing(desk, about_it, {}, ""),
        news=meanwhile(desk, about_it.case, given.version),
        attachments=attached_to(desk, about_it.case, about_it.task.key),
    )


def _pointed(about_it: Subject, refused: Refused | None) -> Pointed:
    if refused is None:
        return Pointed()
    own = {"occurred_at": WHEN, "outcome": OUTCOME}
    moved = [FieldProblem(own.get(each.field, each.field), each.message) for each in refused.fields]
    return pointed(about_it.fields, moved)


def _review(desk: Desk, about_it: Subject, given: Sent, *, moved: bool = False) -> Response:
    asked = command(desk, about_it.case, about_it.task.key, about_it.fields, given)
    then = desk.door.service.consider(asked)
    choices = choices_of(desk, about_it.fields, about_it.case)
    given = msgspec.structs.replace(given, typed=without_blank_rows(about_it.fields, given.typed))
    shown = msgspec.structs.replace(given, version=about_it.state.version)
    answered = answers(about_it.fields, given.typed)
    answered |= totals(about_it.fields, answered)
    return page(
        desk.request,
        "task/review.html",
        409 if moved else 200,
        **_common(desk, about_it, knows=False),
        told=told(about_it.fields, answered, choices),
        project=doing(desk, about_it, answered, given.outcome),
        outcome=about_it.outcome(given.outcome),
        when=asked.occurred_at,
        opening=opened(desk, then, about_it.plan, about_it.state),
        ends=bool(then.ended),
        second=waits_second(then, about_it.task),
        fields=shown.fields(about_it.fields, about_it.task.round),
        news=meanwhile(desk, about_it.case, given.version),
        moved=moved,
    )


def _read_only(desk: Desk, about_it: Subject) -> Response:
    """Done, not yet open, or somebody else's; and what was typed into it, if anything."""
    draft = kept(desk, about_it.case, about_it.task.key, about_it.task.round)
    given = sent(about_it.fields, draft.fields if draft else ())
    mine = told(
        about_it.fields,
        answers(about_it.fields, given.typed),
        choices_of(desk, about_it.fields, about_it.case),
    )
    return page(
        desk.request,
        "task/closed.html",
        **_common(desk, about_it),
        typed=() if is_blank(given.typed) else mine,
        opening=opened(desk, about_it.state, about_it.plan),
    )


def _common(desk: Desk, about_it: Subject, *, knows: bool = True) -> dict[str, Any]:
    territory = desk.door.service.territory
    known = knowledge(desk, about_it.case, about_it.task) if knows else None
    asker = known.asked.actor if known and known.asked else ""
    signature = about_it.task.signature
    return {
        "it": about_it,
        "known": known,
        "giving": given_of(desk, about_it),
        "room": room_of(about_it.plan, about_it.case, about_it.task.step),
        "asker": staff_name(territory, asker) if asker in territory.people else "",
        "signature": signature,
        "signer": staff_name(territory, signature.by) if signature else "",
    }
