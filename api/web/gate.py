"""What stands before the pages: which requests are for them, what may come in, and the headers
under which every answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders

from api.http.admission import (
    LINGER,
    App,
    Message,
    Receive,
    Scope,
    Send,
    check_address,
    headers_only,
    let_finish,
)
from api.http.problems import Problem
from protocols.text import Text

MAX_FORM = 2_000_000
"""Bytes of a form; one with a file may be as much larger as a document may be."""

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
# `data:` for pictures and fonts: the design system's styles carry marks of their own that way.
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What a program asks for, should a browser get hold of it: kept nowhere, shown as what it is.
_TO_PROGRAMS = {
    "Cache-Control": "no-store",
    **{name: _HEADERS[name] for name in ("X-Content-Type-Options", "X-Frame-Options")},
}
_API = ("/api/", "/docs", "/openapi.json")

Answer = Callable[[Scope, Problem], App]


class Gate:
    """ASGI middleware before the API: pages, and what a browser finds nowhere, go to `pages`."""

    def __init__(self, app: App, pages: App, owns: Callable[[str], bool], answer: Answer) -> None:
        self.app = app
        self.pages = pages
        self.owns = owns
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._for_pages(scope):
            if scope["type"] == "http":
                send = _with_headers(scope, send, _TO_PROGRAMS)
            await self.app(scope, receive, send)
            return
        send = _with_headers(scope, send, _HEADERS)
        try:
            check_address(scope)
            receive = await _counted(scope, receive)
        except Problem as problem:
            await self.answer(scope, problem)(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, headers_only(send)
        await self.pages(scope, receive, send)

    def _for_pages(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if self.owns(path):
            return True
        # Nobody's address: a person reads the answer in a browser, a program as JSON.
        accepts = Headers(scope=scope).get("accept", "")
        return (
            "text/html" in accepts
            and not path.startswith(_API)
            and not scope["app"].state.methods_at(path)
        )


def _with_headers(scope: Scope, send: Send, given: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in given.items():
                headers.setdefault(name, value)
            if scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sending


async def _counted(scope: Scope, receive: Receive) -> Receive:
    """The body, cut off where it grows past what may come. Raises Problem (413, 415)."""
    if scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
        return receive
    headers = Headers(scope=scope)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    limits = {"": MAX_FORM, "application/x-www-form-urlencoded": MAX_FORM}
    documents = scope["app"].state.parts.service.documents
    limits["multipart/form-data"] = MAX_FORM + (documents.largest if documents else 0)
    if kind not in limits:
        raise Problem(
            415,
            "not_a_form",
            Text("Le pagine ricevono solo moduli.", "Pages take only forms."),
        )
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared[:15]) > limits[kind]:
        await let_finish(receive, limits[kind] + LINGER)
        raise _too_large(limits[kind] - MAX_FORM or MAX_FORM)
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limits[kind]:
            if message.get("more_body", False):
                await let_finish(receive)
            raise _too_large(limits[kind] - MAX_FORM or MAX_FORM)
        return message

    return counting


def _too_large(limit: int) -> Problem:
    size = limit // (2**20 if limit > MAX_FORM else 1_000_000)
    return Problem(
        413,
        "body_too_large",
        Text(f"Troppo grande: al massimo {size} MB.", f"Too large: {size} MB at most."),
        Text("Inviare un file più piccolo.", "Send a smaller file."),
        headers={"Connection": "close"},
    )
