"""The local issuer of training installations: an OpenID Connect provider that asks for no password
and lets one choose among the pack's invented people. A real installation does not have it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Annotated, Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, Query, Request
from joserfc import jwt
from joserfc.jwk import OKPKey
from psycopg_pool import ConnectionPool
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.http.door import Parts
from api.http.problems import NO_SUCH_ADDRESS, Problem, not_found
from api.web.desk import Posted, same_origin, text_of
from api.web.pages import page
from api.web.people import by_role, shown_people
from api.web.settings import Provider
from protocols.text import Text

router = APIRouter(prefix="/issuer")

CLIENT = "cantiere-scrivania"
PATH = "/issuer"
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300

_SAVE = """
    INSERT INTO web_issuer_codes (code, person, redirect, challenge, nonce)
    VALUES (%s, %s, %s, %s, %s)
"""
_TAKE = """
    DELETE FROM web_issuer_codes WHERE code = %s
    RETURNING person, redirect, challenge, nonce,
        at > clock_timestamp() - make_interval(secs => %s)
"""
_FORGET = "DELETE FROM web_issuer_codes WHERE at < clock_timestamp() - interval '1 hour'"

Parameter = Annotated[str, Query(max_length=2_000)]


class LocalIssuer:
    """Codes and signed tokens. `key` is 32 bytes of the installation's own."""

    def __init__(self, pool: ConnectionPool[Any], key: bytes) -> None:
        self._pool = pool
        self.secret = hmac.new(key, b"client", hashlib.sha256).hexdigest()
        seed = hmac.new(key, b"signing", hashlib.sha256).digest()
        self._key = _signing_key(seed)

    def provider(self, base: str) -> Provider:
        return Provider(base + PATH, CLIENT, self.secret)

    def code(self, person: str, redirect: str, challenge: str, nonce: str) -> str:
        code = secrets.token_urlsafe(32)
        with self._pool.connection() as connection:
            connection.execute(_FORGET)
            connection.execute(_SAVE, (_hash(code), person, redirect, challenge, nonce))
        return code

    def exchange(self, issuer: str, code: str, redirect: str, verifier: str) -> str | None:
        """An ID token for a code, once; None where the code is not for this."""
        with self._pool.connection() as connection:
            row = connection.execute(_TAKE, (_hash(code), _CODE_SECONDS)).fetchone()
        if row is None or not row[4] or row[1] != redirect:
            return None
        if not hmac.compare_digest(create_s256_code_challenge(verifier), row[2]):
            return None
        now = int(time.time())
        claims = {"iss": issuer, "aud": CLIENT, "sub": row[0], "nonce": row[3]}
        header = {"alg": "Ed25519", "kid": self._key.kid}
        claims |= {"iat": now, "exp": now + _TOKEN_SECONDS}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])

    def keys(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}


def _signing_key(seed: bytes) -> OKPKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    private = Ed25519PrivateKey.from_private_bytes(seed)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return OKPKey.import_key(pem, {"use": "sig", "alg": "Ed25519", "kid": "local"})


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _issuer(request: Request) -> LocalIssuer:
    """Raises Problem (404) where there is none."""
    found: LocalIssuer | None = request.app.state.local_issuer
    if found is None:
        raise not_found("no_such_address", NO_SUCH_ADDRESS)
    return found


def base_of(request: Request) -> str:
    """Under which address people reach us, without a slash at the end."""
    public: str = request.app.state.web.public_url
    return public or f"{request.url.scheme}://{request.url.netloc}"


@router.get("/.well-known/openid-configuration")
def configuration(request: Request) -> Response:
    _issuer(request)
    here = base_of(request) + PATH
    return JSONResponse(
        {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["Ed25519"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
        }
    )


@router.get("/keys")
def keys(request: Request) -> Response:
    return JSONResponse(_issuer(request).keys())


@router.get("/authorize")
def choose(
    request: Request,
    client_id: Parameter = "",
    redirect_uri: Parameter = "",
    state: Parameter = "",
    nonce: Parameter = "",
    code_challenge: Parameter = "",
    cerca: Parameter = "",
) -> Response:
    """Who one wants to be."""
    _issuer(request)
    _check(request, client_id, redirect_uri, code_challenge)
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "nonce": nonce,
        "code_challenge": code_challenge,
    }
    parts: Parts = request.app.state.parts
    people = shown_people(parts.service.territory, parts.service.clock.now(), cerca)
    return page(request, "issuer.html", asked=asked, groups=by_role(people), sought=cerca)


@router.post("/authorize")
def chosen(request: Request, form: Posted) -> Response:
    issuer = _issuer(request)
    same_origin(request)
    redirect, challenge = text_of(form, "redirect_uri"), text_of(form, "code_challenge")
    _check(request, text_of(form, "client_id"), redirect, challenge)
    person = text_of(form, "person")
    if person not in request.app.state.parts.service.territory.people:
        raise _NOT_ASKED
    code = issuer.code(person, redirect, challenge, text_of(form, "nonce"))
    back = urlencode({"code": code, "state": text_of(form, "state")})
    return RedirectResponse(f"{redirect}?{back}", 303)


@router.post("/token")
def token(request: Request, form: Posted) -> Response:
    issuer = _issuer(request)
    sent = request.headers.get("authorization", "").partition(" ")[2]
    found = None
    if hmac.compare_digest(sent.encode(), _basic(issuer.secret)):
        found = issuer.exchange(
            base_of(request) + PATH,
            text_of(form, "code"),
            text_of(form, "redirect_uri"),
            text_of(form, "code_verifier"),
        )
    if found is None:
        return JSONResponse({"error": "invalid_grant"}, 400)
    # Nothing is to be had with the access token: who it is, is all that is asked.
    answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 1}
    return JSONResponse({**answer, "id_token": found}, headers={"Cache-Control": "no-store"})


def _basic(secret: str) -> bytes:
    from base64 import b64encode

    return b64encode(f"{CLIENT}:{secret}".encode())


_NOT_ASKED = Problem(
    400,
    "unreadable",
    Text("La richiesta di accesso non è leggibile.", "The login request cannot be read."),
    Text("Ricominciare dall'accesso.", "Begin again from the login page."),
)


def _check(request: Request, client: str, redirect: str, challenge: str) -> None:
    ours = base_of(request) + "/accesso/ritorno"
    if client != CLIENT or redirect != ours or not challenge:
        raise _NOT_ASKED
