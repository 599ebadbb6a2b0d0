"""Our side of OpenID Connect: authorization code flow with PKCE (RFC 7636), state and nonce; and
logging out at the issuer too (RP-Initiated Logout 1.0)."""

from __future__ import annotations

from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.web.settings import Provider

_ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
_SKEW = 60
_TIMEOUT = httpx2.Timeout(10.0)
# Discovery and keys are asked for again after this many seconds; keys also when one is unknown.
_KNOWN_FOR = 3600.0


class IssuerAway(Exception):
    """The issuer does not answer, or not as an issuer does."""


class IssuerRefused(Exception):
    """The issuer did not confirm who it is, or not to us; the message is for the log."""


class Began(msgspec.Struct, frozen=True):
    """`address`: where the browser goes; the rest is kept until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class Confirmed(msgspec.Struct, frozen=True):
    """`claims`: about who it is; `token`: the ID token that said so, by which one logs out."""

    claims: dict[str, Any]
    token: str


class _Known(msgspec.Struct, frozen=True):
    metadata: dict[str, Any]
    keys: KeySet
    until: float


class OidcClient:
    """Talks to one issuer; remembers what it publishes. `transport` reaches a local one."""

    def __init__(
        self, provider: Provider, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.provider = provider
        self._transport = transport
        self._known: _Known | None = None

    async def begin(self, redirect: str) -> Began:
        """Raises IssuerAway."""
        known = await self._discovered()
        state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
        async with self._client(redirect) as client:
            address, _ = client.create_authorization_url(
                known.metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return Began(address, state, nonce, verifier)

    async def finish(self, code: str, redirect: str, began: Began) -> Confirmed:
        """Who it is. Raises IssuerAway, IssuerRefused."""
        known = await self._discovered()
        try:
            async with self._client(redirect) as client:
                token = await client.fetch_token(
                    known.metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=began.verifier,
                )
        except (httpx2.TransportError, httpx2.HTTPStatusError) as error:
            raise IssuerAway(type(error).__name__) from error
        except (AuthlibBaseError, ValueError) as error:
            raise IssuerRefused(type(error).__name__) from error
        found = str(token.get("id_token", ""))
        return Confirmed(await self._claims(found, began.nonce), found)

    async def leaving(self, token: str, back: str) -> str:
        """Where the browser logs out at the issuer, which leads it to `back`; empty where the
        issuer has no such place. Raises IssuerAway."""
        known = await self._discovered()
        there = str(known.metadata.get("end_session_endpoint", ""))
        if urlsplit(there).scheme not in ("http", "https") or not there.isprintable():
            return ""
        asked = {
            "id_token_hint": token,
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": back,
        }
        return f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(asked)}"

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=_SKEW,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):
            known = await self._discovered(fresh=fresh)
            try:
                found = jwt.decode(token, known.keys, algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError) as error:
                # A key that is not among those known: the issuer may have changed its keys.
                if fresh:
                    raise IssuerRefused(type(error).__name__) from error
        try:
            registry.validate(found.claims)
        except JoseError as error:
            raise IssuerRefused(type(error).__name__) from error
        return found.claims

    async def _discovered(self, *, fresh: bool = False) -> _Known:
        if self._known is not None and not fresh and monotonic() < self._known.until:
            return self._known
        issuer = self.provider.issuer
        try:
            async with httpx2.AsyncClient(transport=self._transport, timeout=_TIMEOUT) as http:
                answer = await http.get(f"{issuer}/.well-known/openid-configuration")
                metadata = answer.raise_for_status().json()
                keys = (await http.get(metadata["jwks_uri"])).raise_for_status().json()
            if metadata["issuer"] != issuer:
                raise IssuerAway("issuer mismatch")
            for name in ("authorization_endpoint", "token_endpoint"):
                if urlsplit(metadata[name]).scheme not in ("http", "https"):
                    raise IssuerAway(name)
            known = _Known(metadata, KeySet.import_key_set(keys), monotonic() + _KNOWN_FOR)
        except (httpx2.HTTPError, KeyError, TypeError, ValueError, JoseError) as error:
            raise IssuerAway(type(error).__name__) from error
        self._known = known
        return known

    def _client(self, redirect: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.provider.client_id,
            self.provider.client_secret,
            scope=self.provider.scope,
            redirect_uri=redirect,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=_TIMEOUT,
        )
