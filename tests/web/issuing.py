"""An issuer of somebody else's: a small OpenID Connect provider with sessions of its own, which can
also lie."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

_COOKIE = "gestore"


class Issuer:
    """`person`: whom it lets in; `claims` overrides what an ID token says; `key` signs it,
    `published` are shown; `entered`: how often somebody had to say who they are; `left`: whom it
    was asked to log out, and where it led them."""

    def __init__(self, person: str = "tax-1") -> None:
        self.person = person
        self.key: Any = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
        self.published: list[Any] = [self.key]
        self.claims: dict[str, Any] = {}
        self.address = ""
        self.down = False
        self.entered = 0
        self.left: list[tuple[str, str]] = []
        self._sessions: set[str] = set()
        self._begun: dict[str, dict[str, str]] = {}

    def begun(self, address: str) -> str:
        """A code for the login that goes to this address."""
        code = secrets.token_urlsafe(8)
        self._begun[code] = dict(parse_qsl(urlsplit(address).query))
        return code

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def configuration() -> dict[str, str]:
            here = self.address
            return {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "jwks_uri": f"{here}/keys",
                "end_session_endpoint": f"{here}/logout",
            }

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [key.as_dict(private=False) for key in self.published]}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            if request.cookies.get(_COOKIE) not in self._sessions:
                query = request.url.query
                return HTMLResponse(f'<title>Gestore</title><a href="/entered?{query}">Sono io</a>')
            return self._back(str(request.url))

        @app.get("/entered")
        def entered(request: Request) -> Response:
            self.entered += 1
            session = secrets.token_urlsafe(8)
            self._sessions.add(session)
            answer = self._back(str(request.url))
            answer.set_cookie(_COOKIE, session)
            return answer

        @app.get("/logout")
        def logout(request: Request) -> Response:
            asked = request.query_params
            said = jwt.decode(asked["id_token_hint"], self.key, algorithms=["RS256"]).claims
            self.left.append((said["sub"], asked["post_logout_redirect_uri"]))
            self._sessions.discard(request.cookies.get(_COOKIE, ""))
            return RedirectResponse(asked["post_logout_redirect_uri"])

        @app.post("/token")
        async def token(request: Request) -> Response:
            form = await request.form()
            if self.down:
                return Response("<html>", 502)
            begun = self._begun.pop(str(form["code"]), {})
            challenge = create_s256_code_challenge(str(form["code_verifier"]))
            if challenge != begun.get("code_challenge"):
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            said = {"iss": self.address, "aud": "cantiere", "sub": self.person, "iat": now}
            said |= {"exp": now + 60, "nonce": begun["nonce"], **self.claims}
            header = {"alg": self.key.as_dict()["alg"], "kid": self.key.kid}
            signed = jwt.encode(header, said, self.key)
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

        return app

    def _back(self, address: str) -> Response:
        code = self.begun(address)
        asked = self._begun[code]
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")
