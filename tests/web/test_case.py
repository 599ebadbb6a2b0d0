"""The page of a case: where it stands, who has it, what was agreed; what one may write from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from api.demo.stories import path
from domain.documents.place import documents_of
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, VIGNATE

PHONE = {"width": 360, "height": 740}
SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module", autouse=True)
def assessed(installation: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The case with a team, assessed by all of its members, who do not agree."""
    installation.service.documents = documents_of(tmp_path_factory.mktemp("documents"))
    story = installation.stories["assessing"]
    members = [task.instance for task in story.state().open_tasks() if task.step == "assess"]
    for number, member in enumerate(members):
        scores = path.dimensions(2 + number % 2, work=1 + number)
        story.do("assess", "done", scores, instance=member)
    installation.wait_for_views()
    return story


@pytest.fixture
def referent(installation: Any) -> str:
    found: str = installation.holder("municipal_referent", f"comune:{MELZO}")
    return found


@pytest.fixture
def district(installation: Any) -> str:
    found: str = installation.holder("district_referent", "district:5")
    return found


def test_it_says_where_the_case_is_with_whom_and_what_was_found(
    installation: Any, desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nora Prova assessing")
    expect(page.locator("[aria-current=step]").first).to_contain_text("in corso")
    tasks = page.get_by_role("table", name="Che cosa c'è da fare")
    expect(tasks.get_by_role("row").filter(has_text="idoneità")).to_contain_text(
        "Referente clinico"
    )
    team = page.get_by_role("region", name="Équipe")
    expect(team.locator("li").first).to_contain_text("case manager")
    expect(team.locator("li").first).to_contain_text("sostituti: ")
    work = page.get_by_role("table", name="Profilo nelle sei dimensioni").get_by_role("row")
    expect(work.filter(has_text="Lavoro")).to_contain_text("3 da 1 a 5")
    rights = page.get_by_role("region", name="Autorizzazioni")
    expect(rights).to_contain_text("in vigore")
    expect(rights).to_contain_text("clinici")
    expect(page.get_by_role("region", name="Cronologia")).to_contain_text("D.Lgs. 147/2017 art. 5")
    assert_accessible(page)
    assert_fits(page)


# Of every page at this width test_sturdy makes sure as well.
@pytest.mark.slow
def test_on_a_phone_and_without_scripts(desk: Any, assessed: Any, referent: str) -> None:
    phone = desk(referent, viewport=PHONE)
    phone.goto(f"/casi/{assessed.case}/com-era")
    assert_fits(phone)
    phone.goto(f"/casi/{assessed.case}")
    assert_fits(phone)
    assert_accessible(phone)
    plain = desk(referent, java_script_enabled=False)
    plain.goto(f"/casi/{assessed.case}?cronologia=scritti&prima=99999999999999999999")
    plain.goto(f"/casi/{assessed.case}")
    plain.get_by_role("link", name="Note e documenti").click()
    expect(plain.get_by_text("Nulla di questo tipo.")).to_be_visible()


def test_what_may_not_be_seen_is_named(installation: Any, desk: Any, assessed: Any) -> None:
    page = desk(installation.holder("management", "management"))
    page.goto(f"/casi/{assessed.case}")
    expect(page.get_by_text("Il tuo ruolo vede solo il riepilogo")).to_be_visible()
    expect(page.get_by_text("Dati clinici: non visibil")).to_be_visible()
    for hidden in ("Prova assessing", "Note e domande", "Profilo nelle sei dimensioni"):
        assert hidden not in page.content()
    assert_accessible(page)
    for tail, status in (("com-era", 403), ("eventi/death", 404)):
        assert page.request.get(f"/casi/{assessed.case}/{tail}").status == status


def test_of_a_sealed_case_nothing_tells_the_comune(installation: Any, desk: Any) -> None:
    story = installation.story("hidden", comune=VIGNATE, last_name="Nascosta", sealed=True)
    path.registered(story, ["housing"])
    installation.wait_for_views()
    page = desk(installation.holder("management", "management"))
    for address in (f"/casi/{story.case}", "/casi"):
        page.goto(address)
        assert "Vignate" not in page.locator("main").inner_text()
        assert "Nascosta" not in page.content()


@pytest.mark.slow
def test_a_question_is_asked_and_answered(
    installation: Any, desk: Any, assessed: Any, referent: str, district: str
) -> None:
    asking = desk(referent, java_script_enabled=False)
    asking.goto(f"/casi/{assessed.case}")
    asking.get_by_text("Scrivi una nota o una domanda").click()
    form = asking.locator("form").filter(has=asking.get_by_label("Testo"))
    form.get_by_label("Testo").fill(f"Quando ci vediamo? {SCRIPT}")
    form.get_by_label("A chi").select_option(district)
    form.get_by_role("button", name="Scrivi").click()
    expect(asking.get_by_text("aspetta risposta")).to_be_visible()
    expect(asking.locator(".case-text")).to_contain_text("<script>")

    page = desk(district)
    page.goto("/")
    page.get_by_role("link", name="Leggi e rispondi").click()
    page.locator("summary", has_text="Rispondi").click()
    page.get_by_label("La tua risposta").fill("Domani alle dieci, a Cassina de' Pecchi.")
    page.get_by_role("button", name="Rispondi").click()
    expect(page.get_by_text("Domani alle dieci")).to_be_visible()
    expect(page.get_by_text("aspetta risposta")).to_have_count(0)
    assert_accessible(page)


def test_a_note_too_long_or_to_a_stranger_keeps_what_was_typed(
    desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}")
    page.get_by_text("Scrivi una nota o una domanda").click()
    page.get_by_label("Testo").fill("a" * 4001)
    page.get_by_role("button", name="Scrivi", exact=True).click()
    expect(page.locator("#errori")).to_contain_text("4000")
    expect(page.get_by_label("Testo")).to_have_value("a" * 4001)
    assert_accessible(page)
    page.evaluate("document.querySelector('#f-to').add(new Option('x', 'nessuno-9', true, true))")
    page.get_by_label("Testo").fill("A chi?")
    page.get_by_role("button", name="Scrivi", exact=True).click()
    expect(page.locator("#errori")).to_be_visible()
    expect(page.get_by_label("Testo")).to_have_value("A chi?")


def test_an_event_is_one_click_and_one_form(installation: Any, desk: Any, referent: str) -> None:
    story = installation.stories["registered"]
    page = desk(referent)
    page.goto(f"/casi/{story.case}")
    page.get_by_role("link", name="La persona cambia comune").click()
    page.get_by_role("button", name="Registra", exact=True).last.click()
    expect(page.locator("#errori")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/casi/{story.case}/eventi/no_show")
    for field in page.locator("input[type=date]").all():
        field.fill("2026-01-10")
    for group in page.locator("fieldset.desk-choices").all():
        group.locator("input").first.check()
    page.get_by_role("button", name="Registra", exact=True).last.dblclick()
    expect(page.get_by_role("status")).to_contain_text("Registrato")
    expect(page.get_by_role("region", name="Cronologia")).to_contain_text("non si è presentata")
    assert story.state().happened["no_show"]["count"] == 1


def test_what_closes_a_case_is_confirmed_first(installation: Any, desk: Any, referent: str) -> None:
    story = installation.story("ending", last_name="Chiusa")
    path.registered(story, ["work"])
    page = desk(referent)
    page.goto(f"/casi/{story.case}/eventi/death")
    page.get_by_role("button", name="Registra", exact=True).last.click()
    expect(page.locator("#errori")).to_contain_text("Confermare")
    assert_accessible(page)
    assert not story.state().ended
    page.get_by_label("Confermo").check()
    page.get_by_role("button", name="Registra", exact=True).last.click()
    expect(page.get_by_text("Il caso è chiuso.")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/casi/{story.case}/eventi/no_show")
    expect(page.get_by_text("Adesso non possibile")).to_be_visible()
    assert_accessible(page)


def test_a_document_is_attached_given_out_and_withdrawn(
    installation: Any, desk: Any, assessed: Any, referent: str, tmp_path: Path
) -> None:
    lying = tmp_path / "relazione.pdf"
    lying.write_bytes(b"MZ" + b"\0" * 200)
    true = tmp_path / "relazione d'équipe.txt"
    true.write_text("Il colloquio è andato bene.")
    page = desk(referent, java_script_enabled=False)
    page.goto(f"/casi/{assessed.case}")
    page.get_by_text("Allega un documento").first.click()
    page.get_by_label("File").set_input_files(lying)
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.locator("#errori")).to_be_visible()
    page.get_by_label("File").set_input_files(true)
    page.get_by_role("textbox", name="Titolo").fill("Relazione")
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.get_by_role("status")).to_contain_text("allegato")
    link = page.get_by_role("link", name="Relazione")
    answer = page.request.get(installation.address + link.get_attribute("href"))
    assert answer.text() == "Il colloquio è andato bene."
    page.locator("summary", has_text="Ritira").click()
    page.get_by_role("region", name="Documenti").get_by_label("Motivo").fill("è di un altro caso")
    page.get_by_role("button", name="Ritira").click()
    expect(page.get_by_role("region", name="Documenti")).to_contain_text("è di un altro caso")


@pytest.mark.slow
def test_emergency_access_is_opened_with_a_reason_and_shown_to_all(
    installation: Any, desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}")
    page.get_by_role("link", name="Accesso d'emergenza").click()
    page.get_by_label("Che cosa è successo").fill("corto")
    page.get_by_role("button", name="Apri l'accesso d'emergenza").click()
    expect(page.locator("#errori")).to_be_visible()
    assert_accessible(page)
    page.locator("input[name=categories]").first.check()
    page.get_by_label("Che cosa è successo").fill("In pronto soccorso, non risponde.")
    page.get_by_role("button", name="Apri l'accesso d'emergenza").click()
    expect(page.get_by_text("Stai leggendo con un accesso d'emergenza")).to_be_visible()
    assert_accessible(page)
    other = desk(installation.holder("asst_referent", "health_provider"))
    other.goto(f"/casi/{assessed.case}")
    expect(other.get_by_text("ha un accesso d'emergenza aperto")).to_be_visible()


@pytest.mark.slow
def test_exceptions_need_the_role_and_a_reason(
    installation: Any, desk: Any, referent: str, district: str
) -> None:
    case = installation.cases["team"]
    assert desk(referent).goto(f"/casi/{case}/eccezione").status == 403
    page = desk(district)
    page.goto(f"/casi/{case}/eccezione?tipo=skip")
    page.get_by_label("Attività").select_option("acknowledge_referral")
    page.get_by_label("Motivo").fill("x")
    page.get_by_role("button", name="Registra", exact=True).click()
    expect(page.locator("#errori")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Motivo").fill("Già sentito al telefono.")
    page.get_by_role("button", name="Registra", exact=True).click()
    exceptions = page.get_by_role("region", name="Eccezioni e correzioni")
    expect(exceptions).to_contain_text("tralasciato")
    expect(exceptions).to_contain_text("Già sentito al telefono.")


def test_a_correction_sends_only_what_changed(
    installation: Any, desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}/correzione")
    page.get_by_role("link", name="Analisi preliminare").click()
    page.get_by_label("Motivo").fill("un refuso")
    page.get_by_role("button", name="Registra", exact=True).last.click()
    expect(page.locator("#errori")).to_contain_text("Nessun valore è cambiato")
    needs = page.locator("fieldset#f-needs")
    needs.locator("input").first.check()
    page.get_by_role("button", name="Registra", exact=True).last.click()
    expect(page.get_by_role("region", name="Eccezioni e correzioni")).to_contain_text("un refuso")
    assert len(assessed.state().data["triage"]["needs"]) == 3


@pytest.mark.slow
def test_it_can_be_seen_as_it_was(
    installation: Any, desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}/com-era")
    page.locator("summary", has_text="Analisi preliminare").click()
    expect(page.get_by_text("Lavoro").first).to_be_visible()
    assert_accessible(page)
    page.goto(f"/casi/{assessed.case}/com-era?giorno=1/1/1999")
    expect(page.get_by_text("il caso non c'era ancora")).to_be_visible()
    assert page.goto(f"/casi/{assessed.case}/com-era?giorno=domani").status == 422
    assert_accessible(page)


def test_those_in_charge_see_who_has_looked(
    installation: Any, desk: Any, assessed: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto(f"/casi/{assessed.case}")
    assert installation.app.state.parts.reads.flush()
    installation.wait_for_views()
    page.goto(f"/casi/{assessed.case}/letture")
    expect(page.get_by_role("table", name="Chi ha guardato")).to_contain_text("Referente comunale")
    assert_accessible(page)


def test_addresses_of_others_and_forged_ones_say_nothing(
    installation: Any, desk: Any, assessed: Any
) -> None:
    stranger = desk(installation.holder("municipal_referent", f"comune:{VIGNATE}"))
    unknown = "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"
    for tail in ("", "/eventi/death", "/com-era", "/correzione", "/letture"):
        refused = stranger.request.get(f"/casi/{assessed.case}{tail}")
        missing = stranger.request.get(f"/casi/{unknown}{tail}")
        assert (refused.status, missing.status) == (404, 404), tail
    page = desk(installation.holder("municipal_referent", f"comune:{MELZO}"))
    for tail in ("eventi/nulla'--", f"documenti/{unknown}"):
        assert page.request.get(f"/casi/{assessed.case}/{tail}").status == 404
