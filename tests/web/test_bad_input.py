"""Bad input on the pages as they are served: whatever comes in, the answer is clear, nothing is
lost, and what was typed is shown as text."""

from __future__ import annotations

import html
import http.client
import io
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid4

import httpx
import pikepdf
import pytest
from fastapi.routing import APIRoute

from api.demo.stories import path
from api.web.desk import COOKIE
from api.web.routes import ROUTERS
from api.web.sessions import csrf_token
from domain.reads.events import ReadsRecorded
from tests.documents.made import PDF
from tests.web.conftest import MELZO, VIGNATE

NOWHERE = str(UUID(int=0))
SCRIPT = "</textarea></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
LONG = (SCRIPT + " D'Adda " * 200)[:1000]
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Form:
    """One form of a page: `fields` as a browser would send them, `typed` those one types into."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.files = "multipart" in attributes.get("enctype", "")
        self.fields: dict[str, str] = {}
        self.typed: set[str] = set()


class _Reader(HTMLParser):
    """The forms and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: set[str] = set()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "a":
            self.links.add(found.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(found))
        elif not self.forms or (not name and tag != "option"):
            return
        elif tag == "input" and kind not in ("submit", "button", "file"):
            form = self.forms[-1]
            if kind in ("radio", "checkbox", "hidden"):
                form.fields.setdefault(name, found.get("value", "1"))
            else:
                form.typed.add(name)
        elif tag == "textarea":
            self.forms[-1].typed.add(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and found.get("value"):
            self.forms[-1].fields.setdefault(self._select, found["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


class Visitor:
    """Somebody's browser without the browser."""

    def __init__(self, installation: Any, person: str) -> None:
        self.person = person
        self.secret = installation.sessions.begin(person)
        self.http = httpx.Client(
            base_url=installation.address,
            timeout=30,
            headers={"cookie": f"{COOKIE}={self.secret}"},
        )

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self.http.get(address, **more)

    def send(self, address: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        given = {"_csrf": csrf_token(self.secret), "_key": str(uuid4()), **(data or {})}
        return self.http.post(address, data=given, **more)

    def sent(self, address: str, data: dict[str, Any], **more: Any) -> httpx.Response:
        """And where it leads to."""
        answer = self.send(address, data, **more)
        while answer.status_code == 303:
            answer = self.get(answer.headers["location"])
        return answer


@pytest.fixture(scope="module")
def referent(installation: Any) -> Iterator[Visitor]:
    found = Visitor(installation, installation.holder("municipal_referent", f"comune:{MELZO}"))
    yield found
    found.http.close()


@pytest.fixture(scope="module")
def stranger(installation: Any) -> Iterator[Visitor]:
    found = Visitor(installation, installation.holder("municipal_referent", "comune:015205"))
    yield found
    found.http.close()


def as_text(answer: httpx.Response) -> None:
    """Nothing that was typed has become part of the page."""
    assert answer.status_code < 500, (answer.request.url, answer.text[:300])
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "<script>alert" not in answer.text, answer.request.url
        assert "<img src=x" not in answer.text, answer.request.url
        # Filled in by a template, this would be 49.
        assert not re.search(r"onerror=alert\(1\)&gt;49", answer.text), answer.request.url


_KEPT = re.compile(r"^/(esci|profilo/sessioni|avvisi/calendario|lingua)")
_NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def crawled(visitor: Visitor, starts: list[str], most: int) -> dict[str, httpx.Response]:
    """The pages to which links lead from some, each kind of address a few times."""
    found: dict[str, httpx.Response] = {}
    waiting, kinds = list(starts), dict[str, int]()
    while waiting and len(found) < most:
        address = waiting.pop(0).partition("#")[0]
        kind = _NUMBER.sub("*", address.partition("?")[0])
        if not address.startswith("/") or address in found or kinds.get(kind, 0) >= 2:
            continue
        if address.startswith(("/static/", "/docs", "/issuer", "/accesso")):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = found[address] = visitor.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += sorted(read(answer.text).links)
    return found


def test_a_thousand_characters_with_a_script_in_every_field_of_every_form(
    installation: Any, referent: Visitor, desk: Any
) -> None:
    cases = installation.cases
    starts = ["/", "/segnalazioni/nuova", f"/casi/{cases['registered']}", f"/casi/{cases['team']}"]
    pages = crawled(referent, starts, 45)
    forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    for address, answer in pages.items():
        assert answer.status_code < 400, (address, answer.status_code)
        for form in read(answer.text).forms:
            form.action = form.action or address
            names = tuple(sorted(form.typed | set(form.fields)))
            if not _KEPT.match(form.action):
                forms.setdefault((_NUMBER.sub("*", form.action), names), form)
    assert len(forms) > 15, sorted(forms)
    taken, today = 0, date.today().isoformat()
    for form in forms.values():
        typed = dict.fromkeys(form.typed, LONG)
        if form.method == "get":
            as_text(referent.get(form.action, params={**form.fields, **typed}))
            continue
        files = {"file": (f"{SCRIPT[:60]}.pdf", PDF, "application/pdf")} if form.files else None
        answer = referent.send(form.action, {**form.fields, **typed}, files=files)
        as_text(answer)
        if answer.status_code == 422:
            # Once more, with days where days are asked for and no other moment than now.
            days = {name: today for name in form.typed if name.endswith(("_on", "_date"))}
            again = {**form.fields, **typed, **days, "_quando": "", "_confermo": ""}
            answer = referent.send(form.action, again, files=files)
            as_text(answer)
        taken += answer.status_code == 303
        if answer.status_code == 303:
            where = answer.headers["location"]
            assert where.startswith("/")
            as_text(referent.get(where))
    # Some of it is now part of cases: notes, names of files, reasons, answers.
    assert taken > 5
    note = {"text": LONG, "category": "social"}
    assert referent.send(f"/casi/{cases['team']}/note", note).status_code == 303
    story = installation.stories["registered"]
    path.triaged(story, "complex", ["work"], **_said(story, "triage", LONG))
    for answer in crawled(referent, starts, 20).values():
        as_text(answer)
    shown = html.unescape(referent.get(f"/casi/{cases['team']}").text)
    assert SCRIPT in shown
    printed = referent.get(f"/attivita/{cases['registered']}/triage/stampa")
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        assert len(pdf.pages) >= 1
    page = desk(referent.person)
    page.on("dialog", lambda dialog: page.troubles.append(dialog.message))
    for address in (f"/casi/{cases['team']}", f"/attivita/{cases['registered']}/triage", "/"):
        page.goto(address, wait_until="load")
    assert page.troubles == []


def _said(story: Any, step: str, words: str) -> dict[str, str]:
    """Words in every question of a step's form that takes them."""
    plan = story.service.plan(story.state())
    form = plan.protocol.forms[plan.protocol.steps[step].form]
    texts = {name for name, field in form.fields.items() if field.type in ("text", "note")}
    return dict.fromkeys(texts, words)


_CODE = re.compile(
    r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:comune|district|service|system):[\w-]+|\b0151\d\d\b"
)


def visible(page: str) -> str:
    """What a person reads of a page, tags apart."""
    body = re.sub(r"(?s)<(script|style|svg|template)\b.*?</\1>", " ", page.partition("<main")[2])
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize(
    ("language", "people"),
    [("it", ("mr-melzo-1",)), ("en", ("asst-coordinator-1",))],
    ids=["it", "en"],
)
def test_pages_and_refusals_name_people_places_and_steps_as_people_do(
    installation: Any, language: str, people: tuple[str, ...]
) -> None:
    staff = set(installation.territory.people)
    case = installation.cases["team"]
    starts = ["/", "/casi", f"/casi/{case}", f"/casi/{installation.cases['registered']}"]
    step = f"/attivita/{case}/constitute_team"
    found: dict[str, str] = {}
    for person in people:
        visitor = Visitor(installation, person)
        visitor.send("/lingua", {"lingua": language})
        answers = list(crawled(visitor, starts, 25).values())
        answers += [visitor.send(f"{step}/{act}") for act in ("prendi", "conferma", "assegna")]
        done = visitor.send(f"/attivita/{case}/triage/prendi")
        assert {"it": "è già stato concluso", "en": "already been completed"}[language] in done.text
        answers.append(done)
        assert len(answers) > 12
        for answer in answers:
            assert answer.status_code < 500, answer.request.url
            if answer.headers.get("content-type", "").startswith("text/html"):
                words = visible(answer.text)
                codes = {*_CODE.findall(words), *(staff & set(re.findall(r"[\w-]+", words)))}
                found |= dict.fromkeys(codes, f"{person} {answer.request.url}")
        visitor.http.close()
    assert found == {}


# ── what people do by accident ───────────────────────────────────────────────────────────────────


def test_a_step_that_closed_meanwhile_keeps_what_was_typed_and_says_so(
    installation: Any, referent: Visitor
) -> None:
    story = installation.story("closing", last_name="Chiusa")
    path.registered(story, ["work"])
    address = f"/attivita/{story.case}/triage"
    form = next(f for f in read(referent.get(address).text).forms if f.action == address)
    path.triaged(story, "complex", ["work"])
    late = {**form.fields, "summary": "Scritto tardi", "met_on": story.day(), "_esito": "simple"}
    before = story.state().version
    for where in (address, f"{address}/conferma"):
        answer = referent.sent(where, late)
        assert answer.status_code == 200, where
        assert "Scritto tardi" in answer.text
        assert "Analisi preliminare" in answer.text
    assert story.state().version == before


def test_two_tabs_of_one_form_record_once_and_the_second_is_told(
    installation: Any, referent: Visitor
) -> None:
    story = installation.story("tabs", last_name="Schede")
    path.registered(story, ["work"])
    address = f"/attivita/{story.case}/triage"
    data = {"met_on": story.day(), "needs": "work", "_esito": "complex"}
    tabs = []
    for words in ("prima scheda", "seconda scheda"):
        form = next(f for f in read(referent.get(address).text).forms if f.action == address)
        tabs.append({**form.fields, **data, "summary": words})
    first, second = (referent.send(f"{address}/conferma", tab) for tab in tabs)
    assert "controlla" not in first.headers["location"]
    assert "controlla" in second.headers["location"]
    shown = referent.get(second.headers["location"]).text
    assert "prima scheda" in shown
    assert "seconda scheda" in shown
    completed = [e for e in story.service.history(UUID(story.case)) if "Completed" in str(e.body)]
    assert len([e for e in completed if getattr(e.body, "step", "") == "triage"]) == 1


def test_a_key_used_again_with_other_words_is_refused_and_with_the_same_ones_harmless(
    installation: Any, referent: Visitor
) -> None:
    address = f"/casi/{installation.cases['triaged']}/note"
    note = {"_key": str(uuid4()), "text": "Nota unica", "category": "social"}
    assert [referent.send(address, note).status_code for _ in range(2)] == [303, 303]
    other = referent.send(address, {**note, "text": "Un'altra nota"})
    assert other.status_code == 409
    assert "Un&#39;altra nota" in other.text
    page = referent.get(f"/casi/{installation.cases['triaged']}").text
    assert (page.count("Nota unica"), page.count("altra nota")) == (1, 0)


# ── files ────────────────────────────────────────────────────────────────────────────────────────

_PROGRAM = b"MZ" + bytes(200)
_LIES = {
    "a program as a PDF": ("referto.pdf", _PROGRAM, "application/pdf"),
    "a page as a picture": ("foto.png", b"<html><script>alert(1)</script>", "image/png"),
    "a drawing that runs": ("firma.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
    "nothing at all": ("vuoto.pdf", b"", "application/pdf"),
    "another ending": ("referto.pdf.exe", PDF, "application/pdf"),
}


@pytest.mark.parametrize("lie", _LIES)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(
    installation: Any, referent: Visitor, lie: str
) -> None:
    case = installation.cases["assessing"]
    for address in (f"/casi/{case}/documenti", f"/attivita/{case}/assess%23mr-melzo-1/allegati"):
        form = {"title": "Prova", "category": "social"}
        answer = referent.sent(address, form, files={"file": _LIES[lie]})
        assert answer.status_code in (200, 413, 415, 422), address
        assert 'class="alert alert-danger' in answer.text, address
        assert "Traceback" not in answer.text
    listed = installation.api.read(referent.person, f"/cases/{case}/documents")["documents"]
    assert listed == []


def test_names_of_files_lead_nowhere(installation: Any, referent: Visitor) -> None:
    case = installation.cases["team"]
    name = "../../../etc/passwd\r\nSet-Cookie: x=1.pdf"
    answer = referent.send(
        f"/casi/{case}/documenti", {"category": "social"},
        files={"file": (name, PDF, "application/pdf")},
    )  # fmt: skip
    assert answer.status_code in (303, 422)
    for link in sorted(read(referent.get(f"/casi/{case}").text).links):
        if link.startswith(f"/casi/{case}/documenti/"):
            given = referent.get(link)
            assert "set-cookie" not in given.headers
            assert given.headers["content-disposition"].startswith("attachment")
            assert given.headers["x-content-type-options"] == "nosniff"


def test_fifty_one_megabytes_are_refused_and_nothing_is_kept(
    installation: Any, referent: Visitor
) -> None:
    case = installation.cases["team"]
    before = installation.stories["team"].state().version
    large = PDF + b"%" * (51 * 2**20)
    answer = referent.send(f"/casi/{case}/documenti", files={"file": ("grande.pdf", large)})
    assert answer.status_code == 413
    assert re.search(r"al massimo \d+ MB", answer.text)
    assert installation.stories["team"].state().version == before


# ── what others send on purpose ──────────────────────────────────────────────────────────────────


def routes(method: str) -> list[str]:
    return sorted(
        route.path.replace(":path}", "}")
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and method in (route.methods or ())
    )


def filled(path: str, **known: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], NOWHERE), path)


# Numbers, and the token of forms, which is another in each answer.
_OF_ONE = re.compile(rf"{_NUMBER.pattern}|[\w-]{{80,}}=*")
_FORGED = ("x", "' OR 1=1 --", "..%2F..%2Fetc", "%00", "%C3%28", "a" * 300)


def test_forged_numbers_of_cases_tasks_and_documents_say_nothing(
    installation: Any, referent: Visitor, stranger: Visitor
) -> None:
    case, document = installation.cases["triaged"], str(uuid4())
    there = {"task": "authorise_disclosure", "event": "death", "document": document}
    for page in (page for page in routes("GET") if "{case}" in page):
        # A case of others and one that there is not are told apart by nothing.
        nobodys = stranger.get(filled(page, case=NOWHERE, **there))
        assert nobodys.status_code == 404, page
        if not page.endswith("/emergenza"):
            of_others = stranger.get(filled(page, case=case, **there))
            assert of_others.status_code == 404, page
            texts = {_OF_ONE.sub("*", answer.text) for answer in (nobodys, of_others)}
            assert len(texts) == 1, page
    for page in ("/casi/{case}", "/casi/{case}/documenti/{document}", "/attivita/{case}/{task}"):
        for one in _FORGED:
            answers = [referent.get(filled(page, case=one, task=one, document=one))]
            if page != "/casi/{case}":
                answers.append(referent.get(filled(page, case=case, task=one, document=one)))
            for answer in answers:
                assert answer.status_code in (400, 404), answer.request.url
                assert "D'Adda" not in html.unescape(answer.text)
                assert "UUID" not in answer.text


def test_forms_for_the_cases_of_others_change_nothing_and_the_trying_is_in_the_read_log(
    installation: Any, stranger: Visitor
) -> None:
    case, service = installation.cases["triaged"], installation.service
    there = {"task": "authorise_disclosure", "event": "death", "document": str(uuid4())}
    forms = [form for form in routes("POST") if "{case}" in form and "{access}" not in form]
    known = ("Nora", "D'Adda", "Prova triaged", "Melzo")
    before = installation.stories["triaged"].state().version
    since = service.recorder.last_position()
    for form in forms:
        answer = stranger.send(filled(form, case=case, **there))
        # An emergency may be opened by who knows the number of the case, for what they may ask.
        refusals = (404,) if not form.endswith("/emergenza") else (403, 404, 422)
        assert answer.status_code in refusals, form
        assert not any(name in html.unescape(visible(answer.text)) for name in known), form
    assert installation.stories["triaged"].state().version == before
    assert installation.app.state.parts.reads.flush()
    written = service.mapper.read_all(service.recorder.read_from(since, 10_000))
    reads = [r for e in written if isinstance(e.body, ReadsRecorded) for r in e.body.reads]
    tried = {r.door for r in reads if r.refused and (r.by, r.case) == (stranger.person, UUID(case))}
    assert {form for form in forms if not form.endswith("/emergenza")} <= tried


def test_where_a_protected_or_restricted_person_lives_is_told_on_no_page(installation: Any) -> None:
    """To the district, to management and to audit: no page, paper, list or history names it."""
    place, istat = installation.territory.comuni[VIGNATE].name, VIGNATE
    sealed = installation.story("sealed", VIGNATE, last_name="Protetta", sealed=True)
    stored = installation.story("stored", VIGNATE, last_name="Limitata")
    for story in (sealed, stored):
        path.registered(story, ["work"])
    holders = [("district_referent", "district:5"), ("auditor", "audit")]
    readers = [installation.holder(*each) for each in (*holders, ("management", "management"))]
    note = {"text": "Parola da non dire", "category": "social", "to": readers[0]}
    mine = Visitor(installation, installation.holder("municipal_referent", f"comune:{istat}"))
    assert mine.send(f"/casi/{stored.case}/note", note).status_code == 303
    person = stored.state().attributes["person"]
    ground = {"ground": "a", "why": "Contestata."}
    officer = installation.holder("protection_officer", "audit")
    installation.api.write(officer, f"/persons/{person}/restriction", ground, "stored")
    installation.wait_for_views()
    pages = ("/casi/{}", "/segnalazioni/{}/ricevuta", "/attivita/{}/register_referral")
    lists = (f"/casi?comune={istat}", "/casi", "/?vista=territorio")
    for who in (Visitor(installation, person) for person in readers):
        for story in (sealed, stored):
            for address in (each.format(story.case) for each in pages):
                said = visible(who.get(address).text)
                assert place not in said, (who.person, address)
                assert "da non dire" not in said, (who.person, address)
            if who.person != readers[-1]:
                read = str(installation.api.read(who.person, f"/cases/{story.case}/history"))
                assert not [word for word in (istat, "da non dire") if word in read], who.person
        for address in lists:
            rows = who.get(address).text.partition("<main")[2].split("<tr")
            about = [row for row in rows if any(s.case[:8] in row for s in (sealed, stored))]
            assert not [row for row in about if place in row], (who.person, address)
        who.http.close()
    # Nor are the words of a note read by whoever wrote it, or was asked, while it is only stored.
    for one in (mine, Visitor(installation, readers[0])):
        assert "da non dire" not in one.get(f"/casi/{stored.case}").text
        assert "da non dire" not in one.get(f"/segnalazioni/{stored.case}").text
        one.http.close()


def test_every_form_takes_strange_fields_without_failing(
    installation: Any, referent: Visitor
) -> None:
    """Missing, twice, unknown, numbers too large, files for words, words for files."""
    case = installation.cases["assessing"]
    known = {"case": case, "task": "assess%23mr-melzo-1", "event": "no_show", "number": "1"}
    junk = ("-1", "9" * 20, "\u0663", "1e999", "[]", "a[0].b[999].c", "x" * 300, "")
    names = (
        "_versione", "_giro", "_esito", "_quando", "_aggiungi", "_togli", "_mostrato", "_di",
        "_motivo", "_confermo", "da", "dopo", "fino", "a", "motivo", "tipo", "step", "reason",
        "text", "to", "answers", "category", "categories", "per", "tax_code", "pseudonym",
        "birth_date", "posta", "riepilogo", "esito", "nota", "functioning", "members[]", "file",
        "title", "attributes", "identity", "comune", "service", "protocol", "sex", "referred_on",
    )  # fmt: skip
    bodies: list[dict[str, Any]] = [{name: ["1", "due", ""] for name in names}]
    bodies.append({name: junk[number % len(junk)] for number, name in enumerate(names)})
    for form in routes("POST"):
        if _KEPT.match(form) or form.startswith(("/issuer", "/profilo")):
            continue
        for body in bodies:
            answer = referent.send(filled(form, **known), body)
            assert answer.status_code < 500, (form, body, answer.text[:200])
        files = dict.fromkeys(("text", "reason", "_key", "a"), ("x.pdf", PDF, "application/pdf"))
        assert referent.send(filled(form, **known), files=files).status_code < 500, form
    assert installation.stories["assessing"].state().tasks["assess#mr-melzo-1"].status == "open"


def test_bytes_that_are_no_text_and_addresses_without_end_are_answered_in_words(
    installation: Any, referent: Visitor
) -> None:
    csrf = csrf_token(referent.secret).encode()
    address = f"/casi/{installation.cases['triaged']}/note"
    before = installation.stories["triaged"].state().version
    for body in (b"text=a%00b", b"text=%FF%FE%00", b"te%00xt=a", b"text=a\x00b"):
        answer = referent.http.post(address, content=b"_csrf=" + csrf + b"&" + body, headers=FORM)
        assert answer.status_code == 422, body
        assert "NUL" in answer.text
    # Half a character is replaced by the sign for it, and what was meant can still be read.
    broken = b"_csrf=" + csrf + b"&_key=k1&category=social&text=caff%C3 e t%E8"
    assert referent.http.post(address, content=broken, headers=FORM).status_code == 303
    assert installation.stories["triaged"].state().version == before + 1
    parts = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\ncontent-disposition: form-data\r\n\r\na\r\n--x--"):
        answer = referent.http.post(address, content=body, headers=parts)
        assert answer.status_code in (400, 403, 422), body
        assert "text/html" in answer.headers["content-type"]
    for address in (f"/casi?cursor={'a' * 8_000}", f"/{'a' * 8_000}", "/casi?stato=%FF%FE"):
        assert referent.get(address, headers={"accept": "text/html"}).status_code < 500
    where = urlsplit(installation.address).netloc
    for address, header in ((f"/casi?x={'a' * 70_000}", ""), ("/casi", "a" * 70_000)):
        raw = http.client.HTTPConnection(where, timeout=10)
        raw.request("GET", address, headers={"x-long": header})
        said = raw.getresponse()
        assert said.status in (303, 400, 414, 431)
        assert len(said.getheader("location") or "") < 2_000
        raw.close()


def test_numbers_in_addresses_may_be_anything(installation: Any, referent: Visitor) -> None:
    case = installation.cases["assessing"]
    names = ("dopo", "prima", "cursor", "da", "distretto", "vista", "giorno", "cronologia", "di")
    pages = ("/", "/casi", f"/casi/{case}", f"/casi/{case}/com-era", f"/casi/{case}/correzione")
    for address in (*pages, "/avvisi", "/segnalazioni", "/emergenze"):
        for value in ("-1", "9" * 30, "' OR 1=1"):
            answer = referent.get(address, params=dict.fromkeys(names, value))
            assert answer.status_code < 500, (address, value)
            one = referent.get(address, params={"cursor": value, "giorno": value})
            assert one.status_code in (200, 422), (address, value)


def test_a_search_is_looked_up_as_it_is_written(installation: Any, referent: Visitor) -> None:
    for words in ("%' OR 1=1 --", "%", "_", "\\", "'; DROP TABLE web_sessions; --", "*", "D%"):
        for form in (
            {"per": "codice", "tax_code": words},
            {"per": "codice", "pseudonym": words},
            {"per": "dati", "last_name": words, "first_name": words, "birth_date": words},
        ):
            answer = referent.send("/persone/cerca", form)
            assert answer.status_code in (200, 422), form
            assert "/casi/" not in answer.text, form
        installation.run("DELETE FROM web_limits")
        for address in ("/", "/casi"):
            found = dict.fromkeys(("comune", "servizio", "stato", "distretto", "q"), words)
            assert referent.get(address, params=found).status_code in (200, 422)
    assert referent.get("/profilo").status_code == 200


def test_other_methods_are_told_what_is_taken(referent: Visitor) -> None:
    for page in ("/", "/casi", "/profilo", "/pubblico"):
        whole, head = referent.get(page), referent.http.head(page)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW"):
            answer = referent.http.request(method, page, headers={"accept": "text/html"})
            assert answer.status_code in (405, 501), method
            assert "GET" in answer.headers["allow"]
        options = referent.http.options(page)
        assert options.status_code in (200, 204, 405)
        assert "GET" in options.headers["allow"]
        assert "access-control-allow-origin" not in options.headers


_AWAY = (
    "https://cattivo.example/", "//cattivo.example", "/\\cattivo.example", "/\tcattivo.example",
    "///cattivo.example", "\\\\cattivo.example", "/%0d%0aLocation:%20https://cattivo.example",
    "javascript:alert(1)", " //cattivo.example", "/..//cattivo.example", "/.//cattivo.example",
)  # fmt: skip


@pytest.mark.parametrize("away", _AWAY)
def test_no_form_and_no_login_leads_out_of_the_house(
    installation: Any, referent: Visitor, away: str
) -> None:
    case = installation.cases["triaged"]
    taken = f"/attivita/{case}/authorise_disclosure"
    answers = [
        referent.get("/accesso", params={"da": away}),
        referent.send("/lingua", {"lingua": "it", "da": away}),
        referent.send("/profilo/ruolo", {"ruolo": "", "da": away}),
        referent.send("/riprendi/x/lascia", {"da": away}),
        referent.send(f"{taken}/prendi", {"da": away}),
        referent.send(f"{taken}/rilascia", {"da": away}),
    ]
    for answer in answers:
        assert answer.status_code == 303, answer.request.url
        where = urljoin("https://casi.example.it/", answer.headers["location"])
        assert urlsplit(where).netloc == "casi.example.it", (away, answer.request.url)
        # As a browser reads it: a backslash is a slash.
        assert not re.match(r"^[/\\\s]{2}", answer.headers["location"])


# ── whose form, whose session ────────────────────────────────────────────────────────────────────


def test_a_form_with_anothers_token_or_without_a_session_changes_nothing(
    installation: Any, referent: Visitor, stranger: Visitor
) -> None:
    case = installation.cases["triaged"]
    before = installation.stories["triaged"].state().version
    note = {"text": "Non mia", "category": "social", "_key": "k"}
    forged = {**note, "_csrf": csrf_token(stranger.secret)}
    answer = referent.http.post(f"/casi/{case}/note", data=forged)
    assert answer.status_code == 403
    assert "Non mia" not in answer.text
    with httpx.Client(base_url=installation.address) as nobody:
        for cookie in ("", f"{COOKIE}=x", f"cantiere={referent.secret}"):
            answer = nobody.post(f"/casi/{case}/note", data=forged, headers={"cookie": cookie})
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/accesso")
    assert installation.stories["triaged"].state().version == before


def test_a_session_is_ended_only_by_its_owner(
    installation: Any, referent: Visitor, stranger: Visitor
) -> None:
    theirs = installation.sessions.find(referent.secret)
    stranger.send(f"/profilo/sessioni/{theirs.number}/chiudi")
    assert str(theirs.number) not in stranger.get("/profilo").text
    assert installation.sessions.find(referent.secret).alive
