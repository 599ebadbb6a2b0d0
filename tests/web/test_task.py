"""Doing a task, as people do it."""

from __future__ import annotations

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, Desk, Installation


def _task(installation: Installation, case: str, task: str) -> str:
    return f"/attivita/{installation.cases[case]}/{quote(task, safe='')}"


def _state(installation: Installation, case: str):
    return installation.stories[case].state()


def test_triage_is_done_with_a_last_look_and_a_receipt(
    installation: Installation, desk: Desk
) -> None:
    referent = installation.holder("municipal_referent", f"comune:{MELZO}")
    page = desk(referent)
    address = _task(installation, "registered", "triage")
    page.goto(address)
    assert_accessible(page)
    page.screenshot(path="/tmp/WT/form.png", full_page=True)
    page.get_by_role("button", name="Controlla e conferma").last.click()
    expect(page.locator("#errori")).to_be_focused()
    expect(page.get_by_role("link", name="«Data del colloquio» è obbligatorio")).to_be_visible()
    assert_accessible(page)
    page.screenshot(path="/tmp/WT/errors.png", full_page=True)
    page.get_by_label("Data del colloquio").fill("2026-11-20")
    page.get_by_label("Lavoro", exact=True).check()
    page.get_by_label("Sintesi").fill("<script>alert(1)</script> c'è \"><img src=x onerror=alert(2)>")
    page.get_by_label("Bisogno complesso").check()
    page.get_by_role("button", name="Controlla e conferma").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ultimo sguardo")
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert_accessible(page)
    page.screenshot(path="/tmp/WT/review.png", full_page=True)
    page.get_by_role("button", name="Conferma e registra").dblclick()
    expect(page.get_by_text("Registrato.")).to_be_visible()
    page.screenshot(path="/tmp/WT/done.png", full_page=True)
    assert_accessible(page)
    assert _state(installation, "registered").tasks["triage"].outcome == "complex"
    page.go_back()
    expect(page.get_by_text("Conclusa", exact=True)).to_be_visible()
