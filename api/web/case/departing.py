"""Leaving the path with a reason, and correcting what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.http.writing import command_id
from api.web.case.page import header
from api.web.case.seen import Seen, look
from api.web.case.sending import gone_back
from api.web.desk import Entered, PageRoute, Posted, text_of
from api.web.forms.answers import answers, typed_of
from api.web.forms.choices import choices_of
from api.web.forms.told import withheld_category
from api.web.forms.typed import Fields, without_blank_rows
from api.web.forms.widgets import pointed, widgets
from api.web.inbox.view import staff_name
from api.web.pages import page
from api.web.task.sending import Sent, rearranged, sent
from api.web.words import departing as words
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from protocols.engine import events as e
from protocols.language.formula import DONE, OPEN, OUT, WAITING
from protocols.text import Text

router = APIRouter(prefix="/casi/{case}", route_class=PageRoute)

_KINDS: dict[str, tuple[type[Any], frozenset[str]]] = {
    "skip": (c.SkipStep, frozenset({OPEN, WAITING})),
    "redo": (c.RedoStep, frozenset({DONE})),
    "force": (c.ForceStep, frozenset({WAITING, OUT})),
}
"""Kind → command, and what a step must be for it to make sense."""


# ── exceptions ───────────────────────────────────────────────────────────────────────────────


@router.get("/eccezione")
def exception(case: UUID, desk: Entered, tipo: str = "") -> Response:
    return _exception(look(desk, case), tipo, {}, None)


@router.post("/eccezione")
def excepted(case: UUID, desk: Entered, form: Posted) -> Response:
    seen = look(desk, case)
    kind, step, reason = (text_of(form, name) for name in ("tipo", "step", "reason"))
    typed = {"step": step, "reason": reason, "_key": text_of(form, "_key")}
    if kind not in _allowed(seen):
        raise _forbidden()
    command = command_id(desk.door, text_of(form, "_key"))
    try:
        if step not in seen.plan.protocol.steps:
            raise _choose()
        receipt = desk.door.service.handle(
            _KINDS[kind][0](
                command_id=command, actor=desk.door.actor, case=case, step=step,
                reason=reason[:2000],
            )
        )  # fmt: skip
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _exception(seen, kind, typed, refused)
    return gone_back(desk, case, receipt.position, words.EXCEPTED)


def _allowed(seen: Seen) -> list[str]:
    exceptions = seen.plan.protocol.exceptions
    return [kind for kind in _KINDS if seen.data and seen.stands_in(getattr(exceptions, kind))]


def _exception(
    seen: Seen, kind: str, typed: Mapping[str, str], refused: Refused | None
) -> Response:
    allowed = _allowed(seen)
    if not allowed:
        raise _forbidden()
    kind = kind if kind in allowed else allowed[0]
    steps = [
        (name, step.title)
        for name, step in seen.plan.protocol.steps.items()
        if seen.state.marks[name].status in _KINDS[kind][1]
    ]
    return page(
        seen.desk.request,
        "case/exception.html",
        Problem.of(refused).status if refused else 200,
        case=seen.case,
        header=header(seen),
        kind=kind,
        kinds=allowed,
        steps=steps,
        typed=typed,
        key=typed.get("_key") or seen.desk.new_key,
        errors=refused.fields if refused else (),
        problem=Problem.of(refused) if refused else None,
    )


# ── corrections ──────────────────────────────────────────────────────────────────────────────


class Recorded(msgspec.Struct, frozen=True):
    """The answers given at a step, as far as the reader sees them. `withheld`: categories of the
    rest, which they cannot correct."""

    key: str
    step: str
    instance: str
    title: Text
    by: str
    fields: Fields
    data: Mapping[str, Any]
    withheld: tuple[str, ...]


@router.get("/correzione")
def correction(case: UUID, desk: Entered, di: str = "") -> Response:
    seen = look(desk, case)
    found = _recorded(seen)
    one = found.get(di)
    given = Sent(typed_of(one.fields, one.data)) if one else Sent({})
    return _correction(seen, found, one, given, "", None)


@router.post("/correzione")
def corrected(case: UUID, desk: Entered, form: Posted) -> Response:
    seen = look(desk, case)
    found = _recorded(seen)
    one = found.get(text_of(form, "_di"))
    reason = text_of(form, "_motivo")
    if one is None:
        return _correction(seen, found, None, Sent({}), reason, _choose())
    given = sent(one.fields, form.multi_items())
    if moved := rearranged(one.fields, given, form):
        return _correction(seen, found, one, moved, reason, None)
    data = answers(one.fields, without_blank_rows(one.fields, given.typed))
    before = answers(one.fields, typed_of(one.fields, one.data))
    changed = {name: value for name, value in data.items() if before.get(name) != value}
    command = command_id(desk.door, given.key)
    try:
        if not changed:
            raise Refused("invalid", "no_change", words.NO_CHANGE)
        receipt = desk.door.service.handle(
            c.CorrectData(
                command_id=command, actor=desk.door.actor, case=case, step=one.step,
                instance=one.instance, data=changed, reason=reason[:2000],
            )
        )  # fmt: skip
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _correction(seen, found, one, given, reason, refused)
    return gone_back(desk, case, receipt.position, words.CORRECTED)


def _recorded(seen: Seen) -> dict[str, Recorded]:
    """By `step` or `step#instance`, the latest first. Raises Problem (403)."""
    if not seen.data or not seen.stands_in(seen.plan.protocol.exceptions.correct):
        raise _forbidden()
    given: dict[tuple[str, str], dict[str, Any]] = {}
    whose: dict[tuple[str, str], str] = {}
    for event in seen.history:
        body = event.body
        if isinstance(body, (e.StepCompleted, e.DataCorrected)):
            at = (body.step, body.instance)
            if isinstance(body, e.StepCompleted):
                given.pop(at, None)
                whose[at] = event.actor
            shown = seen.body(event)
            answered = {**(shown.get("data") or {}), **(shown.get("personal") or {})}
            given[at] = {**given.get(at, {}), **answered}
    territory = seen.desk.door.service.territory
    found = {}
    for (step, instance), data in reversed(given.items()):
        form = seen.screen.form_of(step)
        if form is None or step not in seen.plan.protocol.steps:
            continue
        hidden = {name: category for name in data if (category := withheld_category(data[name]))}
        key = f"{step}#{instance}" if instance else step
        found[key] = Recorded(
            key,
            step,
            instance,
            seen.plan.protocol.steps[step].title,
            staff_name(territory, whose.get((step, instance), "")),
            {name: field for name, field in form.fields.items() if name not in hidden},
            {name: value for name, value in data.items() if name not in hidden},
            tuple(sorted(set(hidden.values()))),
        )
    return found


def _correction(
    seen: Seen,
    found: Mapping[str, Recorded],
    one: Recorded | None,
    given: Sent,
    reason: str,
    refused: Refused | None,
) -> Response:
    desk = seen.desk
    fields = one.fields if one else {}
    problems = [
        FieldProblem("_motivo" if each.field == "reason" else each.field, each.message)
        for each in (refused.fields if refused else ())
    ]
    at = pointed(fields, problems)
    given = msgspec.structs.replace(given, key=given.key or desk.new_key)
    return page(
        desk.request,
        "case/correction.html",
        Problem.of(refused).status if refused else 200,
        case=seen.case,
        header=header(seen),
        recorded=found,
        one=one,
        widgets=widgets(fields, given.typed, choices_of(desk, fields, seen.case)),
        reason=reason,
        key=given.key,
        errors=at.errors,
        summary=at.summary,
        problem=Problem.of(refused) if refused and not refused.fields else None,
    )


def _choose() -> Refused:
    message = Text("scegliere un'attività", "choose a task")
    return Refused(
        "invalid",
        "step_needed",
        Text("Manca l'attività.", "The task is missing."),
        fields=(FieldProblem("step", message),),
    )


def _forbidden() -> Problem:
    return Problem(
        403,
        "not_for_this_role",
        Text(
            "I ruoli ricoperti non permettono eccezioni o correzioni in questo caso.",
            "The roles held allow no exceptions or corrections in this case.",
        ),
        Text("Chiedere a chi coordina.", "Ask whoever coordinates."),
    )
