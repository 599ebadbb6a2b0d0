"""What people do to pages and what happens to servers: nothing is lost, nothing done twice, and
everybody gets through. What one page alone shows is in that page's own tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Error, Page, expect

from api.demo.stories import path
from api.stack.ports import free_port
from api.web.routes import ROUTERS
from tests.web.checks import assert_accessible, assert_fits, watched
from tests.web.conftest import MELZO, Desk, Installation
from tests.web.serving import start_process

PHONE = {"width": 320, "height": 800}
# 1280 pixels seen at 200 % (WCAG 1.4.4).
ZOOMED = {"width": 640, "height": 400}


@pytest.fixture(scope="module")
def referent(installation: Installation) -> str:
    return installation.holder("municipal_referent", f"comune:{MELZO}")


def triage_of(installation: Installation, name: str) -> str:
    """The address of a triage that waits to be done, of somebody of this name."""
    story = installation.story(name, last_name=name)
    path.registered(story, ["work"])
    installation.wait_for_views()
    return f"/attivita/{story.case}/triage"


def done(installation: Installation, address: str) -> list[dict[str, Any]]:
    """What was recorded for the triage, each time it was."""
    case = UUID(address.split("/")[2])
    bodies = [event.body for event in installation.service.history(case)]
    return [
        body.data
        for body in bodies
        if type(body).__name__ == "StepCompleted" and body.step == "triage"
    ]


# ── The server is killed in the middle of a save ─────────────────────────────────────────────────


# Confirming appends to the log; then the draft, which is done with, is thrown away.
MOMENTS = {"stored_events": "%", "web_drafts": "DELETE FROM web_drafts WHERE person%"}


def killed_at(database_url: str, table: str, kill: Callable[[], None]) -> threading.Thread:
    """Kills the server when it comes to that write to a table, which nobody may until it is
    dead."""
    held = threading.Event()

    def wait_and_kill() -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
            held.set()
            while not connection.execute(
                "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND relation = %s::regclass AND query LIKE %s",
                (table, MOMENTS[table]),
            ).fetchone():
                time.sleep(0.01)
                # What each is doing is else as it was when this transaction first looked.
                connection.execute("SELECT pg_stat_clear_snapshot()")
            kill()

    thread = threading.Thread(target=wait_and_kill, daemon=True)
    thread.start()
    assert held.wait(10)
    return thread


@pytest.mark.parametrize(
    "table", ["stored_events", pytest.param("web_drafts", marks=pytest.mark.slow)]
)
def test_a_save_survives_the_server_killed_before_and_after_it_was_recorded(
    installation: Installation, desk: Desk, referent: str, table: str
) -> None:
    port = free_port()
    url, home = installation.database_url, installation.app.state.parts.settings.home
    server = start_process(url, home, port)
    page = desk(referent)
    try:
        address = triage_of(installation, f"Salvata {table}")
        page.goto(f"http://127.0.0.1:{port}{address}")
        page.get_by_label("Data del colloquio").fill("2026-11-20")
        page.get_by_label("Lavoro", exact=True).check()
        page.get_by_label("Sintesi").fill("Cerca lavoro vicino a casa.")
        page.get_by_label("Bisogno complesso").check()
        page.get_by_role("button", name="Controlla e conferma").last.click()
        confirm = page.get_by_role("button", name="Conferma e registra")
        expect(confirm).to_be_visible()
        killing = killed_at(url, table, server.kill)
        confirm.click(no_wait_after=True)
        killing.join(20)
        server.wait(10)
        assert table == "stored_events" or done(installation, address)
        # Nobody answers: the browser says so.
        with suppress(Error):
            page.wait_for_url("chrome-error://**")
        server = start_process(url, home, port)
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Analisi preliminare")
        # Back is the last look, or the form as it was, or the task that was recorded.
        check = page.get_by_role("button", name="Controlla e conferma").last
        if check.is_visible():
            expect(page.get_by_label("Sintesi")).to_have_value("Cerca lavoro vicino a casa.")
            check.click()
            expect(confirm).to_be_visible()
        if confirm.is_visible():
            confirm.click()
        expect(page.get_by_role("heading", name="Conclusa")).to_be_visible()
        recorded = done(installation, address)
        assert len(recorded) == 1
        assert recorded[0]["needs"] == ["work"]
    finally:
        server.kill()
        server.wait()


# ── Back, twice, two at once ─────────────────────────────────────────────────────────────────────


def test_an_event_is_recorded_once_by_two_clicks_and_back_says_that_it_was(
    installation: Installation, desk: Desk, referent: str
) -> None:
    story = installation.story("twice", last_name="Due volte")
    path.registered(story, ["work"])
    page = desk(referent)
    page.goto(f"/casi/{story.case}/eventi/no_show")
    page.get_by_label("Data dell'appuntamento").fill("2026-11-10")
    # Both clicks on this page, however fast the next one comes.
    page.get_by_role("button", name="Registra").last.evaluate("e => { e.click(); e.click(); }")
    expect(page.get_by_role("link", name="Ricontattare la persona")).to_have_count(1)
    page.go_back()
    expect(page.get_by_text("Oggi è già registrato")).to_be_visible()
    assert_accessible(page)
    events = [type(event.body).__name__ for event in installation.service.history(UUID(story.case))]
    assert events.count("CaseEventHappened") == 1


# ── Whole paths ──────────────────────────────────────────────────────────────────────────────────


def test_a_whole_path_without_javascript(
    installation: Installation, context: Any, referent: str
) -> None:
    address = triage_of(installation, "Senza script")
    page = context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("link", name="Entra").click()
    page.get_by_role("button", name="Carlo Ornaghi").click()
    row = page.get_by_role("row").filter(has_text="Senza script")
    row.get_by_role("button", name="Prendi").click()
    expect(page.get_by_role("status")).to_contain_text("Presa")
    row.get_by_role("link", name="Analisi preliminare").click()
    page.get_by_role("button", name="Controlla e conferma").last.click()
    expect(page.locator("#errori a")).to_have_count(3)
    page.get_by_label("Data del colloquio").fill("2026-11-20")
    page.get_by_label("Lavoro", exact=True).check()
    page.get_by_label("Bisogno semplice").check()
    page.get_by_role("button", name="Salva la bozza").click()
    expect(page.get_by_label("Bisogno semplice")).to_be_checked()
    page.get_by_role("button", name="Controlla e conferma").last.click()
    page.get_by_role("button", name="Conferma e registra").click()
    expect(page.get_by_text("Registrato.")).to_be_visible()
    assert len(done(installation, address)) == 1


FOCUS = """() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  const ringed = (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0
    && s.outlineColor !== "rgba(0, 0, 0, 0)") || s.boxShadow !== "none";
  const seen = b.width > 0 && b.bottom > 0 && b.top < innerHeight && b.right > 0
    && b.left < innerWidth;
  const said = (e.labels && e.labels.length ? e.labels[0] : e).textContent.trim();
  return {tag: e.tagName, said: said.replace(/\\s+/g, " "), ringed, seen};
}"""


def tab_to(page: Page, said: str, *, most: int = 90) -> None:
    """Press Tab until the focus is on what is called so; at each stop one sees where one is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            continue
        assert focus["ringed"], focus
        assert focus["seen"], focus
        if focus["said"].startswith(said):
            return
    raise AssertionError(f"Tab does not reach «{said}» on {page.url}")


def test_a_whole_path_by_keyboard_alone(
    installation: Installation, context: Any, referent: str
) -> None:
    address = triage_of(installation, "Da tastiera")
    # Else one sees where one is only when the page has glided there.
    page = watched(context(reduced_motion="reduce").new_page())
    page.goto("/")
    tab_to(page, "Entra")
    page.keyboard.press("Enter")
    page.wait_for_url("**/issuer/authorize*")
    tab_to(page, "Cerca per nome")
    page.keyboard.type("ornaghi")
    page.keyboard.press("Enter")
    page.wait_for_url("**cerca=ornaghi*")
    tab_to(page, "Carlo Ornaghi")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    # The link that skips the menu, then on to the task.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="Da tastiera")
    while not row.locator(":focus").count():
        tab_to(page, "Analisi preliminare")
    tab_to(page, "Prendi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Presa")
    while not row.locator(":focus").count():
        tab_to(page, "Analisi preliminare")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    tab_to(page, "Data del colloquio")
    page.keyboard.type("11112026")
    tab_to(page, "Lavoro")
    page.keyboard.press("Space")
    tab_to(page, "Sintesi")
    page.keyboard.type("Vuole tornare in cucina.")
    tab_to(page, "Solo bisogno di lavoro")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Bisogno complesso")).to_be_checked()
    tab_to(page, "Controlla e conferma")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conferma")
    tab_to(page, "Conferma e registra")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Registrato.")).to_be_visible()
    recorded = done(installation, address)
    assert [(each["met_on"], each["needs"]) for each in recorded] == [("2026-11-11", ["work"])]


# ── Every page, narrow and enlarged ──────────────────────────────────────────────────────────────


def pages_of(installation: Installation) -> dict[str, tuple[str, ...]]:
    """Addresses by who sees them there."""
    cases = installation.cases
    assessing = installation.stories["assessing"].state()
    assert assessing.opened is not None
    assess = next(
        task.key.replace("#", "%23")
        for task in assessing.open_tasks()
        if task.step == "assess" and task.instance == "mr-melzo-1"
    )
    case, referred = f"/casi/{cases['assessing']}", f"/segnalazioni/{cases['registered']}"
    person, other = f"/persone/{assessing.opened.person}", installation.stories["team"].state()
    assert other.opened is not None
    return {
        "mr-melzo-1": (
            "/", "/?vista=attesa", "/casi", "/persone/cerca", "/avvisi", "/profilo",
            "/segnalazioni", case, f"{case}/com-era", f"{case}/confronto", f"{case}/letture",
            f"{case}/eventi/no_show", f"{case}/eventi/death", f"{case}/eccezione",
            f"{case}/correzione", f"{case}/emergenza", f"{case}/persone/aggiungi",
            f"{case}/conferenza", f"{case}/progetto",
            f"/attivita/{cases['assessing']}/{assess}", f"/attivita/{cases['triaged']}/triage",
            "/emergenze", "/casi/00000000-0000-0000-0000-000000000000",
        ),
        "cps-melzo-1": ("/segnalazioni", "/segnalazioni/nuova", referred, f"{referred}/ricevuta"),
        "dr-5": (
            "/?vista=territorio", f"/attivita/{cases['team']}/constitute_team",
            "/persone/da-decidere", person, f"{person}/atti/rettifica", f"{person}/uguali",
            f"{person}/uguali/{other.opened.person}",
        ),
        "lead-1": ("/", "/emergenze"),
        "": ("/pubblico", "/pubblico?comune=015060", "/privacy", "/accessibilita", "/accesso"),
    }  # fmt: skip


# Files, streams, redirections; and pages that come only of something done before, each shown in the
# tests of its own area.
NOT_HERE = {
    "/static/{hashed}/{name:path}", "/casi/{case}/documenti/{document}", "/robots.txt",
    "/casi/{case}/conferenza/verbale", "/casi/{case}/progetto/stampa",
    "/attivita/{case}/{task}/stampa", "/segnalazioni/{case}/ricevuta.pdf",
    "/pubblico/volantino.pdf", "/calendario/{secret}.ics", "/eventi", "/accesso/inizia",
    "/accesso/ritorno", "/accesso/uscita", "/issuer/.well-known/openid-configuration",
    "/issuer/keys", "/issuer/authorize", "/riprendi/{number}", "/attivita/{case}/{task}/conferma",
    "/segnalazioni/nuova/{key}", "/segnalazioni/nuova/{key}/riepilogo",
}  # fmt: skip


def test_no_page_is_forgotten_here(installation: Installation) -> None:
    seen = [at.partition("?")[0] for them in pages_of(installation).values() for at in them]
    forgotten = [
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and "GET" in route.methods
        and route.path not in NOT_HERE
        and not any(route.path_regex.match(address) for address in seen)
    ]
    assert not forgotten, "add an address of each to pages_of, or to NOT_HERE"


@pytest.mark.parametrize("person", ["mr-melzo-1", "cps-melzo-1", "dr-5", "lead-1", ""])
def test_every_page_is_whole_at_320_pixels_and_at_200_percent(
    installation: Installation, desk: Desk, context: Any, person: str
) -> None:
    page = desk(person, viewport=PHONE) if person else watched(context(viewport=PHONE).new_page())
    for address in pages_of(installation)[person]:
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)
        page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
        assert_fits(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
