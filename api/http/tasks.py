"""Tasks: the inbox, and what is done to one of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from api.http.door import Door, Identified
from api.http.looks import ReadRoute
from api.http.parameters import After, Cursor, Instant, Limit, TaskId, Word
from api.http.shapes import Json, shape
from api.http.task_view import EXAMPLE as TASK_EXAMPLE
from api.http.task_view import TaskDetail, task_detail
from api.http.visible import placed, visible
from api.http.writing import WRITTEN, IdempotencyKey, as_seen, command_id, submit
from domain.case import commands as c
from domain.refusal import FieldProblem, Refused
from domain.vault.pseudonyms import with_pseudonyms
from projections.cursor import cursor_of
from projections.inbox.counts import InboxCounts, inbox_counts
from projections.inbox.queries import InboxPage, InboxTask, inbox
from protocols.territory import scope_kind
from protocols.text import Text

router = APIRouter(prefix="/api/v1/tasks", tags=["compiti"], route_class=ReadRoute)

_PAGE = {"tasks": [], "cursor": ""}


@router.get("", responses=shape(InboxPage, "I compiti.", _PAGE), summary="Elenca i compiti aperti")
def list_tasks(
    door: Identified,
    mine: Annotated[
        bool, Query(description="Solo ciò che posso fare io; altrimenti dei casi che posso vedere.")
    ] = True,
    role: Word | None = None,
    district: Annotated[int | None, Query(ge=0, le=999)] = None,
    step: Word | None = None,
    case: UUID | None = None,
    overdue: bool = False,
    due_before: Annotated[Instant | None, Query()] = None,
    due_after: Annotated[Instant | None, Query()] = None,
    priority: Annotated[int | None, Query(ge=0, le=3, description="Almeno.")] = None,
    unclaimed: bool = False,
    held: Annotated[
        Literal["me", "nobody", "others"] | None, Query(description="Da chi è stato preso.")
    ] = None,
    waiting: Annotated[
        bool, Query(description="Ciò che tocca ad altri nei casi di cui sono il case manager.")
    ] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """I più urgenti, poi le scadenze più vicine. · The most urgent first, then the nearest due."""
    door.wait(after, "inbox", "persons")
    now = door.service.clock.now()
    me: dict[str, Any] = {}
    if mine:
        me = {"person": door.reader.id, "holds": [hold[:2] for hold in door.reader.holds]}
    filters: dict[str, Any] = {
        "now": now,
        **me,
        "role": role,
        "district": district,
        "step": step,
        "case": case,
        "overdue": overdue,
        "due_before": due_before,
        "due_after": due_after,
        "priority": priority,
        "unclaimed": unclaimed,
        "held": held or "",
        "waiting": waiting and mine,
    }
    with door.reading() as connection:
        if mine:
            page = inbox(connection, **filters, limit=limit, cursor=cursor)
            return Json(InboxPage(_shown(door, page.tasks), page.cursor))

        def fetch(at: str, count: int) -> tuple[list[InboxTask], str]:
            page = inbox(connection, **filters, limit=count, cursor=at)
            return page.tasks, page.cursor

        tasks, following = visible(
            door, fetch, lambda task: task.case, _cursor_at, limit=limit, cursor=cursor,
            show=partial(placed, door.reader),
        )  # fmt: skip
    return Json(InboxPage(_shown(door, tasks), following))


def _shown(door: Door, tasks: list[InboxTask]) -> list[InboxTask]:
    named = with_pseudonyms(door.service.vault, tasks)
    return [_without_place(door, task) for task in named]


def _without_place(door: Door, task: InboxTask) -> InboxTask:
    """Where a case's place may be known to few, no list shows the comune, not even as the scope of
    a task."""
    open_to_all = not (task.sealed or task.restricted)
    if open_to_all or scope_kind(task.scope) != "comune" or task.scope in door.reader.scopes:
        return task
    return replace(task, scope="comune")


def _cursor_at(task: InboxTask) -> str:
    due = task.due.isoformat() if task.due else "infinity"
    return cursor_of(-task.priority, due, task.case, task.task)


@router.get(
    "/counts",
    responses=shape(InboxCounts, "Quanti.", InboxCounts(0, 0, 0, 0, 0, 0, 0)),
    summary="Quanti compiti ho",
)
def count_tasks(door: Identified, after: After = 0) -> Json:
    """In ritardo, per oggi, presi, liberi, di altri. · Overdue, today, held, free, others'."""
    door.wait(after, "inbox")
    return Json(counts(door))


def counts(door: Door) -> InboxCounts:
    now = door.service.clock.now()
    midnight = midnight_of(door, now)
    holds = [hold[:2] for hold in door.reader.holds]
    with door.reading() as connection:
        return inbox_counts(
            connection, now=now, midnight=midnight, person=door.reader.id, holds=holds
        )


def midnight_of(door: Door, now: datetime) -> datetime:
    """At which the day of `now` is over in the territory."""
    zone = door.service.territory.timezone
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)


@router.get(
    "/{task_id}", responses=shape(TaskDetail, "Il compito.", TASK_EXAMPLE), summary="Un compito"
)
def one_task(task_id: TaskId, door: Identified) -> Json:
    """Il modulo, gli esiti, chi può farlo e i dati già raccolti che si possono vedere."""
    case, key = split(task_id)
    sight = door.sight(case, "data")
    return Json(task_detail(door, sight, case, key))


class Seen(BaseModel):
    """`expected_version`: the case's version that was on the screen, if it matters."""

    model_config = ConfigDict(extra="forbid")

    expected_version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class CompleteBody(Seen):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outcome": "complex", "data": {"need": "work"}}]},
    )

    outcome: Annotated[str, Field(min_length=1, max_length=60)]
    data: dict[str, Any] = {}
    occurred_at: Annotated[
        Instant | None, Field(description="Quando è avvenuto, se prima di ora.")
    ] = None


class AssignBody(Seen):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": "mr-pioltello-1", "reason": "ferie"}]},
    )

    to: Annotated[str, Field(min_length=1, max_length=60, description="L'id di un operatore.")]
    reason: Annotated[str, Field(max_length=500)] = ""


class EmptyBody(Seen):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})


@router.post("/{task_id}/claim", responses=WRITTEN, summary="Prende un compito")
def claim(
    task_id: TaskId, door: Identified, body: EmptyBody | None = None, key: IdempotencyKey = None
) -> Json:
    """Il compito esce dall'elenco comune. · The task leaves the shared list."""
    return submit(door, c.ClaimTask(**_on(door, task_id, key, body)))


@router.post("/{task_id}/release", responses=WRITTEN, summary="Rilascia un compito")
def release(
    task_id: TaskId, door: Identified, body: EmptyBody | None = None, key: IdempotencyKey = None
) -> Json:
    """Il compito torna nell'elenco comune. · The task goes back to the shared list."""
    return submit(door, c.ReleaseTask(**_on(door, task_id, key, body)))


@router.post("/{task_id}/assign", responses=WRITTEN, summary="Assegna un compito")
def assign(task_id: TaskId, body: AssignBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """A chi ha lo stesso ruolo, o al suo sostituto. · To another holder of the role or a deputy."""
    return submit(
        door, c.AssignTask(**_on(door, task_id, key, body), to=body.to, reason=body.reason)
    )


@router.post("/{task_id}/complete", responses=WRITTEN, summary="Conclude un compito")
def complete(
    task_id: TaskId, body: CompleteBody, door: Identified, key: IdempotencyKey = None
) -> Json:
    """Con un esito e i dati del suo modulo. · With an outcome and the data of its form."""
    return submit(
        door,
        c.CompleteTask(
            **_on(door, task_id, key, body),
            outcome=body.outcome,
            data=body.data,
            occurred_at=past(door, body.occurred_at),
        ),
    )


def _on(door: Door, task_id: str, key: str | None, body: Seen | None) -> dict[str, Any]:
    command = command_id(door, key)
    case, task = split(task_id)
    door.sight(case)
    seen = as_seen(body.expected_version if body else None)
    return {"command_id": command, "actor": door.actor, "case": case, "task": task, **seen}


def past(door: Door, occurred_at: Any) -> Any:
    """An instant at which something happened. Raises Refused if it is still to come."""
    if occurred_at is not None and occurred_at > door.service.clock.now():
        raise Refused(
            "invalid",
            "occurred_in_the_future",
            Text("Ciò che si registra è già avvenuto.", "What is recorded has happened already."),
            fields=(
                FieldProblem(
                    "occurred_at", Text("non può essere nel futuro", "it cannot be in the future")
                ),
            ),
        )
    return occurred_at


def split(task_id: str) -> tuple[UUID, str]:
    """(case, task key). Raises Refused (not_found)."""
    case, separator, key = task_id.partition(":")
    try:
        if separator and key:
            return UUID(case), key
    except ValueError:
        pass
    raise Refused(
        "not_found",
        "unknown_task",
        Text("Questo compito non esiste.", "There is no such task."),
        Text(
            "L'identificativo è «<caso>:<compito>», con «#» scritto %23.",
            "The identifier is “<case>:<task>”, with “#” written %23.",
        ),
    )
