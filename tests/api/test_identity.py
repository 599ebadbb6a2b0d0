"""Bearer tokens: who one is, and every way of not being anybody."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from api.http.tokens import AUDIENCE, ISSUER, Issuer, TokenRefused
from tests.api.conftest import DESK, People


@pytest.fixture
def people(shared_people: People) -> People:
    return shared_people


def _ask(people: People, authorization: str | None) -> tuple[int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = people.http.get("/api/v1/protocols", headers=headers)
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")


def test_a_token_of_the_installation_is_accepted(people: People) -> None:
    assert people.get(DESK, "/api/v1/protocols").status_code == 200


@pytest.mark.parametrize("authorization", [None, "Basic abc", "Bearer", "bearer"])
def test_without_a_token_one_is_asked_for(people: People, authorization: str | None) -> None:
    assert _ask(people, authorization) == (401, 'Bearer realm="cantiere"')


def _part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": DESK, "iat": now, "exp": now + 60,
    }  # fmt: skip
    return {**claims, **changes}


def test_tokens_that_are_not_ours_are_refused(people: People) -> None:
    unsigned = f"{_part({'alg': 'none'})}.{_part(_claims())}."
    forged = Issuer(b"another key of thirty-two bytes!").token(DESK)
    garbled = people.app.state.parts.issuer.token(DESK)[:-6] + "AAAAAA"
    nonsense = "a.b.c"
    for token in (unsigned, forged, garbled, nonsense, "x" * 5000):
        status, challenge = _ask(people, f"Bearer {token}")
        assert (status, "invalid_token" in challenge) == (401, True), token[:40]


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1}, {"aud": "urn:other"}, {"iss": "urn:other"}, {"sub": 7}, {"sub": "nobody"},
        {"exp": "soon"}, {"iat": 2**40},
    ],
)  # fmt: skip
def test_tokens_with_wrong_claims_are_refused(people: People, changes: dict[str, object]) -> None:
    key = people.app.state.parts.issuer._key
    assert isinstance(key, OctKey)
    token = jwt.encode({"alg": "HS256"}, _claims(**changes), key)
    assert _ask(people, f"Bearer {token}")[0] == 401


def test_a_token_expires_in_real_time_wherever_the_training_clock_stands(people: People) -> None:
    clock = people.service.clock
    token = people.app.state.parts.issuer.token(DESK, hours=1)
    clock.advance_to(clock.now() + timedelta(days=400))
    assert _ask(people, f"Bearer {token}")[0] == 200


def test_a_token_made_long_after_the_application_started_is_accepted() -> None:
    issuer = Issuer(b"k" * 32)
    with pytest.MonkeyPatch.context() as patch:
        later = time.time() + 100_000
        patch.setattr(time, "time", lambda: later)
        assert issuer.person(issuer.token(DESK)) == DESK
    token = issuer.token(DESK, hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        with pytest.raises(TokenRefused):
            issuer.person(token)
