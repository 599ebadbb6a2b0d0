"""What may come through the door at all, checked before anything is read of it.

A body is counted while it streams in, so that a huge one is never held in memory; only
well-formed JSON of reasonable depth goes on (RFC 8259, and the numbers of RFC 7493).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import msgspec

from api.http.problems import Problem, language_of
from domain.refusal import FieldProblem
from protocols.text import Text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 1_000_000
"""Bytes."""
LINGER = 16_000_000
"""Bytes past what is taken, that are still heard out before it is said that they are too many."""
# Bytes a second, slower than which nobody is heard out, and how long at least.
_LINGER_RATE, _LINGER_SECONDS = 500_000, 5.0
MAX_DEPTH = 40
# RFC 7493 § 2.2: beyond it, programs disagree on which number was meant.
MAX_INTEGER = 2**53

_BODIED = ("POST", "PUT", "PATCH", "DELETE")
_CONTROL = re.compile(r"%(?:0[0-8bcef]|1[0-9a-f]|7f)", re.IGNORECASE)

_TOO_LARGE = Problem(
    413,
    "body_too_large",
    Text(
        "La richiesta è troppo grande: al massimo 1 MB.", "The request is too large: 1 MB at most."
    ),
    Text("Dividerla in più richieste.", "Split it."),
    headers={"Connection": "close"},
)
_NOT_JSON = Problem(
    415,
    "not_json",
    Text("Il corpo deve essere JSON in UTF-8.", "The body must be JSON in UTF-8."),
    Text("Indicare Content-Type: application/json.", "Set Content-Type: application/json."),
)
_CONTROL_CHARACTERS = Text(
    "contiene caratteri di controllo (per esempio NUL): toglierli e riprovare",
    "it has control characters (NUL for example): remove them and try again",
)
_IN_ADDRESS = Problem(
    400,
    "control_characters",
    Text("L'indirizzo " + _CONTROL_CHARACTERS.it, "The address: " + _CONTROL_CHARACTERS.en),
)


class Admission:
    """ASGI middleware around the whole application. `methods_at(path)`: what an address takes;
    `streams(method, path)`: whether the operation takes its body itself, piece by piece."""

    def __init__(
        self,
        app: App,
        methods_at: Callable[[str], set[str]],
        streams: Callable[[str, str], bool] = lambda method, path: False,
    ) -> None:
        self.app = app
        self.methods_at = methods_at
        self.streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            check_address(scope)
            if scope["method"] in _BODIED and not self.streams(scope["method"], scope["path"]):
                body = await _body(scope, receive)
                if body is None:
                    return
                receive = _again(body, receive)
        except Problem as problem:
            headers = dict(scope["headers"])
            language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
            await problem.response(language)(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, headers_only(send)
        elif scope["method"] == "OPTIONS":
            await self._options(scope, send)
            return
        await self.app(scope, receive, send)

    async def _options(self, scope: Scope, send: Send) -> None:
        allowed = self.methods_at(scope["path"])
        headers = [(b"allow", ", ".join(sorted({*allowed, "OPTIONS"})).encode())]
        status = 204 if allowed else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def check_address(scope: Scope) -> None:
    query = scope.get("query_string", b"").decode("latin-1")
    if _CONTROL.search(query) or any(ord(c) < 32 or ord(c) == 127 for c in scope["path"]):
        raise _IN_ADDRESS


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, checked; None if the client has gone. Raises Problem."""
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 15 or int(declared) > MAX_BODY):
        if len(declared) <= 15 and int(declared) <= LINGER:
            await let_finish(receive)
        raise _TOO_LARGE
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise _TOO_LARGE
        parts.append(part)
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if body:
        if not _is_json(headers.get(b"content-type", b"")):
            raise _NOT_JSON
        check_json(body)
    return body


async def let_finish(receive: Receive, most: int = LINGER) -> None:
    """Take in what the client is still sending, up to `most` bytes, and keep none of it: who is cut
    off in the middle of sending never reads why."""
    left = most

    async def take() -> None:
        nonlocal left
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b"")) or 1
            if not message.get("more_body", False):
                return

    with suppress(TimeoutError):
        await asyncio.wait_for(take(), max(_LINGER_SECONDS, most / _LINGER_RATE))


def _is_json(content_type: bytes) -> bool:
    kind, _, parameters = content_type.decode("latin-1").lower().partition(";")
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
    return kind.strip() == "application/json" and (not charset or charset[1] in ("utf-8", "utf8"))


def check_json(body: bytes) -> None:
    """Raises Problem (400 malformed, 422 what no field may hold)."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        raise Problem(
            400,
            "malformed_json",
            Text("Il corpo non è JSON ben formato.", "The body is not well-formed JSON."),
            Text(
                "Controllare virgolette, virgole e codifica UTF-8; NaN e Infinity non sono JSON.",
                "Check quotes, commas and UTF-8; NaN and Infinity are not JSON.",
            ),
        ) from None
    problems: list[FieldProblem] = []
    pending: list[tuple[str, Any, int]] = [("", value, 1)]
    while pending and len(problems) < 50:
        path, part, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(part, str):
            if "\0" in part:
                problems.append(FieldProblem(path or "body", _CONTROL_CHARACTERS))
        elif isinstance(part, dict):
            for name, inner in part.items():
                if "\0" in name:
                    problems.append(FieldProblem(path or "body", _CONTROL_CHARACTERS))
                pending.append((f"{path}.{name[:60]}" if path else name[:60], inner, depth + 1))
        elif isinstance(part, list):
            pending.extend((f"{path}[{i}]", inner, depth + 1) for i, inner in enumerate(part))
        elif type(part) is int and abs(part) > MAX_INTEGER:
            text = Text("è un numero troppo grande", "the number is too large")
            problems.append(FieldProblem(path or "body", text))
    if problems:
        raise Problem(
            422,
            "request_invalid",
            Text("Alcuni dati della richiesta non vanno bene.", "Some data are not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(problems),
        )


def _too_deep() -> Problem:
    return Problem(
        400,
        "too_deep",
        Text(
            f"Troppi livelli uno dentro l'altro: al massimo {MAX_DEPTH}.",
            f"Too many levels inside each other: {MAX_DEPTH} at most.",
        ),
    )


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def headers_only(send: Send) -> Send:
    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            if message.get("more_body", False):
                return
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return without_body
