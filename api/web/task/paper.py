"""A completed task on paper, to be signed and filed: minutes, a personal project, a letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.http.problems import Problem
from api.web.desk import Desk, Entered, PageRoute
from api.web.forms.paper import as_pdf, moment_said, on_paper, printed_by
from api.web.forms.told import Told
from api.web.task.known import Compared, Knowledge, knowledge
from api.web.task.view import Subject, subject
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
    return as_pdf("record", _data(desk, about_it, known, now), now, about_it.number)


def _data(desk: Desk, about_it: Subject, known: Knowledge, now: datetime) -> dict[str, Any]:
    territory = desk.door.service.territory
    own = known.own
    assert own is not None

    def moment(at: datetime) -> str:
        return moment_said(at, territory)

    facts = [
        (words.PERSON.it, about_it.who or "–"),
        (words.CASE_NUMBER.it, str(about_it.case)),
        (words.RECORDED_ON.it, moment(about_it.task.settled_at or own.at)),
        (words.RECORDED_BY.it, own.by),
    ]
    if own.outcome:
        facts.append((words.CHOSEN.it, own.outcome.it))
    answered = [on_paper(each) for each in own.answers]
    # What several answered is discussed at the step that comes right after; elsewhere, say on a
    # project that the person takes home, it does not belong.
    steps = about_it.plan.steps
    here = [c for c in known.compared if about_it.task.step in steps[c.step].dependents]
    signing = dict.fromkeys([own.by, *(name for each in here for name in each.who)])
    return {
        "title": own.title.it,
        "subtitle": about_it.plan.protocol.title.it,
        "office": territory.title.it,
        "footer": printed_by(desk, about_it.number, now),
        "facts": facts,
        "sections": [{"title": words.ANSWERS.it, "answers": answered}] if answered else [],
        "compared": [side_by_side(each) for each in here],
        "signatures_title": words.SIGNATURES.it,
        "signatures": [(name, "") for name in (*signing, words.PERSON_SIGNS.it)],
    }


def side_by_side(compared: Compared) -> dict[str, Any]:
    """What several answered, as a table of `record.typ`."""
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
    answer = on_paper(told)
    return "\n".join(filter(None, [answer["text"], *answer["rows"]])) or "–"
