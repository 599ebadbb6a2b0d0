"""Templates into pages: words in the reader's language, dates and numbers as one writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api.web import assets
from api.web.language import language_of, said
from api.web.navigation import FOOTER, menu
from api.web.packing import SMALLEST, packed, takes_gzip
from api.web.returning import path_of
from api.web.words import Words
from protocols.text import Text

TEMPLATES = Path(__file__).parent / "templates"
HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,'
    '"responseHandling":[{"code":"204","swap":false},{"code":"[234]..","swap":true},'
    '{"code":"[5]..","swap":true,"error":true}]}'
)


def page(request: Request, template: str, status: int = 200, **data: Any) -> HTMLResponse:
    """A whole page, or a fragment (a template that does not extend `layout.html`), for whoever
    asks: `desk` is None where nobody is logged in."""
    desk = getattr(request.state, "desk", None)
    parts = desk.door.parts if desk is not None else request.app.state.parts
    whole = {
        "request": request,
        "desk": desk,
        "language": language_of(request),
        "zone": parts.service.territory.timezone,
        "now": parts.service.clock.now(),
        "training": parts.settings.training,
        "flashes": desk.take_flashes() if desk is not None else [],
        # Asked for by whole pages only: the menu counts what waits.
        "navigation": lambda: menu(desk, request.url.path) if desk is not None else [],
        "footer": FOOTER,
        "here": path_of(request),
        **data,
    }
    body = environment().get_template(template).render(whole).encode()
    headers = {
        "Content-Language": whole["language"],
        "Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
    }
    if takes_gzip(request.headers.get("accept-encoding", "")) and len(body) >= SMALLEST:
        headers["Content-Encoding"], body = "gzip", packed(body)
    return HTMLResponse(body, status, headers)


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        t=t,
        w=Words(),
        icon=assets.icon,
        asset=assets.address,
        assets_complete=assets.complete,
        with_query=with_query,
    )
    made.globals["htmx_config"] = HTMX_CONFIG
    made.filters.update(_FILTERS)
    return made


@pass_context
def with_query(context: Context, **changes: str | None) -> str:
    """This page's address with some of its filters changed, or taken away (None)."""
    request: Request = context["request"]
    kept = [(name, value) for name, value in request.query_params.multi_items()]
    kept = [(name, value) for name, value in kept if name not in changes]
    kept += [(name, value) for name, value in changes.items() if value is not None]
    return request.url.path + ("?" + urlencode(kept) if kept else "")


@pass_context
def t(context: Context, text: Text | str | None, **values: Any) -> Markup | str:
    """The text in the reader's language, its `{names}` filled with the values, escaped. A choice
    between one and many is a pair of texts: `t(w.area.ONE if n == 1 else w.area.MANY, n=n)`."""
    if text is None:
        return ""
    found = said(text, context["language"])
    return Markup(escape(found)).format(**values) if values else found


def _locale(context: Context) -> str:
    return "en_GB" if context["language"] == "en" else "it_IT"


def _here(context: Context, value: datetime) -> datetime:
    zone: ZoneInfo = context["zone"]
    return value.astimezone(zone)


def _date(form: str) -> Callable[[Context, date | datetime | str | None], str]:
    @pass_context
    def shown(context: Context, value: date | datetime | str | None) -> str:
        """A day; an instant as the day it is in the territory; `–` where there is none."""
        if value is None or value == "":
            return "–"
        if isinstance(value, str):
            value = date.fromisoformat(value)
        if isinstance(value, datetime):
            value = _here(context, value)
        return format_date(value, form, locale=_locale(context))

    return shown


_day = _date("d MMM y")


@pass_context
def month(context: Context, value: str) -> str:
    """`2026-04` as `aprile 2026`."""
    return format_date(date.fromisoformat(f"{value}-01"), "LLLL y", locale=_locale(context))


@pass_context
def last_day(context: Context, value: datetime | None) -> str:
    """The day by whose end something is due: a deadline at midnight is of the day before."""
    return _day(context, None if value is None else value - timedelta(seconds=1))


@pass_context
def days_to(context: Context, value: datetime) -> int:
    """From today to the day by whose end something is due; negative where that has passed."""
    last = _here(context, value - timedelta(seconds=1)).date()
    return (last - _here(context, context["now"]).date()).days


@pass_context
def moment(context: Context, value: datetime | None) -> str:
    """Day and time in the territory, as `22 nov 2026, 20:15`."""
    if value is None:
        return "–"
    return format_datetime(_here(context, value), "d MMM y, HH:mm", locale=_locale(context))


@pass_context
def since(context: Context, value: datetime | None) -> str:
    """How far from now, in words: `fra 3 giorni`, `2 ore fa`."""
    if value is None:
        return "–"
    delta = value - context["now"]
    return format_timedelta(delta, add_direction=True, locale=_locale(context))


@pass_context
def number(context: Context, value: int | float | Decimal | None) -> str:
    return "–" if value is None else format_decimal(value, locale=_locale(context))


@pass_context
def iso(context: Context, value: datetime | date) -> str:
    """For `<time datetime>`."""
    return value.isoformat()


@pass_context
def _said(context: Context, text: Text | str) -> str:
    return said(text, context["language"])


_FILTERS: Mapping[str, Callable[..., str | int]] = {
    "day": _day,
    "last_day": last_day,
    "days_to": days_to,
    "long_day": _date("EEEE d MMMM y"),
    "short_day": _date("dd/MM/yy"),
    "month": month,
    "moment": moment,
    "since": since,
    "number": number,
    "iso": iso,
    "said": _said,
}
