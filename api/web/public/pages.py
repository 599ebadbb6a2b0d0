"""The public pages. Nothing personal; nobody need be logged in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from api.web.desk import Visiting
from api.web.pages import page
from api.web.public.finding import find
from api.web.public.leaflet import leaflet
from api.web.words import public as words
from protocols.text import Language

router = APIRouter()

_KEPT = "public, max-age=600"
_FILES: dict[Language, str] = {"it": "volantino.pdf", "en": "leaflet.pdf"}


@router.get("/pubblico")
def service(request: Request, visitor: Visiting, comune: str = "") -> Response:
    territory = request.app.state.parts.service.territory
    found = find(territory, comune[:100])
    return _shown(
        request,
        visitor,
        "public/service.html",
        found=found,
        asked=comune[:100],
        comuni=sorted(territory.comuni.values(), key=lambda each: each.name),
    )


@router.get("/pubblico/volantino.pdf")
def paper(request: Request, comune: str = "", lingua: str = "it") -> Response:
    """The leaflet, with the desk of a comune if one is named, in Italian or English."""
    service = request.app.state.parts.service
    found = find(service.territory, comune[:100])
    today = service.clock.now().astimezone(service.territory.timezone).date()
    istat = found.comune.istat if found.comune else ""
    language: Language = "en" if lingua == "en" else "it"
    content = leaflet(service.territory, istat, today, language)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{_FILES[language]}"',
            "Content-Language": language,
            "Cache-Control": _KEPT,
        },
    )


@router.get("/accessibilita")
def accessibility(request: Request, visitor: Visiting) -> Response:
    return _shown(request, visitor, "public/accessibility.html", sections=words.ACCESSIBILITY)


@router.get("/privacy")
def privacy(request: Request, visitor: Visiting) -> Response:
    return _shown(request, visitor, "public/privacy.html", sections=words.PRIVACY)


@router.get("/robots.txt")
def robots() -> Response:
    """Only these pages are for search engines."""
    allowed = "".join(f"Allow: {each}\n" for each in ("/pubblico", "/accessibilita", "/privacy"))
    return PlainTextResponse(
        f"User-agent: *\n{allowed}Allow: /static/\nDisallow: /\n",
        headers={"Cache-Control": _KEPT},
    )


def _shown(request: Request, visitor: Visiting, template: str, **data: Any) -> Response:
    """Kept by caches for whoever is not logged in: the header says who is."""
    territory = request.app.state.parts.service.territory
    lead = territory.organisations.get(territory.lead_entity)
    answer = page(request, template, lead=lead.title if lead else territory.title, **data)
    if visitor is None:
        answer.headers["Cache-Control"] = _KEPT
    answer.headers.add_vary_header("Cookie")
    return answer
