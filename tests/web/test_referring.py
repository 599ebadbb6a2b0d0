"""A service refers somebody and follows what becomes of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from api.demo.desk import task_path
from domain.case.events import NoteWritten
from domain.person.particulars import particulars_of
from domain.person.register import _check_letter
from protocols.engine.events import CaseOpened
from tests.canary.papers import unpacked
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, Installation, with_newest
from tests.web.plain import Visitor

PHONE = {"width": 320, "height": 800}
CODE = "DDDNRO80A41F205"
CODE += _check_letter(CODE)
CODE_OF_TWIN = "GMLVIO80A01F205"
CODE_OF_TWIN += _check_letter(CODE_OF_TWIN)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_newest(tmp_path_factory.mktemp("pack") / "pack")


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


def anonymous(service: str, pseudonym: str) -> dict[str, str]:
    """The form as it is sent for somebody without a name."""
    return {
        "protocol": "presa-in-carico", "service": service, "identity": "anonymous",
        "pseudonym": pseudonym, "comune": MELZO, "knows": "no", "account": "Serve un parere.",
        "referred_on": date.today().isoformat(),
    }  # fmt: skip


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
    page.get_by_label("In forma anonima, con uno pseudonimo").check()
    expect(page.get_by_role("textbox", name="Cognome")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Pseudonimo")).to_be_visible()
    page.get_by_label("Con nome e cognome").check()
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
    link = page.get_by_role("link", name="Scarica la ricevuta").get_attribute("href")
    paper = page.request.get(link)
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["cache-control"] == "no-store, private"
    said, inside = list(unpacked(paper.body()))
    assert b"/StructTreeRoot" in inside
    for each in ("D'Adda-Prova", "Ricevuta", "Registrare", "Cassina"):
        assert each.encode() in said.replace("’".encode(), b"'"), each
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


def test_what_is_typed_is_kept_until_it_is_sent(
    installation: Any, desk: Any, referrer: str
) -> None:
    page = desk(referrer)
    page.goto("/segnalazioni/nuova")
    expect(page.get_by_role("main")).to_contain_text("si cancella all'invio, o dopo 30 giorni")
    with page.expect_response(re.compile("/bozza$")):
        page.get_by_role("textbox", name="Cognome").press_sequentially("A metà")
    page.goto("/segnalazioni/nuova")
    page.get_by_role("link", name="Riprendi la bozza").click()
    expect(page.get_by_role("textbox", name="Cognome")).to_have_value("A metà")
    page.goto("/segnalazioni")
    assert_accessible(page)
    page.get_by_role("button", name="Elimina la bozza").click()
    expect(page.get_by_role("status")).to_contain_text("Bozza eliminata")
    # An autosave that comes after the sending, or a sending broken off before its end.
    drafts, visitor = installation.app.state.pages.state.drafts, Visitor(installation, referrer)
    key = "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a22"
    form = anonymous("cps-melzo", "MERLO-3")
    visitor.send("/segnalazioni/nuova", {**form, "_key": key})
    (about,) = [about for about, _ in drafts.listed(referrer, "segnalazione ") if key in about]
    late = drafts.find(referrer, about).fields
    receipt = visitor.send(f"/segnalazioni/nuova/{key}/invia")
    assert receipt.url.path.endswith("/ricevuta")
    assert drafts.find(referrer, about) is None
    drafts.save(referrer, about, late)
    visitor.page(receipt.url.path)
    assert drafts.find(referrer, about) is None
    # … and one that nobody goes on with is not shown after its time.
    drafts.save(referrer, about, late)
    installation.run("UPDATE web_drafts SET at = at - interval '30 days 1 minute'")
    assert drafts.find(referrer, about) is None
    assert drafts.listed(referrer, "segnalazione ") == []


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
    done = {"given": ["reason"], "reason": "Lo dice la relazione."}
    story.do("complete_referral", "completed", done)
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
    expect(page.get_by_role("main")).to_contain_text("Non si può completare")
    page.goto("/segnalazioni")
    expect(page.get_by_role("row").filter(has_text="Finita")).to_contain_text("Conclusa")


def test_what_one_service_sends_another_sees_nothing_of(installation: Any, referrer: str) -> None:
    """Not even that it is there; least of all what a service for addictions sent without a name."""
    sert = Visitor(installation, installation.holder("referrer", "service:sert-pioltello"))
    key = "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a23"
    sert.send("/segnalazioni/nuova", {**anonymous("sert-pioltello", "NIBBIO-7"), "_key": key})
    receipt = sert.send(f"/segnalazioni/nuova/{key}/invia")
    assert "NIBBIO-7" in receipt.text
    installation.wait_for_views()
    theirs = str(receipt.url.path).split("/")[2]
    caf = Visitor(installation, installation.holder("referrer", "service:caf-cgil"))
    for case in (theirs, installation.cases["registered"]):
        for more in ("", "/ricevuta", "/ricevuta.pdf"):
            assert caf.page(f"/segnalazioni/{case}{more}").status_code == 404
        assert caf.page(f"/casi/{case}").status_code == 404
        note = {"text": "Chi è?", "to": "", "answers": ""}
        assert caf.send(f"/segnalazioni/{case}/domande", note).status_code == 404
    again = {**anonymous("caf-cgil", "NIBBIO-7"), "_key": "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a24"}
    pages = [
        caf.page("/"), caf.page("/?vista=territorio"), caf.page("/avvisi"), caf.page("/casi"),
        caf.page("/segnalazioni"), caf.page("/segnalazioni", servizio="sert-pioltello"),
    ]  # fmt: skip
    # The same pseudonym used by another service says nothing either.
    last_look = caf.send("/segnalazioni/nuova", again)
    assert last_look.url.path.endswith("/riepilogo")
    for each in (*pages, last_look):
        assert each.status_code == 200
        assert theirs[:8] not in each.text
        assert "Forse è già registrata" not in each.text
    assert all("NIBBIO-7" not in each.text for each in pages)
    management = Visitor(installation, installation.holder("management", "management"))
    assert "Puoi segnalare se lavori in un servizio" in management.page("/segnalazioni/nuova").text


def test_the_service_completes_its_referral_in_the_form_of_the_protocol(
    installation: Installation, desk: Any, referrer: str
) -> None:
    story = installation.story("integrated", last_name="Integrata")
    lacks = {"needs": ["work"], "missing": ["reason", "assent"]}
    story.do("register_referral", "incomplete", lacks)
    installation.wait_for_views()
    page = desk(referrer)
    page.goto(f"/segnalazioni/{story.case}")
    expect(page.get_by_role("region", name="Integrazione richiesta")).to_be_visible()
    mine = page.get_by_role("region", name="Tocca al tuo servizio")
    expect(mine).to_contain_text("Completare la segnalazione, entro il")
    assert_accessible(page)
    mine.get_by_role("link", name="Compila").click()
    # What was asked for is there to be read while it is answered.
    expect(page.get_by_role("main")).to_contain_text("Che cosa manca")
    page.get_by_label("Completata", exact=True).check()
    page.get_by_role("button", name="Controlla e conferma").last.click()
    expect(page.locator("#errori")).to_contain_text("Che cosa si completa")
    given = page.get_by_role("group", name="Che cosa si completa")
    given.get_by_label("Motivo della segnalazione").check()
    given.get_by_label("Assenso della persona").check()
    page.get_by_role("textbox", name="Motivo della segnalazione").fill("Cerca casa, d'accordo.")
    page.get_by_label("Sì, ed è d'accordo").check()
    assert_accessible(page)
    page.get_by_role("button", name="Controlla e conferma").last.click()
    expect(page.get_by_role("main")).to_contain_text("Cerca casa, d'accordo.")
    page.get_by_role("button", name="Conferma e registra").click()
    expect(page.get_by_role("button", name="Conferma e registra")).to_have_count(0)
    assert {task.step for task in story.state().open_tasks()} >= {"triage"}
    installation.wait_for_views()
    page.goto(f"/segnalazioni/{story.case}")
    expect(page.get_by_text("Tocca al tuo servizio")).to_have_count(0)
    expect(page.get_by_text("Integrazione richiesta")).to_have_count(0)
    # Whose step is next reads there what the service wrote.
    referent = Visitor(installation, story.holder("municipal_referent"))
    assert "Cerca casa, d" in referent.page(f"/attivita/{story.case}/triage").text


def test_a_desk_completes_at_its_own_door_what_it_sent(
    installation: Installation, operator: str
) -> None:
    api = installation.api
    body = {
        "protocol": "presa-in-carico", "service": f"desk-{MELZO}", "comune": MELZO,
        "referred_on": date.today().isoformat(),
        "person": {"first_name": "Ivo", "last_name": "Allo Sportello", "sex": "M"},
    }  # fmt: skip
    case = api.write(operator, "/referrals", body, "of-the-desk")["case"]
    lacks = {"outcome": "incomplete", "data": {"needs": ["work"], "missing": ["documents"]}}
    api.write(operator, task_path(case, "register_referral", "complete"), lacks, "of-the-desk-1")
    installation.wait_for_views()
    assert (
        "Tocca al tuo servizio"
        in Visitor(installation, operator).page(f"/segnalazioni/{case}").text
    )


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


def test_strange_input_is_said_at_its_field(installation: Any, referrer: str) -> None:
    visitor = Visitor(installation, referrer)
    form = {
        **anonymous("cps-melzo", ""), "identity": "named", "knows": "yes", "first_name": "à" * 1000,
        "last_name": "<script>alert(1)</script>", "birth_date": "2999-01-01",
    }  # fmt: skip
    answer = visitor.send("/segnalazioni/nuova", form)
    assert answer.status_code == 422
    assert "troppo lungo" in answer.text.partition('id="e-first_name-1"')[2][:300]
    assert 'id="e-birth_date-1"' in answer.text
    assert "<script>alert" not in answer.text
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in answer.text
    for wrong in ({"_key": ""}, {"_key": "x"}, {"_key": "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"}):
        assert visitor.send("/segnalazioni/nuova", wrong).status_code == 422
    unknown = visitor.page("/segnalazioni/nuova/6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a11/riepilogo")
    assert unknown.url.path == "/segnalazioni"
