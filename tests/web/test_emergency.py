"""Emergency accesses are seen by those who review them, who say whether they were justified."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.checks import assert_accessible, assert_fits

REASON = "In pronto soccorso, non risponde: <script>alert(1)</script> serve il piano."


@pytest.fixture
def opened(installation: Any) -> dict[str, Any]:
    case = installation.cases["assessing"]
    clinician = installation.holder("clinical_referent", "service:cps-melzo")
    answer = installation.api.write(
        clinician,
        f"/cases/{case}/emergency-access",
        {"reason": REASON, "categories": ["social"]},
        "emergency-1",
    )
    found: dict[str, Any] = answer
    return found


def test_the_protection_officer_is_told_and_decides(
    installation: Any, desk: Any, opened: Any
) -> None:
    page = desk("dpo-1")
    page.goto("/")
    page.get_by_role("link", name="Verifica").click()
    expect(page.get_by_text("In pronto soccorso")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Registra la verifica").click()
    expect(page.get_by_role("alert")).to_contain_text("scegliere")
    assert_accessible(page)
    page.get_by_text("Non giustificato", exact=True).click()
    page.get_by_label("Che cosa si è accertato").fill("Era reperibile il case manager.")
    page.get_by_role("button", name="Registra la verifica").click()
    expect(page.get_by_role("status")).to_contain_text("registrata")
    page.goto("/emergenze?vista=tutti")
    expect(page.get_by_text("Non giustificato")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_fits(page)


def test_others_are_not_offered_the_list(installation: Any, desk: Any) -> None:
    page = desk(installation.holder("desk_operator", "comune:015142"))
    page.goto("/")
    expect(page.get_by_role("link", name="Accessi d'emergenza")).to_have_count(0)
