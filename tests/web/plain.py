"""Somebody logged in whose browser is a plain HTTP client: for what needs no scripts, no layout."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from api.web.desk import COOKIE
from api.web.sessions import csrf_token


class Visitor:
    """`page` and `send` answer as the server does; a redirect is followed to the page it leads to.
    `send` adds what every form has: the token against forgery, and a key."""

    def __init__(self, installation: Any, person: str) -> None:
        self._secret = installation.sessions.begin(person)
        self._http = httpx.Client(
            base_url=installation.address,
            headers={"cookie": f"{COOKIE}={self._secret}"},
            timeout=30,
        )

    def page(self, address: str, **query: str) -> httpx.Response:
        return self._arrived(self._http.get(address, params=query or None))

    def send(self, address: str, fields: dict[str, Any] | None = None) -> httpx.Response:
        given = {"_csrf": csrf_token(self._secret), "_key": str(uuid4()), **(fields or {})}
        return self._arrived(self._http.post(address, data=given))

    def _arrived(self, answer: httpx.Response) -> httpx.Response:
        # The client itself would leave the cookie behind, which is for https only.
        while answer.next_request is not None:
            answer = self._http.get(answer.next_request.url)
        return answer
