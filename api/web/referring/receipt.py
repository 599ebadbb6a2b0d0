"""The receipt of a referral, as it was right after it, whenever it is looked at; also on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from babel.dates import format_date, format_datetime
from fastapi import APIRouter
from starlette.responses import Response

from api.http.access import scope_shown
from api.http.case_view import CaseDetail, case_detail
from api.reports import render
from api.web.desk import Desk, Entered, PageRoute
from api.web.inbox.view import number_of
from api.web.pages import page
from api.web.referring.standing import comune_of, place_in_words, who_of
from api.web.referring.writing import unfinished
from api.web.words import referring as words
from api.web.words import task as task_words
from protocols.territory import last_day
from protocols.text import Text

router = APIRouter(prefix="/segnalazioni/{case}", route_class=PageRoute)


class Receipt(msgspec.Struct, frozen=True):
    """`tasks`: what opened with the referral: title, where, by when. `comune` and `who` are empty
    where the reader may not know them."""

    detail: CaseDetail
    who: str
    comune: str
    service: Text
    tasks: list[tuple[Text, Text, datetime | None]]


@router.get("/ricevuta")
def receipt(case: UUID, desk: Entered) -> Response:
    found = _of(desk, case)
    # Whoever gets the receipt has nothing left to send: the draft ends here, whatever happened
    # between the sending and this page.
    unfinished(desk)
    return page(
        desk.request,
        "referring/receipt.html",
        case=case,
        number=number_of(case),
        **msgspec.structs.asdict(found),
    )


@router.get("/ricevuta.pdf")
def on_paper(case: UUID, desk: Entered) -> Response:
    """A tagged PDF in Italian. The file's name says the number and nothing else."""
    found = _of(desk, case)
    now = desk.door.service.clock.now()
    return Response(
        render("receipt", _data(desk, case, found, now), at=now),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{number_of(case)}.pdf"',
            "Cache-Control": "no-store, private",
        },
    )


def _of(desk: Desk, case: UUID) -> Receipt:
    """Raises Problem: no such case for this reader."""
    service = desk.door.service
    sight = desk.door.sight(case)
    detail = case_detail(desk.door, sight, case)

    def where(scope: str) -> Text:
        return place_in_words(service.territory, scope_shown(desk.reader, sight, scope))

    then = service.state(case, at=service.state(case).opened_at)
    steps = service.plan(then).protocol.steps
    return Receipt(
        detail,
        who_of(detail),
        comune_of(desk, detail),
        service.territory.service(detail.service).title,
        [(steps[task.step].title, where(task.scope), task.due) for task in then.open_tasks()],
    )


def _data(desk: Desk, case: UUID, found: Receipt, now: datetime) -> dict[str, Any]:
    territory = desk.door.service.territory

    def moment(at: datetime) -> str:
        return format_datetime(at.astimezone(territory.timezone), "d MMMM y, HH:mm", locale="it_IT")

    detail = found.detail
    facts = [(words.NUMBER.it, number_of(case))]
    facts += [(words.PERSON.it, found.who)] if found.who else []
    facts += [(words.REFERRED_BY.it, found.service.it)]
    facts += [(words.SENT_AT.it, moment(detail.opened_at))] if detail.opened_at else []
    facts += [(words.COMUNE.it, found.comune)] if found.comune else []
    facts += [(words.FULL_NUMBER.it, str(case))]
    return {
        "title": words.RECEIPT.it,
        "subtitle": detail.title.it,
        "office": territory.title.it,
        "footer": task_words.PRINTED_ON.it.format(when=moment(now)),
        "facts": facts,
        "next_title": words.NEXT.it,
        "next": [
            *(_task(title, where, due, desk) for title, where, due in found.tasks),
            *(each.it for each in (words.THEN_ASK, words.THEN_ANSWER, words.THEN_RIGHTS)),
        ],
    }


def _task(title: Text, where: Text, due: datetime | None, desk: Desk) -> str:
    said = f"{title.it} – {where.it}"
    if due is None:
        return said
    zone = desk.door.service.territory.timezone
    day = format_date(last_day(due, zone), "d MMMM y", locale="it_IT")
    return f"{said}, {words.BY_DAY.it.format(day=day)}"
