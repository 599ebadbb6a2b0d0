"""Doing a task, as people do it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from protocols.territory import default_pack
from tests.canary.papers import unpacked
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, Desk, Installation

SCRIPT = "<script>alert(1)</script> c'è \"><img src=x onerror=alert(2)>"
TRIAL = Path(__file__).parent / "form_protocol.yaml"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a protocol that asks a question of every kind."""
    made = tmp_path_factory.mktemp("pack") / "pack"
    shutil.copytree(default_pack(), made)
    trial = made / "protocols" / "modulo-di-prova"
    trial.mkdir()
    shutil.copy(TRIAL, trial / "1.0.0.yaml")
    return made


@pytest.fixture
def referent(installation: Installation) -> str:
    return installation.holder("municipal_referent", f"comune:{MELZO}")


def address(installation: Installation, case: str, task: str) -> str:
    return f"/attivita/{installation.cases.get(case, case)}/{quote(task, safe='')}"


def task_of(installation: Installation, case: str, task: str) -> Any:
    return installation.service.state(UUID(installation.cases.get(case, case))).tasks[task]


def trial_case(installation: Installation, name: str) -> str:
    """A case of the trial protocol."""
    person = {"first_name": "Nora", "last_name": name, "sex": "F"}
    body = {
        "protocol": "modulo-di-prova", "service": "cps-melzo", "comune": MELZO,
        "referred_on": installation.service.clock.now().date().isoformat(), "person": person,
    }  # fmt: skip
    operator = installation.holder("desk_operator", f"comune:{MELZO}")
    answer = installation.api.write(operator, "/referrals", body, f"trial {name}")
    return str(answer["case"])


def check(page: Page) -> None:
    page.get_by_role("button", name="Controlla e conferma").last.click()


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Conferma e registra").click()


def test_a_step_is_done_with_a_last_look_and_a_receipt(
    installation: Installation, desk: Desk, referent: str
) -> None:
    page = desk(referent)
    page.goto(address(installation, "registered", "triage"))
    assert_accessible(page)
    check(page)
    expect(page.locator("#errori")).to_be_focused()
    page.get_by_role("link", name="«Data del colloquio» è obbligatorio").click()
    expect(page.get_by_label("Data del colloquio")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Data del colloquio").fill("2026-11-20")
    page.get_by_label("Lavoro", exact=True).check()
    page.get_by_label("Sintesi").fill(SCRIPT)
    page.get_by_label("Bisogno complesso").check()
    check(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ultimo sguardo")
    expect(page.get_by_text(SCRIPT)).to_be_visible()
    expect(page.get_by_text("Dare l'informativa e raccogliere")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Conferma e registra").dblclick()
    expect(page.get_by_text("Registrato.")).to_be_visible()
    assert_accessible(page)
    assert task_of(installation, "registered", "triage").outcome == "complex"
    page.go_back()
    expect(page.get_by_role("heading", name="Conclusa")).to_be_visible()
    page.goto(address(installation, "registered", "triage") + "/conferma")
    expect(page.get_by_role("heading", name="Conclusa")).to_be_visible()


def test_every_kind_of_question_is_asked_kept_and_recorded(
    installation: Installation, desk: Desk, referent: str
) -> None:
    case = trial_case(installation, "Domande")
    page = desk(referent)
    page.goto(address(installation, case, "fill"))
    assert_accessible(page)
    page.get_by_label("Oggetto").fill("x" * 1000)
    page.get_by_label("Quante persone").fill("venti")
    page.get_by_label("Spesa").fill("1.234,50")
    page.get_by_label("Giorno").fill("2026-11-20")
    expect(page.get_by_label("Mansione")).to_have_count(0)
    page.get_by_role("group", name="Lavora").get_by_label("Sì").check()
    page.get_by_label("Mansione").fill("fornaio")
    page.get_by_role("group", name="Area").get_by_label("Casa").check()
    page.get_by_label("Una cura").check()
    page.get_by_role("group", name="Risorse").get_by_label("4").check()
    page.get_by_label("Comune").select_option(label="Cassina de' Pecchi")
    page.get_by_label("Collega", exact=True).select_option(referent)
    expect(page.locator("#s-audit")).to_contain_text("quando tutte le voci hanno un valore")
    page.get_by_role("group", name="Funzionamento globale").get_by_label("Funzionamento").fill("55")
    expect(page.locator("#s-audit")).to_contain_text("Punteggio: 55")
    page.get_by_role("button", name="Aggiungi una voce a «Visite»").click()
    visit = page.get_by_role("group", name="Visite: 1")
    visit.get_by_label("Data").fill("2026-11-19")
    visit.get_by_label("Durata").fill("1,5")
    assert_accessible(page)
    page.get_by_label("Compilato").check()
    check(page)
    expect(page.locator("#errori a")).to_have_text(
        [
            "Oggetto: è troppo lungo: 1000 caratteri, al massimo 500",
            "Quante persone: deve essere un numero intero",
        ]
    )
    expect(page.get_by_label("Oggetto")).to_have_value("x" * 1000)
    assert_fits(page)
    page.get_by_label("Oggetto").fill("Una casa per tutti")
    page.get_by_label("Quante persone").fill("3")
    check(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ultimo sguardo")
    assert_accessible(page)
    confirm(page)
    expect(page.get_by_text("Registrato.")).to_be_visible()
    data = installation.service.state(UUID(case)).data["fill"]
    recorded = {name: data[name] for name in ("people", "cost", "job", "area", "needs", "strength")}
    assert recorded == {
        "people": 3, "cost": 1234.5, "job": "fornaio", "area": "casa", "needs": ["cura"],
        "strength": 4,
    }  # fmt: skip
    assert data["visits"] == [{"day": "2026-11-19", "hours": 1.5}]
    assert data["audit"]["score"] == 55
    assert data["town"] == installation.territory.find_comune("Cassina de' Pecchi").istat


def test_without_javascript_rows_come_and_go_and_the_team_is_recorded(
    installation: Installation, desk: Desk
) -> None:
    page = desk(installation.holder("district_referent", "district:5"), java_script_enabled=False)
    page.goto(address(installation, "team", "constitute_team"))
    story = installation.stories["team"]
    roles = ("municipal_referent", "district_referent", "asst_referent", "work_referent")
    for number, role in enumerate((*roles, "clinical_referent")):
        if number:
            page.get_by_role("button", name="Aggiungi una voce a «Componenti»").click()
        row = page.get_by_role("group", name=f"Componenti: {number + 1}")
        row.get_by_label("Operatore").select_option(story.holder(role))
        row.locator(f"input[value={role}]").check()
    page.get_by_role("button", name="Aggiungi una voce a «Componenti»").click()
    expect(page.get_by_role("group", name="Componenti: 6")).to_be_visible()
    page.get_by_role("button", name="Togli la voce 6 di «Componenti»").click()
    page.get_by_label("Case manager").select_option(story.holder("municipal_referent"))
    page.get_by_label("Referente clinico del CPS").select_option(story.holder("clinical_referent"))
    page.get_by_label("Completa", exact=True).check()
    check(page)
    confirm(page)
    expect(page.get_by_text("Registrato.")).to_be_visible()
    assert len(story.state().data["constitute_team"]["members"]) == 5


def test_what_others_wrote_stands_beside_and_where_they_differ(
    installation: Installation, desk: Desk
) -> None:
    story = installation.stories["assessing"]
    tasks = [task for task in story.state().open_tasks() if task.step == "assess"]
    first, second, third = tasks[:3]
    answers = {"functioning": 2, "economic": 3, "work": 2}
    story.do("assess", "done", answers, instance=first.instance)
    story.do("assess", "done", {**answers, "functioning": 5}, instance=second.instance)
    page = desk(third.instance, viewport={"width": 360, "height": 740})
    page.goto(address(installation, "assessing", third.key))
    row = page.get_by_role("row").filter(has_text="Funzionamento personale e sociale")
    expect(row).to_contain_text("differiscono")
    expect(page.get_by_role("row").filter(has_text="Situazione economica")).not_to_contain_text(
        "differiscono"
    )
    assert_accessible(page)
    assert_fits(page)


def test_a_draft_is_kept_while_typing_and_survives_the_session(
    installation: Installation, desk: Desk, referent: str
) -> None:
    page = desk(referent)
    where = address(installation, "triaged", "authorise_disclosure")
    page.goto(where)
    page.get_by_label("Con le sue parole").fill(SCRIPT)
    expect(page.locator("#bozza")).to_contain_text("Bozza salvata")
    page.get_by_label("Presa in carico integrata").check()
    installation.sessions.end(referent)
    check(page)
    expect(page).to_have_url(re.compile("/accesso"))
    again = desk(referent)
    again.goto(where)
    expect(again.get_by_label("Con le sue parole")).to_have_value(SCRIPT)
    again.get_by_role("button", name="Ricomincia da capo").click()
    expect(again.get_by_label("Con le sue parole")).to_have_value("")


def test_of_two_who_do_the_same_task_the_second_loses_nothing(
    installation: Installation, desk: Desk, referent: str
) -> None:
    case = trial_case(installation, "Due browser")
    where = address(installation, case, "sign")
    mine, other = desk(referent), desk(referent)
    for page in (mine, other):
        page.goto(where)
    mine.get_by_label("Data della firma").fill("2026-11-19")
    mine.get_by_label("Firmato", exact=True).check()
    check(mine)
    expect(mine.get_by_text("La tua è la prima firma")).to_be_visible()
    # Meanwhile the case moves.
    other.get_by_role("button", name="Prendi").click()
    expect(other.get_by_role("status").first).to_contain_text("Presa")
    confirm(mine)
    expect(mine.get_by_text("Il caso è andato avanti mentre controllavi")).to_be_visible()
    assert_accessible(mine)
    confirm(mine)
    expect(mine.get_by_text("La tua firma è registrata")).to_be_visible()
    expect(mine.get_by_text("serve la firma di un'altra persona")).to_be_visible()
    # The second signs what the first signed, who had taken the task and need not let go of it.
    second = desk(_another(installation, referent))
    second.goto(where)
    expect(second.get_by_text("ha firmato il")).to_be_visible()
    second.get_by_role("button", name="Firma anche tu").click()
    expect(second.get_by_role("heading", name="Conclusa")).to_be_visible()
    assert task_of(installation, case, "sign").status == "done"
    paper = second.request.get(f"{where}/stampa")
    assert paper.headers["content-type"] == "application/pdf"
    text = next(unpacked(paper.body())).decode().replace(" ", "")
    assert "DuebrowserNora" in text
    assert "19novembre2026" in text
    # What was being typed into a task that somebody else has done is shown, and not recorded.
    mine.reload()
    expect(mine.get_by_role("heading", name="Conclusa")).to_be_visible()


def _another(installation: Installation, referent: str) -> str:
    today = installation.service.clock.now().date()
    holders = installation.territory.holders("municipal_referent", f"comune:{MELZO}", today)
    deputies = installation.territory.holders("district_referent", "district:5", today)
    return next(person for person, _ in (*holders, *deputies) if person != referent)


def test_a_step_closed_meanwhile_keeps_what_was_typed(
    installation: Installation, desk: Desk, referent: str
) -> None:
    case = trial_case(installation, "Chiusa intanto")
    page = desk(referent)
    page.goto(address(installation, case, "fill"))
    page.get_by_label("Oggetto").fill("Una casa per tutti")
    expect(page.locator("#bozza")).to_contain_text("Bozza salvata")
    data = {
        "subject": "Altro", "people": 1, "day": "2026-11-20", "employed": False, "area": "casa",
        "strength": 2, "reason": "Rinuncia",
    }  # fmt: skip
    body = {"outcome": "given_up", "data": data}
    installation.api.write(referent, f"/tasks/{case}:fill/complete", body, "closed meanwhile")
    check(page)
    expect(page.get_by_role("heading", name="Conclusa")).to_be_visible()
    expect(page.get_by_role("region", name="Quello che avevi scritto")).to_contain_text(
        "Una casa per tutti"
    )
    assert_accessible(page)
    page.get_by_role("button", name="Butta via").click()
    expect(page.get_by_text("Una casa per tutti")).to_have_count(0)


def test_what_is_not_there_or_not_ones_own_is_said(
    installation: Installation, desk: Desk, referent: str
) -> None:
    page = desk(referent)
    for case, task in (("referred", "nope"), ("referred", "%' OR 1=1"), (str(UUID(int=7)), "x")):
        page.goto(address(installation, case, task))
        expect(page.locator("h1")).to_contain_text("Non")
    page.goto(address(installation, "assessing", "assess#nobody"))
    expect(page.locator("h1")).to_contain_text("Non")
    page.goto(address(installation, "team", "constitute_team"))
    operator = desk(installation.holder("desk_operator", f"comune:{MELZO}"))
    operator.goto(address(installation, "triaged", "authorise_disclosure"))
    expect(operator.get_by_role("button", name="Controlla e conferma")).to_have_count(0)
    assert_accessible(operator)


def test_without_javascript_a_document_is_attached_and_the_page_comes_again(
    installation: Installation, desk: Desk, referent: str
) -> None:
    page = desk(referent, java_script_enabled=False)
    page.goto(address(installation, "triaged", "authorise_disclosure"))
    page.get_by_text("Allega un documento").first.click()
    file: Any = {"name": "modulo.txt", "mimeType": "text/plain", "buffer": b"Firmato."}
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Titolo").fill("Modulo firmato")
    page.get_by_role("button", name="Allega un documento").click()
    expect(page.get_by_role("link", name="Modulo firmato")).to_be_visible()


def test_by_keyboard_alone_and_recorded_late(installation: Installation, desk: Desk) -> None:
    page = desk(installation.holder("desk_operator", f"comune:{MELZO}"))
    page.goto(address(installation, "referred", "register_referral"))
    page.get_by_label("Lavoro", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Completa", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_text("È avvenuto prima di oggi?").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Quando è avvenuto").fill("2036-01-01T10:00")
    page.keyboard.press("Enter")
    expect(page.locator("#errori a")).to_contain_text(["non può essere nel futuro"])
    yesterday = installation.service.clock.now().replace(hour=9, minute=30, second=0)
    page.get_by_label("Quando è avvenuto").fill(yesterday.strftime("%d/%m/%Y 00:10"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ultimo sguardo")
    page.get_by_role("button", name="Conferma e registra").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Registrato.")).to_be_visible()
    assert task_of(installation, "referred", "register_referral").outcome == "complete"
