"""What became of referrals: the list, and one of them with its questions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.case_view import CaseDetail, case_detail
from api.http.cases import list_cases
from api.http.names import names_of
from api.http.notes import Note, NoteBody, Notes, notes_of
from api.http.notes import write as write_note
from api.http.problems import Problem
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.drafts import KEPT_DAYS
from api.web.inbox.view import addressee, number_of
from api.web.pages import page
from api.web.referring.form import choices_for
from api.web.referring.standing import (
    Place,
    Standing,
    comune_of,
    place_in_words,
    registered_incomplete,
    standing,
    who_of,
)
from api.web.referring.writing import unfinished
from api.web.task.view import opened
from api.web.words import referring as words
from domain.refusal import FieldProblem, Refused
from projections.cases.queries import CaseSummary
from projections.inbox.questions import questions
from protocols.engine.plan import Plan
from protocols.text import Text

router = APIRouter(prefix="/segnalazioni", route_class=PageRoute)

_PAGE = 20


class Row(msgspec.Struct, frozen=True):
    """`who`: the name where it may be known, the pseudonym, or empty."""

    case: CaseSummary
    number: str
    who: str
    place: str
    standing: Standing


@router.get("")
def referrals(desk: Entered, servizio: str = "", cursor: str = "", dopo: int = 0) -> Response:
    """Those of one of the reader's own services."""
    mine = choices_for(desk).mine
    chosen = servizio if servizio in dict(mine) else (mine[0][0] if mine else "")
    rows: list[Row] = []
    following = ""
    if chosen:
        found = list_cases(
            desk.door, service=chosen, limit=_PAGE, cursor=cursor[:1000], after=max(dopo, 0)
        ).content
        rows, following = _rows(desk, found.cases), found.cursor
    return page(
        desk.request,
        "referring/list.html",
        rows=rows,
        cursor=following,
        services=mine,
        chosen=chosen,
        drafts=unfinished(desk),
        kept_days=KEPT_DAYS,
    )


@router.get("/{case}")
def one_referral(case: UUID, desk: Entered) -> Response:
    return _one(desk, case)


@router.post("/{case}/domande")
def write(case: UUID, desk: Entered, form: Posted) -> Response:
    """A note, a question, or the answer to one."""
    key, answers = text_of(form, "_key"), text_of(form, "answers")
    typed = {name: text_of(form, name) for name in ("text", "to")}
    body = NoteBody.model_construct(
        text=typed["text"], category="social", to=typed["to"], task="", answers=answers,
        expected_version=None,
    )  # fmt: skip
    try:
        written = write_note(case, body, desk.door, key).content
    except Refused as refused:
        if refused.kind not in ("invalid", "conflict"):
            raise
        return _one(desk, case, refused, typed, key, answers)
    desk.door.wait(written.position, "inbox")
    desk.flash("success", words.SENT)
    return RedirectResponse(f"/segnalazioni/{case}#domande", 303)


def _one(
    desk: Desk,
    case: UUID,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
    key: str = "",
    answering: str = "",
) -> Response:
    """`refused`: what was wrong with the words that were typed, and to which question they were."""
    door = desk.door
    sight = door.sight(case, "data")
    detail = case_detail(door, sight, case)
    state = door.service.state(case)
    plan = door.service.plan(state)
    notes = notes_of(door, sight, case)
    place = Place(
        detail.stage, _stage_title(plan, detail.stage), detail.reason, bool(detail.paused)
    )
    # One form for each question that may be answered, and one for new ones: ids of their own.
    field = f"text-{answering}" if answering else "text"
    errors = tuple(
        FieldProblem(field if each.field == "text" else each.field, each.message)
        for each in (refused.fields if refused else ())
    )
    problem = Problem.of(refused) if refused else None
    return page(
        desk.request,
        "referring/one.html",
        problem.status if problem else 200,
        case=case,
        number=number_of(case),
        detail=detail,
        who=who_of(detail),
        comune=comune_of(desk, detail),
        service=door.service.territory.service(detail.service).title,
        standing=standing(
            plan.protocol,
            place,
            incomplete=case in registered_incomplete(door.service, [case]),
            asked=any(each.for_me for each in notes.notes),
        ),
        mine=[
            (each, task.due)
            for each, task in zip(opened(desk, state, plan), state.open_tasks(), strict=True)
            if each.mine
        ],
        stages=_stages(plan, detail),
        open_tasks=[
            (each.title, place_in_words(door.service.territory, each.scope), each.due)
            for each in detail.open_tasks
        ],
        notes=[_said(desk, each) for each in notes.notes],
        addressees=_addressees(desk, notes),
        typed=typed or {},
        errors=errors,
        problem=problem,
        answering=answering,
        key=key,
    )


def _rows(desk: Desk, cases: list[CaseSummary]) -> list[Row]:
    door = desk.door
    territory, registry = door.service.territory, door.service.registry
    ids = {each.id for each in cases}
    with door.reading() as connection:
        asked = {
            each.case
            for each in questions(
                connection, person=desk.person, scopes=sorted(desk.reader.scopes), limit=1000
            )
            if not each.mine
        }
    incomplete = registered_incomplete(door.service, ids)
    names = names_of(door, ids)
    found = []
    for each in cases:
        place = Place(
            each.stage,
            Text(each.stage_it, each.stage_en) if each.stage else words.GOING,
            each.reason if each.state == "ended" else "",
            bool(each.paused),
        )
        comune = territory.comuni.get(each.comune)
        found.append(
            Row(
                each,
                number_of(each.id),
                names.get(each.id, "") or each.pseudonym,
                comune.name if comune else "",
                standing(
                    registry.get(each.protocol, each.version).protocol,
                    place,
                    incomplete=each.id in incomplete,
                    asked=each.id in asked,
                ),
            )
        )
    return found


def _stage_title(plan: Plan, stage: str) -> Text:
    return plan.protocol.stages.get(stage, words.GOING)


def _stages(plan: Plan, detail: CaseDetail) -> list[tuple[Text, str]]:
    """(title, `done`, `now` or `later`) of the path's stages; none is `now` where it is over."""
    names = list(plan.protocol.stages)
    at = names.index(detail.stage) if detail.stage in names else -1
    if detail.state == "ended" or at < 0:
        return []
    told = ["done"] * at + ["now"] + ["later"] * (len(names) - at - 1)
    return list(zip(plan.protocol.stages.values(), told, strict=True))


def _said(desk: Desk, note: Note) -> dict[str, Any]:
    """A note for its reader; `text` None where it is withheld."""
    territory = desk.door.service.territory
    return {
        "note": note,
        "who": addressee(territory, note.by),
        "whom": addressee(territory, note.to) if note.to else None,
        "text": note.text if isinstance(note.text, str) else None,
        "withheld": note.text.get("withheld", "") if isinstance(note.text, dict) else "",
    }


def _addressees(desk: Desk, notes: Notes) -> list[tuple[str, Text]]:
    """Places before people."""
    territory = desk.door.service.territory
    listed = sorted(notes.addressees, key=lambda to: ":" not in to)
    mine = desk.reader.scopes
    return [(to, addressee(territory, to)) for to in listed if to not in mine]
