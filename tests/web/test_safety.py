"""What comes in by other ways than our own pages: forged forms, strange bodies, guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from api.web.desk import COOKIE
from api.web.settings import WebSettings

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def http(installation: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=installation.address, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def session(installation: Any) -> dict[str, str]:
    """Headers of somebody who is logged in."""
    return {"cookie": f"{COOKIE}={installation.sessions.begin('mr-melzo-1')}"}


def token_in(page: str) -> str:
    return page.partition('name="_csrf" value="')[2].partition('"')[0]


def test_every_answer_carries_the_headers_that_protect_it(
    http: httpx.Client, session: dict[str, str]
) -> None:
    for address in ("/", "/accesso", "/nulla", "/static/x/desk.css"):
        answer = http.get(address, headers={**session, "accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert http.get("/", headers=session).headers["cache-control"] == "no-store"
    for address in ("/api/v1/cases", "/api/v1/nulla", "/health"):
        answer = http.get(address)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(
    installation: Any, http: httpx.Client, session: dict[str, str]
) -> None:
    token = token_in(http.get("/profilo", headers=session).text)
    elsewhere = (
        {"origin": "https://cattivo.example"},
        {"origin": "null"},
        {"referer": "https://cattivo.example/"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    )
    for headers in elsewhere:
        answer = http.post("/profilo/ruolo", data={"_csrf": token}, headers={**session, **headers})
        assert answer.status_code == 403, headers
    # Each page has another, of which none wears out.
    assert token_in(http.get("/profilo", headers=session).text) != token
    for wrong in ("", "x" * 64, "A" * 88, "à" * 88, token[:-1], token[44:] + token[:44]):
        answer = http.post("/profilo/ruolo", data={"_csrf": wrong}, headers=session)
        assert answer.status_code == 403
    of_another = {"cookie": f"{COOKIE}={installation.sessions.begin('mr-melzo-1')}"}
    answer = http.post("/profilo/ruolo", data={"_csrf": token}, headers=of_another)
    assert answer.status_code == 403
    assert http.post("/profilo/ruolo", data={"_csrf": token}, headers=session).status_code == 303
    by_header = {**session, "x-csrf-token": token}
    assert http.post("/profilo/ruolo", data={"ruolo": ""}, headers=by_header).status_code == 303


def test_an_address_of_a_page_that_cannot_be_read_leads_to_the_login(http: httpx.Client) -> None:
    for current in ("http://[", "//[", "https://cattivo.example/", "javascript:alert(1)"):
        headers = {"hx-request": "true", "hx-current-url": current}
        answer = http.get("/profilo", headers=headers)
        assert answer.status_code == 401, current
        assert re.findall(r'href="([^"]*)"', answer.text) == ["/accesso"], current


def test_cookies_that_are_none_of_ours_let_nobody_in(http: httpx.Client) -> None:
    for value in ("", "x", "' OR 1=1 --", "%00", "a" * 5_000):
        answer = http.get("/profilo", headers={"cookie": f"{COOKIE}={value}"})
        assert answer.status_code == 303, value
        assert answer.headers["location"] == "/accesso?da=/profilo"


def test_the_login_leads_back_only_to_our_own_pages(http: httpx.Client) -> None:
    for bad in (
        "https://cattivo.example/",
        "//cattivo.example",
        "/\\cattivo.example",
        "x",
        "/a\nb",
        "//[",
        "http://[::1",
    ):
        answer = http.get("/accesso", params={"da": bad})
        assert not re.search(r"""(href|action|value)="[^"/]*/?[/\\\\]?cattivo""", answer.text)
        assert 'href="/accesso/inizia?con=prova&amp;da=/"' in answer.text


def test_a_return_from_a_login_that_did_not_begin_here_lets_nobody_in(http: httpx.Client) -> None:
    for query in ("", "?code=x&state=y", "?state=y", "?error=access_denied&state="):
        answer = http.get(f"/accesso/ritorno{query}")
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers


def test_bodies_that_are_no_forms_or_too_large_are_refused(
    http: httpx.Client, session: dict[str, str]
) -> None:
    json = {"content-type": "application/json", **session}
    assert http.post("/profilo/ruolo", content=b"{}", headers=json).status_code == 415
    large = http.post(
        "/profilo/ruolo", content=b"x=" + b"a" * 2_100_000, headers={**FORM, **session}
    )
    assert large.status_code == 413
    assert "2 MB" in large.text
    nul = http.post("/profilo/ruolo", content=b"ruolo=a%00b", headers={**FORM, **session})
    assert nul.status_code == 422
    assert http.get("/profilo?x=%00", headers=session).status_code == 400


def test_what_is_typed_is_shown_as_text(http: httpx.Client, session: dict[str, str]) -> None:
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for address in ("/accesso", "/profilo", "/nulla"):
        answer = http.get(address, params={"da": script, "cursor": script}, headers=session)
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text


def test_behind_a_proxy_with_tls_the_session_is_a_cookie_of_this_host_alone(
    installation: Any, http: httpx.Client
) -> None:
    state, public = installation.app.state.pages.state, "https://casi.example.it"
    state.web, former = WebSettings(public), state.web
    # The proxy asks us by a name of its own, and says what it was asked.
    proxy = {"host": "interno:8000", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    try:
        began = http.get("/accesso/inizia", headers=proxy)
        kept = cookies_of(began)
        asked = dict(parse_qsl(urlsplit(began.headers["location"]).query))
        assert began.headers["location"].startswith(f"{public}/issuer/authorize?")
        chosen = http.post(
            "/issuer/authorize",
            data={**asked, "person": "mr-melzo-1"},
            headers={**proxy, "origin": public},
        )
        back = chosen.headers["location"].removeprefix(public)
        fixed = f"{kept}; {COOKIE}=scelto-da-un-altro"
        entered = http.get(back, headers={**proxy, "cookie": fixed})
        assert entered.status_code == 303
        (cookie,) = [c for c in entered.headers.get_list("set-cookie") if f"{COOKIE}=" in c]
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)
        assert "scelto-da-un-altro" not in cookie
        assert "max-age=31536000" in entered.headers["strict-transport-security"]
        session = {**proxy, "cookie": cookie.partition(";")[0]}
        page = http.get("/profilo", headers=session)
        token = token_in(page.text)
        form = {"_csrf": token, "ruolo": ""}
        for origin, status in ((public, 303), ("https://altrove.example", 403)):
            answer = http.post("/profilo/ruolo", data=form, headers={**session, "origin": origin})
            assert answer.status_code == status
    finally:
        state.web = former


def cookies_of(answer: httpx.Response) -> str:
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_list("set-cookie"))


def test_too_many_logins_of_one_address_are_told_when_to_try_again(
    installation: Any, http: httpx.Client
) -> None:
    one, other = ({"x-forwarded-for": f"192.0.2.{number}"} for number in (1, 2))
    # As often as it takes: where a window ends meanwhile, counting begins anew.
    answers = (http.get("/accesso/inizia", headers=one) for _ in range(125))
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert "Troppi tentativi" in refused.text
    assert http.get("/accesso/inizia", headers=other).status_code == 303


def test_files_are_served_packed_and_for_good(http: httpx.Client) -> None:
    page = http.get("/accesso").text
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = http.get(style, headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    assert http.get(style, headers={"accept-encoding": "gzip"}).text.startswith(
        ("\ufeff", "@", "/")
    )
    old = http.get("/static/0123456789ab/desk.css")
    assert old.headers["cache-control"] == "no-cache"
    for name in ("../desk.py", "..%2f..%2fsettings.py", "desk.py", "nulla.css", "axe.min.js.br"):
        assert http.get(f"/static/x/{name}").status_code == 404, name


def test_a_page_is_packed_for_who_takes_it_and_its_length_tells_nothing(
    http: httpx.Client, session: dict[str, str]
) -> None:
    def answered(accepted: str) -> httpx.Response:
        return http.get("/privacy", headers={"accept-encoding": accepted})

    plain = answered("identity")
    assert "content-encoding" not in plain.headers
    lengths = set()
    for accepted in ("gzip", "br, gzip;q=0.5", "*", "GZIP") * 3:
        packed = answered(accepted)
        assert packed.headers["content-encoding"] == "gzip", accepted
        assert "Accept-Encoding" in packed.headers["vary"]
        assert packed.text == plain.text
        lengths.add(int(packed.headers["content-length"]))
    assert len(lengths) > 1
    assert max(lengths) < len(plain.content) / 2
    for accepted in ("br", "gzip;q=0", "gzip; q=0.000, br", "xgzip", ";;"):
        assert "content-encoding" not in answered(accepted).headers, accepted


def test_head_answers_without_a_body(http: httpx.Client) -> None:
    answer = http.head("/accesso")
    assert answer.status_code == 200
    assert answer.content == b""
