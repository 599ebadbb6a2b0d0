"""The ten stories: what decides each of them, done by clicking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from api.demo.run import HOST_KEEPER
from api.demo.stories import HOSTS
from api.stack.postgres import EmbeddedPostgres
from tests.web.checks import assert_accessible
from tests.web.conftest import Desk, Installation, database, installed
from tests.web.plain import Visitor
from tests.web.telling import Act, tell

# A Monday; what the calendar does to the stories is the same in every run.
BEGINNING = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(
    postgres_server: EmbeddedPostgres,
    _template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """Empty, with a clock that the stories move."""
    with (
        database(postgres_server, _template_database) as url,
        installed(url, tmp_path_factory.mktemp("home")) as found,
    ):
        found.service.clock.begin_at(BEGINNING)  # type: ignore[attr-defined]
        yield found


@pytest.fixture(scope="module")
def hosts(installation: Installation) -> dict[str, str]:
    """Ids of the hosts by the names that the scripts know."""
    return {
        name: str(installation.api.write(HOST_KEEPER, "/hosts", fields, f"host/{name}")["host"])
        for name, fields in HOSTS.items()
    }


def due_of(page: Page, task: str) -> str:
    """When a task of the case is due, or that it is paused, as the case's page says it."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=task, exact=True))
    return row.locator("td").last.inner_text()


def test_ivo_s_crisis_stops_the_clocks_until_the_clinical_lead_decides(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    nurse = desk("cps-melzo-1")
    manager = desk("mr-melzo-1")

    def crisis(act: Act) -> None:
        act.report(nurse, "Crisi clinica o ricovero")
        expect(
            nurse.get_by_text("I termini sono sospesi: Crisi clinica o ricovero.")
        ).to_be_visible()
        assert_accessible(nurse)
        manager.goto(act.case)
        assert due_of(manager, "Inserimento in corso") == "in pausa"
        assert due_of(manager, "Decidere il rientro dopo la crisi") != "in pausa"

    def returns(act: Act) -> None:
        act.complete(nurse)

    story = tell(
        "Ivo", installation, hosts, {"clinical_crisis": crisis, "clinical_return": returns}
    )
    manager.goto(f"/casi/{story.case}")
    # The suspended placement still holds them.
    expect(manager.get_by_text("I termini sono sospesi: Inserimento sospeso.")).to_be_visible()


# The district is everybody's to know, and is called after its first comune.
DISTRICT = "Distretto 8 – Trezzo sull'Adda"


def test_nadia_s_place_stays_secret_and_the_match_that_returns_him_is_blocked(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def blocked(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.task)
        # Nor does the comune of who follows her tell where she lives.
        known = page.locator(".desk-known").text_content() or ""
        assert "Viola Cereda" in known
        assert "Trezzo" not in known.replace(DISTRICT, "")
        act.fill(page)
        act.review(page)
        expect(page.locator("#errori")).to_contain_text("esclus")
        act.fill(page, host=hosts["cooperative"])
        act.review(page)
        expect(page.get_by_role("definition").filter(has_text="Il Naviglio")).to_be_visible()
        page.get_by_role("button", name="Conferma e registra").click()
        expect(page.get_by_text("Registrato.")).to_be_visible()
        page.goto(act.case)
        expect(page.get_by_text("luogo protetto")).to_be_visible()
        assert "Trezzo" not in (page.get_by_role("main").text_content() or "").replace(DISTRICT, "")
        assert_accessible(page)

    tell("Nadia", installation, hosts, {"choose_host": blocked})


def test_k7_has_no_name_until_he_gives_it(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def named(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.case)
        expect(page.get_by_role("heading", level=1)).to_have_text("K7")
        expect(page.get_by_text("anonimo", exact=True)).to_be_visible()
        act.complete(page)
        page.goto(act.case)
        expect(page.get_by_role("heading", level=1)).to_have_text("Kevin Settimo")

    tell("K7", installation, hosts, {"give_name": named})


def test_sami_decides_for_himself_from_the_day_he_is_eighteen(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def late(act: Act) -> None:
        page = desk("mr-gorgonzola-1")
        page.goto(act.case)
        row = page.get_by_role("row").filter(has_text="Passaggio ai servizi per adulti")
        expect(row).to_contain_text("oltre il termine")
        act.complete(desk(act.person))

    def renewed(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.case)
        authorisations = page.get_by_role("region", name="Autorizzazioni")
        expect(authorisations).to_contain_text("scaduta")
        act.complete(page)
        page.goto(act.case)
        expect(authorisations).to_contain_text("in vigore")

    tell(
        "Sami",
        installation,
        hosts,
        {"hand_to_adult_services": late, "renew_authorisation": renewed},
    )


def test_rosa_comes_back_after_three_absences_and_her_first_episode_is_kept(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def absent(act: Act) -> None:
        act.report(desk(act.person), "La persona non si è presentata")

    def closed(act: Act) -> None:
        page = desk(act.person)
        act.complete(page)
        page.goto(act.case)
        expect(page.get_by_text("Nessuna attività aperta").first).to_be_visible()

    def returned(act: Act) -> None:
        page = desk(act.person)
        act.report(page, "La persona torna")
        expect(page.get_by_text("ritorno n. 2")).to_be_visible()
        expect(page.get_by_role("link", name="Registrare la segnalazione").first).to_be_visible()
        absence = page.get_by_text("La persona non si è presentata").filter(visible=True)
        expect(absence.first).to_be_visible()
        assert_accessible(page)

    scenes = {"no_show:3": absent, "recontact:3": closed, "re_entry": returned}
    tell("Rosa", installation, hosts, scenes)


def test_dragan_signs_a_light_project_at_once_and_a_full_one_is_amended_later(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def light(act: Act) -> None:
        page = desk(act.person)
        act.complete(page)
        page.goto(act.case)
        decided = page.get_by_role("region", name="Che cosa si è deciso")
        expect(decided).to_contain_text("Patto leggero firmato")

    def amended(act: Act) -> None:
        page = desk(act.person)
        act.complete(page)
        page.goto(act.case)
        decided = page.get_by_role("region", name="Che cosa si è deciso")
        expect(decided.get_by_text("Progetto personalizzato firmato")).to_have_count(2)

    tell("Dragan", installation, hosts, {"sign_light_project": light, "amend_project": amended})


def test_lucia_is_followed_while_two_districts_dispute_her_and_management_rules(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def disputed(act: Act) -> None:
        act.report(desk(act.person), "I distretti non sono d'accordo su chi è competente")

    def ruled(act: Act) -> None:
        page = desk(act.person)
        page.goto("/")
        expect(
            page.get_by_role("link", name="Decidere quale distretto è competente")
        ).to_be_visible()
        act.complete(page)
        page = desk("dr-5")
        page.goto(act.case)
        expect(page.get_by_text("Vignate, Distretto 5")).to_be_visible()
        expect(page.get_by_role("link", name="Inserimento in corso")).to_be_visible()

    scenes = {"competence_dispute": disputed, "rule_on_competence": ruled}
    tell("Lucia", installation, hosts, scenes)


def test_amadou_is_analysed_again_and_the_first_analysis_is_kept(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def another_need(act: Act) -> None:
        act.complete(desk(act.person))

    def again(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.task)
        expect(page.get_by_text("Analisi preliminare: Solo bisogno di lavoro")).to_be_visible()
        act.complete(page)
        page.goto(act.case)
        history = page.get_by_role("region", name="Cronologia")
        expect(history).to_contain_text("Solo bisogno di lavoro")
        expect(history).to_contain_text("Bisogno complesso")

    tell("Amadou", installation, hosts, {"work_path": another_need, "triage:2": again})


def test_piero_s_full_host_is_refused_and_his_death_closes_everything_silently(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    # Five employees, one trainee: Lucia.
    taken = {str(each.id): each.taken for each in installation.service.hosts()}
    if not taken[hosts["workshop"]]:
        tell("Lucia", installation, hosts, {"person_accepts": lambda act: None})

    def full(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.task)
        act.fill(page)
        act.review(page)
        expect(page.locator("#errori")).to_contain_text("post")
        raise act.refused("host_full")

    def death(act: Act) -> None:
        page = desk(act.person)
        page.goto(act.case)
        expect(page.locator(".case-final")).to_contain_text("Chiude il caso per sempre")
        page.get_by_role("link", name="Decesso", exact=True).click()
        expect(page.locator(".alert-danger").first).to_contain_text("Non sarà più da fare: ")
        page.get_by_role("button", name="Registra").last.click()
        expect(page.locator("#errori")).to_be_visible()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Registra").last.click()
        expect(page.get_by_text("Nessuna attività aperta").first).to_be_visible()
        assert_accessible(page)

    story = tell("Piero", installation, hosts, {"choose_host": full, "death": death})
    assert not story.state().open_tasks()


def test_elena_s_data_stop_flowing_the_moment_she_withdraws(
    installation: Installation, desk: Desk, hosts: dict[str, str]
) -> None:
    def withdrawn(act: Act) -> None:
        health = desk(act.story.holder("asst_referent"))
        health.goto(act.case)
        withheld = health.get_by_text(re.compile("Dati sociali: non visibil"))
        expect(health.get_by_role("heading", level=1)).to_contain_text("Mauri")
        expect(withheld).to_have_count(0)
        page = desk(act.person)
        act.report(page, "La persona ritira l'autorizzazione")
        authorisations = page.get_by_role("region", name="Autorizzazioni")
        expect(authorisations).to_contain_text("ASST")
        health.goto(act.case)
        expect(withheld.first).to_be_visible()
        assert_accessible(health)

    def answered(act: Act) -> None:
        page = desk(act.person)
        act.complete(page)

    scenes = {"authorisation_withdrawn": withdrawn, "answer_erasure": answered}
    story = tell("Elena", installation, hosts, scenes)
    page = desk(story.holder("municipal_referent"))
    page.goto(f"/casi/{story.case}")
    expect(page.get_by_role("link", name="Seguire il progetto con il solo Comune")).to_be_visible()
    # What does not come on this path is no stage ahead.
    expect(page.get_by_role("list", name="Fasi del percorso").get_by_role("listitem")).to_have_text(
        [re.compile(part) for part in ("Segnal", "Analisi", "Informativa", "Progetto", "Monito")]
    )
    expect(page.get_by_text("Non previste in questo percorso: Équipe")).to_be_visible()


def test_no_page_shows_a_code_or_a_day_as_programs_write_them(
    installation: Installation,
) -> None:
    recorder = installation.service.recorder
    if not (cases := list(recorder.originators_of("case.case-opened"))):
        cases = [UUID(installation.story("one").case)]
    rooms = [f"/casi/{case}{room}" for case in cases for room in ("", "/com-era", "/confronto")]
    reader = Visitor(installation, installation.holder("coordinator", "joint_office"))
    for address in ("/", "/casi", "/avvisi", *rooms):
        page = reader.page(address)
        assert page.status_code in (200, 403), address
        assert CODE.findall(shown(page.text)) == [], address


CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b20\d\d-\d\d-\d\d\b|: [a-z]+_?[a-z]+»")


def shown(page: str) -> str:
    """What is read of a page: no marks, no scripts."""
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
