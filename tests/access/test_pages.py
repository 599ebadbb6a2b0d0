"""Every page, asked by every role, here and elsewhere, with the person's authorisation given,
absent, run out or withdrawn: what it answers stands in `pages.csv`, for an auditor to read.

A cell is the HTTP status and the categories of data shown and withheld, as in `matrix.csv`. And
whatever the cell says, each answer is searched for words that only data of one category hold: they
may be there only where the policies let this reader read them. A page without its rows fails. After
a change that is meant: `CANTIERE_WRITE_MATRIX=1 python -m pytest tests/access/test_pages.py -m
slow`, and read the difference.
"""

from __future__ import annotations

import csv
import html
import io
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from api.demo.story import Story
from api.http.access import may_read_field
from api.http.explained import reader_on
from api.http.sights import sights
from api.http.withheld import origins
from api.web.desk import COOKIE
from api.web.routes import ROUTERS
from api.web.sessions import csrf_token
from domain.case.events import NoteWritten
from domain.documents.events import DocumentAttached
from domain.reads.events import Read
from protocols.territory import end_of_day
from tests.access.conftest import Told
from tests.access.test_matrix import NOWHERE, readers
from tests.api.conftest import TERRITORY
from tests.canary.papers import unpacked
from tests.documents.made import PDF

EXPECTED = Path(__file__).parent / "pages.csv"
STATES = ("data", "assente", "scaduta", "ritirata")
CPS, COMUNE, WORK = "cps-melzo-1", "mr-melzo-1", "sil-1"
# Who writes a note of which category, with words that are found nowhere else.
NOTES = {
    "social": (COMUNE, "vive con la zia Ermenegilda"),
    "judicial": (COMUNE, "udienza del Tribunale di Lodi"),
    "clinical": (CPS, "prende litio e quetiapina"),
    "work": (WORK, "sa usare il tornio parallelo"),
}
NAME, PAPER = "D'Adda-Brambati", "psicosi affettiva"
SENT: dict[str, dict[str, str]] = {
    "/persone/cerca": {"per": "dati", "last_name": f"{NAME} DATA".upper(), "first_name": "Ivo"},
    "/casi/{case}/note": {"text": "da fare"},
    "/casi/{case}/documenti": {"category": "social", "title": "Copia"},
    "/casi/{case}/documenti/{document}/ritira": {"reason": "era doppio"},
    "/casi/{case}/eccezione": {"tipo": "skip", "step": "nessuno", "reason": "prova"},
    "/emergenze/{case}/{access}": {"esito": "si", "nota": "letta"},
    "/segnalazioni/{case}/domande": {"text": "a che punto siamo?"},
    "/avvisi/letti": {"fino": "0"},
    "/avvisi/scelte": {"posta": "never"},
}
"""What a form needs in order to be taken from whoever may send it; others are sent empty."""
FILES = {"/casi/{case}/documenti": {"file": ("copia.pdf", PDF, "application/pdf")}}


def routes() -> list[tuple[str, APIRoute]]:
    """(method, route) of every page, in their order; what is read comes before what is sent."""
    found = [
        (method, route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    ]
    return sorted(found, key=lambda each: (each[0], each[1].path))


class Pages:
    """The pages over the told cases; each request is somebody's, in a session of theirs."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.http = told.people.http
        self.sessions = told.people.app.state.pages.state.sessions
        self.stories: dict[str, Story] = {}
        self.documents: dict[str, str] = {}
        self.looked: list[Read] = []
        self._secrets: dict[str, str] = {}
        journal = told.people.app.state.parts.reads
        taken_in = journal.take

        def take(reads: Iterable[Read]) -> None:
            reads = list(reads)
            self.looked += reads
            taken_in(reads)

        journal.take = take

    # ── cases ────────────────────────────────────────────────────────────────────────────────

    def tell(self) -> None:
        """One case for each state of the authorisation, with words of every category in it."""
        last = self.told.now.astimezone(TERRITORY.timezone).date() + timedelta(days=2)
        given: dict[str, dict[str, Any]] = {"scaduta": {"until": last.isoformat()}}
        for state in STATES:
            more = {"who": {"last_name": f"{NAME} {state}"}, **given.get(state, {})}
            without = state == "assente"
            tell = self.told.case if without else self.told.assessed
            story = tell(**more, **({"recipients": None} if without else {}))
            self.stories[state] = story
            for category, (by, words) in NOTES.items():
                if not (without and by == WORK):
                    body = {"text": f"{words} {state}", "category": category}
                    story.desk.write(by, f"/cases/{story.case}/notes", body, f"{state}/{category}")
            self.documents[state] = self._attached(story, state)
        story = self.stories["ritirata"]
        story.event("authorisation_withdrawn", {"withdrawn_on": story.day()})
        self.told.until(end_of_day(last, TERRITORY.timezone) + timedelta(seconds=1))
        self.told.people.project()

    def _attached(self, story: Story, state: str) -> str:
        """A clinical paper; its id."""
        paper = PDF.replace(b"%%EOF", f"% {PAPER} {state}\n%%EOF".encode())
        answer = self.send(
            CPS,
            f"/casi/{story.case}/documenti",
            {"category": "clinical", "title": f"Esami: {PAPER} {state}"},
            files={"file": ("referto.pdf", paper, "application/pdf")},
        )
        assert answer.status_code == 303, answer.text
        listed = self.told.people.get(CPS, f"/api/v1/cases/{story.case}/documents").json()
        return listed["documents"][0]["document"]

    # ── requests ─────────────────────────────────────────────────────────────────────────────

    def secret(self, person: str) -> str:
        known = self.sessions.find(self._secrets.get(person, ""))
        if known is None or not known.alive:
            self._secrets[person] = self.sessions.begin(person)
        return self._secrets[person]

    def read(self, person: str, address: str) -> httpx.Response:
        """The answer; of one that never ends, how it begins."""
        headers = {"cookie": f"{COOKIE}={self.secret(person)}"}
        with self.http.stream("GET", address, headers=headers) as answer:
            if "event-stream" in answer.headers.get("content-type", ""):
                return httpx.Response(answer.status_code)
            answer.read()
        return answer

    def send(
        self, person: str, address: str, data: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        secret = self.secret(person)
        given = {"_csrf": csrf_token(secret), "_key": str(uuid4()), **(data or {})}
        headers = {"cookie": f"{COOKIE}={secret}"}
        return self.http.post(address, data=given, headers=headers, **more)

    def written(self) -> int:
        """How many events the cases have together."""
        cases = [UUID(story.case) for story in self.stories.values()]
        with self.told.people.app.state.parts.pool.connection() as connection:
            query = "SELECT count(*) FROM stored_events WHERE originator_id = ANY(%s)"
            return connection.execute(query, (cases,)).fetchone()[0]

    # ── examples ─────────────────────────────────────────────────────────────────────────────

    def examples(self, route: APIRoute) -> Iterator[tuple[str, str]]:
        """(case, address), one for each state of the authorisation where the address has a case or
        its person; of a task, one that is done and one that is open. What is sent comes to the
        same doors as what is read: given and absent."""
        if not {"case", "person"} & {field.alias for field in route.dependant.path_params}:
            yield "-", self._address(route, "data", "triage")
            return
        for state in STATES if "GET" in (route.methods or ()) else STATES[:2]:
            if "{task}" not in route.path:
                yield state, self._address(route, state, "")
                continue
            opened = self.stories[state].state().open_tasks()[0].key
            yield f"{state}, fatta", self._address(route, state, "triage")
            yield f"{state}, aperta", self._address(route, state, opened)

    def _address(self, route: APIRoute, state: str, task: str) -> str:
        known = {
            "case": self.stories[state].case, "document": self.documents[state],
            "task": quote(task, safe=""), "event": "no_show", "name": "desk.css",
            "act": "rettifica",
            "person": self._person(state), "other": self._person(STATES[state == "data"]),
        }  # fmt: skip
        path = route.path.replace(":path}", "}")
        for field in route.dependant.path_params:
            other = "1" if field.field_info.annotation is int else NOWHERE
            path = path.replace("{" + field.alias + "}", known.get(field.alias, other))
        return path

    def _person(self, state: str) -> str:
        return str(self.stories[state].state().attributes["person"])

    # ── what may be read ─────────────────────────────────────────────────────────────────────

    def hidden_from(self, person: str) -> list[str]:
        """The words in all cases that the policies do not let this person read."""
        service = self.told.people.service
        day = self.told.now.astimezone(TERRITORY.timezone).date()
        reader = reader_on(service.territory, person, day)
        seen = sights(service, [UUID(story.case) for story in self.stories.values()])
        hidden = []
        for state, story in self.stories.items():
            sight, history = seen[UUID(story.case)], service.history(UUID(story.case))
            of = origins(history)
            may = {NAME: may_read_field(reader, sight, "identity", True)}
            for event in history:
                body = event.body
                if isinstance(body, (NoteWritten, DocumentAttached)):
                    note = isinstance(body, NoteWritten)
                    words = NOTES[body.category][1] if note else PAPER
                    origin = of[event.originator_version]
                    may[words] = may_read_field(reader, sight, body.category, True, origin)
            hidden += [f"{words} {state}" for words, readable in may.items() if not readable]
        return hidden


@pytest.fixture(scope="module")
def pages(told: Told) -> Iterator[Pages]:
    with told.people.projecting():
        made = Pages(told)
        made.tell()
        yield made


# What one may take, the next one finds taken: it is given back.
_TAKE, _RELEASE = "/prendi", "/rilascia"

Wanted = Callable[[str, str, str], bool]
"""(method, page, case) → whether the row is asked for."""


def table(pages: Pages, wanted: Wanted) -> Iterator[list[str]]:
    columns = readers()
    hidden = {person: pages.hidden_from(person) for person in columns.values()}
    yield ["metodo", "pagina", "caso", *(f"{role} ({who})" for role, who in columns.items())]
    for method, route in routes():
        for case, address in pages.examples(route):
            if wanted(method, route.path, case):
                cells = {
                    who: _cell(pages, method, route, address, who, words)
                    for who, words in hidden.items()
                }
                yield [method, route.path, case, *(cells[who] for who in columns.values())]


def _cell(
    pages: Pages, method: str, route: APIRoute, address: str, person: str, hidden: list[str]
) -> str:
    pages.looked.clear()
    if method == "GET":
        answer = pages.read(person, address)
    else:
        before = pages.written()
        given, files = SENT.get(route.path), FILES.get(route.path)
        answer = pages.send(person, address, given, files=files)
        if answer.status_code >= 400:
            assert pages.written() == before, (address, person)
        elif address.endswith(_TAKE):
            pages.send(person, address.replace(_TAKE, _RELEASE))
    said = text_of(answer)
    told = [words for words in hidden if "".join(words.split()) in said]
    assert told == [], (method, address, person)
    shown = {one for read in pages.looked for one in read.shown}
    withheld = {one for read in pages.looked for one in read.withheld} - shown
    letters = "".join(c for c in "iscwj" if any(one[0] == c for one in shown))
    minus = "".join(c for c in "iscwj" if any(one[0] == c for one in withheld))
    return f"{answer.status_code} {letters}{'-' + minus if minus else ''}".strip()


def text_of(answer: httpx.Response) -> str:
    """What a person could read in an answer, without spaces."""
    text = html.unescape(answer.content.decode("utf-8", "replace"))
    made_here = answer.headers.get("content-type", "").startswith("application/pdf")
    if made_here and PAPER not in text:
        text = b"".join(unpacked(answer.content)).decode("utf-8", "replace")
    return "".join(text.split())


def compare(pages: Pages, wanted: Wanted, *, whole: bool = False) -> None:
    rows = list(table(pages, wanted))
    if whole and os.environ.get("CANTIERE_WRITE_MATRIX"):
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        EXPECTED.write_text(written.getvalue(), "utf-8")
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file)
    expected = [line for line in lines if wanted(*line[:3])]
    assert rows[0] == columns
    assert [row[:3] for row in rows[1:]] == [line[:3] for line in expected]
    differences = [
        (*row[:3], column, f"is {is_}", f"was {was}")
        for row, line in zip(rows[1:], expected, strict=True)
        for column, is_, was in zip(columns[3:], row[3:], line[3:], strict=True)
        if is_ != was
    ]
    assert differences == []


def test_every_page_has_its_rows() -> None:
    """Asked of nobody yet: a new page is seen without the long proof."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        rows = {(method, path) for method, path, *_ in csv.reader(file)} - {("metodo", "pagina")}
    assert rows == {(method, route.path) for method, route in routes()}


def test_a_cases_page_answers_each_role_as_the_table_says(pages: Pages) -> None:
    compare(pages, lambda method, path, case: path == "/casi/{case}")


@pytest.mark.slow
def test_every_page_answers_every_role_as_the_table_says(pages: Pages) -> None:
    compare(pages, lambda method, path, case: True, whole=True)
