"""Bearer tokens of the installation's own issuer (JWT, RFC 7519; HS256, RFC 7518 § 3.2)."""

from __future__ import annotations

import time
from pathlib import Path

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

from domain.secret import derive, installation_secret
from protocols.text import Text

ISSUER = "urn:cantiere:local"
AUDIENCE = "urn:cantiere:api"
DEFAULT_HOURS = 12.0
LONGEST_HOURS = 24.0 * 366

# Seconds by which the clocks of two machines may differ.
_SKEW = 60
_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=_SKEW,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    exp={"essential": True},
    iat={"essential": True},
)


class TokenRefused(Exception):
    """The token is not one of ours, or no longer; `message` says which."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Issuer:
    """Makes and checks tokens with a key derived from the installation's secret.

    Real time counts, also where a training clock has been moved.
    """

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    @classmethod
    def of(cls, home: Path | None) -> Issuer:
        """Raises SecretMissing."""
        return cls(derive(installation_secret(home), "bearer tokens"))

    def token(self, person: str, hours: float = DEFAULT_HOURS) -> str:
        """A token for a staff member's id."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": person,
            "iat": now,
            "exp": now + int(hours * 3600),
        }
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key)

    def person(self, token: str) -> str:
        """Whose token it is. Raises TokenRefused."""
        try:
            found = jwt.decode(token, self._key, algorithms=["HS256"])
            _CLAIMS.validate(found.claims)
            person = found.claims["sub"]
        except ExpiredTokenError:
            raise TokenRefused(Text("Il token è scaduto.", "The token has expired.")) from None
        except (JoseError, ValueError, TypeError, KeyError):
            raise TokenRefused(Text("Il token non è valido.", "The token is not valid.")) from None
        if not isinstance(person, str):
            raise TokenRefused(Text("Il token non è valido.", "The token is not valid."))
        return person
