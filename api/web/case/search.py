"""Finding a person: what is typed goes into no address, is counted, and is written down."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.likenesses import PersonSought
from api.http.likenesses import search as search_alike
from api.http.problems import Problem
from api.http.searching import SearchBody
from api.http.searching import search as search_cases
from api.web.case.listing import case_rows
from api.web.case.page import name_of
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of
from api.web.forms.answers import day
from api.web.inbox.view import number_of
from api.web.pages import page
from api.web.persons.joining import may_join, may_see_erasures
from api.web.words import found as words
from domain.refusal import FieldProblem, Refused
from protocols.text import Text

router = APIRouter(prefix="/persone/cerca", route_class=PageRoute)

TIMES, SECONDS = 30, 60
"""Searches that one person may make in so long."""

_NAMES = ("tax_code", "pseudonym", "first_name", "last_name", "birth_date")
_MOST = 50


@router.get("")
def asked(desk: Entered) -> Response:
    return _page(desk, {})


@router.post("")
def searched(desk: Entered, form: Posted) -> Response:
    """By tax code or pseudonym, or by particulars: the first that is filled in."""
    desk.limits.count("search", desk.person, TIMES, SECONDS)
    typed = {name: text_of(form, name)[:120] for name in _NAMES}
    try:
        if text_of(form, "per") == "dati":
            return _page(desk, typed, alike=_alike(desk, typed))
        return _page(desk, typed, rows=case_rows(desk, _cases(desk, typed)))
    except Refused as refused:
        if refused.kind != "invalid":
            raise
        problem = Problem.of(refused)
    except Problem as found:
        if found.status != 422:
            raise
        problem = found
    fields = [FieldProblem(e.field.rpartition(".")[2], e.message) for e in problem.fields]
    return _page(desk, typed, problem.status, problem=problem, errors=tuple(fields))


def _cases(desk: Desk, typed: dict[str, str]) -> Any:
    code, pseudonym = typed["tax_code"], typed["pseudonym"]
    if bool(code) == bool(pseudonym):
        message = words.BOTH if code else words.ONE_OF
        raise Problem(
            422,
            "search_invalid",
            Text("La ricerca non va bene.", "The search is not right."),
            Text("Correggere il campo indicato.", "Correct the field that is named."),
            (FieldProblem("tax_code", message),),
        )
    body = SearchBody(tax_code=code[:40], pseudonym=pseudonym, limit=_MOST)
    return search_cases(body, desk.door).content.cases


def _alike(desk: Desk, typed: dict[str, str]) -> dict[str, Any]:
    person = {name: typed[name] for name in ("first_name", "last_name")}
    person["birth_date"] = day(typed["birth_date"])
    found = search_alike(PersonSought(person=person), desk.door).content
    return {
        "hint": found.hint,
        "found": [
            {
                "name": name_of(one.particulars),
                "birth_date": one.particulars.get("birth_date"),
                "score": one.score,
                "reasons": one.reasons,
                "cases": [(f"/casi/{case}", number_of(case)) for case in one.cases],
            }
            for one in found.found
        ],
    }


def _page(desk: Desk, typed: dict[str, str], status: int = 200, **more: Any) -> Response:
    decides = may_join(desk) or may_see_erasures(desk)
    shown = {"decides": decides, "rows": None, "alike": None, "problem": None, "errors": (), **more}
    return page(desk.request, "case/search.html", status, typed=typed, **shown)
