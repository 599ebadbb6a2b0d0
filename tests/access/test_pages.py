"""Every page, asked by every role, here and elsewhere, with the person's authorisation given,
absent, run out or withdrawn, and after the conference's decision and the project's signature: what
it answers stands in `pages.csv`, for an auditor to read.

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

from api.demo.stories import path as way
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
from protocols.engine.events import StepCompleted
from protocols.territory import end_of_day
from tests.access.conftest import Told
from tests.access.test_matrix import NOWHERE, readers
from tests.api.conftest import TERRITORY
from tests.canary.papers import unpacked
from tests.documents.made import PDF
from tests.papers.verapdf import verdicts

EXPECTED = Path(__file__).parent / "pages.csv"
STATES = ("data", "assente", "scaduta", "ritirata")
# Decided and with a signed project; then the authorisation stays, or is withdrawn.
SIGNED = ("firmata", "revocata")
ROOMS = (
    "/casi/{case}", "/casi/{case}/com-era", "/casi/{case}/conferenza",
    "/casi/{case}/conferenza/verbale", "/casi/{case}/progetto", "/casi/{case}/progetto/stampa",
    "/attivita/{case}/{task}", "/attivita/{case}/{task}/stampa",
)  # fmt: skip
"""Where what was decided and signed is read."""
CPS, COMUNE, WORK = "cps-melzo-1", "mr-melzo-1", "sil-1"
# Who writes a note of which category, with words that are found nowhere else.
NOTES = {
    "social": (COMUNE, "vive con la zia Ermenegilda"),
    "judicial": (COMUNE, "udienza del Tribunale di Lodi"),
    "clinical": (CPS, "prende litio e quetiapina"),
    "work": (WORK, "sa usare il tornio parallelo"),
}
NAME, PAPER = "D'Adda-Brambati", "psicosi affettiva"
# What is answered, by step and field, with words that are found nowhere else.
ANSWERS = {
    "assess": {"remarks": "allucinazioni imperative"},
    "give_fitness_opinion": {"remarks": "ricaduta a primavera"},
    "conference": {"conditions": "un colloquio a settimana con la dottoressa"},
    "countersign_minutes": {"dissent": "andava sentito il medico curante"},
    "draft_project": {
        "goals": "riprendere la licenza di saldatore", "commitments": "avvisare se non dorme",
    },
}  # fmt: skip
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
        self.papers: dict[tuple[str, str], bytes] = {}
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
        self._withdrawn("ritirata")
        self.told.until(end_of_day(last, TERRITORY.timezone) + timedelta(seconds=1))
        self.told.people.project()

    def tell_on(self) -> None:
        """Two more cases, whose project is signed."""
        for state in SIGNED:
            self.stories[state] = self._signed(state)
        self._withdrawn("revocata")
        self.told.people.project()

    def _withdrawn(self, state: str) -> None:
        story = self.stories[state]
        story.event("authorisation_withdrawn", {"withdrawn_on": story.day()})

    def _signed(self, state: str) -> Story:
        """A case that was assessed, discussed and decided, with the project written and signed."""

        def words(step: str, instance: str = "") -> dict[str, Any]:
            answers = ANSWERS[step].items()
            return {field: f"{_planted(said, instance)} {state}" for field, said in answers}

        story = self.told.case(who={"last_name": f"{NAME} {state}"})
        self.documents[state] = NOWHERE
        for task in story.state().open_tasks():
            if task.step == "assess":
                data = {**way.dimensions(3), **words("assess", task.instance)}
                story.do("assess", "done", data, instance=task.instance)
        way.fit(story, treatment_reference="Piano 7", **words("give_fitness_opinion"))
        way.decided(story, "admit_with_conditions", **words("conference"))
        dissent = {"signed_on": story.day(), **words("countersign_minutes")}
        story.do("countersign_minutes", "signed_with_dissent", dissent)
        goal, commitments = words("draft_project").values()
        written = {
            "kind": "WORK_GRANT", "ends_on": story.day(90), "commitments": commitments,
            "goals": [{"dimension": "work", "goal": goal}],
        }  # fmt: skip
        story.do("draft_project", "drafted", written)
        story.do("agree_crisis_plan", "not_wanted")
        story.do("sign_project", "signed", {"signed_on": story.day()})
        return story

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
        reading = "GET" in (route.methods or ())
        for state in STATES if reading else STATES[:2]:
            if "{task}" not in route.path:
                yield state, self._address(route, state, "")
                continue
            opened = self.stories[state].state().open_tasks()[0].key
            yield f"{state}, fatta", self._address(route, state, "triage")
            yield f"{state}, aperta", self._address(route, state, opened)
        signed = [state for state in SIGNED if state in self.stories]
        for state in signed if reading and route.path in ROOMS else ():
            if "{task}" not in route.path:
                yield state, self._address(route, state, "")
                continue
            for step in (f"assess#{CPS}", "conference", "draft_project"):
                yield f"{state}, {step}", self._address(route, state, step)

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
                elif isinstance(body, StepCompleted) and state in SIGNED:
                    plan = service.plan(service.state(UUID(story.case))).protocol
                    for name, said in ANSWERS.get(body.step, {}).items():
                        field = plan.forms[plan.steps[body.step].form].fields[name]
                        origin = of[event.originator_version]
                        words = _planted(said, body.task.partition("#")[2])
                        may[words] = may_read_field(reader, sight, field.category, True, origin)
            hidden += [f"{words} {state}" for words, readable in may.items() if not readable]
        return hidden


def _planted(words: str, instance: str) -> str:
    return f"{words} {instance}".strip()


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
                    who: _cell(pages, method, route, case, address, who, words)
                    for who, words in hidden.items()
                }
                yield [method, route.path, case, *(cells[who] for who in columns.values())]


def _cell(
    pages: Pages,
    method: str,
    route: APIRoute,
    case: str,
    address: str,
    person: str,
    hidden: list[str],
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
    if _made_here(answer):
        pages.papers.setdefault((route.path, case), answer.content)
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
    if _made_here(answer):
        text = b"".join(unpacked(answer.content)).decode("utf-8", "replace")
    return "".join(text.split())


def _made_here(answer: httpx.Response) -> bool:
    """A paper of ours, not one that somebody attached."""
    kind = answer.headers.get("content-type", "")
    return kind.startswith("application/pdf") and PAPER.encode() not in answer.content


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
    compare(pages, lambda method, path, case: path == "/casi/{case}" and case in STATES)


@pytest.mark.slow
def test_every_page_answers_every_role_as_the_table_says(pages: Pages, tmp_path: Path) -> None:
    pages.tell_on()
    compare(pages, lambda method, path, case: True, whole=True)
    # No proof that words are not there, if they could not be seen where they are.
    story = pages.stories["firmata"]
    for room, steps in (
        ("conferenza/verbale", ("conference", "countersign_minutes")),
        ("progetto/stampa", ("draft_project",)),
    ):
        said = text_of(pages.read(CPS, f"/casi/{story.case}/{room}"))
        for words in (each for step in steps for each in ANSWERS[step].values()):
            assert "".join(words.split()) in said
    rooms = {room for room in ROOMS if room.endswith(("/stampa", "/verbale"))}
    assert {room for room, _ in pages.papers} > rooms
    judged = verdicts(list(pages.papers.values()), tmp_path)
    assert [one.failed for one in judged] == [{}] * len(pages.papers)
