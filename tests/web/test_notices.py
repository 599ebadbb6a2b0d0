"""What waits for somebody is counted, read and opened; a page that is open says what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import psycopg
import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from api.demo.stories import path
from api.stack.doctor.telling import telling_checks
from domain.notices import book
from domain.notices.settings import MailSettings
from tests.web.checks import assert_accessible, assert_fits
from tests.web.conftest import MELZO
from tests.web.plain import Visitor
from workflows.notices.following import Following, follow

PHONE = {"width": 320, "height": 800}


@pytest.fixture(scope="module", autouse=True)
def _followed(installation: Any) -> Iterator[None]:
    """Somebody follows the log and tells people, from its beginning."""
    installation.run("UPDATE notices_position SET position = 0")
    stop = threading.Event()
    following = Following(installation.service)
    thread = threading.Thread(target=follow, args=(following, installation.database_url, stop))
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def referent(installation: Any) -> str:
    found: str = installation.holder("municipal_referent", f"comune:{MELZO}")
    return found


def told(installation: Any) -> None:
    """Until everybody has been told of what is in the log."""
    end = installation.service.recorder.last_position()
    with psycopg.connect(installation.database_url, autocommit=True) as connection:
        until = monotonic() + 20
        while book.told_until(connection) < end:
            assert monotonic() < until
            threading.Event().wait(0.05)


def menu_line(page: Any) -> Any:
    return page.get_by_role("navigation", name="Menu principale").get_by_role("link", name="Avvisi")


def test_notices_are_counted_read_and_opened(installation: Any, desk: Any, referent: str) -> None:
    told(installation)
    page = desk(referent)
    page.goto("/avvisi")
    new = page.locator(".desk-notice-new")
    before = new.count()
    assert before >= 1
    expect(menu_line(page)).to_have_text(f"Avvisi {before}")
    first = new.filter(has_text="Da fare: Analisi preliminare").first
    expect(first).to_contain_text("Prova registered")
    assert_accessible(page)
    first.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Analisi preliminare")
    page.goto("/avvisi")
    expect(page.locator(".desk-notice-new")).to_have_count(before - 1)
    if before > 1:
        page.get_by_role("button", name="Segna tutti come letti").click()
        expect(page.get_by_text("Avvisi segnati come letti.")).to_be_visible()
    expect(page.locator(".desk-notice-new")).to_have_count(0)
    expect(menu_line(page)).to_have_text("Avvisi")
    assert_accessible(page)


def test_a_notice_of_what_is_done_meanwhile_says_so(installation: Any, referent: str) -> None:
    story = installation.story("quick", last_name="Già Fatta")
    path.registered(story, ["work"])
    told(installation)
    path.triaged(story, "complex", ["work"])
    installation.wait_for_views()
    page = Visitor(installation, referent).page("/avvisi").text
    (mine,) = [line for line in page.split("<li") if "Già Fatta" in line and "Analisi" in line]
    assert "non c&#39;è più da farla" in mine


def test_somebody_elses_notice_is_not_opened(installation: Any, desk: Any, referent: str) -> None:
    told(installation)
    installation.run("UPDATE notices SET read_at = NULL WHERE person = %s", referent)
    with psycopg.connect(installation.database_url) as connection:
        row = connection.execute("SELECT max(id) FROM notices WHERE person = %s", (referent,))
        number = row.fetchone()[0]  # type: ignore[index]
    page = desk(installation.holder("tutor", "employment"))
    page.goto("/avvisi")
    csrf = page.locator("[name=_csrf]").first.get_attribute("value")
    for wrong in (number, 999_999_999, 2**70):
        answer = page.request.post(f"/avvisi/{wrong}/apri", form={"_csrf": csrf})
        assert answer.status == 404, wrong
    for wrong in ("", "-1", "x", "9" * 30):
        form = {"_csrf": csrf, "fino": wrong}
        assert page.request.post("/avvisi/letti", form=form).status == 422
    page.goto("/avvisi?cursor=%27%20OR%201%3D1")
    assert_accessible(page)
    assert_fits(page)


def test_how_one_is_told_is_chosen_where_mail_is_set_up(
    installation: Any, desk: Any, referent: str, tmp_path: Path
) -> None:
    people = tmp_path / "posta.yaml"
    people.write_text(f"{referent}: referente@example.org")
    page = desk(referent, java_script_enabled=False, viewport=PHONE)
    page.goto("/avvisi")
    expect(page.get_by_text("Qui la posta non è configurata")).to_be_visible()
    state = installation.app.state.pages.state
    state.mail = MailSettings("x", 25, "none", "", "", "c@example.org", "https://x/avvisi", people)
    try:
        page.reload()
        page.get_by_label("Mai").check()
        page.get_by_label("Riepilogo del giorno").select_option("")
        page.get_by_role("button", name="Salva").click()
        expect(page.get_by_text("Scelta salvata.")).to_be_visible()
        expect(page.get_by_label("Mai")).to_be_checked()
        expect(page.get_by_label("Riepilogo del giorno")).to_have_value("")
        csrf = page.locator("[name=_csrf]").first.get_attribute("value")
        for wrong in ({"posta": "x"}, {"posta": "never", "riepilogo": "24"}):
            answer = page.request.post("/avvisi/scelte", form={"_csrf": csrf, **wrong})
            assert answer.status == 422
        people.write_text("")
        installation.run(
            "INSERT INTO notice_mails (person, about, state, problem, ended_at) "
            "VALUES (%s, 'notice 1', 'failed', 'recipient_550', clock_timestamp())",
            referent,
        )
        health = httpx.get(f"{installation.address}/health").json()
        assert health["notices"]["state"] == "failed"
        assert health["notices"]["failed"] == 1
        # One mailbox that does not answer is not the installation's illness; a late server is.
        figures = httpx.get(f"{installation.address}/metrics").text
        assert 'cantiere_notices{what="failed"} 1.0' in figures
        assert 'cantiere_notices{what="late"} 0.0' in figures
        with psycopg.connect(installation.database_url) as connection:
            found = {check.key: check for check in telling_checks(connection)}
        assert found["notices"].well
        assert "non riusciti 1" in found["mail"].found
        assert "cantiere mail --retry" in found["mail"].remedy.it
        scripted = desk(referent, viewport=PHONE)
        scripted.goto("/avvisi")
        expect(scripted.get_by_text("Un messaggio di posta per te non è partito")).to_be_visible()
        expect(scripted.get_by_text("non ha ancora indicato il tuo indirizzo")).to_be_visible()
        assert_accessible(scripted)
        assert_fits(scripted)
    finally:
        state.mail = None
        installation.run("DELETE FROM notice_mails")


def test_deadlines_are_in_a_calendar_until_its_address_is_revoked(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/avvisi")
    page.get_by_role("button", name="Crea l'indirizzo").click()
    address = page.get_by_label("Indirizzo del calendario").input_value()
    assert_accessible(page)
    assert_fits(page)
    answer = httpx.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    # RFC 5545 § 3.1: lines end with CR LF and have at most 75 octets.
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    summaries = [str(event["summary"]) for event in events]
    number = installation.cases["registered"][:8]
    assert f"Analisi preliminare · caso {number}" in summaries
    assert len({event["uid"] for event in events}) == len(events)
    assert {str(event["url"]) for event in events} == {f"{installation.address}/"}
    assert "Prova" not in answer.text
    assert "Nora" not in answer.text
    assert "case" in httpx.get(f"{address}?lingua=en").text
    installation.run("UPDATE inbox.cases SET sealed = true")
    try:
        sealed = httpx.get(address).text
        assert "Scadenza in Cantiere" in sealed
        assert number not in sealed
    finally:
        installation.run("UPDATE inbox.cases SET sealed = false")
    page.get_by_role("button", name="Crea un nuovo indirizzo").click()
    second = page.get_by_label("Indirizzo del calendario").input_value()
    assert httpx.get(address).status_code == 404
    assert httpx.get(second).status_code == 200
    page.goto("/avvisi")
    expect(page.get_by_label("Indirizzo del calendario")).to_have_count(0)
    page.get_by_role("button", name="Disattiva il calendario").click()
    expect(page.get_by_text("Calendario disattivato")).to_be_visible()
    assert httpx.get(second).status_code == 404
    assert httpx.get(f"{installation.address}/calendario/{'a' * 3000}.ics").status_code == 404


def test_an_open_page_says_that_there_is_news_and_nobody_elses_does(
    installation: Any, desk: Any, referent: str
) -> None:
    installation.wait_for_views()
    mine, other = desk(referent), desk(installation.holder("tutor", "employment"))
    for page in (mine, other):
        with page.expect_response(lambda answer: "/eventi" in answer.url) as streaming:
            page.goto("/")
        assert streaming.value.status == 200
    waiting = installation.app.state.pages.state.pushes
    story = installation.story("pushed", last_name="Prova Spinta")
    path.registered(story, ["work"])
    expect(mine.locator("#messaggi")).to_contain_text("Ci sono novità", timeout=15_000)
    assert_accessible(mine)
    mine.get_by_role("link", name="Aggiorna l'elenco").click()
    expect(mine.get_by_text("Ci sono novità")).to_have_count(0)
    told(installation)
    expect(menu_line(mine)).to_contain_text("Avvisi ", timeout=15_000)
    assert other.get_by_text("Ci sono novità").count() == 0
    assert len(waiting._watchers) >= 2


def test_what_moved_before_the_page_listened_is_not_missed(
    installation: Any, desk: Any, referent: str
) -> None:
    page = desk(referent)
    page.goto("/")
    cookie = {each["name"]: each["value"] for each in page.context.cookies()}
    for da, news in (("0", True), (str(installation.service.recorder.last_position()), False)):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookie.items())}
        address = f"{installation.address}/eventi?da={da}"
        with httpx.stream("GET", address, headers=headers, timeout=30) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 3000"
            next(lines)
            if news:
                assert next(lines) == "event: elenco"


def test_who_is_not_logged_in_hears_nothing_and_to_listen_keeps_nobody_logged_in(
    installation: Any, referent: str
) -> None:
    assert httpx.get(f"{installation.address}/eventi").status_code == 204
    secret = installation.sessions.begin(referent)
    (session, *_) = installation.sessions.of(referent)
    installation.run(
        "UPDATE web_sessions SET seen_at = seen_at - interval '5 minutes' WHERE number = %s",
        session.number,
    )
    before = installation.sessions.find(secret, seen=False).seen_at
    headers = {"Cookie": f"__Host-cantiere={secret}"}
    with httpx.stream("GET", f"{installation.address}/eventi", headers=headers) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()) == "retry: 3000"
    assert installation.sessions.find(secret, seen=False).seen_at == before


def test_a_server_that_stops_is_not_held_by_open_pages(installation: Any, referent: str) -> None:
    pushes = installation.app.state.pages.state.pushes
    headers = {"Cookie": f"__Host-cantiere={installation.sessions.begin(referent)}"}
    before = pushes.ending
    try:
        with httpx.stream("GET", f"{installation.address}/eventi", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 3000"
            pushes.ending = lambda: True
            assert [line for line in lines if line] == []
    finally:
        pushes.ending = before
