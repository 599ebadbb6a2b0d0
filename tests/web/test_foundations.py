"""What every page stands on, as people use it: logging in and out, sessions, language, errors."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.http.app import create_app
from api.web.desk import COOKIE
from api.web.oidc import OidcClient
from api.web.settings import Provider, WebSettings
from tests.web.checks import assert_accessible, assert_fits, watched
from tests.web.issuing import Issuer
from tests.web.serving import serving

PHONE = {"width": 320, "height": 720}
# 1280 pixels seen at 200 % (WCAG 1.4.4).
ZOOMED = {"width": 640, "height": 400}


@pytest.fixture(scope="module")
def referent(installation: Any) -> str:
    return installation.holder("municipal_referent", "comune:015142")


def path(page: Any) -> str:
    return urlsplit(page.url).path


def age_sessions(installation: Any, person: str, column: str, interval: str) -> None:
    installation.run(
        f"UPDATE web_sessions SET {column} = {column} - interval '{interval}' WHERE person = %s",
        person,
    )


def test_one_logs_in_through_the_issuer_and_comes_back_to_the_page_asked_for(
    installation: Any, context: Any
) -> None:
    browser = context()
    page = watched(browser.new_page())
    page.goto("/profilo")
    assert path(page) == "/accesso"
    assert_accessible(page)
    page.get_by_role("link", name="Entra").click()
    assert path(page) == "/issuer/authorize"
    assert_accessible(page)
    page.get_by_label("Cerca per nome").fill("galvani pioltello")
    page.get_by_role("button", name="Cerca").click()
    page.get_by_role("button", name="Paolo Galvani").click()
    assert path(page) == "/profilo"
    assert page.get_by_role("heading", level=1).text_content() == "Paolo Galvani"
    assert_accessible(page)
    kept = {cookie["name"]: cookie for cookie in browser.cookies()}
    assert set(kept) == {COOKIE}
    cookie = kept[COOKIE]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert cookie["path"] == "/"


def test_logging_in_again_changes_the_secret_and_ends_the_former_session(
    installation: Any, context: Any
) -> None:
    browser = context()
    page = browser.new_page()
    secrets = []
    for name in ("Paolo Galvani", "Chiara Pozzoni"):
        page.goto("/accesso/inizia")
        page.get_by_role("button", name=name).click()
        assert path(page) == "/"
        secrets.append(browser.cookies()[0]["value"])
    assert not installation.sessions.find(secrets[0]).alive
    assert installation.sessions.find(secrets[1]).alive


def test_logging_out_ends_the_session_for_whoever_kept_its_cookie(
    installation: Any, desk: Any, context: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/")
    cookies = page.context.cookies()
    page.get_by_role("button", name="Esci").click()
    assert path(page) == "/accesso"
    assert "Sei uscito" in page.get_by_role("main").inner_text()
    thief = context()
    thief.add_cookies(cookies)
    stolen = thief.new_page()
    stolen.goto("/profilo")
    assert path(stolen) == "/accesso"


def test_logging_out_everywhere_ends_every_session(
    installation: Any, desk: Any, referent: str
) -> None:
    here, there = desk(referent), desk(referent)
    there.goto("/")
    here.goto("/profilo")
    here.get_by_role("button", name="Esci da tutti i dispositivi").click()
    there.goto("/")
    assert path(there) == "/accesso"


def test_another_session_is_ended_from_the_profile(
    installation: Any, desk: Any, referent: str
) -> None:
    here, there = desk(referent), desk(referent)
    there.goto("/")
    here.goto("/profilo")
    here.get_by_role("button", name=re.compile("Chiudi la sessione")).first.click()
    assert "La sessione è stata chiusa" in here.locator("#messaggi").inner_text()
    here.reload()
    assert here.locator("#messaggi").inner_text().strip() == ""
    there.goto("/")
    assert path(there) == "/accesso"


def test_logging_out_leaves_an_issuer_of_the_bodys_own_too(
    installation: Any, context: Any, referent: str
) -> None:
    state, issuer = installation.app.state.pages.state, Issuer("RSSMRA80A01F205X")
    with serving(issuer.app()) as issuer.address:
        people = {issuer.person: referent}
        provider = Provider(issuer.address, "cantiere", "segreto", people=people)
        state.web, former = WebSettings("", provider), state.web
        state.oidc = OidcClient(provider)
        try:
            page = watched(context().new_page())
            for times in (1, 2):
                page.goto("/profilo")
                page.get_by_role("link", name="Entra con l'identità del tuo ente").click()
                # Who has left comes back in only by saying who they are.
                page.get_by_role("link", name="Sono io").click()
                assert (path(page), issuer.entered) == ("/profilo", times)
                page.get_by_role("button", name="Esci").first.click()
                page.wait_for_url("**/accesso?uscita=1")
                assert "Sei uscito" in page.get_by_role("main").inner_text()
            assert issuer.left == [(issuer.person, f"{installation.address}/accesso/uscita")] * 2
            assert page.troubles == []  # type: ignore[attr-defined]
        finally:
            state.web, state.oidc = former, None


@pytest.mark.parametrize(
    ("column", "interval"), [("seen_at", "31 minutes"), ("begun_at", "12 hours")]
)
def test_a_session_runs_out(
    installation: Any, desk: Any, referent: str, column: str, interval: str
) -> None:
    page = desk(referent)
    page.goto("/")
    assert path(page) == "/"
    age_sessions(installation, referent, column, interval)
    page.goto("/profilo?x=1")
    assert page.url.endswith("/accesso?da=/profilo%3Fx%3D1&scaduta=1")
    assert_accessible(page)


@pytest.mark.slow
def test_a_session_outlives_the_program(installation: Any, desk: Any, referent: str) -> None:
    page = desk(referent)
    page.goto("/profilo")
    with serving(create_app(installation.app.state.parts.settings)) as restarted:
        page.goto(f"{restarted}/profilo")
        assert path(page) == "/profilo"
        page.get_by_role("button", name="Esci").first.click()
        assert path(page) == "/accesso"
    page.goto(f"{installation.address}/profilo")
    assert path(page) == "/accesso"


def test_what_was_sent_too_late_is_given_back_after_the_login_and_only_to_its_author(
    installation: Any, desk: Any
) -> None:
    person = installation.holder("municipal_referent", "comune:015175")
    page = desk(person)
    page.goto("/profilo")
    page.get_by_label("Referente comunale, Pioltello").check()
    age_sessions(installation, person, "seen_at", "1 hour")
    page.get_by_role("button", name="Cambia").click()
    assert path(page) == "/accesso"
    back = re.search(r"da=([^&]+)", page.url)
    assert back
    assert back[1].startswith("/riprendi/")
    stranger = desk(installation.holder("municipal_referent", "comune:015205"))
    assert stranger.goto(back[1]).status == 404

    page.get_by_role("link", name="Entra").click()
    page.get_by_role("button", name="Paolo Galvani").click()
    assert path(page) == back[1]
    assert "Nulla è stato registrato" in page.get_by_role("main").inner_text()
    assert_accessible(page)
    page.get_by_role("button", name="Riprendi l'invio").click()
    assert (
        "Ora agisci come: Referente comunale, Pioltello" in page.locator("#messaggi").inner_text()
    )
    assert page.goto(back[1]).status == 404


def test_acting_in_one_role_narrows_what_one_sees(installation: Any, desk: Any) -> None:
    # The seeded cases are of Melzo; the same person has the role in other comuni too.
    case = installation.cases["registered"]
    page = desk("mr-melzo-1")
    page.goto("/")
    assert case in page.content()
    page.goto("/profilo")
    roles = page.get_by_role("radio", name=re.compile("^Referente comunale, (?!Melzo)"))
    roles.first.check()
    page.get_by_role("button", name="Cambia").click()
    assert "Referente comunale" in page.locator(".desk-acting").inner_text()
    page.goto("/")
    assert case not in page.content()
    page.goto("/profilo")
    page.get_by_label("Tutti i miei ruoli").check()
    page.get_by_role("button", name="Cambia").click()
    assert page.locator(".desk-acting").count() == 0


def test_a_role_that_is_not_held_cannot_be_chosen(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/profilo")
    page.locator("input[name=ruolo]").first.evaluate(
        "e => { e.value = 'management_coordinator management'; e.checked = true; }"
    )
    page.get_by_role("button", name="Cambia").click()
    assert "Quel ruolo non è più tuo" in page.get_by_role("main").inner_text()
    assert_accessible(page)


def test_the_page_speaks_english_when_asked_and_keeps_doing_so(
    installation: Any, desk: Any, context: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/profilo?x=1")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/profilo?x=1")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", name="Today's roles").is_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Italiano").click()
    assert page.locator("html").get_attribute("lang") == "it"
    visitor = context().new_page()
    visitor.goto("/accesso")
    visitor.get_by_role("button", name="English").click()
    assert visitor.get_by_role("heading", name="Log in").is_visible()


# Of every page test_sturdy makes sure of it.
@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, ZOOMED], ids=["phone", "200 %"])
def test_nothing_is_cut_off_on_a_narrow_screen(
    installation: Any, desk: Any, referent: str, size: dict[str, int]
) -> None:
    page = desk(referent, viewport=size)
    for address in ("/", "/profilo", "/nessuno"):
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)


def test_everything_here_works_without_javascript(
    installation: Any, context: Any, referent: str
) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto("/profilo")
    page.get_by_role("link", name="Entra").click()
    page.get_by_role("button", name="Paolo Galvani").click()
    page.get_by_label("Referente comunale, Rodano").check()
    page.get_by_role("button", name="Cambia").click()
    assert "Ora agisci come" in page.locator("#messaggi").inner_text()
    page.get_by_role("button", name="Esci").first.click()
    assert path(page) == "/accesso"


def test_the_keyboard_reaches_the_content_first(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/profilo")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Vai al contenuto"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenuto"


def test_an_address_that_is_not_there_is_answered_in_words_to_people_and_as_json_to_programs(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    assert page.goto("/nulla").status == 404
    assert "Questo indirizzo non esiste" in page.get_by_role("main").inner_text()
    assert page.get_by_role("navigation", name="Menu principale").is_visible()
    assert_accessible(page)
    for address, accept in (("/api/v1/nulla", "text/html"), ("/nulla", "*/*")):
        answer = page.request.get(address, headers={"Accept": accept})
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_asked_of_other_servers_and_the_first_view_is_small(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    sizes: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: sizes.__setitem__(request.url, request.sizes()["responseBodySize"]),
    )
    page.goto("/", wait_until="networkidle")
    assert all(url.startswith(installation.address) for url in sizes)
    assert any("fonts/" in url for url in sizes)
    without_fonts = sum(size for url, size in sizes.items() if "fonts/" not in url)
    assert without_fonts < 150_000, sizes
    page.goto("/profilo", wait_until="networkidle")
    assert page.troubles == []
