"""A completed task on paper, to be signed and filed: minutes, a personal project, a letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.reports import render
from api.web.desk import Desk, Entered, PageRoute
from api.web.forms.told import Told
from api.web.task.known import Compared, Knowledge, knowledge
from api.web.task.view import Subject, subject
from api.web.words import common
from api.web.words import forms as forms_words
from api.web.words import task as words
from protocols.text import Text

router = APIRouter(prefix="/attivita/{case}/{task}", route_class=PageRoute)


@router.get("/stampa")
def printed(case: UUID, task: str, desk: Entered) -> Response:
    """A tagged PDF in Italian. What the reader may not see is named by its category."""
    about_it = subject(desk, case, task)
    known = knowledge(desk, case, about_it.task)
    if about_it.task.status != "done" or known.own is None:
        raise Problem(
            409,
            "nothing_to_print",
            Text("Questa attività non è ancora conclusa.", "This task is not completed yet."),
            Text("Si stampa dopo averla registrata.", "It is printed once it is recorded."),
        )
    now = desk.door.service.clock.now()
    made = render("record", _data(desk, about_it, known, now), at=now)
    return Response(
        made,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{about_it.number}.pdf"',
            "Cache-Control": "no-store, private",
        },
    )


def _data(desk: Desk, about_it: Subject, known: Knowledge, now: datetime) -> dict[str, Any]:
    territory = desk.door.service.territory
    own = known.own
    assert own is not None

    def moment(at: datetime) -> str:
        return format_datetime(at.astimezone(territory.timezone), "d MMMM y, HH:mm", locale="it_IT")

    facts = [
        (words.PERSON.it, about_it.who or "–"),
        (words.CASE_NUMBER.it, str(about_it.case)),
        (words.RECORDED_ON.it, moment(about_it.task.settled_at or own.at)),
        (words.RECORDED_BY.it, own.by),
    ]
    if own.outcome:
        facts.append((words.CHOSEN.it, own.outcome.it))
    answered = [_answer(each) for each in own.answers]
    # What several answered is discussed at the step that comes right after; elsewhere, say on a
    # project that the person takes home, it does not belong.
    steps = about_it.plan.steps
    here = [c for c in known.compared if about_it.task.step in steps[c.step].dependents]
    signing = dict.fromkeys([own.by, *(name for each in here for name in each.who)])
    return {
        "title": own.title.it,
        "subtitle": about_it.plan.protocol.title.it,
        "office": territory.title.it,
        "footer": words.PRINTED_ON.it.format(when=moment(now)),
        "facts": facts,
        "sections": [{"title": words.ANSWERS.it, "answers": answered}] if answered else [],
        "compared": [_compared(each) for each in here],
        "signatures_title": words.SIGNATURES.it,
        "signatures": [*signing, words.PERSON_SIGNS.it],
    }


def _answer(told: Told) -> dict[str, Any]:
    return {
        "title": told.title.it,
        "text": _said(told),
        "parts": [_answer(each) for each in told.parts],
        "rows": ["; ".join(f"{cell.title.it}: {_said(cell)}" for cell in row) for row in told.rows],
    }


def _said(told: Told) -> str:
    if told.withheld:
        return f"{forms_words.CATEGORIES[told.withheld].it}: {common.WITHHELD.it}"
    parts = [] if told.number is None else [format_decimal(told.number, locale="it_IT")]
    parts += [format_date(told.day, "d MMMM y", locale="it_IT")] if told.day else []
    return "\n".join([*parts, *(each.it for each in told.text)])


def _compared(compared: Compared) -> dict[str, Any]:
    missing = words.STILL_MISSING.it.format(names=", ".join(compared.missing))
    return {
        "title": compared.title.it,
        "heads": [words.QUESTION.it, *compared.who],
        "rows": [
            [
                row.title.it + (f" ({words.DIFFERS.it})" if row.differs else ""),
                *(_cell(cell) for cell in row.answers),
            ]
            for row in compared.rows
        ],
        "missing": missing if compared.missing else "",
    }


def _cell(told: Told | None) -> str:
    if told is None:
        return "–"
    answer = _answer(told)
    return "\n".join(filter(None, [answer["text"], *answer["rows"]])) or "–"
