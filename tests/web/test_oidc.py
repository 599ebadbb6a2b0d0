"""Against an issuer of somebody else's, on a real server, which can also lie."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from api.web.oidc import Began, IssuerAway, IssuerRefused, OidcClient
from api.web.settings import Provider, WebSettings
from domain.settings import SettingsError
from tests.web.issuing import Issuer
from tests.web.serving import serving

BACK = "https://casi.example.it/accesso/ritorno"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    with serving(found.app()) as address:
        found.address = address
        yield found


def client_of(issuer: Issuer) -> OidcClient:
    return OidcClient(Provider(issuer.address, "cantiere", "segreto"))


async def _through(issuer: Issuer, client: OidcClient) -> dict[str, Any]:
    began = await client.begin(BACK)
    code = issuer.begun(began.address)
    return (await client.finish(code, BACK, began)).claims


def test_who_it_is_comes_back_and_changed_keys_are_learnt(issuer: Issuer) -> None:
    client = client_of(issuer)
    assert asyncio.run(_through(issuer, client))["sub"] == "tax-1"
    issuer.key = ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256", "use": "sig"})
    issuer.published = [issuer.key]
    assert asyncio.run(_through(issuer, client))["sub"] == "tax-1"


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://altrove.example"},
        {"aud": "un-altro"},
        {"nonce": "di-prima"},
        {"exp": 1},
        {"sub": None},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_token_that_is_not_for_this_login_is_refused(issuer: Issuer, lie: dict[str, Any]) -> None:
    issuer.claims = lie
    with pytest.raises(IssuerRefused):
        asyncio.run(_through(issuer, client_of(issuer)))


def test_a_token_signed_by_a_key_that_is_not_published_is_refused(issuer: Issuer) -> None:
    issuer.key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
    with pytest.raises(IssuerRefused):
        asyncio.run(_through(issuer, client_of(issuer)))


def test_another_verifier_is_refused(issuer: Issuer) -> None:
    async def stolen() -> None:
        client = client_of(issuer)
        began = await client.begin(BACK)
        code = issuer.begun(began.address)
        other = Began(began.address, began.state, began.nonce, "x" * 64)
        await client.finish(code, BACK, other)

    with pytest.raises(IssuerRefused):
        asyncio.run(stolen())


def test_an_issuer_that_does_not_answer_or_is_another_is_said_to_be_away(issuer: Issuer) -> None:
    client = client_of(issuer)
    issuer.down = True
    with pytest.raises(IssuerAway):
        asyncio.run(_through(issuer, client))
    for wrong in (issuer.address + "/altro", "http://127.0.0.1:1"):
        with pytest.raises(IssuerAway):
            asyncio.run(OidcClient(Provider(wrong, "c", "s")).begin(BACK))


def test_settings_say_what_is_missing(tmp_path: Any) -> None:
    assert WebSettings.from_environment({}) == WebSettings()
    people = tmp_path / "people.yaml"
    people.write_text("tax-1: mr-melzo-1\n")
    whole = {
        "CANTIERE_PUBLIC_URL": "https://casi.example.it/",
        "CANTIERE_OIDC_ISSUER": "https://id.example.it",
        "CANTIERE_OIDC_CLIENT_ID": "cantiere",
        "CANTIERE_OIDC_CLIENT_SECRET": "segreto",
        "CANTIERE_OIDC_CLAIM": "fiscal_number",
        "CANTIERE_OIDC_PEOPLE": str(people),
    }
    found = WebSettings.from_environment(whole)
    assert found.public_url == "https://casi.example.it"
    assert found.provider is not None
    assert found.provider.people == {"tax-1": "mr-melzo-1"}
    people.write_text("RSSMRA80A01F205X: [1, 2]\n")
    wrong = (
        ("CANTIERE_OIDC_CLIENT_SECRET", ""),
        ("CANTIERE_OIDC_ISSUER", "id.example.it"),
        ("CANTIERE_PUBLIC_URL", "ftp://x"),
        ("CANTIERE_OIDC_PEOPLE", str(people)),
    )
    for name, value in wrong:
        with pytest.raises(SettingsError) as caught:
            WebSettings.from_environment({**whole, name: value})
        assert "CANTIERE_" in caught.value.message.it
        assert "RSSMRA" not in caught.value.message.it
