"""The first page: what is mine, by when, whom I wait for; taking a task from two places at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO
from tests.web.plain import Visitor

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def referent(installation: Any) -> str:
    found: str = installation.holder("municipal_referent", f"comune:{MELZO}")
    return found


def deputy_of(installation: Any) -> str:
    """The municipal referent's."""
    held = installation.territory.holders(
        "municipal_referent", f"comune:{MELZO}", installation.service.clock.now().date()
    )
    return next(person for person, as_deputy in held if as_deputy)


def test_the_morning_begins_with_what_is_mine(installation: Any, desk: Any, referent: str) -> None:
    page = desk(referent)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Prova registered")
    expect(row.get_by_role("link", name="Analisi preliminare")).to_be_visible()
    expect(row).to_contain_text("Melzo")
    for view in ("ritardo", "oggi", "prese", "libere", "altri", "attesa", "territorio"):
        page.goto(f"/?vista={view}")
        expect(page.locator(".desk-views [aria-current=page]")).to_have_count(1)
        # One with nothing in it, one with all there is.
        if view in ("ritardo", "territorio"):
            assert_accessible(page)
    answer = page.goto("/?vista=nessuna&distretto=abc&cursor=%27%20OR%201%3D1")
    assert answer.status == 422


def test_a_task_is_taken_and_given_back_and_the_counts_follow(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Prova registered")
    row.get_by_role("button", name="Prendi").click()
    expect(page.get_by_role("status")).to_contain_text("Presa")
    mine = page.locator(".desk-views").get_by_role("link", name="Prese da me")
    before = int(mine.locator(".desk-count").inner_text())
    page.goto("/?vista=prese")
    expect(page.get_by_role("row").filter(has_text="Prova registered")).to_have_count(1)
    page.get_by_role("row").filter(has_text="Prova registered").get_by_role(
        "button", name="Rilascia"
    ).click()
    expect(page.get_by_role("status")).to_contain_text("Rilasciata")
    assert int(mine.locator(".desk-count").inner_text()) == before - 1


def test_of_two_who_take_a_task_the_second_is_told(
    installation: Any, desk: Any, referent: str
) -> None:
    story = installation.story("contended", last_name="Contesa")
    from api.demo.stories import path

    path.registered(story, ["work"])
    installation.wait_for_views()
    deputy = deputy_of(installation)
    first, second = desk(referent), desk(deputy)
    for page in (first, second):
        page.goto("/")
    for page in (first, second):
        row = page.get_by_role("row").filter(has_text="Contesa")
        row.get_by_role("button", name="Prendi").click()
    expect(first.get_by_role("status")).to_contain_text("Presa")
    expect(second.get_by_text("è stato preso da")).to_be_visible()
    assert_accessible(second)


def count(page: Any, view: str) -> int:
    """What the menu of views says of one."""
    line = page.locator(".desk-views").get_by_role("link", name=view)
    return int(line.locator(".desk-count").inner_text())


def test_a_task_is_given_to_a_deputy_with_a_reason_by_keyboard_and_back(
    installation: Any, desk: Any, referent: str
) -> None:
    story = installation.story("given", last_name="Affidata")
    from api.demo.stories import path

    path.registered(story, ["work"])
    installation.wait_for_views()
    deputy = deputy_of(installation)
    page, theirs = desk(referent), desk(deputy)
    page.goto("/?distretto=5")
    before = count(page, "In attesa di altri")
    page.get_by_role("row").filter(has_text="Affidata").get_by_role(
        "link", name="Analisi preliminare"
    ).click()
    keyboard = page.keyboard
    page.get_by_text("Affida a un altro").focus()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(page.get_by_label("A chi", exact=True)).to_be_focused()
    keyboard.type(installation.territory.people[deputy].name)
    keyboard.press("Tab")
    keyboard.type("Sono via fino a lunedì: c'è da chiamarla.")
    keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Assegnata")
    name = installation.territory.people[deputy].name
    expect(page.get_by_role("main")).to_contain_text(f"Se ne occupa {name}")
    # It is kept from nobody where it is now: what I gave away is what I wait for.
    page.goto("/?vista=attesa&distretto=5")
    assert count(page, "In attesa di altri") == before + 1
    row = page.get_by_role("row").filter(has_text="Affidata")
    expect(row).to_contain_text(name)
    assert_accessible(page)
    theirs.goto("/?vista=prese")
    row = theirs.get_by_role("row").filter(has_text="Affidata")
    giver = installation.territory.people[referent].name
    expect(row).to_contain_text(f"affidata da {giver}")
    row.get_by_role("link", name="Analisi preliminare").click()
    expect(theirs.get_by_role("main")).to_contain_text("Sono via fino a lunedì")
    assert_accessible(theirs)
    theirs.get_by_role("button", name=f"Restituisci a {giver}").click()
    expect(theirs.get_by_role("status")).to_contain_text("Assegnata")
    page.goto("/?vista=attesa")
    assert count(page, "In attesa di altri") == before
    third = Visitor(installation, installation.holder("desk_operator", f"comune:{MELZO}"))
    seen = third.page(f"/attivita/{story.case}/triage")
    assert seen.status_code == 200
    assert "lunedì" not in seen.text


def test_filters_survive_taking_and_giving_back_and_the_back_button(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/?vista=libere&distretto=5&ruolo=municipal_referent")
    row = page.get_by_role("row").filter(has_text="Prova registered")
    free = count(page, "Da prendere")
    row.get_by_role("button", name="Prendi").click()
    expect(page.get_by_role("status")).to_contain_text("Presa")
    expect(page).to_have_url(re.compile(r"vista=libere&distretto=5&ruolo=municipal_referent"))
    assert count(page, "Da prendere") == free - 1
    page.locator(".desk-views").get_by_role("link", name="Prese da me").click()
    expect(page).to_have_url(re.compile(r"distretto=5&ruolo=municipal_referent"))
    page.get_by_role("row").filter(has_text="Prova registered").get_by_role(
        "button", name="Rilascia"
    ).click()
    expect(page.get_by_role("status")).to_contain_text("Rilasciata")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"vista=libere&distretto=5&ruolo=municipal_referent"))
    expect(page.locator(".desk-views [aria-current=page]")).to_contain_text("Da prendere")


def test_who_may_not_know_a_name_sees_a_number(installation: Any, desk: Any) -> None:
    management = installation.holder("management", "management")
    page = desk(management)
    page.goto("/?vista=territorio")
    assert "Prova" not in page.content()
    assert_accessible(page)


# Of every page at this width test_sturdy makes sure as well.
@pytest.mark.slow
def test_it_works_on_a_phone_and_without_scripts(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent, java_script_enabled=False, viewport=PHONE)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Prova registered")
    row.get_by_role("button", name="Prendi").click()
    expect(page.get_by_role("status")).to_contain_text("Presa")
    page.get_by_role("row").filter(has_text="Prova registered").get_by_role(
        "button", name="Rilascia"
    ).click()
    phone = desk(referent, viewport=PHONE)
    phone.goto("/")
    assert_fits(phone)
    assert_accessible(phone)


def test_the_whole_of_it_is_reached_by_keyboard(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Vai al contenuto")
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.locator(":focus").inner_text())
        if reached[-1] == "Analisi preliminare":
            break
    assert "Analisi preliminare" in reached
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/attivita/"))
