"""Who lets people in, and under which address they find us."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml

from domain.settings import SettingsError
from protocols.text import Text


class Provider(msgspec.Struct, frozen=True):
    """An OpenID Connect issuer. `claim`: the one that tells who it is; `people`: its values to
    staff ids, empty where the claim already is the staff id."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "sub"
    scope: str = "openid"
    people: dict[str, str] = {}


class WebSettings(msgspec.Struct, frozen=True):
    """`public_url`: as people reach us, without a slash at the end; empty: as each request says.
    `provider`: None where only the local issuer of a training installation lets people in."""

    public_url: str = ""
    provider: Provider | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> WebSettings:
        """From `CANTIERE_PUBLIC_URL` and `CANTIERE_OIDC_*`. Raises SettingsError."""
        env = os.environ if environment is None else environment

        def named(name: str) -> str:
            return env.get(name, "").strip()

        public = _address("CANTIERE_PUBLIC_URL", named("CANTIERE_PUBLIC_URL"))
        issuer = _address("CANTIERE_OIDC_ISSUER", named("CANTIERE_OIDC_ISSUER"))
        if not issuer:
            return cls(public)
        client, secret = named("CANTIERE_OIDC_CLIENT_ID"), named("CANTIERE_OIDC_CLIENT_SECRET")
        if not client or not secret:
            raise SettingsError(
                Text(
                    "con CANTIERE_OIDC_ISSUER servono anche CANTIERE_OIDC_CLIENT_ID e "
                    "CANTIERE_OIDC_CLIENT_SECRET",
                    "with CANTIERE_OIDC_ISSUER, CANTIERE_OIDC_CLIENT_ID and "
                    "CANTIERE_OIDC_CLIENT_SECRET are needed too",
                )
            )
        people = _people(named("CANTIERE_OIDC_PEOPLE"))
        claim, scope = named("CANTIERE_OIDC_CLAIM"), named("CANTIERE_OIDC_SCOPE")
        return cls(
            public,
            Provider(issuer, client, secret, claim or "sub", scope or "openid", people),
        )


def _address(name: str, value: str) -> str:
    address = value.rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
        raise SettingsError(
            Text(
                f"{name} deve essere un indirizzo come https://casi.esempio.it",
                f"{name} must be an address such as https://cases.example.org",
            )
        )
    return address


def _people(path: str) -> dict[str, str]:
    if not path:
        return {}
    try:
        return msgspec.convert(yaml.safe_load(Path(path).read_text()) or {}, dict[str, str])
    except (OSError, yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError):
        # Nothing of the file is quoted: it holds people's identifiers.
        raise SettingsError(
            Text(
                "CANTIERE_OIDC_PEOPLE deve nominare un file YAML leggibile con righe "
                "«valore: id dell'operatore»",
                "CANTIERE_OIDC_PEOPLE must name a readable YAML file with lines “value: staff id”",
            )
        ) from None
