"""A person, and a case late in its life: what may be asked of their data, who may be the same, what
has changed, who joined."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from api.demo.stories import path
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO, VIGNATE

PHONE = {"width": 360, "height": 740}
GIVEN = {"first_name": "Rita", "last_name": "De Zuccàri", "sex": "F", "birth_date": "1988-04-03"}


@pytest.fixture(scope="module")
def twice(installation: Any) -> tuple[str, str]:
    """One human being registered twice, with a slip of the pen; the second case has ended."""
    found = []
    for number, family in enumerate(("De Zuccàri", "De Zuccari")):
        story = installation.story(f"twice {number}", **{**GIVEN, "last_name": family})
        path.registered(story, ["work"])
        found.append(str(story.state().attributes["person"]))
    story.event("death")
    installation.wait_for_views()
    return found[0], found[1]


@pytest.fixture(scope="module")
def staff(installation: Any) -> dict[str, str]:
    return {
        "referent": installation.holder("municipal_referent", f"comune:{MELZO}"),
        "coordinator": installation.holder("coordinator", "joint_office"),
        "officer": installation.holder("protection_officer", "audit"),
        "manager": installation.holder("management", "management"),
        "stranger": installation.holder("municipal_referent", f"comune:{VIGNATE}"),
    }


def test_two_registrations_are_found_compared_proposed_merged_and_parted(
    installation: Any, desk: Any, staff: dict[str, str], twice: tuple[str, str]
) -> None:
    kept, merged = twice
    page = desk(staff["referent"])
    page.goto(f"/casi/{installation.cases['twice 0']}")
    page.get_by_text("Dati della persona").first.click()
    page.get_by_role("link", name="Diritti e tutela dei dati").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rita De Zuccàri")
    assert_accessible(page)
    page.get_by_role("link", name="Chi potrebbe essere la stessa persona").click()
    assert_accessible(page)
    page.get_by_role("link", name="Metti a confronto").click()
    row = page.get_by_role("row").filter(has_text="Data di nascita")
    expect(row).to_contain_text("uguale")
    page.get_by_role("button", name="Proponi di unirle").click()
    expect(page.locator("#errori")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Motivo").fill("Stessa carta d'identità.")
    page.get_by_role("button", name="Proponi di unirle").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Unione proposta")

    # Who decides everywhere sees that there are two, not who they are.
    page = desk(staff["coordinator"], java_script_enabled=False)
    page.goto("/persone/cerca")
    page.get_by_role("link", name="Da decidere sulle persone").click()
    page.get_by_role("link", name=f"{kept[:8]} e {merged[:8]}").click()
    assert "Zuccàri" not in page.content()
    expect(page.get_by_text("Dati identificativi").first).to_be_visible()
    page.get_by_role("button", name="Unisci").click()
    expect(page.get_by_role("status")).to_contain_text("unite")
    page.goto(f"/persone/{kept}/uguali/{merged}")
    page.get_by_label("Motivo").fill("Erano due cugine.")
    page.get_by_role("button", name="Separa").click()
    expect(page.get_by_role("status")).to_contain_text("separate")
    # They are not suspected again of what somebody has decided.
    expect(page.get_by_role("link", name=f"{kept[:8]} e {merged[:8]}")).to_have_count(0)


def test_likely_duplicates_are_listed_for_who_decides_and_nobody_else(
    installation: Any, desk: Any, staff: dict[str, str]
) -> None:
    pair = []
    for number, given in enumerate(("Piera", "Pierra")):
        who = {"first_name": given, "last_name": "Dell'Orto", "birth_date": "1971-02-28"}
        story = installation.story(f"alike {number}", **who)
        pair.append(str(story.state().attributes["person"]))
    one, other = sorted(pair)
    installation.wait_for_views()
    page = desk(staff["coordinator"])
    page.goto("/persone/da-decidere")
    listed = page.get_by_role("row").filter(has_text=f"{one[:8]} e {other[:8]}")
    expect(listed).to_contain_text("stesso nome, stessa data di nascita")
    assert "Dell" not in page.locator("main").inner_text()
    assert_accessible(page)
    assert_fits(page)
    for nobody in ("referent", "stranger"):
        visitor = desk(staff[nobody]).request
        assert visitor.get("/persone/da-decidere").status == 403


def test_rights_are_exercised_by_who_may_and_two_erase(
    installation: Any, desk: Any, staff: dict[str, str]
) -> None:
    story = installation.story("rights", first_name="Olga", last_name="Sbagliata")
    path.registered(story, ["work"])
    installation.wait_for_views()
    person = str(story.state().attributes["person"])
    assert desk(staff["stranger"]).request.get(f"/persone/{person}").status == 404

    page = desk(staff["referent"])
    page.goto(f"/persone/{person}")
    expect(page.get_by_role("link", name="Limita il trattamento")).to_have_count(0)
    assert page.request.get(f"/persone/{person}/atti/limitazione").status == 403
    page.goto(f"/persone/{person}/atti/rettifica")
    page.get_by_label("Data di nascita").fill("1979-12-31")
    page.get_by_role("button", name="Rettifica i dati").click()
    expect(page.locator("#errori")).to_contain_text("motivazione")
    assert_accessible(page)
    page.get_by_label("Cognome").fill("D'Esatta")
    page.get_by_label("Motivo").fill("Dal documento.")
    page.get_by_role("button", name="Rettifica i dati").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olga D'Esatta")
    expect(page.get_by_text("31 dic 1979")).to_be_visible()

    page = desk(staff["officer"], viewport=PHONE)
    page.goto(f"/persone/{person}")
    assert "Esatta" not in page.content()
    page.get_by_role("link", name="Limita il trattamento").click()
    page.get_by_label("l'esattezza dei dati è contestata").check()
    page.get_by_label("Motivo").fill("La nascita è contestata.")
    page.get_by_role("button", name="Limita il trattamento").click()
    expect(page.get_by_text("Trattamento limitato: ")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.goto(f"/persone/{person}/atti/ammissione")
    page.get_by_label("Chi").select_option(staff["referent"])
    page.get_by_label("la persona acconsente").check()
    page.get_by_label("Fino al giorno").fill("1999-01-01")
    page.get_by_label("Motivo").fill("Acconsente.")
    page.get_by_role("button", name="Ammetti qualcuno a lavorarci").click()
    expect(page.locator("#errori")).to_contain_text("90")
    page.goto(f"/persone/{person}/atti/fine-limitazione")
    page.get_by_label("Motivo").fill("La data era giusta.")
    page.get_by_role("button", name="Togli la limitazione").click()
    expect(page.locator("#errori")).to_contain_text("spunta")
    page.get_by_label("La persona è stata informata prima").check()
    page.get_by_role("button", name="Togli la limitazione").click()
    expect(page.get_by_role("status")).to_contain_text("tolta")


def test_an_erasure_is_held_asked_for_and_decided_by_another(
    installation: Any, desk: Any, staff: dict[str, str]
) -> None:
    story = installation.story("erased", first_name="Ugo", last_name="Dimenticato")
    path.registered(story, ["work"])
    story.event("death")
    installation.wait_for_views()
    person = str(story.state().attributes["person"])
    manager = desk(staff["manager"])
    manager.goto(f"/persone/{person}/atti/vincolo")
    manager.get_by_label("Motivo").fill("Causa in corso.")
    manager.get_by_role("button", name="Vincola alla conservazione").click()
    expect(manager.get_by_text("vincolo di conservazione").first).to_be_visible()

    page = desk(staff["coordinator"], java_script_enabled=False)
    page.goto(f"/persone/{person}/atti/cancellazione")
    page.get_by_label("dati raccolti senza titolo").check()
    page.get_by_label("Motivo").fill("Segnalato per errore.")
    page.get_by_role("button", name="Chiedi", exact=True).click()
    expect(page.locator("#errori")).to_contain_text("vincolo di conservazione")
    manager.goto(f"/persone/{person}/atti/fine-vincolo")
    manager.get_by_label("Motivo").fill("La causa è finita.")
    manager.get_by_role("button", name="Togli il vincolo").click()
    page.get_by_role("button", name="Chiedi", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("chiesta")

    manager.goto("/persone/da-decidere")
    manager.get_by_role("link", name=f"persona {person[:8]}").click()
    manager.get_by_role("link", name="Decidi la cancellazione").click()
    manager.get_by_label("Approva: cancella per sempre").check()
    manager.get_by_role("button", name="Decidi la cancellazione").click()
    expect(manager.locator("#errori")).to_contain_text("spunta")
    assert_accessible(manager)
    manager.get_by_label("Se approvo: confermo").check()
    manager.get_by_role("button", name="Decidi la cancellazione").click()
    expect(manager.get_by_text("sono stati cancellati")).to_be_visible()
    referent = desk(staff["referent"])
    for address in (f"/persone/{person}", f"/casi/{story.case}"):
        referent.goto(address)
        assert "Dimenticato" not in referent.content()
    assert_accessible(referent)
    assert installation.service.vault.key_to_read(UUID(person)) is None


def test_what_has_changed_between_two_days_is_told_by_name(
    installation: Any, desk: Any, staff: dict[str, str]
) -> None:
    case = installation.cases["assessing"]
    page = desk(staff["referent"], viewport=PHONE)
    page.goto(f"/casi/{case}")
    page.get_by_role("link", name="Che cosa è cambiato").click()
    expect(page.get_by_text("Fra i due momenti non è cambiato nulla.")).to_be_visible()
    page.get_by_label("Dalla fine del giorno").fill("2020-01-01")
    page.get_by_role("button", name="Mostra").click()
    steps = page.get_by_role("table", name="Passi del percorso").get_by_role("row")
    expect(steps.filter(has_text="Analisi preliminare")).to_contain_text("fatta")
    expect(page.get_by_role("region", name="Che cosa si è stabilito")).to_contain_text("quipe")
    expect(page.get_by_role("region", name="Dati scritti o corretti")).to_contain_text("Bisogni")
    assert_accessible(page)
    assert_fits(page)
    for wrong, said in (
        ("da=2031-01-01", "fino a oggi"), ("da=domani", "fino a oggi"), ("a=1999-01-01", "dopo"),
        ("da=1998-01-01&a=1999-01-01", "non c'era"),
    ):  # fmt: skip
        assert page.goto(f"/casi/{case}/confronto?{wrong}").status == 422
        expect(page.locator("#errori")).to_contain_text(said)
    assert_accessible(page)
    manager = desk(staff["manager"])
    assert manager.request.get(f"/casi/{case}/confronto").status == 403
    stranger = desk(staff["stranger"])
    assert stranger.request.get(f"/casi/{case}/confronto").status == 404


def test_somebody_is_added_to_an_activity_that_each_does(installation: Any, desk: Any) -> None:
    story = installation.stories["assessing"]
    district = installation.holder("district_referent", "district:5")
    before = {task.key for task in story.state().open_tasks()}
    page = desk(district)
    page.goto(f"/casi/{story.case}")
    page.get_by_role("region", name="Équipe").get_by_role(
        "link", name="Aggiungi una persona"
    ).click()
    page.get_by_role("button", name="Aggiungi una persona").click()
    expect(page.locator("#errori")).to_contain_text("chi si aggiunge")
    assert_accessible(page)
    page.get_by_label("Chi").select_option("sert-pioltello-1")
    page.get_by_role("button", name="Aggiungi una persona").dblclick()
    expect(page.get_by_role("status")).to_contain_text("Persona aggiunta")
    assert {task.key for task in story.state().open_tasks()} - before == {"assess#sert-pioltello-1"}
    page.goto(f"/casi/{story.case}/persone/aggiungi")
    page.get_by_label("Chi").select_option("sert-pioltello-1")
    page.get_by_role("button", name="Aggiungi una persona").click()
    expect(page.locator("#errori")).to_contain_text("già previsto")
    # Where nothing is open that each does, nobody is added.
    assert page.goto(f"/casi/{installation.cases['triaged']}/persone/aggiungi").status == 403


def test_a_restricted_case_says_so_and_offers_nothing(
    installation: Any, desk: Any, staff: dict[str, str]
) -> None:
    story = installation.stories["team"]
    person = story.state().attributes["person"]
    restricted = {"ground": "c", "why": "Una causa di lavoro."}
    installation.api.write(
        staff["officer"], f"/persons/{person}/restriction", restricted, "restrict"
    )
    installation.wait_for_views()
    page = desk(staff["referent"])
    page.goto(f"/casi/{story.case}")
    expect(page.get_by_text("Trattamento limitato").first).to_be_visible()
    expect(page.get_by_role("region", name="È successo qualcosa?")).to_have_count(0)
    assert_accessible(page)
    until = (installation.service.clock.now() + timedelta(days=10)).date().isoformat()
    page = desk(staff["officer"])
    page.goto(f"/persone/{person}/atti/ammissione")
    page.get_by_label("Chi").select_option(staff["referent"])
    page.get_by_label("la persona acconsente").check()
    page.get_by_label("Fino al giorno").fill(until)
    page.get_by_label("Motivo").fill("Acconsente a proseguire.")
    page.get_by_role("button", name="Ammetti qualcuno a lavorarci").click()
    expect(page.get_by_text("può lavorarci fino al")).to_be_visible()
    page = desk(staff["referent"])
    page.goto(f"/casi/{story.case}")
    expect(page.get_by_text("sei stato ammesso")).to_be_visible()
