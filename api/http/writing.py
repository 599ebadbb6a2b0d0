"""Writing through the door: the idempotency key, and the receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from fastapi import Header

from api.http.door import Door
from api.http.problems import Problem
from api.http.shapes import Json, shape
from domain.case.commands import Command
from domain.refusal import FieldProblem
from domain.service import Receipt
from protocols.text import Text

_COMMANDS = UUID("5f4f2f0a-2f43-5c0f-9a55-1f0a6d3c7b52")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Obbligatoria: una chiave nuova per ogni richiesta nuova (per esempio un "
        "UUID), la stessa per ripeterla.",
        examples=["7f0c8a1e-3c55-4a53-8b6e-5b1f5e0c9d11"],
        # Declared optional so that its absence is answered by us, with the reason.
        json_schema_extra={"minLength": 1, "maxLength": 200},
    ),
]


class OpenTask(msgspec.Struct, frozen=True):
    """A task that is open after the command. `id`: `<case>:<task>`."""

    id: str
    task: str
    step: str
    title: Text
    role: str
    scope: str
    due: datetime | None


class Written(msgspec.Struct, frozen=True):
    """`version`: the case's after the command; `position`: the log's, for `?after=`; `events`: how
    many were written; `replayed`: it had been done before, and this is the answer given then."""

    case: UUID
    version: int
    position: int
    events: int
    replayed: bool
    open_tasks: list[OpenTask]


EXAMPLE = Written(
    UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"),
    9,
    412,
    3,
    False,
    [
        OpenTask(
            "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10:triage",
            "triage",
            "triage",
            Text("Analisi preliminare", "Triage"),
            "municipal_referent",
            "comune:015142",
            None,
        )
    ],
)
WRITTEN = shape(Written, "Fatto.", EXAMPLE)


def command_id(door: Door, key: str | None) -> UUID:
    """The command that a person means by a key. Raises Problem (400)."""
    if key is None or not 0 < len(key) <= 200 or not key.isprintable():
        message = Text(
            "serve una chiave di 1–200 caratteri stampabili",
            "a key of 1–200 printable characters is needed",
        )
        raise Problem(
            400,
            "idempotency_key_needed",
            Text(
                "Ogni scrittura richiede l'intestazione Idempotency-Key.",
                "Every write needs the Idempotency-Key header.",
            ),
            Text(
                "Inviare per esempio un UUID, e lo stesso se la richiesta va ripetuta.",
                "Send a UUID, say, and the same one if the request has to be repeated.",
            ),
            (FieldProblem("header.Idempotency-Key", message),),
        )
    return uuid5(_COMMANDS, f"{door.reader.id}\0{key}")


def submit(door: Door, command: Command, status: int = 200) -> Json:
    """Do it, and answer with the receipt. Raises Refused, LogUnavailable."""
    return answer(door, door.service.handle(command), status)


def answer(door: Door, receipt: Receipt, status: int = 200) -> Json:
    """The receipt with the tasks that were open right after the command."""
    return Json(written(door, receipt), status, replay_header(receipt))


def written(door: Door, receipt: Receipt) -> Written:
    """As `answer` gives it."""
    service = door.service
    state = service.state(receipt.case)
    if state.version != receipt.version:
        state = service.state(receipt.case, version=receipt.version)
    steps = service.plan(state).protocol.steps
    tasks = [
        OpenTask(
            f"{receipt.case}:{task.key}",
            task.key,
            task.step,
            steps[task.step].title,
            task.role,
            task.scope,
            task.due,
        )
        for task in state.open_tasks()
    ]
    return Written(
        receipt.case, receipt.version, receipt.position, receipt.events, receipt.replayed, tasks
    )


def replay_header(receipt: Receipt) -> dict[str, str]:
    return {"Idempotent-Replay": "true"} if receipt.replayed else {}


def as_seen(expected: int | None) -> dict[str, Any]:
    return {} if expected is None else {"expected": expected}
