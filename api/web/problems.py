"""Problems as pages: the same sentences as the API's, where a person reads them."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.http.problems import NO_SUCH_ADDRESS, Problem, install, not_found
from api.web.desk import NotEntered, visiting
from api.web.interrupted import keep
from api.web.pages import page
from api.web.returning import login_address, path_of
from protocols.text import Text

_ELSEWHERE = {
    "no_such_address": Text(
        "Controllare l'indirizzo, oppure cominciare dalla scrivania.",
        "Check the address, or begin at your desk.",
    ),
    "internal": Text(
        "Quello che era stato confermato è al sicuro. Tornare indietro e riprovare; se continua, "
        "avvisare chi gestisce il sistema.",
        "What had been confirmed is safe. Go back and try again; if it goes on, tell whoever runs "
        "the system.",
    ),
}


def problem_page(request: Request, problem: Problem) -> Response:
    """The problem as a page; for htmx as a message that takes the place of no content."""
    if not hasattr(request.state, "desk") and problem.status < 500:
        visiting(request)
    if problem.fields and all(each.field.startswith("path.") for each in problem.fields):
        # A number in the address that is none: to people that is no form to correct.
        problem = not_found("no_such_address", NO_SUCH_ADDRESS)
    remedy = _ELSEWHERE.get(problem.code, problem.remedy)
    fragment = "hx-request" in request.headers
    template = "problem_fragment.html" if fragment else "problem.html"
    answer = page(request, template, problem.status, problem=problem, remedy=remedy)
    answer.headers.update(problem.headers)
    if fragment:
        answer.headers.update({"HX-Retarget": "#messaggi", "HX-Reswap": "innerHTML"})
    return answer


def install_pages(app: Any) -> None:
    """Every way in which a page can fail."""
    install(app, problem_page)
    app.add_exception_handler(NotEntered, _not_entered)


def _not_entered(request: Request, error: NotEntered) -> Response:
    """To the login, and from there back; what was being sent is kept."""
    back = path_of(request)
    if error.form is not None and error.person:
        back = keep(request, error.person, error.form)
    where = login_address(back, expired=bool(error.person))
    if "hx-request" in request.headers:
        answer: HTMLResponse = page(request, "expired_fragment.html", 401, where=where)
        answer.headers.update({"HX-Retarget": "#messaggi", "HX-Reswap": "innerHTML"})
        return answer
    return RedirectResponse(where, 303)
