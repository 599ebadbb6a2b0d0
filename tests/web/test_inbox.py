"""The first page: what is mine, by when, whom I wait for; taking a task from two places at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def referent(installation: Any) -> str:
    found: str = installation.holder("municipal_referent", f"comune:{MELZO}")
    return found


def test_the_morning_begins_with_what_is_mine(installation: Any, desk: Any, referent: str) -> None:
    page = desk(referent)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Prova registered")
    expect(row.get_by_role("link", name="Analisi preliminare")).to_be_visible()
    expect(row).to_contain_text("Melzo")
    for view in ("ritardo", "oggi", "prese", "libere", "altri", "attesa", "territorio"):
        page.goto(f"/?vista={view}")
        expect(page.locator(".desk-views [aria-current=page]")).to_have_count(1)
        assert_accessible(page)
    page.goto("/?vista=nessuna&distretto=abc&cursor=%27%20OR%201%3D1")
    assert_accessible(page)


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
    deputy = next(
        person
        for person, as_deputy in installation.territory.holders(
            "municipal_referent", f"comune:{MELZO}", installation.service.clock.now().date()
        )
        if as_deputy
    )
    first, second = desk(referent), desk(deputy)
    for page in (first, second):
        page.goto("/")
    for page in (first, second):
        row = page.get_by_role("row").filter(has_text="Contesa")
        row.get_by_role("button", name="Prendi").click()
    expect(first.get_by_role("status")).to_contain_text("Presa")
    expect(second.get_by_text("è stato preso da")).to_be_visible()
    assert_accessible(second)


def test_who_may_not_know_a_name_sees_a_number(installation: Any, desk: Any) -> None:
    management = installation.holder("management", "management")
    page = desk(management)
    page.goto("/?vista=territorio")
    assert "Prova" not in page.content()
    assert_accessible(page)


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
