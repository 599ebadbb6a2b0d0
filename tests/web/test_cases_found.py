"""Finding a case: the list with its filters, and a person by what goes into no address."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from api.demo.story import Story
from api.web.case.search import SECONDS, TIMES
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, VIGNATE

CODE = "RSSMRA85T10A562S"


@pytest.fixture(scope="module", autouse=True)
def people(installation: Any) -> None:
    installation.story(
        "coded", last_name="D'Addario", first_name="Nora", birth_date="1985-12-10", tax_code=CODE
    )
    anonymous = Story("anonymous", installation.api, installation.service)
    anonymous.refer(
        installation.holder("desk_operator", f"comune:{MELZO}"), service="cps-melzo", comune=MELZO,
        who={"anonymous": True, "pseudonym": "K7", "sex": "M"},
    )  # fmt: skip
    installation.wait_for_views()


@pytest.fixture
def referent(installation: Any) -> str:
    found: str = installation.holder("municipal_referent", f"comune:{MELZO}")
    return found


def test_the_list_is_filtered_by_its_address(installation: Any, desk: Any, referent: str) -> None:
    page = desk(referent, viewport={"width": 360, "height": 740})
    page.goto("/casi")
    assert_fits(page)
    assert_accessible(page)
    page = desk(referent, java_script_enabled=False)
    page.goto("/casi?stato=ended")
    expect(page.get_by_text("Con questi filtri non si trova nulla.")).to_be_visible()
    page.get_by_label("Aperto o chiuso").select_option("open")
    page.get_by_label("Comune").select_option(MELZO)
    page.get_by_role("button", name="Applica i filtri").click()
    assert "stato=open" in page.url
    assert f"comune={MELZO}" in page.url
    expect(page.get_by_role("link", name="D'Addario Nora")).to_be_visible()
    page.goto("/casi?stato=x&distretto=%27%20OR%201%3D1&comune=..&servizio=%00&cursor=zz&ritardo=1")
    assert "Traceback" not in page.content()


def test_others_see_none_of_them(installation: Any, desk: Any) -> None:
    page = desk(installation.holder("municipal_referent", f"comune:{VIGNATE}"))
    page.goto("/casi")
    assert "D'Addario" not in page.content()
    assert_accessible(page)


def test_a_person_is_found_by_tax_code_and_by_pseudonym(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/persone/cerca")
    page.get_by_label("Codice fiscale").fill(CODE.lower())
    page.get_by_role("button", name="Cerca").first.click()
    expect(page.get_by_role("link", name="D'Addario Nora")).to_be_visible()
    assert page.url.endswith("/persone/cerca")
    assert_accessible(page)
    page.get_by_label("Codice fiscale").fill("")
    page.get_by_label("Pseudonimo").fill("k")
    page.get_by_role("button", name="Cerca").first.click()
    expect(page.get_by_role("link", name="K7")).to_be_visible()


def test_a_person_is_found_by_name_though_misspelt(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent, java_script_enabled=False)
    page.goto("/persone/cerca")
    page.locator("#f-first_name").fill("Nora")
    page.locator("#f-last_name").fill("D'Adario")
    page.locator("#f-birth_date").fill("1985-12-10")
    page.get_by_role("button", name="Cerca").last.click()
    expect(page.get_by_text("Potrebbe essere Nora D'Addario")).to_be_visible()


def test_what_cannot_be_searched_is_said_at_its_field(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/persone/cerca")
    for code in ("", "%' OR 1=1", "A" * 20):
        page.get_by_label("Codice fiscale").fill(code)
        page.get_by_role("button", name="Cerca").first.click()
        expect(page.locator("#errori")).to_be_visible()
        expect(page.get_by_label("Codice fiscale")).to_have_value(code)
    assert_accessible(page)
    page.get_by_label("Codice fiscale").fill("")
    page.get_by_label("Pseudonimo").fill("%")
    page.get_by_role("button", name="Cerca").first.click()
    expect(page.get_by_text("Nessuno trovato")).to_be_visible()
    assert_accessible(page)


def test_whoever_searches_too_often_is_asked_to_wait(installation: Any, desk: Any) -> None:
    person = installation.holder("work_referent", "employment")
    limits = installation.app.state.pages.state.limits
    page = desk(person)
    page.goto("/persone/cerca")
    page.get_by_label("Pseudonimo").fill("zz")
    page.get_by_role("button", name="Cerca").first.click()
    expect(page.get_by_text("Nessuno trovato")).to_be_visible()
    for _ in range(2):  # once more where a minute began in between
        for _ in range(TIMES):
            limits.count("search", person, 10 * TIMES, SECONDS)
        page.get_by_role("button", name="Cerca").first.click()
        if page.get_by_text("Troppi tentativi").is_visible():
            break
        page.goto("/persone/cerca")
        page.get_by_label("Pseudonimo").fill("zz")
    expect(page.get_by_text("Troppi tentativi")).to_be_visible()
