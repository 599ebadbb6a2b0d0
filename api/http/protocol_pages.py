"""Protocols to be read and looked at: the page, the drawings, what changed between two versions."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from api.http.access import may_read_protocols, organisation_reads
from api.http.door import Door, Identified
from api.http.jobs import INERT
from api.http.problems import Problem, language_of, not_found
from api.http.shapes import Json
from protocols.diff.compare import compare
from protocols.diff.report import values
from protocols.documents import DocumentError
from protocols.drawing.bpmn import bpmn
from protocols.drawing.svg import svg
from protocols.engine.plan import Plan
from protocols.language.library import UnknownProtocol
from protocols.reading.page import page
from protocols.reading.render import html, markdown
from protocols.text import Language, Text

router = APIRouter(prefix="/api/v1/protocols", tags=["protocolli"])

Protocol = Annotated[str, Path(max_length=60, examples=["presa-in-carico"])]
Version = Annotated[str, Path(max_length=400, examples=["1.0.0"])]
Accept = Annotated[str, Header(max_length=500)]
AcceptLanguage = Annotated[str, Header(max_length=200)]

_REMEMBERED = 64


def _documents(title: str, **examples: str) -> dict[int | str, Any]:
    content = {
        media: {"schema": {"type": "string"}, "example": example}
        for media, example in examples.items()
    }
    return {200: {"description": title, "content": content}}


@router.get(
    "/{protocol}/{version}/page",
    response_class=Response,
    responses=_documents(
        "La pagina.", **{"text/html": "<!doctype html>…", "text/markdown": "# Presa in carico"}
    ),
    summary="Il protocollo come pagina da leggere",
)
def readable_page(
    protocol: Protocol,
    version: Version,
    door: Identified,
    accept: Accept = "",
    accept_language: AcceptLanguage = "",
) -> Response:
    """HTML; con `Accept: text/markdown`, Markdown. · HTML, or Markdown by `Accept`."""
    plan = _plan(door, protocol, version)
    language = language_of(accept_language)
    as_markdown = "text/markdown" in accept.lower() and "text/html" not in accept.lower()
    media = "text/markdown" if as_markdown else "text/html"
    return _document(_page(plan, language, as_markdown), media, language)


@router.get(
    "/{protocol}/{version}/drawing.svg",
    response_class=Response,
    responses=_documents("Il disegno.", **{"image/svg+xml": "<svg/>"}),
    summary="Il protocollo disegnato",
)
def drawing_svg(
    protocol: Protocol, version: Version, door: Identified, accept_language: AcceptLanguage = ""
) -> Response:
    """Una fascia per fase, i passi da sinistra a destra. · A band for each stage."""
    plan = _plan(door, protocol, version)
    language = language_of(accept_language)
    return _document(_svg(plan, language), "image/svg+xml", language)


@router.get(
    "/{protocol}/{version}/drawing.bpmn",
    response_class=Response,
    responses=_documents("BPMN 2.0.", **{"application/xml": "<bpmn:definitions/>"}),
    summary="Il protocollo in BPMN 2.0",
)
def drawing_bpmn(
    protocol: Protocol, version: Version, door: Identified, accept_language: AcceptLanguage = ""
) -> Response:
    """Con il disegno; ciò che il BPMN non sa dire vi è annotato. · With its diagram; what BPMN
    cannot say is noted in it."""
    plan = _plan(door, protocol, version)
    language = language_of(accept_language)
    return _document(_bpmn(plan, language), "application/xml", language)


@router.get(
    "/{protocol}/{version}/diff/{other}",
    responses={
        200: {
            "description": "Che cosa cambia da `version` a `other`.",
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": {"same_behaviour": True, "changes": []},
                },
            },
        }
    },
    summary="Che cosa cambia fra due versioni pubblicate",
)
def published_diff(
    protocol: Protocol,
    version: Version,
    other: Version,
    door: Identified,
    of: Annotated[
        str | None,
        Query(min_length=1, max_length=60, description="Il protocollo di `other`, se è un altro."),
    ] = None,
) -> Json:
    """Per significato; dei testi non pubblicati, e con il disegno, è un lavoro: `/jobs/diff`. · By
    meaning; of texts not published, and with the drawing, it is a job."""
    old, new = _plan(door, protocol, version), _plan(door, of or protocol, other)
    return Json(_differences(door, old, new))


def _plan(door: Door, protocol: str, version: str) -> Plan:
    """Raises Problem (403, 404)."""
    if not may_read_protocols(door.reader):
        raise Problem(
            403,
            "no_role_today",
            Text("Oggi non si ricopre alcun ruolo.", "No role is held today."),
        )
    try:
        return door.service.registry.get(protocol, version)
    except UnknownProtocol as error:
        raise not_found("unknown_protocol", error.message) from None
    except DocumentError as error:
        # A combination of variants that contradict each other: there is no such protocol.
        raise not_found("unknown_protocol", error.problems[0].message) from None


def _document(text: str, media_type: str, language: Language) -> Response:
    headers = {**INERT, "Content-Language": language, "Vary": "Accept, Accept-Language"}
    return Response(text, 200, headers, media_type)


# A published plan never changes, so what is drawn of it is drawn once.


@lru_cache(_REMEMBERED)
def _page(plan: Plan, language: Language, as_markdown: bool) -> str:
    read = page(plan, language)
    return markdown(read) if as_markdown else html(read)


@lru_cache(_REMEMBERED)
def _svg(plan: Plan, language: Language) -> str:
    return svg(plan, language)


@lru_cache(_REMEMBERED)
def _bpmn(plan: Plan, language: Language) -> str:
    return bpmn(plan, language)[0]


def _differences(door: Door, old: Plan, new: Plan) -> dict[str, Any]:
    return values(compare(old, new, door.service.territory, organisation_reads))
