"""Words between those who work on a case: notes, questions and their answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from pydantic import ConfigDict, Field

from api.http.access import Reader, Sight, may_read, scope_shown
from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import After
from api.http.shapes import Json, shape
from api.http.tasks import Seen
from api.http.withheld import Screen, origins
from api.http.writing import WRITTEN, IdempotencyKey, as_seen, command_id, submit
from domain.case.events import NoteWritten
from domain.case.notes import LONGEST, WriteNote, addressees
from domain.refusal import FieldProblem, Refused
from domain.vault.pseudonyms import with_pseudonyms
from projections.inbox.questions import OpenQuestion, questions
from protocols.engine.run import Run
from protocols.language.forms import Category
from protocols.text import Text

router = APIRouter(prefix="/api/v1", tags=["note e domande"], route_class=ReadRoute)


class Note(msgspec.Struct, frozen=True):
    """`text`: what was written, or `{"withheld": category}`; `to`: whom it asks or answers;
    `waits`: a question without an answer yet; `for_me`: the asker may answer it."""

    note: str
    by: str
    role: str
    at: datetime
    category: str
    to: str
    task: str
    answers: str
    text: Any
    waits: bool
    for_me: bool


class Notes(msgspec.Struct, frozen=True):
    """`addressees`: to whom a question may be put: staff ids, then scopes."""

    case: UUID
    version: int
    notes: list[Note]
    addressees: list[str]


class Questions(msgspec.Struct, frozen=True):
    questions: list[OpenQuestion]


class NoteBody(Seen):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "Il colloquio è andato bene.", "to": "mr-pioltello-1"}]
        },
    )

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    category: Category = "social"
    to: Annotated[
        str, Field(max_length=60, description="L'id di un operatore o un ambito; vuoto: nessuno.")
    ] = ""
    task: Annotated[str, Field(max_length=160, description="La chiave di un compito.")] = ""
    answers: Annotated[str, Field(max_length=36, description="La domanda a cui risponde.")] = ""


_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")


@router.post("/cases/{case}/notes", responses=WRITTEN, summary="Scrive una nota o una domanda")
def write(case: UUID, body: NoteBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """A tutti, a qualcuno, o in risposta. · To all, to somebody, or as an answer."""
    command = command_id(door, key)
    sight = door.sight(case, "data")
    if body.to and not _sees(door, sight, body.to, _today(door)):
        raise Refused(
            "invalid",
            "note_invalid",
            Text("La nota non va bene.", "The note is not right."),
            Text("Scegliere tra chi è elencato.", "Choose one of those listed."),
            (
                FieldProblem(
                    "to", Text("non può vedere questo caso", "this case is not theirs to see")
                ),
            ),
        )
    return submit(
        door,
        WriteNote(
            command_id=command,
            actor=door.actor,
            case=case,
            text=body.text,
            category=body.category,
            to=body.to,
            task=body.task,
            answers=body.answers,
            **as_seen(body.expected_version),
        ),
    )


@router.get(
    "/cases/{case}/notes",
    responses=shape(Notes, "Le note.", Notes(_CASE, 9, [], [])),
    summary="Le note di un caso",
)
def of_case(case: UUID, door: Identified) -> Json:
    """Dalla più vecchia. · Oldest first."""
    return Json(notes_of(door, door.sight(case, "data"), case))


@router.get(
    "/questions",
    responses=shape(Questions, "Le domande aperte.", {"questions": []}),
    summary="Le domande che aspettano una risposta",
)
def open_questions(door: Identified, after: After = 0) -> Json:
    """Quelle rivolte a chi chiede e quelle che ha posto. · To the asker, and by the asker."""
    door.wait(after, "inbox", "persons")
    with door.reading() as connection:
        found = questions(connection, person=door.reader.id, scopes=sorted(door.reader.scopes))
    return Json(Questions(with_pseudonyms(door.service.vault, found)))


def notes_of(door: Door, sight: Sight, case: UUID) -> Notes:
    service = door.service
    history = service.history(case)
    state = service.state(case)
    assert state.opened is not None
    plan = service.plan(state)
    personal = service.personal_reader(state.opened.person)
    screen = Screen(door.reader, sight, plan, None, personal, door.looks)
    of = origins(history)
    waiting = {question.note for question in state.questions}
    notes = []
    for event in history:
        body = event.body
        if isinstance(body, NoteWritten):
            waits = body.note in waiting
            text = screen.note(event, body, of[event.originator_version])["text"]
            notes.append(
                Note(
                    body.note, body.by, event.role or "", event.at, body.category,
                    scope_shown(door.reader, sight, body.to), body.task, body.answers, text, waits,
                    waits and _is_for(door, body.to),
                )
            )  # fmt: skip
    run = Run(plan, state, service.clock.now(), service.territory)
    others = (to for to in addressees(service.territory, run) if to != door.reader.id)
    today = _today(door)
    # The comune's office would tell where a sealed case lives; its staff are listed by name.
    listed = [
        to
        for to in others
        if scope_shown(door.reader, sight, to) == to and _sees(door, sight, to, today)
    ]
    return Notes(case, state.version, notes, listed)


def _today(door: Door) -> date:
    service = door.service
    return service.clock.now().astimezone(service.territory.timezone).date()


def _sees(door: Door, sight: Sight, to: str, day: date) -> bool:
    """Whether somebody, or whoever works in a scope, has access to the case: asking gives none."""
    territory = door.service.territory
    if ":" in to or to not in territory.people:
        return may_read(Reader("", (("", to, False),)), sight, "data")
    held = territory.memberships(to, day)
    return may_read(Reader(to, tuple((m.role, m.scope, m.deputy) for m in held)), sight, "data")


def _is_for(door: Door, to: str) -> bool:
    return to == door.reader.id or to in door.reader.scopes
