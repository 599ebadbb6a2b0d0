"""A service refers somebody and follows what becomes of it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from domain.case.events import NoteWritten
from domain.person.particulars import particulars_of
from domain.person.register import _check_letter
from protocols.engine.events import CaseOpened
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO

PHONE = {"width": 320, "height": 800}
CODE = "DDDNRO80A41F205"
CODE += _check_letter(CODE)
CODE_OF_TWIN = "GMLVIO80A01F205"
CODE_OF_TWIN += _check_letter(CODE_OF_TWIN)


@pytest.fixture(scope="module")
def referrer(installation: Any) -> str:
    found: str = installation.holder("referrer", "service:cps-melzo")
    return found


@pytest.fixture(scope="module")
def operator(installation: Any) -> str:
    found: str = installation.holder("desk_operator", f"comune:{MELZO}")
    return found


def fill(page: Page, last_name: str, **more: str) -> None:
    page.get_by_role("textbox", name="Cognome").fill(last_name)
    page.locator("#f-first_name").fill("Ivo")
    page.get_by_label("Comune di residenza").select_option(label=more.get("comune", "Melzo"))
    page.get_by_label("Sì, ed è d'accordo").check()
    page.get_by_label("Perché la segnali").fill(more.get("account", "Cerca lavoro e casa."))


def referred(installation: Any, last_name: str) -> list[str]:
    """Cases opened for persons of that name, however often it was sent."""
    installation.wait_for_views()
    service = installation.service
    found = []
    with installation.app.state.parts.pool.connection() as connection:
        rows = connection.execute("SELECT originator_id FROM cases.cases").fetchall()
    for (case,) in rows:
        opened = service.history(case)[0].body
        assert isinstance(opened, CaseOpened)
        if particulars_of(service, UUID(opened.person)).get("last_name") == last_name:
            found.append(str(case))
    return found


def test_a_referral_from_blank_form_to_receipt_to_list(
    installation: Any, desk: Any, referrer: str
) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni")
    page.get_by_role("link", name="Nuova segnalazione").click()
    expect(page.get_by_label("Servizio che segnala")).to_have_value("cps-melzo")
    page.get_by_role("button", name="Vai al riepilogo").click()
    expect(page.get_by_role("alert")).to_contain_text("Cognome: è obbligatorio")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    fill(page, "D'Adda-Prova", comune="Cassina de' Pecchi")
    page.get_by_label("Codice fiscale").fill("DDDNRO80A41F205A")
    page.get_by_label("È senza casa, o sta per perderla").check()
    page.get_by_role("button", name="Vai al riepilogo").click()
    expect(page.locator("#e-tax_code-1")).to_contain_text("non è un codice fiscale valido")
    page.get_by_label("Codice fiscale").fill(CODE.lower())
    page.get_by_role("button", name="Vai al riepilogo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Riepilogo prima dell'invio")
    lines = page.locator("dl")
    for said in ("Cassina de' Pecchi", "Cerca lavoro e casa.", "È senza casa, o sta per perderla"):
        expect(lines).to_contain_text(said)
    assert_accessible(page)
    page.get_by_role("button", name="Invia la segnalazione").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Segnalazione inviata")
    expect(page.get_by_role("main")).to_contain_text("Registrare la segnalazione")
    expect(page.get_by_role("main")).to_contain_text("Cassina de' Pecchi")
    assert_accessible(page)
    page.get_by_role("navigation", name="Menu principale").get_by_text("Segnalazioni").click()
    row = page.get_by_role("row").filter(has_text="D'Adda-Prova Ivo")
    expect(row).to_contain_text("Segnalazione")
    assert_accessible(page)
    row.get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("Cerca lavoro e casa.")
    assert_accessible(page)
    (case,) = referred(installation, "D'Adda-Prova")
    opened = installation.service.history(UUID(case))[0].body
    assert opened.attributes["housing_emergency"] is True
    assert opened.comune == "015060"


def test_sending_twice_and_going_back_refer_once(
    installation: Any, desk: Any, referrer: str
) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    fill(page, "Due Volte")
    page.get_by_role("button", name="Vai al riepilogo").click()
    page.get_by_role("button", name="Invia la segnalazione").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Segnalazione inviata")
    receipt = page.url
    page.go_back()
    page.goto(page.url)
    expect(page).to_have_url(receipt)
    page.go_back()
    page.go_back()
    (case,) = referred(installation, "Due Volte")
    notes = [e for e in installation.service.history(UUID(case)) if isinstance(e.body, NoteWritten)]
    assert len(notes) == 1
    page.goto("/segnalazioni")
    expect(page.get_by_role("heading", name="Segnalazioni non finite")).to_have_count(0)


@pytest.mark.slow
def test_two_sendings_at_once_refer_once(installation: Any, desk: Any, referrer: str) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    fill(page, "Insieme")
    page.get_by_role("button", name="Vai al riepilogo").click()
    address = page.locator("main form").get_attribute("action")
    token = page.locator("main form input[name=_csrf]").get_attribute("value")
    answers = page.evaluate(
        """async ([address, token]) => (await Promise.all([1, 2, 3].map(() => fetch(address,
            {method: 'POST', body: new URLSearchParams({_csrf: token})})))).map(a => a.url)""",
        [address, token],
    )
    assert len(set(answers)) == 1
    assert answers[0].endswith("/ricevuta")
    assert len(referred(installation, "Insieme")) == 1


def test_what_is_typed_is_kept_and_can_be_gone_on_with(desk: Any, referrer: str) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    with page.expect_response(re.compile("/bozza$")):
        page.get_by_role("textbox", name="Cognome").press_sequentially("A metà")
    again = desk(referrer)
    again.goto("/segnalazioni/nuova")
    again.get_by_role("link", name="Riprendi la bozza").click()
    expect(again.get_by_role("textbox", name="Cognome")).to_have_value("A metà")
    again.goto("/segnalazioni")
    assert_accessible(again)
    again.get_by_role("button", name="Elimina la bozza").click()
    expect(again.get_by_role("status")).to_contain_text("Bozza eliminata")


@pytest.mark.slow
def test_who_lives_elsewhere_is_redirected_and_nothing_is_registered(
    installation: Any, desk: Any, referrer: str
) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    fill(page, "Lontana", comune="Un altro Comune, fuori da questo territorio")
    page.get_by_role("button", name="Vai al riepilogo").click()
    expect(page.get_by_role("heading", name="Fuori territorio")).to_be_visible()
    expect(page.locator("#e-comune-1")).to_contain_text("fuori territorio")
    expect(page.get_by_role("textbox", name="Cognome")).to_have_value("Lontana")
    assert_accessible(page)
    assert referred(installation, "Lontana") == []


def test_possible_duplicates_and_an_open_case_are_said_before_and_after(
    installation: Any, desk: Any, operator: str
) -> None:
    installation.story("twin", last_name="Gemelli", first_name="Ivo", tax_code=CODE_OF_TWIN)
    installation.wait_for_views()
    page = desk(operator)
    page.goto("/segnalazioni/nuova")
    fill(page, "Gemeli")
    page.get_by_label("Servizio che segnala").select_option("desk-015142")
    page.get_by_label("Codice fiscale").fill(CODE_OF_TWIN)
    page.get_by_role("button", name="Vai al riepilogo").click()
    twins = page.get_by_role("region", name="Forse è già registrata")
    expect(twins).to_contain_text("Gemelli Ivo")
    assert_accessible(page)
    page.get_by_role("button", name="Invia la segnalazione").click()
    expect(page.get_by_role("alert")).to_contain_text("ha già un caso aperto")
    link = page.get_by_role("link", name="Apri il caso che c'è già")
    expect(link).to_have_attribute("href", f"/casi/{installation.cases['twin']}")
    assert_accessible(page)


def test_an_anonymous_referral_asks_for_no_name(
    installation: Any, desk: Any, referrer: str
) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    page.get_by_label("In forma anonima, con uno pseudonimo").check()
    expect(page.get_by_role("textbox", name="Cognome")).to_be_hidden()
    page.get_by_role("textbox", name="Pseudonimo").fill("NIBBIO-7")
    page.get_by_label("Comune di residenza").select_option(label="Melzo")
    page.get_by_label("No, o non è d'accordo").check()
    page.get_by_label("Perché la segnali").fill("Serve un parere.")
    page.get_by_role("button", name="Vai al riepilogo").click()
    page.get_by_role("button", name="Invia la segnalazione").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Segnalazione inviata")
    expect(page.get_by_role("main")).to_contain_text("NIBBIO-7")


def test_more_is_asked_for_and_the_service_answers(
    installation: Any, desk: Any, referrer: str, operator: str
) -> None:
    story = installation.story("lacking", last_name="Mancante")
    path_incomplete = {"needs": ["work"], "missing": ["documents"]}
    story.do("register_referral", "incomplete", path_incomplete)
    question = {"text": "Manca la relazione: ce la mandate?", "to": "service:cps-melzo"}
    installation.api.write(operator, f"/cases/{story.case}/notes", question, "lacking-q")
    installation.wait_for_views()
    page = desk(referrer)
    page.goto("/segnalazioni")
    row = page.get_by_role("row").filter(has_text="Mancante")
    expect(row).to_contain_text("Integrazione richiesta")
    row.get_by_role("link").click()
    asked = page.get_by_role("listitem").filter(has_text="Manca la relazione")
    expect(asked).to_contain_text("aspetta risposta")
    assert_accessible(page)
    asked.get_by_role("button", name="Rispondi").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    asked.get_by_label("La tua risposta").fill("Eccola in allegato.")
    asked.get_by_role("button", name="Rispondi").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Inviato")
    expect(page.get_by_role("listitem").filter(has_text="Eccola in allegato.")).to_have_count(1)
    expect(page.get_by_text("aspetta risposta")).to_have_count(0)
    page.get_by_text("Scrivi a chi segue il caso").click()
    page.get_by_label("A chi").select_option(label="Melzo")
    page.get_by_label("Messaggio").fill("Quando la incontrate?")
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Quando la incontrate?")).to_contain_text(
        "aspetta risposta"
    )
    story.do("complete_referral", "completed")
    page.reload()
    expect(page.get_by_text("Integrazione richiesta")).to_have_count(0)


@pytest.mark.slow
def test_a_finished_path_is_said_in_words(installation: Any, desk: Any, referrer: str) -> None:
    story = installation.story("ended", last_name="Finita")
    story.do("register_referral", "incomplete", {"needs": ["work"]})
    story.do("complete_referral", "not_completed")
    installation.wait_for_views()
    page = desk(referrer)
    page.goto(f"/segnalazioni/{story.case}")
    expect(page.get_by_role("main")).to_contain_text("Restituita al servizio inviante")
    page.goto("/segnalazioni")
    expect(page.get_by_role("row").filter(has_text="Finita")).to_contain_text("Conclusa")


def test_others_see_neither_the_list_nor_the_referral(
    installation: Any, desk: Any, referrer: str
) -> None:
    case = installation.cases["registered"]
    stranger = desk(installation.holder("referrer", "service:cps-trezzo"))
    for address in (f"/segnalazioni/{case}", f"/segnalazioni/{case}/ricevuta"):
        answer = stranger.goto(address)
        assert answer.status == 404
    stranger.goto("/segnalazioni?servizio=cps-melzo")
    assert "Prova" not in stranger.content()
    management = desk(installation.holder("management", "management"))
    management.goto("/segnalazioni/nuova")
    expect(management.get_by_role("main")).to_contain_text(
        "Puoi segnalare se lavori in un servizio"
    )
    assert_accessible(management)


def test_it_works_on_a_phone_without_scripts(installation: Any, desk: Any, referrer: str) -> None:
    page = desk(referrer, java_script_enabled=False, viewport=PHONE)
    page.goto("/segnalazioni/nuova")
    fill(page, "Senza Script" + "x" * 60)
    page.get_by_role("button", name="Vai al riepilogo").click()
    page.get_by_role("button", name="Invia la segnalazione").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Segnalazione inviata")
    small = desk(referrer, viewport=PHONE)
    for address in ("/segnalazioni", "/segnalazioni/nuova", page.url, page.url[:-9]):
        small.goto(address)
        assert_fits(small)
        assert_accessible(small)


def test_a_whole_referral_by_keyboard(installation: Any, desk: Any, referrer: str) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    page.locator("#f-last_name").focus()
    keyboard = page.keyboard
    keyboard.type("Tastiera")
    keyboard.press("Tab")
    keyboard.type("Ivo")
    for _ in range(40):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "f-comune":
            break
    keyboard.type("Melzo")
    for _ in range(40):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "knows":
            break
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.type("Prova da tastiera.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Riepilogo prima dell'invio")
    for _ in range(40):
        keyboard.press("Tab")
        if "Invia" in page.evaluate("document.activeElement.innerText"):
            break
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Segnalazione inviata")


def test_strange_input_is_said_at_its_field(installation: Any, desk: Any, referrer: str) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    fill(page, "<script>alert(1)</script>")
    page.evaluate(
        "document.querySelectorAll('[maxlength]').forEach(f => f.removeAttribute('maxlength'))"
    )
    page.locator("#f-first_name").fill("à" * 1000)
    page.get_by_label("Data di nascita").fill("2999-01-01")
    page.get_by_role("button", name="Vai al riepilogo").click()
    expect(page.locator("#e-first_name-1")).to_contain_text("troppo lungo")
    expect(page.locator("#e-birth_date-1")).to_be_visible()
    expect(page.get_by_role("textbox", name="Cognome")).to_have_value("<script>alert(1)</script>")
    token = page.locator("main form.referring-form input[name=_csrf]").get_attribute("value")
    for form in ({}, {"_key": "x"}, {"_key": "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"}):
        answer = page.request.post("/segnalazioni/nuova", form={"_csrf": token, **form})
        assert answer.status == 422
    assert page.goto("/segnalazioni/nuova/6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a11/riepilogo").ok
    expect(page).to_have_url(re.compile("/segnalazioni$"))
