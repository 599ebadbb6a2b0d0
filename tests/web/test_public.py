"""What everybody may read: the service, the right desk, the leaflet, privacy and accessibility."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from api.web.public.finding import find
from api.web.words import public as words
from protocols.territory import default_pack, load_territory
from tests.canary.papers import unpacked
from tests.web.checks import assert_accessible, assert_fits, watched

TERRITORY = load_territory(default_pack())
PAGES = ("/pubblico", "/privacy", "/accessibilita")


def test_somebody_finds_the_desk_of_their_comune(
    installation: Any, context: Callable[..., BrowserContext]
) -> None:
    page = watched(context().new_page())
    page.goto("/pubblico")
    assert_accessible(page)
    page.get_by_label("In quale Comune hai la residenza?").fill("cassina dè pecchi")
    page.get_by_role("button", name="Cerca").click()
    found = page.get_by_role("region", name="Trova il tuo sportello")
    expect(found).to_contain_text("Per chi vive a Cassina de' Pecchi")
    expect(found).to_contain_text("Distretto 4")
    expect(page.get_by_role("link", name="Scarica il volantino")).to_have_attribute(
        "href", "/pubblico/volantino.pdf?comune=Cassina%20de%27%20Pecchi"
    )
    assert_accessible(page)
    page.get_by_label("In quale Comune hai la residenza?").fill("Mezlo")
    page.get_by_role("button", name="Cerca").click()
    expect(page.get_by_role("heading", name="Fuori territorio")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Forse cercavi Melzo?").click()
    expect(found).to_contain_text("Segretariato sociale – Melzo")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help to start again")


# Of every page at this width test_sturdy makes sure as well.
@pytest.mark.slow
def test_the_public_pages_are_accessible_and_fit_a_phone_without_scripts(
    installation: Any, context: Callable[..., BrowserContext], desk: Any
) -> None:
    small = {"width": 320, "height": 740}
    plain = context(java_script_enabled=False, viewport=small).new_page()
    page = watched(context(viewport=small).new_page())
    for address in PAGES:
        plain.goto(address)
        expect(plain.get_by_role("heading", level=1)).to_be_visible()
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)
    plain.goto("/pubblico")
    plain.get_by_label("In quale Comune hai la residenza?").fill("Melzo")
    plain.get_by_role("button", name="Cerca").click()
    expect(plain.get_by_text("Segretariato sociale – Melzo")).to_be_visible()
    mine = desk("mr-melzo-1")
    mine.goto("/pubblico")
    expect(mine.get_by_role("link", name="Segnalazioni")).to_be_visible()


def test_they_are_kept_by_caches_only_for_who_is_not_logged_in(
    installation: Any, desk: Any
) -> None:
    for address in PAGES:
        answer = httpx.get(installation.address + address)
        assert answer.headers["cache-control"].startswith("public")
        assert "cookie" in answer.headers["vary"].lower()
        assert 'content="index, follow"' in answer.text
        assert "set-cookie" not in answer.headers
    mine = desk("mr-melzo-1").goto("/pubblico")
    assert mine.headers["cache-control"] == "no-store"
    robots = httpx.get(installation.address + "/robots.txt").text
    assert "Allow: /pubblico\n" in robots
    assert robots.endswith("Disallow: /\n")


@pytest.mark.parametrize("comune", ["", "Cassina de Pecchi", "015142", "<script>", "x" * 5000])
def test_the_leaflet_is_a_tagged_pdf_whatever_is_asked(installation: Any, comune: str) -> None:
    answer = httpx.get(installation.address + "/pubblico/volantino.pdf", params={"comune": comune})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.content
    again = httpx.get(installation.address + "/pubblico/volantino.pdf", params={"comune": comune})
    assert again.content == answer.content


@pytest.mark.parametrize(
    ("comune", "there"),
    [("", "DistrictComuni"), ("Cassina de' Pecchi", "CassinadePecchi")],
)
def test_the_leaflet_is_there_in_english_too(installation: Any, comune: str, there: str) -> None:
    query = {"comune": comune, "lingua": "en"}
    answer = httpx.get(installation.address + "/pubblico/volantino.pdf", params=query)
    assert answer.headers["content-language"] == "en"
    *said, inside = unpacked(answer.content)
    text = "".join(each for each in b"".join(said).decode() if each.isalnum())
    for each in ("Helptostartagain", "Yourrights", "Whereto", there, "page1of"):
        assert each in text, each
    assert "pagina" not in text
    assert b"/Lang (en-GB)" in inside
    assert b"/StructTreeRoot" in inside


def test_the_search_shows_what_was_asked_as_text(installation: Any) -> None:
    for asked in ("<script>alert(1)</script>", "%' OR 1=1", "\u202e", "x" * 3000):
        answer = httpx.get(installation.address + "/pubblico", params={"comune": asked})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert words.OUTSIDE.it in answer.text


@pytest.mark.parametrize(
    ("written", "istat"),
    [
        ("Cassina de' Pecchi", "015060"),
        ("CASSINA DE’ PECCHI ", "015060"),
        ("cassina de pecchi", "015060"),
        ("Cassinà dè Pecchi", "015060"),
        ("cassina", "015060"),
        ("015060", "015060"),
        ("Milano", ""),
        ("", ""),
        ("de", ""),
        ("'", ""),
    ],
)
def test_a_comune_is_found_however_its_name_is_typed(written: str, istat: str) -> None:
    found = find(TERRITORY, written)
    assert (found.comune.istat if found.comune else "") == istat
    assert found.outside == bool(written and not istat)
    if istat:
        assert found.desk
        assert found.desk.comune == istat


def test_every_sentence_is_there_in_both_languages() -> None:
    for section in (*words.SERVICE, *words.PRIVACY, *words.ACCESSIBILITY):
        for text in (section.title, *section.sentences, *section.points):
            assert text.it
            assert text.en
