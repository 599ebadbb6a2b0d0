"""The team's conference on a case: before it, in it, after it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from api.demo.stories import path
from api.demo.story import Story
from tests.canary.papers import unpacked
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, Desk, Installation, with_newest

ANSWERS = {"functioning": 2, "economic": 3, "work": 2}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_newest(tmp_path_factory.mktemp("pack") / "pack")


@pytest.fixture(scope="module")
def story(installation: Installation) -> Story:
    """Assessing: four members, none of whom has answered."""
    return installation.stories["assessing"]


def attended(page: Page, number: int, who: dict[str, str]) -> None:
    row = page.get_by_role("group", name=f"Componenti presenti: {number}", exact=True)
    row.get_by_label("Chi").select_option(who["person"])
    row.get_by_label("In quale ruolo").select_option(who["role"])


def members(story: Story) -> list[str]:
    return [task.instance for task in story.state().tasks.values() if task.step == "assess"]


def text_of(pdf: bytes) -> str:
    *pages, _ = unpacked(pdf)
    return b"".join(pages).decode().replace(" ", "")


def assert_tagged(pdf: bytes) -> None:
    """As PDF/UA-1 wants (ISO 14289-1): tagged, titled, in Italian, its tables with headers."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        root = opened.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang).startswith("it")
        assert root.ViewerPreferences.DisplayDocTitle
        assert b"pdfuaid" in root.Metadata.read_bytes()
        kinds = {
            str(each.get("/S")) for each in opened.objects if isinstance(each, pikepdf.Dictionary)
        }
    assert {"/H1", "/Table", "/TH"} <= kinds


def test_before_it_the_page_says_what_is_missing_and_who_is_expected(
    installation: Installation, desk: Desk, story: Story
) -> None:
    first, *_ = members(story)
    story.do("assess", "done", ANSWERS, instance=first)
    page = desk(installation.holder("district_referent", "district:5"))
    page.goto(f"/casi/{story.case}")
    page.get_by_role("link", name="Riunione di équipe").click()
    expect(page.get_by_text("La riunione non si può ancora tenere")).to_be_visible()
    needed = page.get_by_role("region", name="Che cosa serve prima")
    expect(needed).to_contain_text("1 su 5, ne bastano 3")
    expect(needed.get_by_role("listitem").filter(has_text="parere di idoneità")).to_contain_text(
        "manca"
    )
    expected = page.get_by_role("region", name="Chi è atteso")
    expect(expected).to_contain_text("Servono almeno tre componenti.")
    expect(expected.get_by_text("non ha ancora valutato")).to_have_count(4)
    expect(page.get_by_role("region", name="Che cosa si può decidere")).to_contain_text(
        "Presa in carico con condizioni"
    )
    assert_accessible(page)


def test_in_it_each_ones_view_stands_beside_and_the_decision_is_taken_from_there(
    installation: Installation, desk: Desk, story: Story
) -> None:
    _, second, *others = members(story)
    story.do("assess", "done", {**ANSWERS, "functioning": 5}, instance=second)
    remarks = "Litio da marzo, segue il CPS"
    for each in others:
        data = {**ANSWERS, "remarks": remarks} if each.startswith("cps") else ANSWERS
        story.do("assess", "done", data, instance=each)
    path.fit(story, treatment_reference="12/2026")
    absent = {"member": others[0], "meeting_on": story.day()}
    story.event("member_absent", absent, by=story.holder("district_referent"))
    page = desk(
        installation.holder("district_referent", "district:5"),
        viewport={"width": 320, "height": 700},
    )
    page.goto(f"/casi/{story.case}/conferenza")
    expect(page.get_by_text("Valutazioni diverse su: Funzionamento personale")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Funzionamento personale e sociale")
    expect(row).to_contain_text("differiscono")
    expect(page.get_by_role("region", name="Chi è atteso")).to_contain_text("è mancato")
    # What only those who treat the person may read is named, and is not there.
    expect(page.get_by_role("row").filter(has_text="Osservazioni")).to_contain_text(
        "Dati clinici: non visibil"
    )
    assert remarks not in page.content()
    assert_accessible(page)
    assert_fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Scrivi il verbale e decidi").click()
    page.get_by_label(re.compile("^Data")).fill(story.day())
    _, clinical, *_ = there = path.present(story, 4)
    for number, each in enumerate(there[:2], 1):
        attended(page, number, each)
    page.get_by_label("Presa in carico con condizioni").check()
    page.get_by_role("button", name="Controlla e conferma").last.click()
    # Quorum and what the decision needs are the protocol's to ask.
    expect(page.locator("#errori a")).to_have_count(2)
    expect(page.locator("#errori")).to_contain_text("ne servono almeno 3, ce ne sono 2")
    for number, each in enumerate(there[2:], 3):
        page.get_by_role("button", name="Aggiungi una voce a «Componenti presenti»").click()
        attended(page, number, each)
    page.get_by_role("group", name="C'è stato dissenso").get_by_label("Sì").check()
    page.get_by_label(re.compile("^Condizioni")).fill("Colloquio ogni mese con l'équipe")
    page.get_by_role("button", name="Controlla e conferma").last.click()
    page.get_by_role("button", name="Conferma e registra").click()
    expect(page.get_by_text("Registrato.")).to_be_visible()
    page.get_by_role("link", name="Riunione di équipe").click()
    decided = page.get_by_role("region", name="Che cosa si è deciso")
    expect(decided).to_contain_text("Presa in carico con condizioni")
    expect(decided).to_contain_text("Colloquio ogni mese con l'équipe")
    expect(decided).to_contain_text(installation.territory.people[clinical["person"]].name)


def test_after_it_the_minutes_are_an_accessible_paper_with_the_dissent(
    installation: Installation, desk: Desk, story: Story
) -> None:
    dissent = {"signed_on": story.day(), "dissent": "Serviva prima il parere del medico"}
    story.do("countersign_minutes", "signed_with_dissent", dissent)
    page = desk(installation.holder("district_referent", "district:5"), java_script_enabled=False)
    page.goto(f"/casi/{story.case}/conferenza")
    expect(page.get_by_role("region", name="Che cosa si è deciso")).to_contain_text(
        "Firmato con dissenso a verbale"
    )
    expect(page.get_by_role("link", name="Scrivi il verbale")).to_have_count(0)
    link = page.get_by_role("link", name="Verbale del")
    answer: Any = page.request.get(str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    assert_tagged(answer.body())
    said = text_of(answer.body())
    for words in (
        "Verbaledellariunionediéquipe", "Presaincaricoconcondizioni",
        "Colloquioognimeseconl'équipe", "Serviva prima il parere".replace(" ", ""),
        "differiscono", "Servonoalmenotrecomponenti", "Inqualeruolo",
    ):  # fmt: skip
        assert words in said
    assert page.request.get(f"/casi/{story.case}/conferenza/verbale?decisione=3").status == 404


def test_who_may_not_see_the_case_sees_no_conference(
    installation: Installation, desk: Desk, story: Story
) -> None:
    elsewhere = desk(installation.holder("desk_operator", "comune:015237"))
    for address in ("conferenza", "conferenza/verbale", "progetto", "progetto/stampa"):
        answer = elsewhere.request.get(f"/casi/{story.case}/{address}")
        assert answer.status in (403, 404)
    nobody = installation.cases["registered"]
    operator = desk(installation.holder("municipal_referent", f"comune:{MELZO}"))
    operator.goto(f"/casi/{nobody}/conferenza")
    expect(operator.get_by_text("L'équipe non è ancora costituita")).to_be_visible()
    expect(operator.get_by_text("Nessuno ha ancora scritto")).to_be_visible()
    assert_accessible(operator)
