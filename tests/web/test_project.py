"""The personal project: composed, printed, signed, amended; and the files that go with it."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from api.demo.stories import path
from api.demo.story import Story
from api.web.spool import Spool
from tests.documents.made import PDF
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, Desk, Installation, with_newest
from tests.web.test_conference import assert_tagged, text_of

LINE = ("Indennità o borsa", "1.500,00", "Comune")
OFFICE = "Obiettivo: Licenza media entro l'estate, c'è già l'iscrizione"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_newest(tmp_path_factory.mktemp("pack") / "pack")


@pytest.fixture(scope="module")
def story(installation: Installation) -> Story:
    """With a light project, signed; the full one is to be written."""
    story = Story("progetto", installation.api, installation.service)
    operator = installation.holder("desk_operator", f"comune:{MELZO}")
    who = {"first_name": "Nora", "last_name": "De' Pecchi", "sex": "F"}
    story.refer(operator, service="cps-melzo", comune=MELZO, who=who, attributes={"measure": "ADI"})
    path.registered(story, ["work"])
    path.triaged(story, "complex", ["work"])
    light = {
        "signed_on": story.day(), "ends_on": story.day(90), "stream": "fondo-poverta",
        "amount": 1200, "commitments": "Un colloquio al mese",
    }  # fmt: skip
    story.do("sign_light_project", "signed", light)
    path.authorised(story)
    story.do("constitute_team", "complete", path.psychiatric_team(story))
    for task in [task for task in story.state().open_tasks() if task.step == "assess"]:
        story.do("assess", "done", path.dimensions(3), instance=task.instance)
    path.fit(story, treatment_reference="12/2026")
    path.decided(story, "admit")
    path.signed_minutes(story)
    story.do("agree_crisis_plan", "not_wanted")
    return story


@pytest.fixture
def manager(story: Story) -> str:
    return story.holder("municipal_referent")


def check(page: Page) -> None:
    page.get_by_role("button", name="Controlla e conferma").last.click()


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Conferma e registra").click()
    expect(page.get_by_text("Registrato.")).to_be_visible()


def test_a_file_that_comes_with_a_form_is_on_no_disk_in_the_clear() -> None:
    spool = Spool()
    spool.write(b"Diagnosi: ")
    spool.write(b"episodio depressivo" * 100_000)
    spool._file.flush()
    assert b"depressivo" not in os.pread(spool._file.fileno(), 2_000_000, 0)
    spool.seek(0)
    assert spool.read(16) == b"Diagnosi: episod"
    assert spool.read() == (b"episodio depressivo" * 100_000)[6:]
    spool.close()


def line(page: Page, number: int, item: str, amount: str, payer: str) -> None:
    row = page.get_by_role("group", name=f"Voci di spesa: {number}", exact=True)
    row.get_by_label(re.compile("^Voce")).select_option(label=item)
    row.get_by_label("Importo in euro").fill(amount)
    row.get_by_label(payer).check()


def slowly(route: Route) -> None:
    if route.request.method == "POST":
        sleep(0.6)
    route.continue_()


def change(page: Page, title: str) -> Any:
    """The row of what changed in a question."""
    table = page.get_by_role("table", name="Che cosa è cambiato")
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title))


def test_it_is_composed_from_what_there_was_and_the_last_look_shows_the_difference(
    desk: Desk, story: Story, manager: str
) -> None:
    page = desk(manager)
    page.goto(f"/casi/{story.case}")
    page.get_by_role("link", name="Progetto personalizzato", exact=True).click()
    expect(page.get_by_role("region", name="Com'è adesso")).to_contain_text("Un colloquio al mese")
    assert_accessible(page)
    page.get_by_role("link", name="Vai all'attività: Scrivere il progetto").click()
    expect(page.get_by_text("Il modulo parte dal progetto com'è ora (versione 1)")).to_be_visible()
    # However slowly a row comes, what was typed just before it does not take it away again: no
    # draft is sent once the form is on its way.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.route(f"**/attivita/{story.case}/*", slowly)
    for number, cost in enumerate((LINE, ("Assicurazioni", "300,50", "Soggetto promotore")), 1):
        page.get_by_role("button", name="Aggiungi una voce a «Voci di spesa»").click()
        line(page, number, *cost)
    page.unroute_all()
    sent = [url for url in asked if url.startswith("POST") or url.endswith("/draft_project")]
    assert len(sent) >= 4
    for one, following in pairwise(sent):
        assert not (one.startswith("POST") and following == f"{one}/bozza")
    total = page.get_by_role("status").filter(has_text="Totale in euro")
    expect(total).to_contain_text("1.800,50")
    page.get_by_label("Tirocinio extracurriculare").check()
    page.get_by_role("button", name="Aggiungi una voce a «Obiettivi»").click()
    goal = page.get_by_role("group", name="Obiettivi: 1")
    goal.get_by_label("Istruzione").check()
    goal.get_by_label(re.compile("^Obiettivo")).fill(OFFICE)
    check(page)
    expect(change(page, "Totale in euro")).to_contain_text(re.compile(r"1\.200,00[\s\S]*1\.800,50"))
    expect(change(page, "Voci di spesa").first).to_contain_text("aggiunta")
    expect(change(page, "Obiettivi")).to_contain_text("aggiunta")
    expect(change(page, "Impegni reciproci")).to_have_count(0)
    assert_accessible(page)
    confirm(page)


def test_it_is_printed_with_places_for_the_signatures(
    desk: Desk, story: Story, manager: str
) -> None:
    page = desk(manager, viewport={"width": 320, "height": 700})
    page.goto(f"/casi/{story.case}/progetto")
    expect(page.get_by_role("region", name="Com'è adesso")).to_contain_text("Da firmare")
    assert_accessible(page)
    assert_fits(page)
    link = page.get_by_role("link", name="Stampa da firmare")
    paper = page.request.get(str(link.get_attribute("href")))
    assert_tagged(paper.body())
    said = text_of(paper.body())
    for words in (
        OFFICE, "La persona, o chi la rappresenta", "De' Pecchi", "aggiunta", "1.200,00",
        "Assicurazioni", "300,50", "Soggetto promotore", "1.800,50",
    ):  # fmt: skip
        assert words.replace(" ", "") in said


def test_it_is_signed_with_the_file_and_both_stay_visible(
    installation: Installation, desk: Desk, story: Story, manager: str, tmp_path: Path
) -> None:
    page = desk(manager)
    page.goto(f"/casi/{story.case}/progetto")
    page.get_by_role("link", name="Vai all'attività: Firmare").click()
    page.get_by_text("Allega un documento").first.click()
    largest = installation.service.documents.largest  # type: ignore[union-attr]
    for name, size in (("enorme.pdf", largest + 1), ("firmato.pdf", 31_000_000)):
        with (tmp_path / name).open("wb") as file:
            file.write(PDF)
            file.truncate(size)
    field = page.get_by_label("File")
    field.set_input_files(tmp_path / "enorme.pdf")
    said = field.evaluate("field => field.validationMessage")
    assert said == "Questo file è troppo grande: al massimo 50 MB. Riducilo o dividilo."
    field.set_input_files(tmp_path / "firmato.pdf")
    page.get_by_label("Titolo").fill("Progetto firmato")
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.get_by_role("link", name="Progetto firmato")).to_be_visible(timeout=20_000)
    page.get_by_label("Data", exact=False).first.fill(story.day())
    page.get_by_label("Firmato", exact=True).check()
    check(page)
    expect(page.get_by_role("region", name="La firma")).to_contain_text("Progetto firmato")
    assert_accessible(page)
    confirm(page)
    page.get_by_role("link", name="Progetto personalizzato", exact=True).click()
    signed = page.get_by_role("region", name="Com'è adesso")
    name = installation.territory.people[manager].name
    expect(signed).to_contain_text(f"Confermata da {name}")
    expect(signed.get_by_role("link", name="Progetto firmato")).to_be_visible()


def test_it_is_amended_and_the_older_version_stays_readable_and_printable(
    installation: Installation, desk: Desk, story: Story, manager: str
) -> None:
    story.event("project_amendment")
    page = desk(manager, java_script_enabled=False)
    page.goto(f"/casi/{story.case}/progetto")
    page.get_by_role("link", name="Vai all'attività: Modificare").click()
    allowance = page.get_by_role("group", name="Voci di spesa: 1", exact=True)
    expect(allowance.get_by_label("Importo in euro")).to_have_value("1500")
    allowance.get_by_label("Importo in euro").fill("1.699,50")
    page.get_by_label("Data della firma").fill(story.day())
    page.get_by_label("Che cosa cambia").fill("Due mesi in più di corso")
    check(page)
    firm = page.get_by_role("region", name="La firma")
    expect(firm).to_contain_text("Nessun file firmato")
    # What is to be signed is on paper before it is recorded.
    link = firm.get_by_role("link", name="Stampa da firmare")
    said = text_of(page.request.get(str(link.get_attribute("href"))).body())
    assert "2.000,00" in said
    assert "Duemesiinpiùdicorso" in said
    expect(change(page, "Totale in euro")).to_contain_text("2.000,00")
    expect(change(page, "Voci di spesa")).to_contain_text("1.699,50")
    expect(change(page, "Obiettivi")).to_have_count(0)
    confirm(page)
    page.goto(f"/casi/{story.case}/progetto")
    expect(change(page, "Totale in euro")).to_contain_text(re.compile(r"1\.800,50[\s\S]*2\.000,00"))
    whole = page.get_by_role("region", name="Com'è adesso")
    expect(whole).to_contain_text("Nessun file firmato: fa fede chi ha confermato.")
    expect(whole).to_contain_text("Due mesi in più di corso")
    expect(whole).to_contain_text("Licenza media")
    page.get_by_role("link", name="Leggi la versione 2").click()
    older = page.get_by_role("region", name="Versione 2")
    expect(older).to_contain_text("1.800,50")
    expect(older.get_by_role("link", name="Progetto firmato")).to_be_visible()
    paper = page.request.get(f"/casi/{story.case}/progetto/stampa?versione=1")
    assert "Uncolloquioalmese" in text_of(paper.body())
    assert page.request.get(f"/casi/{story.case}/progetto?versione=9").status == 404


def test_a_large_document_comes_from_the_case_page_too_and_a_lie_is_refused_in_place(
    desk: Desk, story: Story, manager: str, tmp_path: Path
) -> None:
    page = desk(manager)
    page.goto(f"/casi/{story.case}")
    page.get_by_text("Allega un documento").first.click()
    lie: Any = {"name": "finto.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00"}
    page.get_by_label("File").set_input_files(lie)
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.locator("#messaggi .alert")).to_be_visible()
    page.get_by_label("File").set_input_files(
        {"name": "nota.txt", "mimeType": "text/plain", "buffer": b"Firmato."}
    )
    page.get_by_label("Titolo").fill("Nota di Melzo")
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.get_by_text("Documento allegato.")).to_be_visible()
    expect(page.get_by_role("link", name="Nota di Melzo")).to_be_visible()
    assert_accessible(page)
